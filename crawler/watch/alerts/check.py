"""Look, enter what is wrong, tell: what ``renmin check`` and ``renmin serve`` do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.config import Config
from crawler.store.engine import Store
from crawler.store.reader import file_of
from crawler.watch.alerts import mail, notices, open_alerts, webhook
from crawler.watch.alerts.facts import Facts, Finding
from crawler.watch.alerts.inputs import disks, gather
from crawler.watch.alerts.rules import findings
from crawler.watch.alerts.rules.machine import disk_low
from crawler.watch.alerts.settings import AlertSettings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to.

    Attributes:
        change: What it changed in the table of alerts.
        delivered: How many notices went out.
    """

    change: open_alerts.Change
    delivered: int

    @property
    def is_open(self) -> bool:
        """Whether any alert is open now."""
        return bool(self.change.opened or self.change.standing)


def check(
    store: Store,
    settings: AlertSettings,
    now: Callable[[], datetime],
    files: Iterable[Path] = (),
) -> Checked:
    """Look for what is wrong, enter it, and send the notices that wait.

    Raises:
        ConfigError: A secret that is named cannot be read.
    """
    ways = ways_of(settings, now)
    moment = now()
    with store.reading.connect() as connection:
        found = findings(gather(connection, moment, files), settings.rules)
    with store.writing.begin() as connection:
        change = open_alerts.enter(connection, found, settings.ways, moment)
    return Checked(change, notices.deliver(store, ways, settings.rules, moment))


def low_disks(settings: AlertSettings, config: Config, now: datetime) -> list[Finding]:
    """What the rule ``disk_low`` finds, without a look into the database."""
    facts = Facts(
        now=now,
        runs=(),
        channels={},
        earlier={},
        newest={},
        schedules=(),
        hosts=(),
        disks=disks(watched_files(config)),
    )
    rule = settings.rules["disk_low"]
    return list(disk_low(facts, rule)) if rule.enabled else []


def tell_at_once(
    found: Iterable[Finding], settings: AlertSettings, now: Callable[[], datetime]
) -> None:
    """Send findings that cannot be entered, since nothing can be written; a way may fail.

    There is no row that says what was told already: they are sent again by each check.
    """
    for name, send in ways_of(settings, now).items():
        for each in found:
            one = notices.Notice(
                id=0,
                event="opened",
                rule=settings.rules[each.rule],
                subject=each.subject,
                message=each.message,
                value=each.value,
                threshold=each.threshold,
                opened_at=now(),
                closed_at=None,
            )
            if error := notices.error_of(send, one):
                logger.warning("failed way=%s rule=%s: %s", name, each.rule, error)


def watched_files(config: Config) -> tuple[Path, ...]:
    """The files whose disks must not fill up: the database, if it is one, and the archive."""
    path = file_of(config.database)
    return (*([path] if path else []), config.archive_path)


def ways_of(settings: AlertSettings, now: Callable[[], datetime]) -> Mapping[str, notices.Send]:
    """How to send by each way that the settings name."""
    ways: dict[str, notices.Send] = {"log": notices.log}
    if settings.webhook.url:
        ways["webhook"] = webhook.sender(settings.webhook, now)
    if settings.email.host:
        ways["email"] = mail.sender(settings.email, now)
    return ways

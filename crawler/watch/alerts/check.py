"""Look, enter what is wrong, tell: what ``renmin check`` and ``renmin serve`` do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from crawler.config import Config
from crawler.errors import ConfigError
from crawler.site import channels
from crawler.store import requests
from crawler.store.engine import Store
from crawler.store.open import file_of
from crawler.watch.alerts import notices, notifiers, open_alerts
from crawler.watch.alerts.facts import Facts, Finding
from crawler.watch.alerts.inputs import disks, gather
from crawler.watch.alerts.rules import findings
from crawler.watch.alerts.rules.working import disk_low
from crawler.watch.alerts.settings import AlertSettings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to.

    Attributes:
        change: What it changed in the table of alerts.
        delivered: How many notices went out.
    """

    change: open_alerts.LookResult
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

    A way whose secret cannot be read fails like a server that is away; the others are told.
    """
    ways = ways_of(settings, now)
    moment = now()
    with store.reading.connect() as connection:
        found = findings(gather(connection, moment, files), settings.rules)
        resting = requests.paused(connection).keys() | _disabled()
    found = [one for one in found if one.subject.split("/")[0] not in resting]
    hours = settings.reminders.hours
    with store.writing.begin() as connection:
        change = open_alerts.enter(connection, found, settings.ways, moment)
        if hours:
            open_alerts.remind(connection, settings.ways, moment, timedelta(hours=hours))
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
            if error := notices.error_of(send, [one]):
                logger.warning("failed way=%s rule=%s: %s", name, each.rule, error)


def watched_files(config: Config) -> tuple[Path, ...]:
    """The files whose disks must not fill up: the database, if it is one, and the archive."""
    path = file_of(config.database)
    return (*([path] if path else []), config.archive_path)


def ways_of(settings: AlertSettings, now: Callable[[], datetime]) -> Mapping[str, notices.Send]:
    """How to send by each way that the settings name."""
    makers: dict[str, Callable[[], notices.Send]] = {
        "log": lambda: notices.log,
        "webhook": lambda: notifiers.webhook_sender(settings.webhook, now),
        "email": lambda: notifiers.email_sender(settings.email, now),
        "services": lambda: notifiers.services_sender(settings.services),
    }
    return {way: _made(makers[way]) for way in settings.ways}


def wrong_ways(settings: AlertSettings, now: Callable[[], datetime]) -> dict[str, str]:
    """What is wrong with which way, as far as it can be seen without sending."""
    wrong = {}
    for way, send in ways_of(settings, now).items():
        if isinstance(send, _Broken):
            wrong[way] = str(send.error)
    return wrong


def test_notice(settings: AlertSettings, now: Callable[[], datetime]) -> dict[str, str | None]:
    """Send a notice that is none by each way: the error in words, ``None`` if it went well."""
    rule = settings.rules["run_missing"]
    one = notices.Notice(
        id=0,
        event="test",
        rule=replace(rule, title="a test", title_zh="测试消息", severity="notice"),
        subject="test",
        message="This is a test: whoever reads it will be told of alerts. 测试消息，收到即表示告警能够送达。",
        value=None,
        threshold=None,
        opened_at=now(),
        closed_at=None,
    )
    return {way: notices.error_of(send, [one]) for way, send in ways_of(settings, now).items()}


@dataclass(frozen=True, slots=True)
class _Broken:
    """Stands for a way that cannot be used: each notice fails with the reason, and waits."""

    error: ConfigError

    def __call__(self, _batch: notices.Batch) -> None:
        raise self.error


def _made(maker: Callable[[], notices.Send]) -> notices.Send:
    try:
        return maker()
    except ConfigError as error:
        return _Broken(error)


def _disabled() -> set[str]:
    return {name for name, channel in channels.load().items() if not channel.enabled}

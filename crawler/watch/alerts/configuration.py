"""The rules' settings: ``alerts.toml`` beside this file, changed by tables of ``renmin.toml``."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from msgspec import Meta

from crawler.config.convert import converted, options, unknown
from crawler.config.resolve import beside, find
from crawler.config.resolve import table as table_of
from crawler.config.top_level import SECRET
from crawler.errors import ConfigError

SEVERITIES = ("critical", "warning", "notice")
WAYS = ("webhook", "email", "services", "reminders")

Changed = TypeVar("Changed", "RuleSettings", "Webhook", "Email", "Services", "Reminders")
Way = TypeVar("Way", "Webhook", "Email", "Services", "Reminders")
Limit = Annotated[float, Meta(ge=0)]
MOST = 1_000_000
Count = Annotated[int, Meta(ge=0, le=MOST, description=f"a whole number between 0 and {MOST}")]
Secrets = Annotated[tuple[str, ...], Meta(extra=SECRET)]
Secret = Annotated[str, Meta(extra=SECRET)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """One rule's; ``alerts.toml`` says what threshold, window and minimum mean for it.

    Attributes:
        name: The rule's name.
        title: In a few English words.
        title_zh: In a few Chinese ones.
        severity: ``critical``, ``warning`` or ``notice``.
        enabled: Whether it looks at all.
        threshold: The limit.
        window: How far back it looks.
        minimum: Fewer prove nothing.
        ignore: Subjects that it leaves alone; a channel stands for all that is about it.
    """

    name: str
    title: str
    title_zh: str
    severity: str
    enabled: bool
    threshold: Limit = 0
    window: Count = 0
    minimum: Count = 0
    ignore: tuple[str, ...] = ()

    def ignores(self, subject: str) -> bool:
        """Whether the operator wants to hear nothing about ``subject``."""
        return subject in self.ignore or subject.split("/")[0] in self.ignore


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where alerts are posted to as JSON: see :mod:`crawler.watch.alerts.notifiers`.

    Attributes:
        url: ``http://`` or ``https://``; empty for no webhook.
        secret: Signs each message; the receiver has the same.
        secret_file: A file that holds the secret, instead of ``secret``.
    """

    url: str = ""
    secret: Secret = ""
    secret_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """Where alerts are mailed to: see :mod:`crawler.watch.alerts.notifiers`.

    Attributes:
        host: SMTP server; empty for no e-mail.
        port: Its port.
        security: ``starttls``, ``tls`` (from the first byte) or ``none``.
        user: Log-in name; empty to send without.
        password: Of the user.
        password_file: A file that holds the password, instead of ``password``.
        sender: The From address.
        to: The To addresses.
    """

    host: str = ""
    port: Count = 587
    security: str = "starttls"
    user: str = ""
    password: Secret = ""
    password_file: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Where else people are told: see :mod:`crawler.watch.alerts.notifiers`.

    Attributes:
        urls: Addresses of services as apprise writes them; empty for none.
        urls_file: A file whose first line holds them, parted by spaces.
    """

    urls: Secrets = ()
    urls_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    """How often an alert that stays open, and that nobody acknowledged, is told again.

    Attributes:
        hours: Between two times; 0 for never.
    """

    hours: Limit = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """All of ``[alerts]``.

    Attributes:
        rules: By name, in the order of ``alerts.toml``.
        webhook: One of the ways to tell.
        email: Another one. The log is always told.
        services: All the others.
        reminders: When an open alert is told again.
    """

    rules: Mapping[str, RuleSettings]
    webhook: Webhook
    email: Email
    services: Services = Services()
    reminders: Reminders = Reminders()

    @property
    def ways(self) -> tuple[str, ...]:
        """How an alert is told: ``log``, ``webhook``, ``email``, ``services``."""
        extra = (
            ("webhook", self.webhook.url),
            ("email", self.email.host),
            ("services", self.services.urls or self.services.urls_file),
        )
        return ("log", *(way for way, address in extra if address))


def default_rules() -> dict[str, RuleSettings]:
    """The rules as they come."""
    return {name: RuleSettings(name=name, **table) for name, table in _shipped().items()}


def defaults() -> AlertSettings:
    """All of ``[alerts]`` as it comes."""
    return AlertSettings(rules=default_rules(), webhook=Webhook(), email=Email())


def changeable(rule: str) -> set[str]:
    """The options of a rule that mean something for it."""
    return _shipped()[rule].keys() - {"title", "title_zh"} | {"ignore"}


def load(file: Path | None = None) -> AlertSettings:
    """Read ``[alerts]`` of ``renmin.toml``; without the file, or the table, all is default.

    Args:
        file: Instead of the ``renmin.toml`` that is found.

    Raises:
        ConfigError: naming the rule and the option.
    """
    path = find(os.environ) if file is None else file
    tables = dict(table_of(path, "alerts"))
    webhook = _way(path, "webhook", Webhook(), tables)
    email = _way(path, "email", Email(), tables)
    services = _way(path, "services", Services(), tables)
    reminders = _way(path, "reminders", Reminders(), tables)
    rules = default_rules()
    for name, table in tables.items():
        if name not in rules:
            raise unknown(f"{path}: [alerts]", name, (*rules, *WAYS), "rule or way")
        rules[name] = _changed_rule(f"{path}: [alerts.{name}]", rules[name], table)
    return _checked(
        path,
        AlertSettings(
            rules=rules, webhook=webhook, email=email, services=services, reminders=reminders
        ),
    )


@cache
def _shipped() -> Mapping[str, Mapping[str, Any]]:
    text = resources.files(__package__).joinpath("alerts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _changed_rule(where: str, rule: RuleSettings, table: Mapping[str, Any]) -> RuleSettings:
    return _changed(where, rule, table, changeable(rule.name))


def _way(path: Path | None, name: str, default: Way, tables: dict[str, Any]) -> Way:
    """The table of a way to tell; the files that it names are beside the file."""
    table = dict(tables.pop(name, {}))
    for option, value in table.items():
        if option.endswith("_file") and isinstance(value, str) and path is not None:
            table[option] = beside(path, value)
    return _changed(f"{path}: [alerts.{name}]", default, table, options(type(default)).keys())


def _changed(
    where: str, default: Changed, table: Mapping[str, Any], known: Collection[str]
) -> Changed:
    values = {}
    for name, value in table.items():
        if name not in known:
            raise unknown(where, name, known)
        values[name] = converted(f"{where}: {name}", value, options(type(default))[name])
    return replace(default, **values)


def _checked(path: Path | None, settings: AlertSettings) -> AlertSettings:
    for rule in settings.rules.values():
        if rule.severity not in SEVERITIES:
            raise ConfigError(
                f"{path}: [alerts.{rule.name}]: severity = {rule.severity!r}: "
                f"expected one of {', '.join(SEVERITIES)}"
            )
    _check_webhook(f"{path}: [alerts.webhook]", settings.webhook)
    _check_email(f"{path}: [alerts.email]", settings.email)
    return settings


def _check_webhook(where: str, webhook: Webhook) -> None:
    if not webhook.url:
        return
    parts = urlsplit(webhook.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(f"{where}: url = {webhook.url!r}: expected http:// or https://")
    if not (webhook.secret or webhook.secret_file):
        raise ConfigError(
            f"{where}: no secret: the receiver could not tell our messages from others; "
            "set secret or secret_file"
        )


def _check_email(where: str, email: Email) -> None:
    if not email.host:
        return
    if email.security not in {"starttls", "tls", "none"}:
        raise ConfigError(f"{where}: security = {email.security!r}: starttls, tls or none")
    if not email.sender or not email.to:
        raise ConfigError(f"{where}: sender and to are needed")

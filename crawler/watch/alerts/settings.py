"""The rules' settings: ``alerts.toml`` beside this file, changed by tables of ``renmin.toml``."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler import config
from crawler.errors import ConfigError

SEVERITIES = ("critical", "warning", "notice")


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
    threshold: float = 0
    window: int = 0
    minimum: int = 0
    ignore: tuple[str, ...] = ()

    def ignores(self, subject: str) -> bool:
        """Whether the operator wants to hear nothing about ``subject``."""
        return subject in self.ignore or subject.split("/")[0] in self.ignore


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where alerts are posted to as JSON: see :mod:`crawler.watch.alerts.webhook`.

    Attributes:
        url: ``http://`` or ``https://``; empty for no webhook.
        secret: Signs each message; the receiver has the same.
        secret_file: A file that holds the secret, instead of ``secret``.
    """

    url: str = ""
    secret: str = ""
    secret_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """Where alerts are mailed to: see :mod:`crawler.watch.alerts.mail`.

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
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = ""
    password_file: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """All of ``[alerts]``.

    Attributes:
        rules: By name, in the order of ``alerts.toml``.
        webhook: One of the ways to tell.
        email: Another one. The log is always told.
    """

    rules: Mapping[str, RuleSettings]
    webhook: Webhook
    email: Email

    @property
    def ways(self) -> tuple[str, ...]:
        """How an alert is told: ``log``, ``webhook``, ``email``."""
        extra = (("webhook", self.webhook.url), ("email", self.email.host))
        return ("log", *(way for way, address in extra if address))


def default_rules() -> dict[str, RuleSettings]:
    """The rules as they come."""
    return {name: RuleSettings(name=name, **table) for name, table in _shipped().items()}


def load(file: Path | None = None) -> AlertSettings:
    """Read ``[alerts]`` of ``renmin.toml``; without the file, or the table, all is default.

    Args:
        file: Instead of ``renmin.toml`` in the working directory.

    Raises:
        ConfigError: naming the rule and the option.
    """
    path = Path(config.FILE) if file is None else file
    tables = _tables(path)
    webhook = _ways_table(path, "webhook", Webhook(), tables.pop("webhook", {}))
    email = _ways_table(path, "email", Email(), tables.pop("email", {}))
    rules = default_rules()
    for name, table in tables.items():
        where = f"{path}: [alerts.{name}]"
        if name not in rules:
            known = ", ".join((*rules, "webhook", "email"))
            raise ConfigError(f"{where}: no such rule; known: {known}")
        rules[name] = _changed_rule(where, rules[name], table)
    return _checked(path, AlertSettings(rules=rules, webhook=webhook, email=email))


@cache
def _shipped() -> Mapping[str, Mapping[str, Any]]:
    text = resources.files(__package__).joinpath("alerts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _tables(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        alerts = tomllib.loads(path.read_text(encoding="utf-8")).get("alerts", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    if not isinstance(alerts, dict):
        raise ConfigError(f"{path}: alerts: expected tables, as in [alerts.source_stale]")
    for name, table in alerts.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{path}: alerts.{name}: expected a table: [alerts.{name}]")
    return alerts


def _changed_rule(where: str, rule: RuleSettings, table: Mapping[str, Any]) -> RuleSettings:
    used = _shipped()[rule.name].keys() - {"title", "title_zh"}
    changed: RuleSettings = _changed(where, rule, table, used | {"ignore"})
    return changed


def _ways_table(path: Path, name: str, default: Any, table: Mapping[str, Any]) -> Any:
    known = {each.name for each in fields(default)}
    return _changed(f"{path}: [alerts.{name}]", default, table, known)


def _changed(where: str, default: Any, table: Mapping[str, Any], known: set[str]) -> Any:
    values = {each.name: getattr(default, each.name) for each in fields(default)}
    for option, value in table.items():
        if option not in known:
            raise ConfigError(
                f"{where}: unknown option {option!r}; known: {', '.join(sorted(known))}"
            )
        values[option] = _typed(f"{where}: {option}", value, type(values[option]))
    return type(default)(**values)


def _typed(where: str, value: Any, kind: type) -> Any:
    if kind is tuple and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    # A threshold that happens to be a whole number by default may be broken.
    if kind is int and isinstance(value, float) and where.endswith("threshold"):
        return value
    if type(value) is not kind:
        expected = {tuple: "list of texts", str: "text", bool: "true or false"}
        raise ConfigError(f"{where} = {value!r}: expected a {expected.get(kind, 'number')}")
    if isinstance(value, (int, float)) and not 0 <= value < math.inf:
        raise ConfigError(f"{where} = {value}: expected a number that is not negative")
    return value


def _checked(path: Path, settings: AlertSettings) -> AlertSettings:
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

"""What the dashboard is told when it starts."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawler import clock
from crawler.errors import ConfigError
from crawler.store.engine import WAIT_SECONDS
from crawler.store.open import LOCK_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the dashboard is told when it starts.

    Attributes:
        database: SQLAlchemy URL of the store.
        archive: File of the raw bodies; need not exist.
        host: Address that is listened on.
        token: Who knows it may look; empty asks for none, which only loopback allows.
        names: Host names by which the dashboard may be called, besides those of ``host``.
        read_only: Whether nobody may ask for anything, only look.
        wait: Seconds after which a page says that another program holds the database.
        order_wait: The same for what is asked of the database: seconds.
        clock: Tells the time.
        secret: Signs forms; made anew when the process starts.
    """

    database: str
    archive: Path
    host: str = "127.0.0.1"
    token: str = ""
    names: tuple[str, ...] = ()
    read_only: bool = False
    wait: float = WAIT_SECONDS
    order_wait: float = LOCK_SECONDS
    clock: Callable[[], datetime] = clock.now
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``: ``localhost``, ``127.0.0.1``, ``::1``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check(settings: Settings) -> Settings:
    """Refuse to be open to a network without a token.

    Raises:
        ConfigError: saying what to do.
    """
    if not is_loopback(settings.host) and not settings.token:
        raise ConfigError(
            f"--host {settings.host}: others can reach this address, so a token is needed: set "
            "RENMIN_DASHBOARD_TOKEN (or --token), or listen on 127.0.0.1"
        )
    if settings.token and len(settings.token) < 16:
        raise ConfigError("the dashboard's token has fewer than 16 characters: it can be guessed")
    return settings

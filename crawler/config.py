"""The one reader of the environment and of ``renmin.toml``.

Every option has one name: ``delay`` in the file, ``RENMIN_DELAY`` in the environment. The
environment wins over the file; what the command line names wins over both.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from crawler.errors import ConfigError
from crawler.items import MAX_PAGE_BYTES

FILE = "renmin.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What an operator may set.

    Attributes:
        database: SQLAlchemy URL of the store: SQLite (one machine) or PostgreSQL (several).
        archive: File of the raw bodies; empty puts it beside a SQLite database, else in output/.
        contact: Who answers for the crawl: an e-mail address or a web page. It is part of the
            User-Agent; the live site is not fetched without it.
        delay: Seconds between two requests to one host.
        proxy: HTTP proxy that fetches for us; empty for none.
        max_page_bytes: A larger body is refused.
        retries: How many runs try a page that fails for a passing reason before it is given up.
    """

    database: str = "sqlite:///output/renmin.db"
    archive: str = ""
    contact: str = ""
    delay: float = 1.0
    proxy: str = ""
    max_page_bytes: int = MAX_PAGE_BYTES
    retries: int = 5

    @property
    def archive_path(self) -> Path:
        """The archive's file: as set, or ``NAME.archive.db`` beside the SQLite database."""
        if self.archive:
            return Path(self.archive)
        prefix = "sqlite:///"
        if self.database.startswith(prefix):
            return Path(self.database.removeprefix(prefix)).with_suffix(".archive.db")
        return Path("output/renmin.archive.db")


def load(
    environ: Mapping[str, str] | None = None, file: Path | None = None, **overrides: Any
) -> Config:
    """Read the configuration.

    Args:
        environ: Instead of the process's environment.
        file: Instead of ``renmin.toml`` in the working directory; there need not be one.
        overrides: What the command line named; ``None`` means that it did not.

    Raises:
        ConfigError: naming the option as the user typed it.
    """
    environ = os.environ if environ is None else environ
    values = _from_file(Path(FILE) if file is None else file)
    for each in fields(Config):
        name = f"RENMIN_{each.name.upper()}"
        if environ.get(name):
            values[each.name] = _parse(name, environ[name], type(each.default))
    values |= {name: value for name, value in overrides.items() if value is not None}
    return _checked(Config(**values))


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    # Tables (alerts, channels of one's own) belong to the rooms that read them.
    values = {name: value for name, value in values.items() if not isinstance(value, dict)}
    known = {each.name: type(each.default) for each in fields(Config)}
    for name, value in values.items():
        if name not in known:
            raise ConfigError(f"{path}: unknown option {name!r}; known: {', '.join(known)}")
        values[name] = _parse(f"{path}: {name}", str(value), known[name])
    return values


def _parse(name: str, text: str, kind: type) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise ConfigError(f"{name}={text}: expected a {kind.__name__}") from None


def _checked(config: Config) -> Config:
    if config.delay < 0.5:
        raise ConfigError(
            f"delay={config.delay}: below 0.5 s is impolite to a newspaper; "
            "to go faster, crawl more channels at once"
        )
    if "://" not in config.database:
        raise ConfigError(
            f"database={config.database}: not a database URL; "
            "a file is written sqlite:///path/to/file.db"
        )
    if config.retries < 1 or not 1024 <= config.max_page_bytes <= MAX_PAGE_BYTES:
        raise ConfigError(
            f"retries must be at least 1 and max_page_bytes between 1024 and {MAX_PAGE_BYTES}"
        )
    return config

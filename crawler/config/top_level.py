"""The options of the top level: each with its meaning, its form and whether it is a secret."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

from msgspec import Meta

from crawler.items import MAX_PAGE_BYTES

# A page that fails in so many runs fails for good.
MOST_RETRIES = 1000

# A secret is printed as *** and may stand in a file of its own: NAME_file. An address is printed
# without its password, and may stand in a file too.
SECRET = {"secret": True, "file": True}
ADDRESS = {"file": True}
# [USER:PASSWORD@]HOST[:PORT] behind the scheme, the port from 1 to 65535.
_PORT = r"(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"
_PROXY = rf"^(?:https?://(?:[^\s/]*@)?(?:\[[0-9A-Fa-f:.]+\]|\w[\w.-]*)(?::{_PORT})?/?)?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What an operator may set; each option's title says what it is."""

    database: Annotated[
        str,
        Meta(
            title="SQLAlchemy URL of the store: SQLite (one machine) or PostgreSQL (several)",
            description="a database URL; a file is written sqlite:///path/to/file.db",
            pattern="://",
            extra=ADDRESS,
        ),
    ] = "sqlite:///output/renmin.db"
    archive: Annotated[
        str,
        Meta(
            title="File of the raw pages; empty puts it beside a SQLite database, else in output/"
        ),
    ] = ""
    contact: Annotated[
        str,
        Meta(
            title="Who answers for the crawl, an e-mail address or a web page: part of the "
            "User-Agent; the live site is not fetched without it",
            extra=ADDRESS,
        ),
    ] = ""
    delay: Annotated[
        float,
        Meta(
            title="Seconds between two requests to one host",
            description="a number of seconds; below 0.5 s is impolite to a newspaper: to go "
            "faster, crawl more channels at once",
            ge=0.5,
            le=3600,
        ),
    ] = 1.0
    proxy: Annotated[
        str,
        Meta(
            title="HTTP proxy that fetches for us; empty for none",
            description="the address of an HTTP proxy, http://host:port, or nothing",
            pattern=_PROXY,
            extra=ADDRESS,
        ),
    ] = ""
    max_page_bytes: Annotated[
        int,
        Meta(
            title="A larger page is refused",
            description=f"a whole number between 1024 and {MAX_PAGE_BYTES}",
            ge=1024,
            le=MAX_PAGE_BYTES,
        ),
    ] = MAX_PAGE_BYTES
    retries: Annotated[
        int,
        Meta(
            title="How many runs try a page that fails for a passing reason before it is given up",
            description=f"a whole number, at least 1 and at most {MOST_RETRIES}",
            ge=1,
            le=MOST_RETRIES,
        ),
    ] = 5
    dashboard_token: Annotated[
        str,
        Meta(title="Who knows it may look at the dashboard; 16 characters or more", extra=SECRET),
    ] = ""
    ping_url: Annotated[
        str,
        Meta(
            title="Address that is fetched after each good check and run, so that a service "
            "elsewhere notices when they stop (Healthchecks and the like)",
            description="an address that begins with http:// or https://, or nothing",
            pattern="^(https?://.+)?$",
            extra=SECRET,
        ),
    ] = ""

    @property
    def archive_path(self) -> Path:
        """The archive's file: as set, or ``NAME.archive.db`` beside the SQLite database."""
        if self.archive:
            return Path(self.archive)
        default = Path("output/renmin.archive.db")
        prefix = "sqlite:///"
        if self.database.startswith(prefix):
            # Decoded as SQLAlchemy decodes it: %20 is a space in a URL.
            path = Path(unquote(self.database.removeprefix(prefix)))
            return path.with_suffix(".archive.db") if path.name else default
        return default

    @property
    def photos_path(self) -> Path:
        """The folder of photos, beside the archive: ``NAME.photos``."""
        path = self.archive_path
        return path.with_name(path.name.removesuffix(".db").removesuffix(".archive") + ".photos")

"""Raw bodies out of the archive: shown as plain text, or extracted without any repair."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.errors import ArchiveError, ConfigError, ExtractionError
from crawler.extract import assemble, read
from crawler.items import Article
from crawler.store.archive import Archive
from crawler.text.charset.decide import decide

_DIGEST = re.compile(r"[0-9a-f]{64}")
# How browsers call what we decided; anything else is shown as UTF-8.
_LABELS = {
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5",
    "big5hkscs": "big5",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
}


def raw(request: Request) -> Response:
    """A stored body, byte for byte, as text that no browser takes for a page."""
    sha256 = request.path_params["sha256"]
    if not _DIGEST.fullmatch(sha256):
        raise HTTPException(404)
    try:
        with opened(request.app.state.settings.archive) as archive:
            body = archive.body(sha256)
    except (ArchiveError, ConfigError) as error:
        raise HTTPException(404, str(error)) from error
    label = _LABELS.get(decide(body).decided.lower(), "utf-8")
    headers = {
        "content-type": f"text/plain; charset={label}",
        "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "content-disposition": f'inline; filename="{sha256[:16]}.txt"',
    }
    return Response(body, headers=headers)


def digests(path: Path, urls: Sequence[str]) -> dict[str, str]:
    """The digest of the last stored body of each address; those without one are left out."""
    found: dict[str, str] = {}
    with contextlib.suppress(ArchiveError, ConfigError), opened(path) as archive:
        for url in urls:
            for _, _, sha256 in archive.fetches(url):
                found[url] = sha256
    return found


def unrepaired(path: Path, url: str, sha256: str | None) -> Article | None:
    """The article as its stored bytes read before any repair; ``None`` if they are not there."""
    if sha256 is None:
        return None
    try:
        with opened(path) as archive:
            record = archive.before(url, sha256)
            if record is None:
                return None
            return assemble([read(fetch) for fetch in record.fetches], repair=False)
    except (ArchiveError, ConfigError, ExtractionError):
        return None


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive, to read from.

    Raises:
        ConfigError: There is none, or it is no archive.
        ArchiveError: It cannot be read.
    """
    archive = Archive(path, readonly=True)
    try:
        yield archive
    except sqlite3.Error as error:
        raise ArchiveError(f"{path}: {error}") from error
    finally:
        archive.close()

"""WARC files of the stand-in site, written by warcio."""

from __future__ import annotations

import gc
import io
import warnings
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.replica import Site
from crawler.site.urls import classify


def pages_of(site: Site) -> Iterable[tuple[str, int, dict[str, str], bytes]]:
    """Every page of every article, the further ones too: address, status, headers, body."""
    for row in site.rows():
        url = row["url"]
        for number in range(1, 12):
            address = url if number == 1 else url.replace(".html", f"-{number}.html")
            answer = site.respond("GET", address, {})
            if number > 1 and (answer.status != 200 or classify(address).page != number):
                break
            yield address, answer.status, dict(answer.headers), answer.body


CAPTURED = datetime(2019, 3, 2, 10, tzinfo=UTC)


def write_warc(
    path: Path,
    pages: Iterable[tuple[str, int, dict[str, str], bytes]],
    moment: datetime = CAPTURED,
) -> Path:
    """A gzip WARC of these pages, captured at ``moment``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # warcio forgets its temporary files
        _write(path, pages, moment)
        gc.collect()
    return path


def _write(
    path: Path, pages: Iterable[tuple[str, int, dict[str, str], bytes]], moment: datetime
) -> None:
    date = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, status, headers, body in pages:
            head = StatusAndHeaders(f"{status} OK", list(headers.items()), protocol="HTTP/1.1")
            record = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body),
                http_headers=head,
                warc_headers_dict={"WARC-Date": date},
            )
            writer.write_record(record)

"""``renmin extract``: the article that a saved page holds."""

from __future__ import annotations

import hashlib
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from crawler import clock
from crawler import extract as extraction
from crawler.bulk.sources import PAGE_SUFFIXES
from crawler.cli.charset import content_type_beside
from crawler.cli.options import LARGEST
from crawler.crawl import helpers
from crawler.dataset.formats import json_line
from crawler.dataset.record import as_record
from crawler.errors import ConfigError, ExtractionError
from crawler.items import Fetch
from crawler.site.spelling import spell

app = typer.Typer(add_completion=False)

# Pages from which on all cores read, and pages that a helper is given at a time.
MANY = 64
CHUNK = 16


Answer: TypeAlias = tuple[bytes | None, str | None]


@app.command()
def extract(
    pages: Annotated[
        list[str] | None,
        typer.Argument(
            help="Saved pages, HTML or plain text, and folders of them; - is standard input.",
            metavar="PAGE...",
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="Where the page came from. Without it, what the page says of itself."),
    ] = None,
    content_type: Annotated[
        str | None, typer.Option(help="Its Content-Type header, text/html; charset=gb2312.")
    ] = None,
    files_from: Annotated[
        str | None, typer.Option(metavar="FILE", help="A list of pages, one a line; -: stdin.")
    ] = None,
    processes: Annotated[
        int,
        typer.Option(
            min=0, max=LARGEST, help="Processes; 0: one for each core if there are many pages."
        ),
    ] = 0,
) -> None:
    r"""Print the article of each PAGE: one JSON record a line, as `renmin export` writes it.

    The response headers may lie beside the page, in PAGE.headers.json. A page that holds no
    article, or cannot be read, is named on standard error, and the others are printed, in the order
    of the pages. Memory does not grow with their number. WARC files: renmin bulk extract.

    Exit codes: 0 done, 2 bad use, 3 a page holds no article or cannot be read.

    \b
    Example:
        renmin extract page.html --url http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html
        renmin extract saved/*.html | jq -r .title
        renmin extract saved/ > articles.jsonl
    """
    named = list(_named(pages or [], files_from))
    if url and len(named) > 1:
        raise ConfigError(f"--url {url}: one address for {len(named)} pages; name one page")
    if url is not None and isinstance(why := spell(url), str):
        raise ConfigError(f"--url {url}: no address of a page ({why}); write it http://host/path")
    failed = False
    for record, trouble in _answers(named, _Given(url, content_type), processes):
        if record is not None:
            sys.stdout.buffer.write(record)
        else:
            typer.echo(f"renmin: {trouble}", err=True)
            failed = True
    sys.stdout.buffer.flush()
    if failed:
        raise typer.Exit(3)


@dataclass(frozen=True, slots=True)
class _Given:
    """What was said of all pages."""

    url: str | None
    content_type: str | None


def _named(pages: Sequence[str], files_from: str | None) -> Iterator[str]:
    """Every page, folders walked in order.

    Raises:
        ConfigError: One is not there, or none was named.
    """
    names = [*pages, *(_listed(files_from) if files_from else ())]
    if not names:
        raise ConfigError("no page; name saved pages or a folder of them, or - for standard input")
    for name in names:
        path = Path(name)
        if name != "-" and path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.name.endswith(PAGE_SUFFIXES))
            if not inside:
                raise ConfigError(f"{name}: no page in it ends in {', '.join(PAGE_SUFFIXES)}")
            yield from map(str, inside)
        elif name == "-" or path.exists():
            yield name
        else:
            raise ConfigError(f"{name}: cannot be read: No such file or directory")


def _listed(file: str) -> list[str]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--files-from {file}: cannot be read: {error}") from None
    return [each for each in text.splitlines() if each.strip()]


def _answers(named: Sequence[str], given: _Given, processes: int) -> Iterator[Answer]:
    """What came of each page, in order; read by helpers if there are many."""
    count = processes or (os.cpu_count() or 1 if len(named) >= MANY else 1)
    if count == 1:
        yield from (_answer(name, given) for name in named)
        return
    with helpers.pool(count, _start, ()) as pool:
        chunks = (named[start : start + CHUNK] for start in range(0, len(named), CHUNK))
        sent: deque[Future[list[Answer]]] = deque()
        for chunk in chunks:
            sent.append(pool.submit(_chunk, chunk, given))
            if len(sent) > 4 * count:
                yield from sent.popleft().result()
        while sent:
            yield from sent.popleft().result()


def _start() -> None:
    """Nothing has to be opened first."""


def _chunk(names: Sequence[str], given: _Given) -> list[Answer]:
    return [_answer(name, given) for name in names]


def _answer(name: str, given: _Given) -> Answer:
    """The record of a page, or why there is none."""
    try:
        body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return _record(name, body, given.url, given.content_type) + b"\n", None
    except OSError as error:
        return None, f"{name}: cannot be read: {error.strerror or error}"
    except (ExtractionError, ConfigError) as error:
        return None, str(error)


def _record(name: str, body: bytes, url: str | None, content_type: str | None) -> bytes:
    content_type = content_type or content_type_beside(name)
    fetch = Fetch(
        url=url or _file_address(name),
        status=200,
        headers={"content-type": content_type} if content_type else {},
        body=body,
        fetched_at=clock.now(),
        sha256=hashlib.sha256(body).hexdigest(),
    )
    # Nobody fetched it now, and only who named its address knows where it came from.
    article = helpers.limited(fetch.url, lambda: extraction.extract([fetch]))
    article = replace(article, fetched_url=url, fetched_at=None)
    return json_line(as_record(article)).rstrip(b"\n")


def _file_address(name: str) -> str:
    return "file:///dev/stdin" if name == "-" else Path(name).resolve().as_uri()

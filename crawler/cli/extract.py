"""``renmin extract``: the article that a saved page holds."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from crawler import clock
from crawler import extract as extraction
from crawler.cli.charset import content_type_beside
from crawler.dataset.formats.jsonl import line
from crawler.dataset.record import as_record
from crawler.errors import ConfigError, ExtractionError
from crawler.items import Fetch

app = typer.Typer(add_completion=False)


@app.command()
def extract(
    pages: Annotated[
        list[str],
        typer.Argument(
            help="Saved pages, HTML or plain text; - is standard input.", metavar="PAGE..."
        ),
    ],
    url: Annotated[
        str | None,
        typer.Option(help="Where the page came from. Without it, what the page says of itself."),
    ] = None,
    content_type: Annotated[
        str | None, typer.Option(help="Its Content-Type header, text/html; charset=gb2312.")
    ] = None,
) -> None:
    r"""Print the article of each PAGE: one JSON record a line, as `renmin export` writes it.

    The response headers may lie beside the page, in PAGE.headers.json. A page that holds no
    article is named on standard error, with what is missing; the others are printed.

    Exit codes: 0 done, 2 a page cannot be read, 3 a page holds no article.

    \b
    Example:
        renmin extract page.html --url http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html
        renmin extract saved/*.html | jq -r .title
    """
    if url and len(pages) > 1:
        raise ConfigError(f"--url {url}: one address for {len(pages)} pages; name one page")
    failed = False
    for name, body in [(page, _read(page)) for page in pages]:
        try:
            typer.echo(_record(name, body, url, content_type))
        except ExtractionError as error:
            typer.echo(f"renmin: {error}", err=True)
            failed = True
    if failed:
        raise typer.Exit(3)


def _read(page: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if page == "-" else Path(page).read_bytes()
    except OSError as error:
        raise ConfigError(f"{page}: cannot be read: {error.strerror or error}") from error


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
    article = replace(extraction.extract([fetch]), fetched_url=url, fetched_at=None)
    return line(as_record(article)).rstrip(b"\n")


def _file_address(name: str) -> str:
    return "file:///dev/stdin" if name == "-" else Path(name).resolve().as_uri()

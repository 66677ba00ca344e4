"""``renmin charset``: which charset a page is really in; starts without what extraction imports."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from crawler.errors import printable
from crawler.items import Verdict
from crawler.text.charset.decide import decide

app = typer.Typer(add_completion=False)


@app.command()
def charset(
    pages: Annotated[
        list[str], typer.Argument(help="Saved pages; - is standard input.", metavar="PAGE...")
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a page, in order.")] = False,
) -> None:
    """Tell which charset each PAGE is really in, and why.

    The bytes decide. What the page says about itself is shown beside it: its <meta>, and its
    Content-Type header where PAGE.headers.json ({"Content-Type": "text/html; charset=..."})
    lies beside it.

    Exit codes: 0 done, 2 a page cannot be read (it is named, the others are answered).

    \b
        renmin charset page.html
        curl -s http://sd.people.com.cn/ | renmin charset --json -
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    unread = 0
    for page in pages:
        try:
            body = _read(page)
        except OSError as error:
            typer.echo(
                f"renmin: {printable(page)}: cannot be read: {error.strerror or error}", err=True
            )
            unread += 1
            continue
        verdict = decide(body, content_type_beside(page))
        typer.echo(_as_json(page, verdict) if json else _as_lines(page, verdict))
    if unread:
        raise typer.Exit(2)


def content_type_beside(page: str) -> str | None:
    """The Content-Type header in PAGE.headers.json, which may lie beside a saved page.

    Returns:
        ``None`` if there is no such file, it is no JSON object, or it names none.
    """
    try:
        headers = orjson.loads(Path(f"{page}.headers.json").read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(headers, dict):
        return None
    value = {name.lower(): value for name, value in headers.items()}.get("content-type")
    if isinstance(value, list):  # a repeated header: the last one counts
        value = value[-1] if value else None
    return value if isinstance(value, str) else None


def _read(page: str) -> bytes:
    return sys.stdin.buffer.read() if page == "-" else Path(page).read_bytes()


def _as_json(page: str, verdict: Verdict) -> str:
    # A file's name may be bytes that are no text.
    named = page.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return orjson.dumps({"page": named, **asdict(verdict)}).decode()


def _as_lines(page: str, verdict: Verdict) -> str:
    said = [
        f"{where} says {label}"
        for where, label in (("header", verdict.declared_header), ("page", verdict.declared_meta))
        if label
    ]
    facts = [
        "; ".join(said) + ("" if verdict.agrees else "  (wrong)") if said else "declares nothing",
        f"{verdict.why} (score {verdict.score:.2f})",
        *([f"chardet says {verdict.opinion}"] if verdict.opinion else []),
        *(
            ["mixed: some runs are in another encoding and are decoded for themselves"]
            if verdict.mixed
            else []
        ),
    ]
    return "\n".join([f"{printable(page)}: {verdict.decided}", *(f"    {fact}" for fact in facts)])

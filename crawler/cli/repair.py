"""``renmin repair``: undo mis-encodings in text that somebody already has."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import orjson
import typer

from crawler.errors import ConfigError
from crawler.text.mojibake.result import Repaired

app = typer.Typer()

_BAD_LINES = 3  # exit code

# Only the line feed ends a line: U+0085 and its like are pieces of mojibake here.
_LINE = re.compile("[^\n]*\n|[^\n]+")
_BREAKS = {char: f"\\u{ord(char):04x}".encode() for char in "\x85\u2028\u2029"}


@app.command()
def repair(
    file: Annotated[
        str,
        typer.Argument(help="A file of text or of raw bytes in any charset; - for standard input."),
    ] = "-",
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for the whole input.")
    ] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id", "text"} lines, write one line for each.')
    ] = False,
) -> None:
    """Repair text: one line out for each line in, endings kept; clean lines are copied.

    \b
        renmin repair old.txt > repaired.txt
        echo '浜烘皯鏃ユ姤' | renmin repair --json
        renmin repair --jsonl < texts.jsonl

    The charset of the input is decided from its bytes. With --json: "text", "repairs"
    [{rule, count, lossless}], "doubts" [{start, end, text, candidates}] counted in code points of
    the repaired text, "damage" [names], "hopeless". With --jsonl each line gets these keys and
    keeps its others; a "text" with line breaks is one document of several paragraphs.

    Exit codes: 0 done; 2 the file cannot be read; 3 a line of --jsonl is no JSON object with a
    "text": it is named on standard error and answered by {"error"}, and the others are repaired.
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    with _opened(file) as stream:
        if jsonl:
            _each_line(stream)
        elif json:
            _write(_record(_document(_text(stream.read()))))
        else:
            sys.stdout.reconfigure(newline="", errors="surrogatepass")  # type: ignore[union-attr]
            for line in _lines(stream):
                sys.stdout.write(line)


def _opened(file: str) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise ConfigError(
            f"{file}: {error.strerror or error}; name a readable file, or -"
        ) from error


def _text(body: bytes) -> str:
    """Decode in the charset that the bytes are in; without a copy of it if it is UTF-8."""
    from crawler.text.charset.decide import decide, decode

    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return decode(body, decide(body))


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Repair line by line. UTF-8 streams; any other charset is decided on the whole."""
    from crawler.text.mojibake.repair import repair as repair_text

    for raw in stream:
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError:
            rest = _text(raw + stream.read())
            for each in _LINE.findall(rest):
                yield _repaired_line(each, repair_text)
            return
        yield _repaired_line(line, repair_text)


def _repaired_line(line: str, repair_text: Any) -> str:
    body = line.rstrip("\r\n")
    repaired: Repaired = repair_text(body)
    return repaired.text + line[len(body) :]


def _document(text: str) -> Repaired:
    """Repair a text of several lines as the paragraphs of one document."""
    from crawler.text.mojibake.document import repair_document

    return repair_document(text)


def _each_line(stream: BinaryIO) -> None:
    is_bad = False
    for number, raw in enumerate(stream, 1):
        if not raw.strip():
            continue
        given, why = _object(raw)
        if not isinstance(given, dict) or not isinstance(given.get("text"), str):
            is_bad = True
            typer.echo(f"renmin: line {number}: {why}", err=True)
            _write({"line": number, "error": why})
            continue
        text = given["text"]
        _write({**given, **_record(_document(text))})
    if is_bad:
        raise typer.Exit(_BAD_LINES)


def _object(raw: bytes) -> tuple[Any, str]:
    """The value in a line, and what is wrong if it is no object with a text."""
    why = 'a JSON object with a string "text" is needed'
    try:
        return orjson.loads(raw), why
    except ValueError as error:
        problem = str(error)
    try:
        # The slower reader takes half of a surrogate pair, and any charset will do.
        return json.loads(_text(raw)), why
    except (ValueError, RecursionError):
        return None, problem


def _record(repaired: Repaired) -> dict[str, Any]:
    return {
        "text": repaired.text,
        "repairs": [
            {"rule": done.rule, "count": done.count, "lossless": done.lossless}
            for done in repaired.repairs
        ],
        "doubts": [
            {
                "start": doubt.start,
                "end": doubt.end,
                "text": doubt.text,
                "candidates": doubt.candidates,
            }
            for doubt in repaired.doubts
        ],
        "damage": repaired.damage,
        "hopeless": repaired.hopeless,
    }


def _write(record: dict[str, Any]) -> None:
    try:
        line = orjson.dumps(record)
    except TypeError:  # half of a surrogate pair can be written as an escape alone
        line = json.dumps(record, separators=(",", ":")).encode()
    for char, escape in _BREAKS.items():  # some readers end a line there
        line = line.replace(char.encode(), escape)
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()

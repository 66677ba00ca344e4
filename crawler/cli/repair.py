"""``renmin repair``: undo mis-encodings in text that somebody already has."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from crawler.cli.output import progress_bar
from crawler.dataset.files import check_path, open_text, whole_file, writing
from crawler.dataset.tables import (
    BadRow,
    InputTable,
    Repairer,
    TableKind,
    kind_of,
    open_table,
    open_writer,
)
from crawler.dataset.tables.chunks import decoded, json_row
from crawler.dataset.tables.writing import json_line, keeps_bad_rows
from crawler.errors import ConfigError, printable
from crawler.text.mojibake.document import LINE, logical_lines, repair_document
from crawler.text.mojibake.repair import repair as repair_text
from crawler.text.mojibake.result import as_record, explanation

app = typer.Typer(add_completion=False)

_BAD_ROWS = 3  # exit code
_MOST_NAMED = 20  # bad rows, and columns; more are counted
_LONGEST_NAME = 60  # characters of a column's
_LONGEST_PROBLEM = 200  # characters of what is wrong with a row


@app.command()
def repair(
    file: Annotated[
        str,
        typer.Argument(
            help="A text in any charset, or a table (.csv .tsv .jsonl .parquet, also .gz .zst);"
            " - for standard input."
        ),
    ] = "-",
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for the whole input.")
    ] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id", "text"} lines, write one line for each.')
    ] = False,
    field: Annotated[
        str | None,
        typer.Option(help="Columns of a table to repair, parted by commas; text if not given."),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", help="Write there; its ending says in which form.")
    ] = "-",
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="Repair so many chunks of a table at a time.")
    ] = 1,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Print what was done to each line instead of the text."),
    ] = False,
) -> None:
    r"""Repair text: one line out for each line in, endings kept; clean lines are copied.

    \b
        renmin repair old.txt > repaired.txt
        echo '浜烘皯鏃ユ姤' | renmin repair --json
        renmin repair --jsonl < texts.jsonl
        renmin repair --field title,body news.csv.gz -o news.parquet --processes 4
        renmin repair --explain old.txt

    The charset of the input is decided from its bytes. With --json: "text", "repairs"
    [{rule, count, lossless}], "doubts" [{start, end, text, candidates}] counted in code points of
    the repaired text, "damage" [names], "hopeless". With --jsonl each line gets these keys and
    keeps its others; a "text" with line breaks is one document of several paragraphs.

    A table keeps its rows, their order and its other columns; the fields of a row are one
    document. A column "repair" is added: what was done in each field, as JSON, or nothing.

    --explain prints for each span the rule, what was forced by the bytes, what was chosen and what
    else it may be, and the runners-up with the bits by which they are less likely.

    Exit codes: 0 done; 2 the file cannot be read or written; 3 a row is bad: it is named on
    standard error and passed on as it is (left out where the output has another form, with
    --jsonl answered by {"error"}), and the others are repaired.
    """
    fields = _fields(field)
    kind = kind_of(file)
    if field is not None and kind is None:
        kind = _kind_of_stream(file, output)
    if json and (jsonl or explain):
        raise ConfigError(
            f"--json {'--jsonl' if jsonl else '--explain'}: only one of them can be printed"
        )
    if explain:
        _explain(file, kind or (TableKind("jsonl") if jsonl else None), output, fields)
        return
    if kind and not json and not jsonl:
        _repair_table(file, kind, output, fields, processes)
        return

    if field is not None:
        raise ConfigError("--field is for tables; leave --json and --jsonl away")
    with open_text(file) as stream, _written_to(output) as target:
        if jsonl:
            _each_line(stream, target)
        elif json:
            target.write(_json_of(_decoded(stream.read()), {}))
        else:
            _each_text(stream, target, output)


def _each_text(stream: BinaryIO, target: BinaryIO, output: str) -> None:
    """Repair line by line, and tell now and then in a log how many are done."""
    with _progress("repair, lines", output) as report:
        for number, line in enumerate(_lines(stream), 1):
            target.write(line.encode("utf-8", "surrogatepass"))
            report(number, number)


def _explain(file: str, kind: TableKind | None, output: str, fields: tuple[str, ...]) -> None:
    bad = _Named()
    with _written_to(output) as target:
        for where, text in _texts(file, kind, fields, bad):
            repaired = repair_document(text)
            if told := explanation(repaired):
                lines = [f"{where}:", *told]
                target.write("".join(line + "\n" for line in lines).encode("utf-8", "replace"))
    bad.finish()


def _texts(
    file: str, kind: TableKind | None, fields: tuple[str, ...], bad: _Named
) -> Iterator[tuple[str, str]]:
    """The texts of a table's fields, or the lines of a text, each with its place; bad rows are named."""
    if kind is None:
        with open_text(file) as stream:
            for number, line in enumerate(logical_lines(_decoded_lines(stream)), 1):
                yield f"line {number}", line.rstrip("\r\n")
        return
    with open_table(file, kind) as (table, _):
        _check_columns(file, table, fields)
        what = "line" if kind.form == "jsonl" else "row"
        for row in (row for chunk in table.chunks for row in chunk.rows):
            if isinstance(row, BadRow):
                bad.name(what, row)
                continue
            number, values = row
            if problem := Repairer(fields).problem(number, values):
                bad.name(what, problem)
                continue
            for name in fields:
                value = values[name]
                text = "\n".join(value) if isinstance(value, list) else value
                if text:
                    yield f"{what} {number}, {name}", text


@contextmanager
def _progress(what: str, output: str) -> Iterator[Callable[[int, int], None]]:
    """Tell how much is done, unless the text itself goes to the same terminal."""
    if output == "-" and sys.stdout.isatty():
        yield lambda done, total: None  # noqa: ARG005
        return
    with progress_bar(what) as report:
        yield report


def _fields(field: str | None) -> tuple[str, ...]:
    names = tuple(
        dict.fromkeys(name.strip() for name in ("text" if field is None else field).split(","))
    )
    if not all(names):
        raise ConfigError(f"--field {field!r}: a name is empty; write --field title,body")
    return names


def _kind_of_stream(file: str, output: str) -> TableKind:
    """Take standard input for the kind of table that is written, or for JSONL."""
    if file != "-":
        raise ConfigError(
            f"--field: {file} is no table by its name; it should end in .csv, .tsv, .jsonl or .parquet"
        )
    kind = kind_of(output)
    return TableKind(kind.form, "", kind.delimiter) if kind else TableKind("jsonl")


@contextmanager
def _written_to(output: str) -> Iterator[BinaryIO]:
    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return

    path = Path(output)
    check_path(path)
    compression = path.suffix.lower() if path.suffix.lower() in (".gz", ".zst") else ""
    with writing(path), whole_file(path, compression) as target:
        yield target


def _decoded(body: bytes) -> str:
    return decoded(body)


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Repair line by line, those together that mail has broken."""
    for line in logical_lines(_decoded_lines(stream)):
        body = line.rstrip("\r\n")
        repaired = repair_document(body) if "\n" in body else repair_text(body)
        yield repaired.text + line[len(body) :]


def _decoded_lines(stream: BinaryIO) -> Iterator[str]:
    """Take lines of UTF-8 as they come; any other charset is decided on the whole."""
    for raw in stream:
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError:
            yield from LINE.findall(_decoded(raw + stream.read()))
            return
        yield line


def _each_line(stream: BinaryIO, target: BinaryIO) -> None:
    bad = _Named()
    for number, raw in enumerate(stream, 1):
        if not raw.strip():
            continue
        row = json_row(number, raw)
        if not isinstance(row, BadRow) and not isinstance(row[1].get("text"), str):
            row = BadRow(number, 'a JSON object with a string "text" is needed')
        if isinstance(row, BadRow):
            bad.name("line", row)
            target.write(json_line({"line": number, "error": row.problem}))
        else:
            target.write(_json_of(row[1]["text"], row[1]))
        target.flush()
    bad.finish()


def _json_of(text: str, given: dict[str, Any]) -> bytes:
    repaired = repair_document(text)
    return json_line({**given, "text": repaired.text, **as_record(repaired)})


def _repair_table(
    file: str, kind: TableKind, output: str, fields: tuple[str, ...], processes: int
) -> None:
    target = kind_of(output) if output != "-" else kind
    if target is None:
        raise ConfigError(f"{output}: ends in none of .csv, .tsv, .jsonl, .parquet")
    if output != "-" and file != "-" and Path(output).resolve() == Path(file).resolve():
        raise ConfigError(f"{output}: is the file that is read; name another one")
    is_passed_on = keeps_bad_rows(target, kind)
    bad = _Named()
    size = Path(file).stat().st_size // 1024 if file != "-" and Path(file).is_file() else 0
    with open_table(file, kind) as (table, below), _progress("repair, KB read", output) as report:
        _check_columns(file, table, fields)
        with open_writer(output, target, table) as write:
            for chunk in Repairer(fields, processes).repaired(table.chunks):
                what = "line" if kind.form == "jsonl" else "row"
                for row in (each for each in chunk.rows if isinstance(each, BadRow)):
                    bad.name(what, row, is_left_out=not is_passed_on)
                for row in write(chunk):
                    bad.name(what, row)
                if below is not None and not below.closed:
                    report(below.tell() // 1024, size)
    bad.finish()


def _check_columns(file: str, table: InputTable, fields: tuple[str, ...]) -> None:
    twice = [name for name, count in Counter(table.columns or ()).items() if count > 1]
    if twice:
        raise ConfigError(
            f"{file}: has several columns {_short(twice[0])!r}; give each a name of its own"
        )
    missing = [name for name in fields if table.columns is not None and name not in table.columns]
    if missing:
        # A name may be anything, also of a file that is no table at all.
        known = ", ".join(map(_short, (table.columns or [])[:_MOST_NAMED]))
        raise ConfigError(
            f"{file}: has no column {_short(repr(missing[0]))}; its columns are {known}"
        )


def _short(name: str, most: int = _LONGEST_NAME) -> str:
    shown = printable(name).replace("\n", "\\n")
    return shown if len(shown) <= most else f"{shown[:most]}…"


class _Named:
    """Names bad rows on standard error, the first ones each, and ends with exit code 3."""

    def __init__(self) -> None:
        self.count = 0
        self.left_out = 0

    def name(self, what: str, row: BadRow, *, is_left_out: bool = False) -> None:
        self.count += 1
        self.left_out += is_left_out
        if self.count <= _MOST_NAMED:
            typer.echo(
                f"renmin: {what} {row.number}: {_short(row.problem, _LONGEST_PROBLEM)}", err=True
            )

    def finish(self) -> None:
        if self.count > _MOST_NAMED:
            typer.echo(f"renmin: {self.count - _MOST_NAMED} more bad rows", err=True)
        if self.left_out:
            typer.echo(
                f"renmin: bad rows left out, since the output has another form: {self.left_out}",
                err=True,
            )
        if self.count:
            raise typer.Exit(_BAD_ROWS)

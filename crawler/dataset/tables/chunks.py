"""Read a table chunk by chunk, whatever charset its text is in; its name says of which kind it is."""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO, Final, Literal

import orjson

from crawler.dataset.files import DAMAGED, damage, opened, unpacked
from crawler.dataset.formats import COMPRESSIONS
from crawler.dataset.schema import load_pyarrow
from crawler.errors import ConfigError
from crawler.text.charset.decide import decide, decode

Form = Literal["csv", "jsonl", "parquet"]

_FORMS: Final[dict[str, Form]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
CHUNK_ROWS: Final = 200
CHUNK_CHARACTERS: Final = 200_000


@dataclass(frozen=True, slots=True)
class TableKind:
    """How a table is written.

    Attributes:
        form: ``csv``, ``jsonl`` or ``parquet``.
        compression: ``.gz``, ``.zst``, or empty.
        delimiter: Between the columns of CSV.
    """

    form: Form
    compression: str = ""
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be repaired.

    Attributes:
        number: From 1; of JSONL the line, of others the row under the header.
        problem: What is wrong with it.
        raw: Its bytes without the line end, where the file has lines; else empty.
    """

    number: int
    problem: str
    raw: bytes = b""


@dataclass(slots=True)
class Chunk:
    """Some rows in order.

    Attributes:
        rows: Number and values of each; a row that could not be read is a :class:`BadRow`.
        batch: The same rows as Arrow has them, of Parquet alone.
    """

    rows: list[tuple[int, dict[str, Any]] | BadRow] = field(default_factory=list)
    batch: Any = None


def kind_of(name: str) -> TableKind | None:
    """Tell the kind of table by its name; ``None`` if it is none, but a text.

    Raises:
        ConfigError: A compressed Parquet file, which nobody reads: Parquet compresses itself.

    >>> kind_of("a/notes.csv.gz")
    TableKind(form='csv', compression='.gz', delimiter=',')
    """
    lower = name.lower()
    compression = next((each for each in COMPRESSIONS if lower.endswith(each)), "")
    bare = lower.removesuffix(compression)
    ending = next((each for each in _FORMS if bare.endswith(each)), None)
    if ending is None:
        return None
    form = _FORMS[ending]
    if form == "parquet" and compression:
        raise ConfigError(f"{name}: Parquet compresses itself; name it without {compression}")
    return TableKind(form, compression, "\t" if ending == ".tsv" else ",")


_HEAD: Final = 1 << 18  # bytes by which the charset of CSV is decided
_LONGEST_LINE: Final = 1 << 26  # bytes; longer is no row of text
# What may be a number that orjson rounds to infinity or to a fraction of a long integer.
_LARGE = re.compile(rb"[0-9]{17}|[0-9][eE][+]?[0-9]{2}")
# A line behind the last; what stands behind an open quotation mark has it inside.
_END: Final = "\uffff\ufffe\uffff"


@dataclass(slots=True)
class InputTable:
    """An open table.

    Attributes:
        kind: How it is written.
        columns: Their names, in order; ``None`` of JSONL, where each row has its own.
        chunks: The rows, to be taken once.
        schema: Arrow's, of Parquet alone.
        line_end: How its lines end.
        mark: The byte order mark that it began with, or nothing.
    """

    kind: TableKind
    columns: list[str] | None
    chunks: Iterator[Chunk]
    schema: Any = None
    line_end: str = "\n"
    mark: bytes = b""


@contextmanager
def open_table(name: str, kind: TableKind) -> Iterator[tuple[InputTable, BinaryIO | None]]:
    """Open a table, and the file below it, by whose place progress is told.

    Args:
        name: A path, or ``-`` for standard input.
        kind: How it is written.

    Raises:
        ConfigError: It cannot be read, its compression or its Parquet is damaged (this also while
            chunks are taken), or pyarrow is missing.
    """
    with ExitStack() as stack:
        if name == "-":
            yield _table(name, sys.stdin.buffer, kind, stack), None
            return
        file = stack.enter_context(opened(name))
        yield _table(name, file, kind, stack), file


def _table(name: str, file: BinaryIO, kind: TableKind, stack: ExitStack) -> InputTable:
    if kind.form == "parquet":
        return _parquet(name, file, kind)
    stream = io.BufferedReader(unpacked(file, kind.compression), _HEAD)
    stack.callback(stream.detach)  # the file below it is closed by its owner
    if kind.form == "jsonl":
        return InputTable(kind, None, _named(name, _chunked(_json_rows(stream))))
    return _csv(name, stream, kind, stack)


def _named(name: str, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    try:
        yield from chunks
    except DAMAGED as error:
        raise ConfigError(f"{name}: {damage(error)}") from error


def _chunked(rows: Iterable[tuple[int, dict[str, Any]] | BadRow]) -> Iterator[Chunk]:
    chunk, size = Chunk(), 0
    for row in rows:
        chunk.rows.append(row)
        if not isinstance(row, BadRow):
            size += sum(len(value) for value in row[1].values() if isinstance(value, str))
        if len(chunk.rows) >= CHUNK_ROWS or size >= CHUNK_CHARACTERS:
            yield chunk
            chunk, size = Chunk(), 0
    if chunk.rows:
        yield chunk


def _json_rows(stream: BinaryIO) -> Iterator[tuple[int, dict[str, Any]] | BadRow]:
    number = 0
    while raw := stream.readline(_LONGEST_LINE):
        number += 1
        if not raw.strip():
            continue
        if len(raw) >= _LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := stream.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield BadRow(number, f"the line is longer than {_LONGEST_LINE >> 20} MB")
            continue
        yield json_row(number, raw.rstrip(b"\r\n"))


def json_row(number: int, raw: bytes) -> tuple[int, dict[str, Any]] | BadRow:
    """The object in a line of JSON; half of a surrogate pair and any charset will do.

    A number that would not come out as it went in (1e400, NaN) makes a bad row.
    """
    try:
        given: Any = None if _LARGE.search(raw) else orjson.loads(raw)
    except ValueError:
        given = None
    if given is None:
        try:
            given = json.loads(
                decoded(raw), parse_float=_finite, parse_int=_whole, parse_constant=_finite
            )
        except json.JSONDecodeError as error:
            what = error.msg[:1].lower() + error.msg[1:].removesuffix(" at").rstrip(": ")
            return BadRow(number, f"is no JSON: {what}, at character {error.pos + 1}", raw)
        except RecursionError:
            return BadRow(number, "its lists and objects are nested too deeply", raw)
        except ValueError as error:
            return BadRow(number, str(error), raw)
    if not isinstance(given, dict):
        return BadRow(number, "a JSON object is needed", raw)
    return number, given


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"the number {digits[:40]} is none that JSON can hold here")
    return value


def _whole(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # Python's limit
        raise ValueError(f"a number of {len(digits)} digits is none of a table") from None


def decoded(body: bytes) -> str:
    """Decode in the charset that the bytes are in; without a copy of them if it is UTF-8."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return decode(body, decide(body))


def _csv(
    name: str, stream: io.BufferedReader[Any], kind: TableKind, stack: ExitStack
) -> InputTable:
    try:
        head = stream.peek(_HEAD)
    except DAMAGED as error:
        raise ConfigError(f"{name}: {damage(error)}") from error
    whole_lines = head[: head.rfind(b"\n") + 1] or head
    codec = decide(whole_lines).decided
    csv.field_size_limit(_LONGEST_LINE)
    source = _Lines(chain(_lines(stream, codec, stack), (_END,)))
    rows = csv.reader(source, delimiter=kind.delimiter)
    try:
        columns = next(rows, [])
    except csv.Error as error:
        raise ConfigError(f"{name}: no CSV: {_csv_problem(error)}") from error
    if columns[-1:] != [_END] and "".join(columns[-1:]).endswith(_END):
        raise ConfigError(f"{name}: no CSV: {_open_mark(1)}")
    source.taken()
    if columns in ([], [_END]):
        raise ConfigError(f"{name}: is empty; CSV begins with the names of its columns")
    line_end = "\r\n" if b"\r\n" in head[: head.find(b"\n") + 1] else "\n"
    chunks = _named(name, _chunked(_csv_rows(rows, columns, source)))
    mark = codecs.BOM_UTF8 if head.startswith(codecs.BOM_UTF8) else b""
    return InputTable(kind, columns, chunks, line_end=line_end, mark=mark)


def _lines(stream: io.BufferedReader[Any], codec: str, stack: ExitStack) -> Iterator[str]:
    """The lines of a table with their ends, each in the charset that it is in.

    Tables that were put together from several sources mix UTF-8 with another charset. In UTF-16
    and the like a line end is no byte, so such a table is read as a whole.
    """
    if "\n".encode(codec) != b"\n":
        text = io.TextIOWrapper(stream, codec, errors="replace", newline="")
        stack.callback(text.detach)
        yield from text
        return
    mark = codecs.BOM_UTF8
    for raw in stream:
        line = raw.removeprefix(mark)
        mark = b""
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            yield _as_table(line, codec)


def _as_table(line: bytes, codec: str) -> str:
    try:
        return line.decode(codec)
    except UnicodeDecodeError:
        return decode(line, decide(line))


class _Lines:
    """Lines of CSV, which keeps those of the row that is read: a bad one is passed on as it is."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._row: list[str] = []
        self._before = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self._row.append(next(self._lines))
        return self._row[-1]

    def taken(self) -> tuple[int, bytes]:
        """The first line of the row, from 1, and its bytes without the line end."""
        first = self._before + 1
        raw = "".join(self._row).removesuffix(_END).rstrip("\r\n")
        self._before += len(self._row)
        self._row.clear()
        return first, raw.encode("utf-8", "surrogatepass")


def _open_mark(line: int) -> str:
    return f"a quotation mark is opened in line {line} or behind, and never closed"


def _csv_problem(error: csv.Error) -> str:
    if "new-line" in str(error):
        return "a carriage return stands inside of a line"
    if "field limit" in str(error):
        return f"a field is longer than {_LONGEST_LINE >> 20} MB"
    return str(error)


def _csv_rows(
    rows: Iterator[list[str]], columns: list[str], source: _Lines
) -> Iterator[tuple[int, dict[str, Any]] | BadRow]:
    number = 0
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadRow(number, _csv_problem(error), source.taken()[1])
            continue
        first, raw = source.taken()
        if not row:
            number -= 1
        elif row[-1].endswith(_END):
            if row != [_END]:
                yield BadRow(number, _open_mark(first), raw)
        elif len(row) != len(columns):
            yield BadRow(number, f"{len(row)} columns instead of {len(columns)}", raw)
        else:
            yield number, dict(zip(columns, row, strict=True))


def _parquet(name: str, file: BinaryIO, kind: TableKind) -> InputTable:
    pyarrow = load_pyarrow()
    if not file.seekable():
        file = io.BytesIO(file.read())
    try:
        source = pyarrow.parquet.ParquetFile(file)
    except (pyarrow.ArrowException, OSError) as error:
        raise ConfigError(f"{name}: no Parquet that can be read: {error}") from error
    return InputTable(
        kind, source.schema_arrow.names, _batches(name, source), schema=source.schema_arrow
    )


def _batches(name: str, source: Any) -> Iterator[Chunk]:
    pyarrow = load_pyarrow()
    number = 0
    try:
        for batch in source.iter_batches(batch_size=CHUNK_ROWS):
            chunk = Chunk(batch=batch)
            for values in _python_times(batch).to_pylist():
                number += 1
                chunk.rows.append((number, values))
            yield chunk
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise ConfigError(f"{name}: cannot be read behind row {number}: {error}") from error


def _python_times(batch: Any) -> Any:
    """The batch with its nanoseconds as microseconds, of which Python has values."""
    pyarrow = load_pyarrow()
    columns = []
    for name in batch.schema.names:
        column = batch.column(name)
        if pyarrow.types.is_timestamp(column.type) and column.type.unit == "ns":
            column = column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)
        columns.append(column)
    return pyarrow.RecordBatch.from_arrays(columns, names=batch.schema.names)

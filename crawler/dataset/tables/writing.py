"""Repair the texts of a table's rows, and write it chunk by chunk.

The rows stay in order, on one core or on several. The file is whole or not there; or it is standard
output.
"""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from crawler.dataset.files import check_path, whole_file, writing
from crawler.dataset.formats import on_one_line
from crawler.dataset.schema import load_pyarrow
from crawler.dataset.tables.chunks import BadRow, Chunk, InputTable, TableKind
from crawler.errors import ConfigError, RenminError
from crawler.text.mojibake.document import repair_documents
from crawler.text.mojibake.result import Repaired, as_record

_WAITING: Final = 3  # chunks for each process, so that none is idle and memory is bounded


@dataclass(frozen=True, slots=True)
class Repairer:
    """How rows are repaired.

    Attributes:
        fields: Names of the columns; each holds a text, a list of paragraphs, or nothing.
        processes: How many work at the same time.
    """

    fields: tuple[str, ...]
    processes: int = 1

    def repaired(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Each chunk with its rows repaired, in order.

        A row whose fields are no text stays as it is and is followed by its :class:`BadRow`,
        which has no bytes: it is to be named, not written.
        """
        if self.processes == 1:
            yield from map(self._chunk, chunks)
            return
        context = multiprocessing.get_context("spawn")
        with _ended(ProcessPoolExecutor(self.processes, mp_context=context)) as pool:
            waiting: deque[tuple[Chunk, Future[list[Any]]]] = deque()
            for chunk in chunks:
                with _deaf():
                    waiting.append((chunk, pool.submit(self._rows, chunk.rows)))
                if len(waiting) >= _WAITING * self.processes:
                    yield _done(*waiting.popleft())
            while waiting:
                yield _done(*waiting.popleft())

    def _chunk(self, chunk: Chunk) -> Chunk:
        return replace(chunk, rows=self._rows(chunk.rows))

    def _rows(self, rows: list[tuple[int, dict[str, Any]] | BadRow]) -> list[Any]:
        done: list[tuple[int, dict[str, Any]] | BadRow] = []
        for row in rows:
            if isinstance(row, BadRow):
                done.append(row)
                continue
            number, values = row
            if problem := self.problem(number, values):
                done += [row, problem]
            else:
                done.append((number, self._row(values)))
        return done

    def problem(self, number: int, values: dict[str, Any]) -> BadRow | None:
        """What is wrong with a row of which a field is missing or no text; else ``None``."""
        for name in self.fields:
            if name not in values:
                return BadRow(number, f"there is no {name!r}")
            value = values[name]
            if isinstance(value, list) and all(isinstance(part, str) for part in value):
                continue
            if value is not None and not isinstance(value, str):
                return BadRow(number, f"{name!r} is no text")
        return None

    def _row(self, values: dict[str, Any]) -> dict[str, Any]:
        """The row with its texts repaired as one document, and what was done in ``repair``."""
        texts: list[str] = []
        for name in self.fields:
            value = values[name]
            texts += value if isinstance(value, list) else [value or ""]
        answers = iter(repair_documents(texts))
        done: dict[str, Any] = {}
        new = dict(values)
        for name in self.fields:
            value = values[name]
            parts = [next(answers) for _ in (value if isinstance(value, list) else [value])]
            if value is not None:
                new[name] = (
                    [part.text for part in parts] if isinstance(value, list) else parts[0].text
                )
            if news := _news(parts, numbered=isinstance(value, list)):
                done[name] = news
        new[REPAIR] = done or values.get(REPAIR)  # what an earlier repair did stays told
        return new


def _news(parts: list[Repaired], *, numbered: bool) -> Any:
    """What was done to a text, or to which of its paragraphs; ``None`` if nothing was."""
    if numbered:
        return [
            {"paragraph": number, **as_record(part)}
            for number, part in enumerate(parts)
            if _has_news(part)
        ] or None
    return as_record(parts[0]) if _has_news(parts[0]) else None


def _has_news(part: Repaired) -> bool:
    return bool(part.repairs or part.doubts or part.damage or part.hopeless)


@contextmanager
def _ended(pool: ProcessPoolExecutor) -> Iterator[ProcessPoolExecutor]:
    """The pool, whose processes are ended at once if the work is broken off."""
    try:
        with pool:
            try:
                yield pool
            except BaseException:
                for process in list(pool._processes.values()):  # Python 3.14 has a method for it
                    process.terminate()
                raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf() -> Iterator[None]:
    """Within: Ctrl-C waits, and for the processes that begin here for ever: the parent ends them.

    A handler of theirs would come too late, behind all that they import.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _done(chunk: Chunk, future: Future[list[Any]]) -> Chunk:
    return replace(chunk, rows=future.result())


REPAIR: Final = "repair"
"""The column that says what was done to a row; empty where nothing was."""

Write = Callable[[Chunk], list[BadRow]]
"""Writes a chunk and gives back the rows that did not fit."""


@contextmanager
def open_writer(name: str, kind: TableKind, table: InputTable) -> Iterator[Write]:
    """Open a table for writing; the file takes its name when the block ends well.

    Args:
        name: A path, or ``-``.
        kind: How to write it.
        table: The one that is read, for its columns.

    Raises:
        ConfigError: It cannot be written there, or pyarrow is missing.
    """
    if name == "-":
        if kind.form == "parquet":
            raise ConfigError("Parquet cannot be printed; name a file: --output repaired.parquet")
        yield _WRITERS[kind.form](sys.stdout.buffer, kind, table)
        sys.stdout.buffer.flush()
        return
    path = Path(name)
    check_path(path)
    with writing(path), whole_file(path, kind.compression) as file:
        if kind.form == "parquet":
            with _parquet(file, table) as write:
                yield write
        else:
            yield _WRITERS[kind.form](file, kind, table)


def json_line(record: dict[str, Any]) -> bytes:
    """One line of JSON, with its line feed; half of a surrogate pair is written as an escape."""
    try:
        line = orjson.dumps(record, default=str)
    except TypeError:
        line = json.dumps(record, separators=(",", ":"), default=str).encode()
    return on_one_line(line) + b"\n"


def keeps_bad_rows(written: TableKind, read: TableKind) -> bool:
    """Whether a bad row can be passed on as it is: only among rows of the same form."""
    return (written.form, written.delimiter) == (read.form, read.delimiter)


def _jsonl(file: BinaryIO, kind: TableKind, table: InputTable) -> Write:
    is_passed_on = keeps_bad_rows(kind, table.kind)

    def write(chunk: Chunk) -> list[BadRow]:
        for row in chunk.rows:
            if not isinstance(row, BadRow):
                file.write(json_line(row[1]))
            elif row.raw and is_passed_on:
                file.write(row.raw + b"\n")
        return []

    return write


def _csv(file: BinaryIO, kind: TableKind, table: InputTable) -> Write:
    columns: list[str] = [*(table.columns or [])]

    def line(values: list[str]) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=kind.delimiter, lineterminator=table.line_end).writerow(values)
        return text.getvalue().encode("utf-8", "backslashreplace")

    is_begun = False
    is_passed_on = keeps_bad_rows(kind, table.kind)

    def begin(names: Iterable[str]) -> None:
        nonlocal columns, is_begun
        if not is_begun:
            columns = list(dict.fromkeys([*(columns or names), REPAIR]))
            file.write(table.mark + line(columns))
            is_begun = True

    def write(chunk: Chunk) -> list[BadRow]:
        bad = []
        for row in chunk.rows:
            if isinstance(row, BadRow):
                if row.raw and is_passed_on:
                    begin(())
                    file.write(row.raw + table.line_end.encode())
                continue
            number, values = row
            begin(values)
            bad += _unknown(number, values, columns)
            file.write(line([_cell(values.get(name)) for name in columns]))
        return bad

    return write


def _unknown(number: int, values: dict[str, Any], columns: Collection[str]) -> list[BadRow]:
    """What a row has that the first row had not; the column is left out."""
    return [
        BadRow(number, f"{name!r} is left out, which the first row has not")
        for name in values
        if name not in columns
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


_WRITERS: Final[dict[str, Callable[[BinaryIO, TableKind, InputTable], Write]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
}


@contextmanager
def _parquet(file: BinaryIO, table: InputTable) -> Iterator[Write]:
    pyarrow = load_pyarrow()
    schema = None if table.schema is None else _with_repair(table.schema)
    writer: Any = None

    def write(chunk: Chunk) -> list[BadRow]:
        nonlocal writer, schema
        rows = [row for row in chunk.rows if not isinstance(row, BadRow)]
        if not rows:
            return []
        schema = schema or _with_repair(_inferred([values for _, values in rows]))
        writer = writer or pyarrow.parquet.ParquetWriter(file, schema, compression="zstd")
        batch, bad = _batch(rows, chunk.batch, schema)
        writer.write_batch(batch)
        return bad

    try:
        yield write
        if writer is None and schema is None:
            raise RenminError("no row could be read, so no Parquet was written")
        writer = writer or pyarrow.parquet.ParquetWriter(file, schema, compression="zstd")
    finally:
        if writer is not None:
            writer.close()


def _inferred(rows: list[dict[str, Any]]) -> Any:
    pyarrow = load_pyarrow()
    try:
        schema = pyarrow.RecordBatch.from_pylist(rows).schema
    except pyarrow.ArrowException as error:
        raise RenminError(f"the first rows do not fit into columns: {error}") from error
    # A column that is empty in the first rows holds text, if anything.
    fields = [
        pyarrow.field(
            each.name, pyarrow.string() if pyarrow.types.is_null(each.type) else each.type
        )
        for each in schema
    ]
    return pyarrow.schema(fields)


def _with_repair(schema: Any) -> Any:
    pyarrow = load_pyarrow()
    if REPAIR in schema.names:
        schema = schema.remove(schema.get_field_index(REPAIR))
    return schema.append(pyarrow.field(REPAIR, pyarrow.string()))


def _batch(
    rows: list[tuple[int, dict[str, Any]]], batch: Any, schema: Any
) -> tuple[Any, list[BadRow]]:
    """Rows as Arrow: columns that no repair has touched are the given ones."""
    pyarrow = load_pyarrow()
    texts = {each.name for each in schema if pyarrow.types.is_string(each.type)}
    bad: list[BadRow] = []
    kept = []
    for number, values in rows:
        bad += _unknown(number, values, schema.names)
        as_row = {
            name: _cell(value) if name in texts and value is not None else value
            for name, value in values.items()
        }
        try:
            pyarrow.RecordBatch.from_pylist([as_row], schema=schema)
        except (pyarrow.ArrowException, TypeError, ValueError, OverflowError) as error:
            bad.append(BadRow(number, f"does not fit the columns of the first rows: {error}"))
            continue
        kept.append(as_row)
    made = pyarrow.RecordBatch.from_pylist(kept, schema=schema)
    if batch is None or len(kept) < len(rows):
        return made, bad
    given = {name: batch.column(name) for name in batch.schema.names if not _is_text(batch, name)}
    columns = [given.get(name, made.column(name)) for name in schema.names]
    return pyarrow.RecordBatch.from_arrays(columns, schema=schema), bad


def _is_text(batch: Any, name: str) -> bool:
    """Whether a repair may have changed the column."""
    pyarrow = load_pyarrow()
    kind = batch.schema.field(name).type
    kind = (
        kind.value_type
        if pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind)
        else kind
    )
    return name == REPAIR or pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)

"""The formats of a data set, written and read again: a row each, by the name that ``--format`` takes.

Behind a name, and behind a file's ending, ``.gz`` or ``.zst`` compresses what is not compressed
already.

=========  ==================================================================================
jsonl      one record a line, UTF-8, sorted by address; the form that loses nothing
csv        one row an article, for spreadsheets: nested values as JSON, lists joined by line
           ends, an empty list ``[]``, an unknown value an empty cell
parquet    typed by the schema, whatever is in it; for data frames and for big data sets
txt        title, source line, body, captions, for reading and for corpora; in a folder each
           article is a file of its own, which is what corpus tools open
=========  ==================================================================================
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import orjson
import zstandard

from crawler.dataset.schema import SCHEMA, Field, arrow_schema, batches, load_pyarrow
from crawler.errors import ConfigError

Records: TypeAlias = Iterable[Mapping[str, Any]]

COMPRESSIONS = (".gz", ".zst")
# A spreadsheet takes a cell that begins so for a formula, also behind a tab or a line's end: the
# text comes from pages, and pages are not to be trusted with somebody's spreadsheet.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# JSON allows three characters as they are that many programs take for the end of a line.
LINE_ENDS = tuple((end.encode(), f"\\u{ord(end):04x}".encode()) for end in "\u0085\u2028\u2029")


def write_jsonl(
    records: Records,
    file: BinaryIO,
    fields: Sequence[Field] = SCHEMA,  # noqa: ARG001 - the records have them
) -> None:
    """Write ``records`` to ``file``, in their order, fields in the order of the record."""
    for record in records:
        file.write(json_line(record))


def json_line(record: Mapping[str, Any]) -> bytes:
    """One record as one line."""
    return on_one_line(orjson.dumps(record)) + b"\n"


def on_one_line(text: bytes) -> bytes:
    """JSON without the characters that many programs take for the end of a line: as escapes."""
    for character, escape in LINE_ENDS:
        if character in text:
            text = text.replace(character, escape)
    return text


def write_csv(records: Records, file: BinaryIO, fields: Sequence[Field] = SCHEMA) -> None:
    """Write ``records`` to ``file`` with a header, as UTF-8 with a mark so that Excel reads it."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    names = [field.name for field in fields]
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([cell(record[name]) for name in names] for record in records)
    text.flush()
    text.detach()


def cell(value: Any) -> str:
    r"""A value as the text of a cell.

    >>> cell(["一", "二"]), cell([]), cell(None), cell(True), cell("=1+1")
    ('一\n二', '[]', '', 'true', "'=1+1")
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value and isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = "\n".join(value)
    elif isinstance(value, dict | list):
        value = orjson.dumps(value).decode()
    return defused(value) if isinstance(value, str) else str(value)


def defused(text: str) -> str:
    """``text``, behind an apostrophe if it begins like a formula.

    >>> defused("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(DANGEROUS) else text


def write_parquet(records: Records, file: BinaryIO, fields: Sequence[Field] = SCHEMA) -> None:
    """Write ``records`` to ``file``, a row group for every 5,000.

    Raises:
        ConfigError: pyarrow (extra: parquet) is not installed.
    """
    parquet = load_pyarrow().parquet
    with parquet.ParquetWriter(file, arrow_schema(fields), compression="zstd") as writer:
        for batch in batches(records, fields):
            writer.write_batch(batch)


def write_txt(
    records: Records,
    file: BinaryIO,
    fields: Sequence[Field] = SCHEMA,  # noqa: ARG001 - which it prints is its own business
) -> None:
    """Write ``records`` to ``file`` as UTF-8, parted by lines of dashes."""
    for record in records:
        file.write((text_of(record) + "-" * 40 + "\n").encode())


def text_of(record: Mapping[str, Any]) -> str:
    """One article as plain text; of a flat record its text alone."""
    if "doc_id" in record:
        return f"{record['text']}\n"
    head = [record["kicker"], record["title"], record["subtitle"]]
    about = [record["published_at"], record["source"], record["url"]]
    lines = [*filter(None, head), " | ".join(filter(None, about)), "", *_body(record)]
    return "\n".join(lines) + "\n"


def _body(record: Mapping[str, Any]) -> list[str]:
    """Paragraphs and captions in their places; captions that are the text too stand once."""
    body = [] if record["text_is_captions"] else list(record["paragraphs"])
    places = ((photo["before_paragraph"], _caption(photo)) for photo in record["photos"])
    captions = [(place, caption) for place, caption in places if caption]
    if not body:
        return [caption for _, caption in captions]
    for place, caption in reversed(captions):
        body.insert(place, caption)
    return body


def _caption(photo: Mapping[str, Any]) -> str:
    caption = " ".join(filter(None, (photo["caption"], photo["credit"])))
    return f"[图] {caption}" if caption else ""


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written.

    Attributes:
        kind: Its name without a compression; behind a dot, its file's ending.
        write: Writes records with these fields to a file.
        is_compressed: Whether the format compresses by itself.
        needs_whole_records: Whether it chooses the fields itself, as plain text does.
        compression: ``.gz``, ``.zst`` or nothing.
    """

    kind: str
    write: Callable[[Records, BinaryIO, Sequence[Field]], None]
    is_compressed: bool = False
    needs_whole_records: bool = False
    compression: str = ""

    @property
    def name(self) -> str:
        """As ``--format`` takes it: ``jsonl.zst``."""
        return self.kind + self.compression

    @property
    def suffix(self) -> str:
        """What a file of this format ends in."""
        return f".{self.name}"


JSONL = Format("jsonl", write_jsonl)
FORMATS = {
    form.kind: form
    for form in (
        Format("csv", write_csv),
        JSONL,
        Format("parquet", write_parquet, is_compressed=True),
        Format("txt", write_txt, needs_whole_records=True),
    )
}


def known() -> str:
    """The names of all formats, for a message.

    >>> "jsonl" in known()
    True
    """
    return f"{', '.join(FORMATS)}, also with .gz or .zst behind the name"


def named(name: str) -> Format:
    """The format of this name.

    Raises:
        ConfigError: There is none; the message has those that there are.

    >>> named("jsonl.zst").suffix
    '.jsonl.zst'
    """
    bare, compression = _parted(name.strip().lower().removeprefix("."))
    # What the first edition called it.
    form = FORMATS.get({"text": "txt"}.get(bare, bare))
    if form is None:
        raise ConfigError(f"--format {name}: unknown; known formats are {known()}")
    return _compressed(form, compression, f"--format {name}")


def by_ending(path: str) -> Format:
    """The format that a file's ending names; JSONL for standard output, ``-``.

    Raises:
        ConfigError: No format has this ending; the message has those that have one.

    >>> by_ending("out/a.CSV").name
    'csv'
    """
    if path == "-":
        return JSONL
    bare, compression = _parted(path.lower())
    for form in FORMATS.values():
        if bare.endswith(form.suffix):
            return _compressed(form, compression, path)
    endings = " ".join(form.suffix for form in FORMATS.values())
    raise ConfigError(
        f"{path}: its ending names no format; known endings are {endings}, also with .gz or .zst; "
        "or say which with --format"
    )


def _compressed(form: Format, compression: str, asked: str) -> Format:
    if compression and form.is_compressed:
        raise ConfigError(f"{asked}: {form.suffix} is compressed already; name it so")
    return replace(form, compression=compression)


def _parted(name: str) -> tuple[str, str]:
    compression = next((each for each in COMPRESSIONS if name.endswith(each)), "")
    return name.removesuffix(compression), compression


ENDINGS = (".parquet", ".jsonl", ".jsonl.zst")


def files_of(folder: Path) -> list[Path]:
    """The files of records below a folder, in order.

    Raises:
        ConfigError: There is none.
    """
    found = sorted(path for path in folder.rglob("*") if path.name.endswith(ENDINGS))
    if not found:
        raise ConfigError(f"{folder}: no file in it ends in {', '.join(ENDINGS)}")
    return found


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file, times and days as text, a few in memory at a time.

    Raises:
        ConfigError: It is not what its ending says.
    """
    try:
        yield from _rows_of_parquet(path) if path.suffix == ".parquet" else _lines(path)
    except (OSError, ValueError, zstandard.ZstdError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as raw:
        file: Any = raw
        if path.suffix == ".zst":
            file = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw))
        for line in file:
            yield orjson.loads(line)


def _rows_of_parquet(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet as pq  # noqa: PLC0415 (an extra)

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(500):
            yield from ({k: _plain(v) for k, v in row.items()} for row in batch.to_pylist())


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value

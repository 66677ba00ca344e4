"""The schema of the record, written once.

The record itself (:mod:`crawler.dataset.record`), the JSON Schema, the Arrow schema, the tables of
a data package and the table in docs/record.md are derived from :data:`SCHEMA`. Fields are only ever
added, at the end; a changed meaning raises ``crawler.SCHEMA_VERSION``.

Arrow tables are typed by it, and not by what happens to be in the records. pyarrow is an extra
(``parquet``): 170 MB that whoever wants JSON lines does not need.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from crawler import SCHEMA_VERSION
from crawler.errors import ConfigError
from crawler.items import DoubtReason

if TYPE_CHECKING:
    import pyarrow as pa

Scalar: TypeAlias = Literal["text", "integer", "number", "boolean", "instant", "day"]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; never null, an absent one is empty."""

    of: Kind


@dataclass(frozen=True, slots=True)
class Struct:
    """An object with these fields."""

    fields: tuple[Field, ...]


Kind: TypeAlias = Scalar | ListOf | Struct


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the record.

    Attributes:
        name: Its name.
        kind: What it holds: a scalar's name, :class:`ListOf` or :class:`Struct`.
        meaning: One sentence.
        nullable: Whether it may be null, which always means: not known, or there is none.
        values: All that it can be; empty if that is open.
        own: Whether a change of it is a change of the article, not only of its latest fetch.
    """

    name: str
    kind: Kind
    meaning: str
    nullable: bool = True
    values: tuple[str, ...] = ()
    own: bool = True


def _text(name: str, meaning: str = "", **options: Any) -> Field:
    return Field(name, "text", meaning, **options)


_DATELINE = Struct(
    (
        _text("text", "As printed, without the byline behind it.", nullable=False),
        _text("agency", "人民网, 新华社 …"),
        _text("place", "济南; null in 人民网讯."),
        _text("date", "As printed, 3月25日."),
    )
)
PHOTO = Struct(
    (
        _text("url", "Absolute address; null where only the caption survived."),
        _text("caption", "Without a credit behind it."),
        _text("credit", "As printed, 人民网 宋翠摄."),
        Field("before_paragraph", "integer", "Index of the paragraph behind it.", nullable=False),
        _text("sha256", "Of the picture, once it was fetched (renmin photos fetch).", own=False),
        Field("width", "integer", "Of the picture, in pixels.", own=False),
        Field("height", "integer", "Of the picture, in pixels.", own=False),
    )
)
_CHARSET = Struct(
    (
        _text("decided", "The codec that the bytes are really in.", nullable=False),
        _text("declared_header", "As the Content-Type header says."),
        _text("declared_meta", "As the page says."),
        Field("agrees", "boolean", "Whether all declarations mean it.", nullable=False),
        Field("score", "number", "Share that reads as ordinary text, 0 to 1.", nullable=False),
        _text("why", "One sentence.", nullable=False),
        _text("opinion", "What a detector said where it was asked."),
        Field("mixed", "boolean", "Whether runs of another encoding are in it.", nullable=False),
    )
)
_REPAIR = Struct(
    (
        _text("rule", "Its name.", nullable=False),
        Field("count", "integer", "How often.", nullable=False),
        Field("lossless", "boolean", "Whether all it wrote is forced.", nullable=False),
    )
)
_DOUBT = Struct(
    (
        _text("field", "Field of the record.", nullable=False),
        Field("paragraph", "integer", "Index into it where it is a list."),
        Field("start", "integer", "First code point.", nullable=False),
        Field("end", "integer", "One past the last.", nullable=False),
        _text("text", "What stands there.", nullable=False),
        Field("candidates", ListOf("text"), "What it may be, likeliest first.", nullable=False),
        _text("reason", "Why: docs/record.md.", nullable=False, values=get_args(DoubtReason)),
    )
)
_QUALITY = Struct(
    (
        Field(
            "likelihood",
            "number",
            "Mean log2 likelihood of a character; −6 to −9 for good text; null if undamaged.",
        ),
        Field("doubt_share", "number", "Characters under a doubt, of all.", nullable=False),
        Field("lossless", "boolean", "No doubt, and every repair forced.", nullable=False),
        Field("hopeless", "boolean", "So much is lost that it should be fetched again."),
    )
)
_RELATIONS = ("same_text", "reprint", "excerpt", "contains", "mirror", "revised")


def _list(name: str, of: Kind, meaning: str) -> Field:
    return Field(name, ListOf(of), meaning, nullable=False)


SCHEMA: tuple[Field, ...] = (
    _text("url", "Canonical address; the key.", nullable=False),
    _text("fetched_url", "Where it was fetched.", own=False),
    _text("channel", "Channel id; the host where that is no channel."),
    _text("node_id", "The site's number of the column; digits."),
    _text("content_id", "The site's number of the article; digits."),
    _text("title", "Headline.", nullable=False),
    _text("kicker", "Line above the headline (肩题)."),
    _text("subtitle", "Line below it (副题)."),
    _text("source", "Who published it first (来源), as printed."),
    Field("published_at", "instant", "When, +08:00; see published_precision."),
    Field("dateline", _DATELINE, "人民网济南3月25日电."),
    _list("authors", "text", "Reporters; nobody for being an editor."),
    _list("editors", "text", "责编, in order."),
    _list("paragraphs", "text", "The body in reading order."),
    _list("photos", PHOTO, "In reading order."),
    _text("script", "Of the printed text.", values=("Hans", "Hant")),
    _text(
        "template",
        "Page design; generic: none was recognised; mirror: a copy on another host.",
        nullable=False,
    ),
    Field("charset", _CHARSET, "The decision on the charset: docs/charsets.md.", own=False),
    _list("damage", "text", "Kinds of mis-encoding that were found, undone or not."),
    _list("repairs", _REPAIR, "What was undone: docs/repair.md."),
    _list("doubts", _DOUBT, "Places that were inferred or could not be restored."),
    _text("duplicate_of", "Canonical address of the original, if this is a copy."),
    _text("relation", "How it relates to it: docs/duplicates.md.", values=_RELATIONS),
    Field("revision", "integer", "1, and one more whenever the site changed it.", nullable=False),
    Field("fetched_at", "instant", "Latest fetch.", own=False),
    _text("body_sha256", "Of the raw bytes of its first page, hexadecimal.", own=False),
    Field("schema_version", "integer", "Of this record.", nullable=False, own=False),
    Field("published_on", "day", "The day of published_at in China."),
    _text(
        "published_precision",
        "minute, or day where 00:00 says nothing.",
        values=("minute", "day"),
    ),
    _text("published_from", "Where it was read.", values=("stamp", "meta", "address")),
    Field("first_seen_at", "instant", "When the store first had it.", own=False),
    Field(
        "changed_at",
        "instant",
        "When text, reading or marks last changed in the store; null while it stands as it came.",
        own=False,
    ),
    Field("similarity", "number", "How much of the shorter text is in the longer one, 0 to 1."),
    _text("column", "Label of the column that node_id numbers."),
    _text("province", "Of the channel, by its full name, 山东省."),
    _text("adcode", "Six digits of the channel's division, GB/T 2260."),
    Field(
        "text_is_captions",
        "boolean",
        "Whether the paragraphs are the photos' captions and nothing else.",
        nullable=False,
    ),
    Field("quality", _QUALITY, "How far the finished text can be trusted.", nullable=False),
    _text("code_version", "Of the code that extracted it.", own=False),
)

FLAT: tuple[Field, ...] = (
    _text("doc_id", "Unique, sorts by channel and day, fit for a file's name.", nullable=False),
    _text("text", "The paragraphs, a line each.", nullable=False),
    _text("title", "Headline.", nullable=False),
    Field("date", "day", "The day of publication in China."),
    _text("channel", "Channel id; the host where that is no channel."),
    _text("province", "Of the channel, by its full name."),
    _text("source", "Who published it first, as printed."),
    _text("authors", "Reporters, parted by semicolons; empty if none is named.", nullable=False),
    _text("url", "Canonical address.", nullable=False),
)

VALIDITY: tuple[Field, ...] = (
    Field("valid_from", "instant", "When this revision was first seen.", nullable=False),
    Field("valid_to", "instant", "When the next one was; null for the present one."),
)

_JSON_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "instant": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
}


def chosen(names: Sequence[str], fields: Sequence[Field] = SCHEMA) -> tuple[Field, ...]:
    """The fields of these names, in the order of the record.

    Raises:
        ConfigError: There is no such field; the message has those that there are.
    """
    known = {field.name for field in fields}
    for name in names:
        if name not in known:
            raise ConfigError(
                f"--fields {name}: no such field; there are {', '.join(f.name for f in fields)}"
            )
    return tuple(field for field in fields if field.name in names)


def json_schema(fields: Iterable[Field] = SCHEMA) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An article as renmin exports it",
        "version": SCHEMA_VERSION,
        **_object(fields),
    }


def _object(fields: Iterable[Field]) -> dict[str, Any]:
    fields = tuple(fields)
    return {
        "type": "object",
        "properties": {field.name: _property(field) for field in fields},
        "required": [field.name for field in fields],
    }


def _property(field: Field) -> dict[str, Any]:
    found = _json_kind(field.kind)
    if field.values:
        found = {**found, "enum": [*field.values, None] if field.nullable else [*field.values]}
    if field.nullable:
        found = {**found, "type": [found["type"], "null"]}
    return {**found, "description": field.meaning}


def _json_kind(kind: Kind) -> dict[str, Any]:
    if isinstance(kind, ListOf):
        return {"type": "array", "items": _json_kind(kind.of)}
    if isinstance(kind, Struct):
        return _object(kind.fields)
    return _JSON_TYPES[kind]


def form(kind: Kind) -> str:
    """What a kind looks like, for a table that people read.

    >>> form(ListOf("text"))
    'list of text'
    """
    if isinstance(kind, ListOf):
        return f"list of {form(kind.of)}"
    if isinstance(kind, Struct):
        return "{" + ", ".join(field.name for field in kind.fields) + "}"
    return {"instant": "time, +08:00", "day": "date"}.get(kind, kind)


def as_markdown(fields: Iterable[Field] = SCHEMA) -> str:
    """The table of the fields, as docs/record.md has it."""
    rows = ["| field | form | null | meaning |", "|---|---|---|---|"]
    for field in fields:
        what = " ".join(field.values) or form(field.kind)
        null = "yes" if field.nullable else ""
        rows.append(f"| `{field.name}` | {what} | {null} | {field.meaning} |")
    return "\n".join(rows) + "\n"


# Rows that become one batch, and one row group of a Parquet file.
BATCH = 5_000
ZONE = "Asia/Shanghai"


def load_pyarrow() -> ModuleType:
    """The library.

    Raises:
        ConfigError: It is not installed; the message says how it is.
    """
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError:
        raise ConfigError("Parquet and Arrow need pyarrow: pip install 'renmin[parquet]'") from None


def arrow_schema(fields: Iterable[Field] = SCHEMA) -> pa.Schema:
    """The Arrow schema of the fields: times with their zone, days as days, lists typed.

    Raises:
        ConfigError: pyarrow is not installed.
    """
    library = load_pyarrow()
    return library.schema(
        library.field(
            field.name,
            _type(library, field.kind),
            nullable=field.nullable,
            metadata={"meaning": field.meaning} if field.meaning else None,
        )
        for field in fields
    )


def batches(
    records: Iterable[Mapping[str, Any]], fields: Sequence[Field] = SCHEMA, size: int = BATCH
) -> Iterator[pa.RecordBatch]:
    """Records as batches of ``size`` rows.

    Raises:
        ConfigError: pyarrow is not installed.
    """
    library = load_pyarrow()
    schema = arrow_schema(fields)
    iterator = iter(records)
    while rows := list(itertools.islice(iterator, size)):
        columns = [_column(library, field, rows) for field in fields]
        yield library.RecordBatch.from_arrays(columns, schema=schema)


def _column(library: ModuleType, field: Field, rows: Sequence[Mapping[str, Any]]) -> pa.Array:
    values = [row[field.name] for row in rows]
    if field.kind in {"instant", "day"}:
        # Text as it stands in the record; Arrow reads a thousand times in the time that Python
        # needs for ten.
        return library.array(values, library.string()).cast(_type(library, field.kind))
    return library.array(values, _type(library, field.kind))


def _type(library: ModuleType, kind: Kind) -> pa.DataType:
    if isinstance(kind, ListOf):
        return library.list_(_type(library, kind.of))
    if isinstance(kind, Struct):
        return library.struct(
            [library.field(field.name, _type(library, field.kind)) for field in kind.fields]
        )
    return {
        "text": library.string(),
        "integer": library.int64(),
        "number": library.float64(),
        "boolean": library.bool_(),
        "instant": library.timestamp("ms", ZONE),
        "day": library.date32(),
    }[kind]

"""Records as Arrow tables, typed by the schema and not by what happens to be in them.

pyarrow is an extra (``parquet``): 170 MB that whoever wants JSON lines does not need.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from crawler.dataset.schema import SCHEMA, Field, Kind, ListOf, Struct
from crawler.errors import ConfigError

if TYPE_CHECKING:
    import pyarrow as pa

# Rows that become one batch, and one row group of a Parquet file.
BATCH = 5_000
ZONE = "Asia/Shanghai"


def pyarrow() -> ModuleType:
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
    library = pyarrow()
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
    library = pyarrow()
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

"""What a table is: its kind by its name, and the chunks of rows that it is read in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from crawler.errors import ConfigError

Form = Literal["csv", "jsonl", "parquet"]

_FORMS: Final[dict[str, Form]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
COMPRESSIONS: Final = (".gz", ".zst")
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

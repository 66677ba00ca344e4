"""Write what was asked for: a file or a folder, from one snapshot of the store."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from crawler.dataset import files, folder, increment
from crawler.dataset.folder import Extra
from crawler.dataset.increment import REMOVED, Increment
from crawler.dataset.manifest import Origin, Tally
from crawler.dataset.records import of_rows, records
from crawler.dataset.request import ExportRequest, Record
from crawler.errors import ConfigError
from crawler.store import selection
from crawler.store.selection import WHOLE, SplitPart

SPOOL = 16 * 1024 * 1024


def write(connection: Connection, request: ExportRequest, destination: str) -> Tally:
    """Export to ``destination``.

    Args:
        connection: Of the reading engine; its transaction is the snapshot.
        request: What is asked for.
        destination: A file, a folder (see :func:`is_folder`), or ``-``.

    Returns:
        The counts; if they are zero nothing was written.

    Raises:
        ConfigError: The destination cannot be used.
        DiskFullError: It could not be written; what was there before is untouched.
    """
    origin = _origin(connection, request)

    def of_part(part: SplitPart) -> Iterator[Record]:
        return (record for _, record in records(connection, request, part))

    if not is_folder(destination):
        return files.export(of_part(WHOLE), destination, request, origin)
    parts = selection.parts(connection, request.selection, request.split)
    return folder.export(of_part, parts, Path(destination), request, origin)


def write_changes(
    connection: Connection, request: ExportRequest, destination: str, named: str
) -> Increment:
    """Export what changed since another data set or a moment.

    A folder has the new articles under ``data/new``, the changed ones under ``data/changed``, and
    ``removed.jsonl``. A file has new and changed ones, and ``NAME.removed.jsonl`` beside it.

    Args:
        connection: Of the reading engine; its transaction is the snapshot.
        request: What is asked for.
        destination: A file or a folder.
        named: The other data set or its manifest, or a day or moment.

    Returns:
        The changes; if there are none nothing was written.

    Raises:
        ConfigError: Destination or ``named`` cannot be used.
        DiskFullError: It could not be written; what was there before is untouched.
    """
    if destination == "-":
        raise ConfigError("-: what was removed would be lost; name a file or a folder")
    with tempfile.SpooledTemporaryFile(max_size=SPOOL) as holds:
        found = increment.since(connection, request, named, holds)  # type: ignore[arg-type]
        holds.seek(0)
        if not found:
            return found
        extra = Extra(found.as_dict(), {REMOVED: found.lines()}, holds)  # type: ignore[arg-type]
        if is_folder(destination):
            _write_folder(connection, request, destination, found, extra)
        else:
            _write_file(connection, request, destination, found, extra)
    return found


def is_folder(destination: str) -> bool:
    """Whether a data set is to be a folder: it ends in a slash, or is a folder already."""
    return destination.endswith(("/", "\\")) or Path(destination).is_dir()


def _write_folder(
    connection: Connection, request: ExportRequest, destination: str, found: Increment, extra: Extra
) -> None:
    rows = {"new": found.new, "changed": found.changed}
    folder.export(
        lambda part: of_rows(connection, request, rows[part.name]),
        [SplitPart(name) for name, numbers in rows.items() if numbers],
        Path(destination),
        request,
        _origin(connection, request),
        extra,
    )


def _write_file(
    connection: Connection, request: ExportRequest, destination: str, found: Increment, extra: Extra
) -> None:
    rows = [*found.new, *found.changed]
    origin = _origin(connection, request)
    files.export(of_rows(connection, request, rows), destination, request, origin, extra.facts)
    path = Path(destination)
    with files.writing(path), files.whole_file(path.with_name(f"{path.name}.{REMOVED}")) as file:
        file.write(extra.files[REMOVED])


def _origin(connection: Connection, request: ExportRequest) -> Origin:
    moment = selection.high_water(connection)
    return Origin(
        high_water=moment.isoformat() if moment else None,
        copies_left_out=selection.copies_left_out(connection, request.selection),
        runs=selection.runs_behind(connection, request.selection),
    )

"""Write what was asked for: a file or a folder, from one snapshot of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from crawler.dataset import files, folder
from crawler.dataset.manifest import Origin, Tally
from crawler.dataset.records import records
from crawler.dataset.request import Record, Request
from crawler.store import selection
from crawler.store.selection import WHOLE, Part


def write(connection: Connection, request: Request, destination: str) -> Tally:
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

    def of_part(part: Part) -> Iterator[Record]:
        return (record for _, record in records(connection, request, part))

    if not is_folder(destination):
        return files.export(of_part(WHOLE), destination, request, origin)
    parts = selection.parts(connection, request.selection, request.split)
    return folder.export(of_part, parts, Path(destination), request, origin)


def is_folder(destination: str) -> bool:
    """Whether a data set is to be a folder: it ends in a slash, or is a folder already."""
    return destination.endswith(("/", "\\")) or Path(destination).is_dir()


def _origin(connection: Connection, request: Request) -> Origin:
    moment = selection.high_water(connection)
    return Origin(
        high_water=moment.isoformat() if moment else None,
        copies_left_out=selection.copies_left_out(connection, request.selection),
        runs=selection.runs_behind(connection, request.selection),
    )

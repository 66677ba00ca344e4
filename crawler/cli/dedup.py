"""``renmin dedup``: which texts of a file are copies of others."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from crawler.cli.options import Database, opened
from crawler.cli.output import progress_bar
from crawler.crawl.dedup_store import dedup_store, see_to_sketches, sketch_again
from crawler.dedup.lines import BadLine, duplicates, read
from crawler.errors import ConfigError, RenminError
from crawler.report.table import counted
from crawler.store.engine import crawl_lock

app = typer.Typer(add_completion=False)


@app.command()
def dedup(
    file: Annotated[
        str | None, typer.Argument(help="JSON lines; - for standard input.", show_default=False)
    ] = None,
    groups: Annotated[
        bool, typer.Option("--groups", help="Print one line an original that has copies.")
    ] = False,
    store: Annotated[
        bool, typer.Option("--store", help="Decide all articles of the database again instead.")
    ] = False,
    database: Database = None,
) -> None:
    r"""Say which texts are copies of an earlier one: reprints, excerpts, garbled mirrors' versions.

    A line is {"id": ..., "text": ...}, perhaps with a "title" and a "date", which count for texts
    under 100 characters; or a record as renmin export writes it. For each line one is printed, as
    soon as it is read: its id, the id that it is a duplicate of, the relation and the similarity;
    null for a new text. docs/duplicates.md explains the rules.

    With --store no file is read: all articles of the database are held against each other, across
    quarters and whatever the order in which they came, and the marks that differ are written.

    Exit codes: 0 done, 2 bad use, 3 some lines could not be used; standard error names them.

    \b
    Example:
        renmin export - --include-duplicates | renmin dedup --groups -
        renmin dedup --store
    """
    if store:
        if file or groups:
            raise ConfigError(f"--store {file or '--groups'}: the database is read, and no file")
        _dedup_store(database)
    elif file is None:
        raise ConfigError("no file named; name one of JSON lines, - for standard input, or --store")
    else:
        _dedup_file(file, groups=groups)


def _dedup_store(database: str | None) -> None:
    with opened(database) as held, crawl_lock(held):
        with held.writing.begin() as connection:
            fits = see_to_sketches(connection)
        if not fits:
            with progress_bar("sketching") as progress:
                typer.echo(f"{counted(sketch_again(held, progress), 'article')} sketched anew")
        with progress_bar("comparing") as progress:
            done = dedup_store(held, progress)
    typer.echo(
        f"{counted(done.articles, 'article')}, {counted(done.pairs, 'pair')} compared: "
        f"{counted(done.copies, 'copy', 'copies')}; "
        f"{done.marked} newly marked, {done.moved} marked otherwise, {done.freed} no copies any more"
    )


def _dedup_file(file: str, *, groups: bool) -> None:
    counts: Counter[str] = Counter()
    copies: dict[str, dict[str, Any]] = {}
    with _opened(file) as source:
        for found in duplicates(read(source)):
            if isinstance(found, BadLine):
                counts["bad"] += 1
                typer.echo(f"line {found.number}: {found.why}", err=True)
                continue
            counts[found.relation or "new"] += 1
            if not groups:
                _print(found.as_record())
            elif found.relation:
                _collect(copies, found.as_record())
    for group in copies.values():
        _print(group)
    typer.echo(_summary(counts), err=True)
    if counts["bad"]:
        raise RenminError(f"{file}: {counted(counts['bad'], 'line')} could not be used; see above")


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as source:
            yield source
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}; name a file of JSON lines, or -") from None


def _collect(copies: dict[str, dict[str, Any]], record: dict[str, Any]) -> None:
    original = record.pop("duplicate_of")
    # 1 and "1" are two ids.
    group = copies.setdefault(json.dumps(original), {"original": original, "copies": []})
    group["copies"].append(record)


def _print(record: dict[str, Any]) -> None:
    line = json.dumps(record, ensure_ascii=False)
    try:
        data = line.encode()
    except UnicodeEncodeError:  # an id with half a surrogate pair
        data = json.dumps(record).encode()
    sys.stdout.buffer.write(data + b"\n")
    sys.stdout.buffer.flush()


def _summary(counts: Counter[str]) -> str:
    copies = {name: n for name, n in counts.most_common() if name not in ("new", "bad")}
    total = sum(copies.values())
    named = ", ".join(f"{n} {name}" for name, n in copies.items())
    text = (
        f"{counted(counts['new'] + total, 'text')}: {counted(counts['new'], 'original')}, "
        f"{counted(total, 'duplicate')}"
    )
    return f"{text} ({named})" if named else text

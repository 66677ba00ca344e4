"""Data sets: written, what their records are made of, and whether one is whole."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import typer

from crawler.cli.options import (
    LARGEST,
    Channels,
    Copies,
    Database,
    Since,
    Until,
    day,
    ended_in_order,
    reading,
    selection,
)
from crawler.clock import midnight
from crawler.config import load
from crawler.dataset import pseudonyms, web_archive, write
from crawler.dataset.files import check_path, format_of
from crawler.dataset.folder import check
from crawler.dataset.folder import verify as faults_of
from crawler.dataset.increment import Increment
from crawler.dataset.pictures import completing
from crawler.dataset.pseudonyms import Pseudonyms
from crawler.dataset.records import records
from crawler.dataset.request import ExportRequest, Record
from crawler.dataset.schema import FLAT, SCHEMA, arrow_schema, as_markdown, chosen, json_schema
from crawler.dataset.write import is_folder
from crawler.errors import ConfigError
from crawler.report.table import counted
from crawler.store.selection import WHOLE, Selection, SplitPart
from crawler.store.selection import parts as split_parts

COMMANDS = ("export", "schema", "verify")

app = typer.Typer(add_completion=False)


@app.command()
def export(
    destination: Annotated[
        str,
        typer.Argument(
            help="A file (.jsonl .csv .txt .parquet, also .gz .zst; .warc.gz .wacz), a folder (DIR/), or -."
        ),
    ],
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format", help="jsonl, csv, txt, parquet, warc, wacz, jsonl.zst …; of a folder jsonl."
        ),
    ] = None,
    channel: Channels = None,
    since: Since = None,
    until: Until = None,
    copies: Copies = False,
    split: Annotated[
        Literal["year", "month", "channel"] | None,
        typer.Option(help="Split a folder into parts."),
    ] = None,
    flat: Annotated[
        bool, typer.Option("--flat", help="One text and a few columns, for corpus tools.")
    ] = False,
    fields: Annotated[
        str | None, typer.Option(help="Only these fields, parted by commas: renmin schema.")
    ] = None,
    clean_only: Annotated[
        bool, typer.Option("--clean-only", help="Only texts without a doubt or a guess.")
    ] = False,
    sample: Annotated[
        int | None,
        typer.Option(min=1, max=LARGEST, help="So many, drawn by the digest of the address."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST, help="Another seed, another sample.")
    ] = 0,
    without_names: Annotated[
        bool, typer.Option("--without-names", help="Pseudonyms for reporters and editors.")
    ] = False,
    changed_since: Annotated[
        str | None,
        typer.Option(metavar="MANIFEST|TIME", help="Only what is new, changed or removed since."),
    ] = None,
    revisions: Annotated[
        bool, typer.Option("--revisions", help="A record for every text that an article had.")
    ] = False,
    as_of: Annotated[
        datetime | None, typer.Option(parser=day, metavar="DAY", help="As it stood after this day.")
    ] = None,
    database: Database = None,
) -> None:
    r"""Write the articles to a file or a folder, with a manifest of counts and checksums.

    A folder is a data set: card, schema, Croissant, data package, citation and checksums stand
    beside the data (docs/datasets.md). A file or folder is whole or not there: it is written under
    another name first. If no article fits, what is there stays as it is. An article without a date
    counts by its first fetch.

    \b
    Example:
        renmin export articles.jsonl.zst --channel sd --since 2026-01-01
        renmin export dataset/ --format parquet --split year
        renmin export news/ --changed-since dataset/manifest.json
        renmin export pages.wacz --channel sd

    Exit codes: 0 done, 1 no article fits, 2 bad use, 3 failed.
    """
    wanted = selection(channel, since, until, copies)
    if as_of:
        wanted = replace(wanted, as_of=midnight(as_of + timedelta(days=1)))
    _check_together(changed_since, revisions=revisions, as_of=as_of, split=split)
    if web_archive.is_web_archive(destination, format_name):
        _check_alone(
            destination,
            split=split if not is_folder(destination) else None,
            flat=flat,
            fields=fields,
            revisions=revisions,
            as_of=as_of,
            changed_since=changed_since,
            without_names=without_names,
        )
        form = format_of("-", None)
        chosen_pages = ExportRequest(
            selection=wanted,
            form=form,
            clean_only=clean_only,
            sample=sample,
            seed=seed,
            split=split,
        )
        _write_web_archive(destination, chosen_pages, format_name, database)
        return
    request = _request(
        destination,
        format_name,
        wanted,
        split=split,
        flat=flat,
        fields=fields,
        clean_only=clean_only,
        sample=sample,
        seed=seed,
        revisions=revisions,
        rename=_pseudonyms(database) if without_names else None,
    )
    folder = load(database=database).photos_path
    with ended_in_order(), reading(database) as connection, completing(folder) as complete:
        request = replace(request, complete=complete)
        if changed_since:
            _changes(write.write_changes(connection, request, destination, changed_since))
            return
        tally = write.write(connection, request, destination)
    if tally.records == 0:
        typer.echo("no article fits; what there is: renmin stats", err=True)
        raise typer.Exit(1)
    if destination != "-":
        typer.echo(f"{counted(tally.records, 'article')} in {destination}")


def _pseudonyms(database: str | None) -> Pseudonyms:
    return pseudonyms.Pseudonyms(
        pseudonyms.open_key(pseudonyms.key_file(load(database=database).archive_path))
    )


def _check_alone(destination: str, **options: Any) -> None:
    """Refuse what a web archive has no place for: it holds pages, not fields."""
    named = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if named:
        raise ConfigError(f"{destination} {named[0]}: a web archive holds whole pages as they came")


def _write_web_archive(
    destination: str, request: ExportRequest, form: str | None, database: str | None
) -> None:
    archive = load(database=database).archive_path
    with ended_in_order(), reading(database) as connection:

        def of_part(part: SplitPart) -> Iterator[Record]:
            return (record for _, record in records(connection, request, part))

        if is_folder(destination):
            parts = split_parts(connection, request.selection, request.split)
            found = ((part.folder, of_part(part)) for part in parts)
            written = web_archive.export_folder(found, Path(destination), archive, form or "warc")
        else:
            pages = of_part(WHOLE)
            first = next(pages, None)
            whole = itertools.chain([first] if first else (), pages)
            written = web_archive.WrittenArchive()
            if first:
                written = web_archive.export(whole, destination, archive)
    for url in written.missing[:20]:
        typer.echo(f"{url}: the archive has no such page", err=True)
    if not written.articles:
        typer.echo("no article fits; what there is: renmin stats", err=True)
        raise typer.Exit(1)
    typer.echo(f"{written.articles} articles, {written.fetches} fetches in {destination}")


def _check_together(changed_since: str | None, **others: Any) -> None:
    named = [f"--{name.replace('_', '-')}" for name, value in others.items() if value]
    if changed_since and named:
        raise ConfigError(f"--changed-since {changed_since} {named[0]}: one at a time")
    if others["revisions"] and others["as_of"]:
        raise ConfigError("--revisions --as-of: all texts, or those of a day; name one")


def _changes(found: Increment) -> None:
    if not found:
        typer.echo(f"nothing changed since {found.since}", err=True)
        raise typer.Exit(1)
    new, changed, removed = len(found.new), len(found.changed), len(found.removed)
    typer.echo(f"since {found.since}: {new} new, {changed} changed, {removed} removed")


def _request(
    destination: str,
    format_name: str | None,
    selection: Selection,
    *,
    fields: str | None,
    **options: Any,
) -> ExportRequest:
    folder = is_folder(destination)
    if options["split"] and not folder:
        raise ConfigError(f"--split {options['split']}: {destination} is one file; name a folder/")
    if options["revisions"] and options["flat"]:
        raise ConfigError("--revisions --flat: a flat record has no revision; name one")
    if fields and options["flat"]:
        raise ConfigError("--fields --flat: the flat record has fields of its own; name one")
    form = format_of(".jsonl" if folder else destination, format_name)
    if folder:
        check(Path(destination))
    elif destination != "-":
        check_path(Path(destination))
    if options["revisions"] and form.needs_whole_records:
        raise ConfigError(
            f"--revisions: not as {form.name}; a record has its place in JSON or a table"
        )
    names = [name.strip() for name in fields.split(",")] if fields else []
    columns = chosen(names) if names else SCHEMA
    return ExportRequest(selection=selection, form=form, fields=columns, **options)


@app.command()
def schema(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON Schema.")] = False,
    as_arrow: Annotated[
        bool, typer.Option("--arrow", help="As Arrow schema; needs pyarrow (extra: parquet).")
    ] = False,
    flat: Annotated[
        bool, typer.Option("--flat", help="Of the flat record that export --flat writes.")
    ] = False,
) -> None:
    r"""Print the fields of the exported record, in their order, with type and meaning.

    \b
    Example:
        renmin schema
        renmin schema --json > record.schema.json

    Exit codes: 0 done, 2 bad use.
    """
    if as_json and as_arrow:
        raise ConfigError("--json --arrow: two forms at once; name one")
    fields = FLAT if flat else SCHEMA
    if as_json:
        typer.echo(orjson.dumps(json_schema(fields), option=orjson.OPT_INDENT_2).decode())
    elif as_arrow:
        typer.echo(arrow_schema(fields).to_string())
    else:
        typer.echo(as_markdown(fields), nl=False)


@app.command()
def verify(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Folders or files that renmin export wrote.", metavar="PATH..."),
    ],
) -> None:
    r"""Hold every file of a data set against the checksums of its manifest.

    \b
    Example:
        renmin verify articles.jsonl
        renmin verify dataset/

    Exit codes: 0 all are whole, 1 something was changed or is missing, 2 no manifest.
    """
    broken = False
    for path in paths:
        faults = faults_of(path)
        broken = broken or bool(faults)
        for fault in faults:
            typer.echo(fault, err=True)
        if not faults:
            typer.echo(f"{path}: whole")
    if broken:
        raise typer.Exit(1)

"""``renmin bulk``: the same reading over many pages, on all cores or on a cluster."""

from __future__ import annotations

import json
import os
from collections import Counter
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from crawler.cli.options import LARGEST, Json
from crawler.cli.output import progress_bar
from crawler.dataset.files import check_path, whole_file, writing
from crawler.dataset.formats import json_line
from crawler.errors import ConfigError

app = typer.Typer(add_completion=False)


class RecordFormat(StrEnum):
    """What the records are written as."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    PACKED = "jsonl.zst"


class Executor(StrEnum):
    """Where the tasks run."""

    LOCAL = "local"
    SLURM = "slurm"
    RAY = "ray"


@app.callback()
def bulk() -> None:
    r"""Read millions of pages again: WARC files, archives, folders; on all cores or on a cluster.

    \b
    Example:
        renmin bulk extract saved/ records/ --tasks 4
        renmin bulk dedup records/ copies.jsonl
    """


@app.command()
def extract(
    source: Annotated[str, typer.Argument(help="File or folder: WARC, WACZ, *.archive.db, HTML.")],
    target: Annotated[str, typer.Argument(help="Folder for the records.")],
    tasks: Annotated[
        int, typer.Option(min=1, max=LARGEST, help="Pieces that the work is cut into.")
    ] = 8,
    workers: Annotated[
        int, typer.Option(min=0, max=LARGEST, help="Tasks at a time; 0: one for each core.")
    ] = 0,
    executor: Annotated[Executor, typer.Option(help="Where the tasks run.")] = Executor.LOCAL,
    format: Annotated[RecordFormat, typer.Option(help="Of the records.")] = RecordFormat.PARQUET,
    any_host: Annotated[bool, typer.Option(help="Also pages of other sites.")] = False,
    clean_only: Annotated[bool, typer.Option(help="Leave out damaged articles.")] = False,
    partition: Annotated[str, typer.Option(help="Slurm's partition.")] = "",
    time: Annotated[str, typer.Option(help="Slurm's time limit for a task.")] = "04:00:00",
    as_json: Json = False,
) -> None:
    r"""Read every page of SOURCE and write the articles as records of a data set into TARGET.

    Charset, extraction, joining of pages and repair are those of a crawl. The records do not
    depend on the number of tasks, on the executor, or on the order. The same command again goes
    on where the last one stopped; several machines share the work by sharing TARGET.

    Needs the extra: pip install 'renmin[bulk]'. docs/scale.md says when it is worth it.

    Exit codes: 0 done, 1 no article was found, 2 bad use, 3 a task failed.

    \b
    Example:
        renmin bulk extract saved/ records/ --tasks 4
    """
    run = _machinery()
    job = run.Job(
        source=source,
        target=target,
        format=format.value,
        tasks=tasks,
        any_host=any_host,
        damaged=not clean_only,
    )
    with progress_bar("tasks") as progress:
        counts = run.extract_in_bulk(
            job,
            executor=executor.value,
            workers=workers or min(tasks, os.cpu_count() or 1),
            options=_slurm(executor, partition, time),
            progress=progress,
        )
    finished = run.finished(job)
    _tell(counts, finished, job, as_json)
    if finished == job.tasks and not counts["article/new"]:
        raise typer.Exit(1)


@app.command()
def dedup(
    records: Annotated[
        Path, typer.Argument(help="Folder of records, as renmin bulk extract writes.")
    ],
    target: Annotated[Path, typer.Argument(help="File for the copies: .jsonl.")],
    work: Annotated[
        Path | None, typer.Option(help="Folder for the stages; TARGET.work if not given.")
    ] = None,
    tasks: Annotated[int, typer.Option(min=1, max=LARGEST, help="Pieces of the first stage.")] = 8,
    workers: Annotated[
        int, typer.Option(min=0, max=LARGEST, help="Tasks at a time; 0: one for each core.")
    ] = 0,
    executor: Annotated[Executor, typer.Option(help="local or ray.")] = Executor.LOCAL,
) -> None:
    r"""Find the copies among records: reprints, excerpts, twins, whatever file they stand in.

    TARGET has one line a copy: url, fetched_at, duplicate_of, relation, similarity, in the order of
    addresses. The originals do not depend on the order of the records. The same command goes on
    where the last one stopped.

    Exit codes: 0 done, 1 there is no copy, 2 bad use, 3 a task failed.

    \b
    Example:
        renmin bulk dedup records/ copies.jsonl
    """
    run = _machinery()
    if executor is Executor.SLURM:
        raise ConfigError("--executor slurm: the stages wait for each other; use local or ray")
    check_path(target)
    with progress_bar("pairs") as progress:
        found = run.dedup_in_bulk(
            records,
            work or target.with_name(target.name + ".work"),
            executor=executor.value,
            tasks=tasks,
            workers=workers or min(tasks, os.cpu_count() or 1),
            progress=progress,
        )
    with writing(target), whole_file(target) as file:
        for row in found.rows:
            file.write(json_line(row))
    typer.echo(
        f"{found.records:,} records, {found.pairs:,} pairs compared, {len(found.rows):,} copies in {target}"
    )
    if not found.rows:
        raise typer.Exit(1)


def _machinery() -> ModuleType:
    try:
        from crawler.bulk import run  # noqa: PLC0415 (needs an extra)
    except ImportError as error:
        raise ConfigError(f"bulk work needs {error.name}: pip install 'renmin[bulk]'") from None
    return run


def _slurm(executor: Executor, partition: str, time: str) -> dict[str, Any]:
    if executor is not Executor.SLURM:
        return {}
    if not partition:
        raise ConfigError("--executor slurm needs --partition NAME")
    return {"partition": partition, "time": time}


def _tell(counts: Counter[str], finished: int, job: Any, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"finished": finished, "tasks": job.tasks, "counters": counts}))
        return
    typer.echo(
        f"{counts['article/new']} articles in {job.target}: {finished} of {job.tasks} tasks are "
        f"finished, {counts['article/repaired']} articles repaired"
    )
    for name, count in counts.most_common():
        if name.startswith(("failure/", "skipped/", "status/")):
            typer.echo(f"  {name}: {count}")
    if finished < job.tasks:
        typer.echo("the other tasks are queued; the same command tells later what became of them")
    elif not counts["article/new"]:
        typer.echo("no article was found; pages of other sites are read with --any-host", err=True)

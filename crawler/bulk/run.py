"""Run bulk extraction as N tasks: on this machine, on Slurm or on Ray.

What a task has finished is never done again: datatrove keeps one empty file a finished task below
``DST/logs/completions``, and the same command goes on where the last one stopped. Several machines
share the work by sharing DST.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TextIO

import multiprocess
from datatrove.executor import (
    LocalPipelineExecutor,
    RayPipelineExecutor,
    SlurmPipelineExecutor,
)
from datatrove.executor.base import PipelineExecutor
from datatrove.io import DataFolder, get_datafolder
from datatrove.utils.logging import logger as datatrove_logger

from crawler.bulk import dedup
from crawler.bulk.blocks import FORMATS, Captures, Extract, WriteRecords, files_of, remove_parts
from crawler.bulk.dedup import Copies
from crawler.crawl import helpers
from crawler.dataset.formats import files_of as files_of_records
from crawler.errors import BulkError, ConfigError, RenminError
from crawler.extract import version

logger = logging.getLogger(__name__)

EXECUTORS = ("local", "slurm", "ray")
LOGS = "logs"
PLAN = "bulk.json"
# The main process forks its helpers off one that has imported the house: they start at once.
START = "forkserver"
_POLL = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One bulk extraction; the same values are the same job, and go on with it.

    Attributes:
        source: Folder or file; WARC files may lie on any of fsspec's places.
        target: Folder for the records.
        format: One of :data:`crawler.bulk.blocks.FORMATS`.
        tasks: How many pieces the work is cut into.
        any_host: Also pages of hosts that are not the site's.
        damaged: False to leave out articles in which damage was found.
    """

    source: str
    target: str
    format: str = "parquet"
    tasks: int = 1
    any_host: bool = False
    damaged: bool = True


def extract_in_bulk(
    job: Job,
    *,
    executor: str = "local",
    workers: int = 1,
    options: dict[str, Any] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Counter[str]:
    """Run the job's unfinished tasks, and count over all of them.

    Args:
        job: What to do.
        executor: One of :data:`EXECUTORS`.
        workers: Tasks at a time.
        options: More for datatrove's executor: Slurm wants ``partition`` and ``time``.
        progress: Told how many of how many tasks are finished, now and then.

    Returns:
        The counters of all finished tasks, of earlier runs too. Slurm answers at once, when the
        tasks are queued: the counters are then those of what is finished by now. Tasks that are
        queued are not queued again.

    Raises:
        ConfigError: The source has no file that can be read, or the target belongs to another job.
        BulkError: A task failed; the others may have finished.
    """
    _prepare(job)
    _quiet()
    pipeline = [
        Captures(*_split(job.source)),
        Extract(any_host=job.any_host, damaged=job.damaged),
        WriteRecords(job.target, job.format),
    ]
    logs = f"{job.target.rstrip('/')}/{LOGS}"
    if executor == "slurm" and _is_queued(_slurm_name(logs)):
        return counters(job)
    _run(
        _executor(executor, pipeline, job.tasks, workers, logs, options or {}),
        logs,
        lambda: progress(finished(job), job.tasks),
    )
    if finished(job) == job.tasks:
        remove_parts(job.target)
    return counters(job)


def dedup_in_bulk(
    records: Path,
    work: Path,
    *,
    executor: str = "local",
    tasks: int = 1,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Copies:
    """Find the copies among the records of a folder.

    Args:
        records: Folder of ``*.parquet``, ``*.jsonl`` or ``*.jsonl.zst`` in the data sets' schema.
        work: Folder for what passes between the stages; finished tasks in it are not done again.
        executor: ``local`` or ``ray``.
        tasks: How many pieces the first stage is cut into.
        workers: Tasks at a time.
        progress: Told how many of how many pairs are compared.

    Raises:
        ConfigError: There is no record, or the work belongs to other records.
        BulkError: A task failed.
    """
    _claim(work, {"records": [str(path) for path in files_of_records(records)], "tasks": tasks})
    _quiet()
    stages: tuple[tuple[str, Any, int], ...] = (
        ("keys", dedup.WriteKeys(str(records), str(work)), tasks),
        ("pairs", dedup.JoinKeys(str(work)), dedup.PREFIXES),
    )
    for name, block, count in stages:
        logs = str(work / LOGS / name)
        _run(_executor(executor, [block], count, workers, logs, {}), logs, lambda: None)
    return dedup.settle_copies(records, work, progress)


def _run(running: PipelineExecutor, logs: str, look: Callable[[], None]) -> None:
    try:
        _watched(running.run, look)
    except RenminError:
        raise
    except Exception as error:
        raise BulkError(
            f"a task failed: {type(error).__name__}: {error}; its log is below {logs}/logs; the "
            "same command goes on with what is not finished"
        ) from error


def _claim(work: Path, plan: dict[str, Any]) -> None:
    """Write down what a folder of work is for, or see that it is for this."""
    work.mkdir(parents=True, exist_ok=True)
    file = work / PLAN
    text = json.dumps({**plan, "code_version": version()}, indent=2)
    if file.exists() and file.read_text("utf-8") != text:
        raise ConfigError(f"{work}: belongs to other records or tasks; name an empty folder")
    file.write_text(text, "utf-8")


def finished(job: Job) -> int:
    """How many tasks are finished."""
    folder = get_datafolder(f"{job.target.rstrip('/')}/{LOGS}/completions")
    return len(folder.list_files()) if folder.exists("") else 0


def counters(job: Job) -> Counter[str]:
    """The counters of all tasks that are finished."""
    folder = get_datafolder(f"{job.target.rstrip('/')}/{LOGS}/stats")
    summed: Counter[str] = Counter()
    for path in folder.list_files() if folder.exists("") else []:
        # One that is half there is being written by a task that is at work.
        with contextlib.suppress(ValueError), folder.open(path, "rt") as file:
            for step in json.load(file):
                if "extract" in step["name"]:
                    summed.update({name: _total(value) for name, value in step["stats"].items()})
    return Counter({name: value for name, value in summed.items() if "/" in name})


def _total(stat: Any) -> int:
    return int(stat["total"] if isinstance(stat, dict) else stat)


def _prepare(job: Job) -> None:
    """Refuse what cannot work, and write down what the target is for."""
    if job.format not in FORMATS:
        raise ConfigError(f"--format {job.format}: not one of {', '.join(FORMATS)}")
    folder, name = _split(job.source)
    if not files_of(get_datafolder(folder), name):
        raise ConfigError(f"{job.source}: no WARC, WACZ, archive or HTML file in it")
    target = get_datafolder(job.target)
    plan = {**asdict(job), "code_version": version()}
    if target.exists(PLAN):
        earlier = _plan_in(target, job.target)
        if earlier != plan:
            differs = sorted(key for key in plan if earlier.get(key) != plan[key])
            raise ConfigError(
                f"{job.target}: was begun with another {', '.join(differs)}; go on with the same "
                "values, or name an empty folder"
            )
        return
    if target.exists("") and target.list_files(recursive=False):
        raise ConfigError(f"{job.target}: is not empty; name an empty folder")
    try:
        with target.open(PLAN, "wt") as file:
            json.dump(plan, file, indent=2)
    except OSError as error:
        why = error.strerror or error
        raise ConfigError(f"{job.target}: cannot be written: {why}; name another folder") from None


def _plan_in(target: DataFolder, name: str) -> dict[str, Any]:
    """What a folder was begun with."""
    with contextlib.suppress(ValueError), target.open(PLAN, "rt") as file:
        found = json.load(file)
        if isinstance(found, dict):
            return found
    raise ConfigError(f"{name}: {PLAN} in it cannot be read; name an empty folder")


class _Local(LocalPipelineExecutor):  # type: ignore[misc]
    """datatrove's, but the first worker says no more on the terminal than the others: errors."""

    def _run_for_rank(self, rank: int, local_rank: int = 0) -> Any:
        _end_with_parent()
        if multiprocess.parent_process():
            sys.stderr = _nowhere()  # what a worker has to say stands in the log of its task
        try:
            return super()._run_for_rank(rank, local_rank + 1)
        finally:
            _quiet()  # who has closed the log of a task speaks on the terminal again

    def get_incomplete_ranks(self, *arguments: Any, **options: Any) -> list[int]:
        """In no order: machines that share a target then seldom come to the same task."""
        ranks: list[int] = super().get_incomplete_ranks(*arguments, **options)
        random.shuffle(ranks)
        return ranks


@cache
def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


@cache
def _end_with_parent() -> None:
    """A worker whose job was killed must not write beside the one that goes on with it."""
    if parent := multiprocess.parent_process():
        threading.Thread(target=helpers.end_with, args=(parent.sentinel,), daemon=True).start()


def _split(source: str) -> tuple[str, str | None]:
    """The folder, and the file in it if the source is one file."""
    if "://" in source:
        return source, None
    path = Path(source)
    if not path.exists():
        raise ConfigError(f"{source}: no such file or folder")
    return (source, None) if path.is_dir() else (str(path.parent), path.name)


def _executor(
    name: str,
    pipeline: list[Any],
    tasks: int,
    workers: int,
    logs: str,
    options: dict[str, Any],
) -> PipelineExecutor:
    if name == "local":
        multiprocess.set_forkserver_preload(["crawler.bulk.blocks"])
        helpers.end_forks_with_us()
        return _Local(
            pipeline, tasks=tasks, workers=workers, logging_dir=logs, start_method=START, **options
        )
    if name == "ray":
        if find_spec("ray") is None:
            raise ConfigError("--executor ray needs Ray: pip install 'renmin[ray]'")
        return RayPipelineExecutor(
            pipeline, tasks=tasks, workers=workers, logging_dir=logs, **options
        )
    if name == "slurm":
        name = _slurm_name(logs)
        return SlurmPipelineExecutor(
            pipeline, tasks=tasks, workers=workers, logging_dir=logs, job_name=name, **options
        )
    raise ConfigError(f"--executor {name}: not one of {', '.join(EXECUTORS)}")


def _slurm_name(logs: str) -> str:
    """The name of a job in the queue, by the folder of its logs."""
    return "renmin-" + hashlib.sha256(logs.encode()).hexdigest()[:8]


def _is_queued(name: str) -> bool:
    """Whether tasks of a job wait in Slurm's queue, or run."""
    try:
        command = ["squeue", "--noheader", "--format=%i", f"--name={name}"]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        message = "--executor slurm: no Slurm here; run it on a machine of the cluster"
        raise ConfigError(message) from None
    except subprocess.CalledProcessError as error:
        raise ConfigError(f"--executor slurm: squeue fails: {error.stderr.strip()}") from None
    return bool(found.stdout.strip())


def _watched(run: Callable[[], object], look: Callable[[], None]) -> None:
    """Run something, and look at it now and then until it ends."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_POLL):
            look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        run()
    finally:
        ended.set()
        watcher.join()
        look()


def _quiet() -> None:
    """Datatrove reports each task at INFO; its logs keep that, the terminal does not need it."""
    datatrove_logger.remove()
    datatrove_logger.add(sys.stderr, level="ERROR")

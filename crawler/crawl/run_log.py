"""Every run keeps its log, beside the database: the last hundred, each bounded."""

from __future__ import annotations

import logging
import os
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

from crawler.config import Config

MOST_BYTES = 2 * 1024**2
MOST_RUNS = 100
# A page shows so much of its end.
SHOWN_BYTES = 32_768
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
# The machine's time, with its zone.
TIME_FORMAT = "%Y-%m-%d %H:%M:%S %z"


def path_of(config: Config, run_id: int) -> Path:
    """Where the log of a run is: ``logs/NAME-run-12.log`` beside the archive."""
    return _beside(config.archive_path, run_id)


def tail(archive: Path, run_id: int) -> str | None:
    """The end of a run's log, as a page shows it; ``None`` if there is none on this machine.

    Args:
        archive: The file beside which the logs are.
        run_id: The run.
    """
    try:
        with _beside(archive, run_id).open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - SHOWN_BYTES))
            whole = file.tell() == 0
            text = file.read(SHOWN_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    return text if whole else text.partition("\n")[2]


def _beside(archive: Path, run_id: int) -> Path:
    name = archive.name.removesuffix(".db").removesuffix(".archive")
    return archive.parent / "logs" / f"{name}-run-{run_id}.log"


def keep(config: Config, run_id: int) -> logging.Handler:
    """Write the log of this process into the run's file too, and drop those of old runs.

    A log that grows over four MiB loses its beginning.
    """
    path = path_of(config, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():  # to a file that is none of ours
        path.unlink()
    handler = RotatingFileHandler(path, maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8")
    handler.setLevel(logging.INFO)
    handler.setFormatter(logging.Formatter(FORMAT, TIME_FORMAT))
    logging.getLogger().addHandler(handler)
    _drop_old(path, run_id)
    return handler


def read(config: Config, run_id: int) -> str | None:
    """The log of a run; ``None`` if there is none any more."""
    path = path_of(config, run_id)
    parts = [part for part in (path.with_name(f"{path.name}.1"), path) if part.is_file()]
    if not parts:
        return None
    return "".join(part.read_text(encoding="utf-8", errors="replace") for part in parts)


def files(config: Config) -> list[Path]:
    """The logs that are kept, with their older halves."""
    path = path_of(config, 0)
    return sorted(path.parent.glob(f"{path.name.removesuffix('0.log')}*.log*"))


def _drop_old(path: Path, run_id: int) -> None:
    stem = path.name.removesuffix(f"{run_id}.log")
    for other in path.parent.glob(f"{stem}*.log*"):
        number = re.match(r"\d{1,18}", other.name.removeprefix(stem))
        if number and int(number[0]) <= run_id - MOST_RUNS:
            other.unlink(missing_ok=True)

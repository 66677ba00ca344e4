"""Make a database from an archive alone: every article, with all texts that it had.

What only the database knew is gone: runs, schedules, alerts, and addresses that brought nothing yet.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from crawler import clock
from crawler.bulk.joining import Whole
from crawler.bulk.taking_in import take_in
from crawler.crawl.dedup_store import see_to_sketches
from crawler.crawl.ingest import Intake
from crawler.crawl.reading import extract_record
from crawler.errors import ArchiveError, ExtractionError
from crawler.extract import version
from crawler.store import runs
from crawler.store.archive import Archive
from crawler.store.engine import Store

BATCH = 50
RETRIES = 5


def rebuild(
    store: Store,
    archive: Path,
    *,
    command: str = "renmin rebuild",
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Counter[str]:
    """Read every visit to every article of the archive into a database.

    Args:
        store: Its crawl lock must be held by the caller. Articles that it has already stay.
        archive: The raw bodies.
        command: What was typed, for the history.
        progress: Told how many of how many articles are done.

    Returns:
        Counters as of a crawl: ``article/new``, ``failure/extraction_title`` …

    Raises:
        ConfigError: There is no archive.
    """
    counts: Counter[str] = Counter()
    with contextlib.closing(Archive(archive, readonly=True)) as opened:
        urls = [opened.address(first) for first in opened.articles()]
        now = clock.now()
        with store.writing.begin() as connection:
            run_id = runs.start(connection, command=command, channels=(), settings={}, now=now)
            see_to_sketches(connection)
        intake = Intake(run_id, now, RETRIES, version())
        for start in range(0, len(urls), BATCH):
            batch = [
                whole for url in urls[start : start + BATCH] for whole in _read(opened, url, counts)
            ]
            with store.writing.begin() as connection:
                take_in(connection, batch, intake, counts)
                runs.beat(connection, run_id, clock.now())
            progress(min(start + BATCH, len(urls)), len(urls))
    with store.writing.begin() as connection:
        runs.count(connection, run_id, {("", name): value for name, value in counts.items()})
        runs.finish(connection, run_id, reason="finished", exit_code=0, now=clock.now())
    return counts


def _read(archive: Archive, url: str, counts: Counter[str]) -> list[Whole]:
    """Every visit to one article that today's code can read, oldest first."""
    found: list[Whole] = []
    for first in archive.visits(url):
        try:
            record = archive.record(first)
            found.append(Whole(extract_record(record), record.fetches))
        except ExtractionError as error:
            counts[f"failure/{error.reason}"] += 1
        except ArchiveError:
            counts["failure/archive"] += 1
    return found

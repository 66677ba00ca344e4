"""Store articles from elsewhere, each as if it had been crawled on the day of its capture.

A capture that is later than what is known is stored as a crawl would; an earlier one becomes a
revision before it.

So a database is made from an archive alone: every article, with all texts that it had. What only the
lost one knew is gone: runs, schedules, alerts, and addresses that brought nothing yet.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler import clock
from crawler.bulk.joining import Whole
from crawler.crawl.dedup_store import see_to_sketches
from crawler.crawl.ingest import Intake, Outcome, finish, ingest
from crawler.crawl.reading import extract_record
from crawler.errors import ArchiveError, ExtractionError
from crawler.extract import version
from crawler.items import Article, Link, Visit
from crawler.site.urls import classify
from crawler.store import articles, frontier, revisions, runs
from crawler.store.archive import Archive, Record
from crawler.store.articles import By, Stored
from crawler.store.engine import Store
from crawler.store.tables import frontier as frontier_table

# A page that was captured longer ago is not looked at again by the next crawl of its channel: an
# import of a hundred thousand old pages must not become as many requests.
RECENT = timedelta(days=30)
# What was counted when the captures were read.
READING = ("page/", "status/")


def take_in(
    connection: Connection, batch: Sequence[Whole], intake: Intake, counts: Counter[str]
) -> list[Record]:
    """Store a batch of articles.

    Args:
        connection: The transaction.
        batch: In the order of their captures.
        intake: The run's.
        counts: Added to.

    Returns:
        What goes into the archive.
    """
    records: list[Record] = []
    outcomes: list[Outcome] = []
    for whole in batch:
        if whole.article.url.startswith("file:"):
            counts["skipped/no-address"] += 1
            continue
        if frontier.is_removed(connection, whole.article.url):
            counts["skipped/removed"] += 1
            continue
        known = articles.find(connection, whole.article.url)
        moment = whole.fetches[0].fetched_at
        if known and known.article.fetched_at and moment < known.article.fetched_at:
            counts[_earlier(connection, known, whole.article, intake)] += 1
            records.append(_record(whole))
            continue
        # One of an address at a time: the next one is compared with it.
        if any(
            outcome.kept and outcome.kept.article.url == whole.article.url for outcome in outcomes
        ):
            records += finish(connection, outcomes)
            outcomes.clear()
        outcome = _later(connection, whole, intake)
        for (_, name), value in outcome.counts.items():
            if not name.startswith(READING):
                counts[name] += value
        outcomes.append(outcome)
    return records + finish(connection, outcomes)


def _later(connection: Connection, whole: Whole, intake: Intake) -> Outcome:
    """As a crawl stores it, but that an old page is not looked at again."""
    item = whole.article
    visit = Visit(
        url=item.url,
        frontier_id=_row(connection, whole),
        kind="article",
        channel=item.channel or "",
        fetches=whole.fetches,
        article=item,
    )
    outcome = ingest(connection, visit, intake)
    if outcome.done and clock.now() - whole.fetches[0].fetched_at > RECENT:
        return replace(outcome, done=(outcome.done[0], None))
    return outcome


def _earlier(connection: Connection, known: Stored, item: Article, intake: Intake) -> str:
    """Put an earlier text before the later ones; gives the name under which it is counted."""
    moment = item.fetched_at or clock.now()
    rows = revisions.all_of(connection, known.id)
    before = [row for row in rows if row["fetched_at"] and row["fetched_at"] <= moment]
    after = rows[len(before) :]
    text = (item.title, list(item.paragraphs))
    around = [*before[-1:], *after[:1]]
    revisions.seen_earlier(connection, known.id, moment)
    if any((row["title"], list(row["paragraphs"])) == text for row in around):
        return "article/unchanged"
    number = (before[-1]["revision"] if before else 0) + 1
    by = By(intake.run_id, intake.code_version)
    row = revisions.row_of(known.id, replace(item, revision=number), 1, by)
    revisions.insert_earlier(connection, known.id, row)
    return "article/earlier"


def _row(connection: Connection, whole: Whole) -> int:
    """The page's row of the frontier, made if there is none."""
    item = whole.article
    address = classify(item.url)
    link = Link(
        url=item.url,
        fetch_url=whole.fetches[0].url if "://" in whole.fetches[0].url else item.url,
        kind="article",
        channel=item.channel or "",
        published=address.published,
    )
    frontier.add(connection, [link], whole.fetches[0].fetched_at, None)
    query = sa.select(frontier_table.c.id).where(frontier_table.c.url == item.url)
    found: int = connection.execute(query).scalar_one()
    return found


def _record(whole: Whole) -> Record:
    item = whole.article
    return Record(url=item.url, channel=item.channel or "", kind="article", fetches=whole.fetches)


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

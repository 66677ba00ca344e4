"""Take one visit into the store: article, revision, duplicates, links, and the page is settled.

All of it happens inside the caller's transaction, so that a page is either stored with all that
it brought, or fetched again.

What it brought is counted, under names like ``noun/what`` (docs/design.md has the table), and added
up per channel in the same transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection

from crawler import clock
from crawler.crawl import record
from crawler.crawl.record import Kept
from crawler.items import Article, Fetch, Link, Visit
from crawler.store import articles, frontier, last_visits, leases
from crawler.store.archive import Record
from crawler.store.articles import By

# The body that came belongs to another address, so it is not archived under this one.
ELSEWHERE = frozenset({"moved", "gone"})


@dataclass(frozen=True, slots=True)
class Intake:
    """What is the same for all visits of a run.

    Attributes:
        run_id: The run.
        sweep: When the crawl began; a list that was read since is not read again.
        retries: After so many failures in a row a page is given up.
        code_version: Of the extraction code.
    """

    run_id: int
    sweep: datetime
    retries: int
    code_version: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a visit came to.

    Attributes:
        counts: For the run's counters, by (channel, name).
        hosts: Hosts that have new pages to fetch.
        record: For the archive; ``None`` if no body came.
        kept: The article that came; ``None`` if there is none.
        done: The row of the frontier that is DONE, and its next look; ``None`` if it is not.
        changed: That row and the fetch that brought something new; ``None`` if nothing is new.
        now: When the visit was.
    """

    now: datetime

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    hosts: frozenset[str] = frozenset()
    record: Record | None = None
    kept: Kept | None = None
    done: tuple[int, datetime | None] | None = None
    changed: tuple[int, Fetch] | None = None


def ingest(
    connection: Connection, visit: Visit, intake: Intake, earlier: Article | None = None
) -> Outcome:
    """Store ``visit``, but for what :func:`finish` does for a whole batch.

    Args:
        connection: The transaction.
        visit: What came.
        intake: What is the same for all visits.
        earlier: What today's code reads in the bytes of the last visit, if others came now.
    """
    now = visit.fetches[0].fetched_at if visit.fetches else clock.now()
    counts = counted_visit(visit)
    links = _enter_links(connection, visit, intake, now)
    if visit.failure:
        _fail(connection, visit, intake, now)
        return _outcome(visit, counts, links, now)
    kept = None
    if visit.article:
        by = By(intake.run_id, intake.code_version)
        kept = record.keep(connection, visit.article, now, by, earlier)
        if kept is None:
            return _removed(visit, counts, links, now)
        counts.update(counted_article(kept.article, kept.event))
        counts.update(counted_copies(kept.copies))
    return replace(
        _outcome(visit, counts, links, now),
        kept=kept,
        done=(visit.frontier_id, _next_look(connection, visit, kept, now)),
        changed=None if visit.unchanged else (visit.frontier_id, visit.fetches[0]),
    )


def finish(connection: Connection, outcomes: Sequence[Outcome]) -> list[Record]:
    """Store what the visits of a batch have in common, a statement for all of them.

    Returns:
        What goes into the archive.
    """
    if outcomes:
        done = [outcome.done for outcome in outcomes if outcome.done]
        frontier.settle_done(connection, done, outcomes[-1].now)
    last_visits.changed(connection, [outcome.changed for outcome in outcomes if outcome.changed])
    record.finish(connection, [outcome.kept for outcome in outcomes if outcome.kept])
    return [outcome.record for outcome in outcomes if outcome.record]


def _outcome(visit: Visit, counts: Counter[str], links: Sequence[Link], now: datetime) -> Outcome:
    return Outcome(
        now=now,
        counts=Counter({(visit.channel, name): value for name, value in counts.items()}),
        hosts=frozenset(map(_host, links)),
        record=_record(visit),
    )


def _removed(visit: Visit, counts: Counter[str], links: Sequence[Link], now: datetime) -> Outcome:
    """Of an article that was removed for good while it was fetched nothing is kept."""
    counts["skipped/removed"] += 1
    outcome = _outcome(visit, counts, links, now)
    return replace(outcome, record=None, done=(visit.frontier_id, None))


def _fail(connection: Connection, visit: Visit, intake: Intake, now: datetime) -> None:
    """Settle a page that brought nothing; one that was not even asked for goes back."""
    if visit.failure is None:
        return
    if visit.failure.wait:
        leases.put_back(connection, intake.run_id, [visit.frontier_id])
    else:
        frontier.settle_failed(connection, visit.frontier_id, visit.failure, now, intake.retries)


def _enter_links(
    connection: Connection, visit: Visit, intake: Intake, now: datetime
) -> Sequence[Link]:
    new = frontier.add(connection, visit.links, now, visit.url)
    if visit.kind != "article":
        last_visits.note_list(connection, visit, new, now)
    links = list(visit.links) if new else []
    if visit.next_list:
        further = [visit.next_list]
        unknown = frontier.add(connection, further, now, visit.url)
        if new or visit.read_on:
            frontier.open_again(connection, [visit.next_list.url], intake.sweep, now)
        if unknown or new or visit.read_on:
            links += further
    return links


def _next_look(
    connection: Connection, visit: Visit, kept: Kept | None, now: datetime
) -> datetime | None:
    """When the page is looked at again; ``None`` for lists, which every crawl reads."""
    waited = 0
    if visit.unchanged:
        waited = last_visits.unchanged(connection, visit.frontier_id, visit.fetches[0])
    if visit.kind != "article":
        return None
    if kept:
        return last_visits.next_check(kept.article.published_at, now, waited)
    known = articles.find(connection, visit.url)
    return last_visits.next_check(known.article.published_at if known else None, now, waited)


def _record(visit: Visit) -> Record | None:
    if visit.unchanged and visit.replaces and visit.fetches:
        look = replace(visit.fetches[0], page=0, sha256=visit.replaces)
        return Record(url=visit.url, channel=visit.channel, kind=visit.kind, fetches=(look,))
    bodies: tuple[Fetch, ...] = tuple(fetch for fetch in visit.fetches if fetch.body)
    if not bodies or visit.unchanged or (visit.failure and visit.failure.reason in ELSEWHERE):
        return None
    return Record(url=visit.url, channel=visit.channel, kind=visit.kind, fetches=bodies)


def _host(link: Link) -> str:
    return urlsplit(link.fetch_url).hostname or ""


# Doubts that say that a page was misread.
MISREAD = ("text_short", "text_cut", "title_unlike")
# Fields whose share of filled articles is watched: when it drops, the site changed its pages.
WATCHED = ("title", "source", "published_at", "dateline", "authors", "editors", "photos")


def counted_visit(visit: Visit) -> Counter[str]:
    """Count a visit: the page, its answers and their time, what was skipped, why it failed."""
    counts: Counter[str] = Counter()
    for fetch in visit.fetches:
        counts["bytes/fetched"] += len(fetch.body)
        counts[f"status/{fetch.status}"] += 1
        counts["time/download_ms"] += round(1000 * fetch.seconds)
    for reason, number in visit.skipped.items():
        counts[f"skipped/{reason}"] += number
    if visit.failure and visit.failure.wait:
        counts[f"wait/{visit.failure.reason}"] += 1
    elif visit.failure:
        counts[f"failure/{visit.failure.reason}"] += 1
    else:
        counts["page/unchanged" if visit.unchanged else f"page/{visit.kind}"] += 1
    return counts


def counted_article(item: Article, event: str) -> Counter[str]:
    """Count an article that was met.

    Args:
        item: As it was stored.
        event: ``new``, ``changed``, ``reread`` or ``unchanged``; only the first two count its
            contents, so that the shares are those of what came in.
    """
    counts = Counter({f"article/{event}": 1})
    if event not in ("new", "changed"):
        return counts
    counts[f"template/{item.template}"] += 1
    counts.update(f"field/{name}" for name in WATCHED if getattr(item, name))
    counts["field/captions"] += any(photo.caption for photo in item.photos)
    counts.update(_of_text(item))
    if item.duplicate_of:
        counts.update(counted_copies([item.relation or ""]))
    return +counts


def counted_copies(relations: Sequence[str]) -> Counter[str]:
    """Count articles that were found to be copies: the one that came, or others of which it is the original."""
    counts = Counter({"article/duplicate": len(relations)})
    counts.update(f"duplicate/{relation}" for relation in relations)
    return +counts


def _of_text(item: Article) -> Counter[str]:
    """Count what is known of the truth of its characters."""
    counts: Counter[str] = Counter()
    if item.charset:
        counts[f"charset/{item.charset.decided}"] += 1
        counts["charset/disagrees"] += not item.charset.agrees
        counts["charset/mixed"] += item.charset.mixed
    counts["article/repaired"] += bool(item.repairs)
    for repair in item.repairs:
        counts[f"repair/{repair.rule}"] += repair.count
    counts.update(f"damage/{kind}" for kind in item.damage)
    misread = Counter(doubt.reason for doubt in item.doubts if doubt.reason in MISREAD)
    counts.update({f"doubt/{reason}": number for reason, number in misread.items()})
    counts["article/misread"] += bool(misread)
    counts["doubt/count"] += len(item.doubts) - misread.total()
    counts["article/doubtful"] += len(item.doubts) > misread.total()
    counts["text/characters"] += sum(map(len, item.paragraphs))
    counts["text/fffd"] += sum(text.count("\ufffd") for text in (item.title, *item.paragraphs))
    return counts

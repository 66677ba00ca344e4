"""Take one visit into the store: article, revision, duplicates, links, and the page is settled.

All of it happens inside the caller's transaction, so that a page is either stored with all that
it brought, or fetched again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection

from crawler.errors import ArchiveError, ExtractionError
from crawler.items import Article, Fetch, Link, Visit
from crawler.ops import tally
from crawler.ops.extracting import extract_record
from crawler.ops.keeping import Kept, keep_new, keep_other_text
from crawler.store import articles, frontier, pages
from crawler.store.archive import Archive, Record
from crawler.store.articles import By, Stored


@dataclass(frozen=True, slots=True)
class Intake:
    """What is the same for all visits of a run.

    Attributes:
        run_id: The run.
        sweep: When the crawl began; a list that was read since is not read again.
        retries: After so many failures in a row a page is given up.
        code_version: Of the extraction code.
        archive: Where the bytes of an article's earlier text are.
    """

    run_id: int
    sweep: datetime
    retries: int
    code_version: str
    archive: Archive


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a visit came to.

    Attributes:
        counts: For the run's counters, by (channel, name).
        hosts: Hosts that have new pages to fetch.
        record: For the archive; ``None`` if no body came.
        kept: The article whose text is new; ``None`` if there is none.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    hosts: frozenset[str] = frozenset()
    record: Record | None = None
    kept: Kept | None = None


def ingest(connection: Connection, visit: Visit, intake: Intake) -> Outcome:
    """Store ``visit``; see the module."""
    now = visit.fetches[0].fetched_at if visit.fetches else datetime.now().astimezone()
    counts = tally.of_visit(visit)
    links = _enter_links(connection, visit, intake, now)
    kept, event, due_at = None, "", None
    if visit.article:
        kept, event = _keep(connection, visit.article, intake, now)
        counts.update(tally.of_article(kept.article, event))
    if visit.fetches and not (visit.failure and visit.failure.wait):
        changed = not visit.unchanged and visit.failure is None
        waited = pages.seen(connection, visit.frontier_id, visit.fetches[0], changed=changed)
        due_at = _next_look(connection, visit, kept, now, waited)
    if visit.failure and visit.failure.wait:
        frontier.put_back(connection, [visit.frontier_id])
    else:
        frontier.settle(
            connection,
            visit.frontier_id,
            now,
            failure=visit.failure,
            due_at=due_at,
            retries=intake.retries,
        )
    named = Counter({(visit.channel, name): value for name, value in counts.items()})
    return Outcome(
        named, frozenset(map(_host, links)), _record(visit), kept if event != "unchanged" else None
    )


def _enter_links(
    connection: Connection, visit: Visit, intake: Intake, now: datetime
) -> Sequence[Link]:
    new = frontier.add(connection, visit.links, now, visit.url)
    links = list(visit.links) if new else []
    if visit.next_list:
        further = [visit.next_list]
        unknown = frontier.add(connection, further, now, visit.url)
        if new or visit.read_on:
            frontier.open_again(connection, [visit.next_list.url], intake.sweep)
        if unknown or new or visit.read_on:
            links += further
    return links


def _keep(connection: Connection, item: Article, intake: Intake, now: datetime) -> tuple[Kept, str]:
    """Store an article; say whether it is new, changed, read anew or unchanged."""
    by = By(intake.run_id, intake.code_version)
    known = articles.find(connection, item.url)
    if known is None:
        return keep_new(connection, item, now, by), "new"
    if _same_text(known.article, item):
        articles.touch(connection, known.id, item)
        return Kept(known.id, known.article), "unchanged"
    reading = _is_new_reading(known, item, intake.archive)
    item = replace(item, revision=known.article.revision + (not reading))
    extraction = known.extraction + 1 if reading else 1
    kept = keep_other_text(connection, known, item, extraction, by)
    return kept, "reread" if reading else "changed"


def _same_text(one: Article, other: Article) -> bool:
    return (one.title, one.paragraphs, _captions(one)) == (
        other.title,
        other.paragraphs,
        _captions(other),
    )


def _captions(item: Article) -> list[str | None]:
    return [photo.caption for photo in item.photos]


def _is_new_reading(known: Stored, item: Article, archive: Archive) -> bool:
    """Whether the site's text is the old one, read otherwise by newer code.

    The stored text may have been extracted by an older renmin; its bytes are read again with
    today's code, and only what then differs from the new page was changed by the site.
    """
    sha256 = known.article.body_sha256
    if sha256 is None or sha256 == item.body_sha256:
        return True
    try:
        record = archive.before(known.article.url, sha256)
        return record is not None and _same_text(extract_record(record), item)
    except (ArchiveError, ExtractionError):
        return False


def _next_look(
    connection: Connection, visit: Visit, kept: Kept | None, now: datetime, waited: int
) -> datetime | None:
    if visit.kind != "article" or visit.failure:
        return None
    if kept:
        return pages.next_check(kept.article.published_at, now, waited)
    known = articles.find(connection, visit.url)
    return pages.next_check(known.article.published_at if known else None, now, waited)


def _record(visit: Visit) -> Record | None:
    bodies: tuple[Fetch, ...] = tuple(fetch for fetch in visit.fetches if fetch.body)
    if not bodies or visit.unchanged:
        return None
    return Record(url=visit.url, channel=visit.channel, kind=visit.kind, fetches=bodies)


def _host(link: Link) -> str:
    return urlsplit(link.fetch_url).hostname or ""

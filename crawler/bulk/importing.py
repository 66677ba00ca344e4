"""Take old pages into the database as if they had been crawled on the day of their capture.

Files are read here, which is cheap; pages are read by helpers, each of which has all captures of
an address, so that the pages of an article meet. Whatever is in the archive already is passed over,
so that the same command goes on where the last one stopped.
"""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from crawler import clock
from crawler.bulk.joining import MOST_PROBLEMS, Joiner, Whole, refusal
from crawler.bulk.sources import SUFFIXES, Asked, Capture, Problem, captures
from crawler.bulk.taking_in import take_in
from crawler.crawl import helpers
from crawler.crawl.dedup_store import see_to_sketches
from crawler.crawl.ingest import Intake
from crawler.extract import version
from crawler.items import Fetch
from crawler.site.spelling import is_site_host
from crawler.site.urls import classify
from crawler.store import runs
from crawler.store.archive import Archive
from crawler.store.engine import Store

# Captures that a helper is given at a time, and lists of them that may wait for it.
CHUNK = 32
WAITING = 3
# Articles that become one transaction.
BATCH = 50
RETRIES = 5


# What gives captures, told which are still wanted.
Source: TypeAlias = Callable[[Asked], Iterable[Capture]]


@dataclass(slots=True)
class Imported:
    """What an import came to.

    Attributes:
        run_id: The run under which it stands in the history.
        counts: By name, as a crawl counts: ``article/new``, ``failure/…``, ``skipped/…``.
        problems: The first things that could not be read.
    """

    run_id: int
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def name(self, problems: Iterable[Problem]) -> None:
        """Keep the first of them for a person."""
        self.problems += list(problems)[: MOST_PROBLEMS - len(self.problems)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is to be imported.

    Attributes:
        paths: Files that :func:`crawler.bulk.sources.captures` can read, in the order in which they
            are read.
        addresses: Addresses of saved pages by their file's path or the end of it; what is not in
            there is asked for its place (``wget -x``), then for what it states itself.
        any_host: Also pages of hosts that are not the site's.
        elsewhere: Sources that are fetched, each with the pages of whole articles; they are told
            which captures are still wanted.
    """

    paths: Sequence[Path] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    any_host: bool = False
    elsewhere: Sequence[Source] = ()


def import_files(
    store: Store,
    archive: Path,
    sources: Sources,
    *,
    processes: int = 1,
    command: str = "renmin import",
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Imported:
    """Import files one after the other.

    Args:
        store: Its crawl lock must be held by the caller.
        archive: Where the raw bodies go.
        sources: What.
        processes: Helpers that read pages; 1 for none.
        command: What was typed, for the history.
        progress: Told how many of how many files are done.
    """
    store.close()  # its engines open anew when they are asked; see crawler.crawl.helpers
    files = [partial(_of_file, path) for path in sources.paths]
    everything: list[Source] = [*files, *sources.elsewhere]
    with (
        _Readers(processes, sources.any_host) as readers,
        contextlib.closing(Archive(archive)) as kept,
    ):
        writer = _Writer(store, kept, command)
        asked = partial(_is_asked_for, kept, sources.any_host, writer.result.counts)
        try:
            for done, source in enumerate(everything):
                progress(done, len(everything))
                found = _known_left_out(source(asked), sources, kept, writer.result)
                for wholes in readers.read(found, writer.result):
                    writer.add(wholes)
            writer.end()
        except BaseException as error:
            writer.break_off(error)
            raise
        progress(len(everything), len(everything))
    return writer.result


def address_of(place: str, addresses: Mapping[str, str]) -> str | None:
    """The address of a saved page, by its file; ``None`` if its place does not tell.

    Args:
        place: A ``file:`` address.
        addresses: See :class:`Sources`.

    >>> address_of("file:///old/sd.people.com.cn/n2/2019/0302/c1-2.html", {})
    'http://sd.people.com.cn/n2/2019/0302/c1-2.html'
    >>> address_of("file:///old/7.html", {"7.html": "http://sd.people.com.cn/7.html"})
    'http://sd.people.com.cn/7.html'
    """
    parts = PurePosixPath(unquote(urlsplit(place).path)).parts
    for start in range(len(parts)):
        end = "/".join(parts[start:]).replace("//", "/")
        if end in addresses:
            return addresses[end]
    for start, part in enumerate(parts):
        if is_site_host(part.lower()):
            return "http://" + "/".join(parts[start:])
    return None


def _of_file(path: Path, _asked: Asked) -> Iterator[Capture]:
    """The captures of one file; a file that breaks is told, and stops no other."""
    if not path.name.lower().endswith(SUFFIXES):
        why = f"not one of {', '.join(SUFFIXES)}"
        if path.suffix == ".parquet":
            why = "rows of Common Crawl's index are named with --cc-index"
        yield Problem(str(path), "unknown_file", why)
        return
    try:
        yield from captures(path)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        yield Problem(str(path), "unreadable", str(error))


def _is_asked_for(
    archive: Archive, any_host: bool, counts: Counter[str], url: str, moment: datetime | None
) -> bool:
    """Whether a capture is worth a request; if not, that is counted."""
    reason = refusal(url, any_host=any_host)
    if reason is None and moment and archive.has(classify(url).canonical, None, moment):
        reason = "skipped/known"
    if reason:
        counts[reason] += 1
    return reason is None


def _known_left_out(
    found: Iterable[Fetch | Problem], sources: Sources, archive: Archive, result: Imported
) -> Iterator[Fetch]:
    """Captures that are not in the archive yet; problems are counted and kept."""
    for capture in found:
        if isinstance(capture, Problem):
            result.counts[f"failure/{capture.reason}"] += 1
            result.name([capture])
            continue
        fetch = capture
        if fetch.url.startswith("file:") and (at := address_of(fetch.url, sources.addresses)):
            fetch = replace(fetch, url=at)
        if archive.has(classify(fetch.url).canonical, fetch.sha256, fetch.fetched_at):
            result.counts["skipped/known"] += 1
        else:
            yield fetch


class _Readers:
    """Reads captures, in helpers if there are any; an address always goes to the same one."""

    def __init__(self, processes: int, any_host: bool) -> None:
        self._any_host = any_host
        self._stack = contextlib.ExitStack()
        self._pools: list[ProcessPoolExecutor] = []
        if processes > 1:
            for _ in range(processes):
                pool = helpers.pool(1, _start, (any_host,))
                self._pools.append(self._stack.enter_context(pool))

    def __enter__(self) -> _Readers:
        for pool in self._pools:
            pool.submit(_rest).result()  # all are forked before a database is opened
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def read(self, found: Iterable[Fetch], result: Imported) -> Iterator[list[Whole]]:
        """Give the whole articles of one file, some at a time."""
        if not self._pools:
            joiner = Joiner(result.counts, any_host=self._any_host)
            for fetch in found:
                yield list(joiner.add(fetch))
            joiner.rest()
            result.name(joiner.problems)
            return
        queues = [_Queue(pool) for pool in self._pools]
        for fetch in found:
            canonical = classify(fetch.url).canonical.encode("utf-8", "surrogatepass")
            queue = queues[zlib.crc32(canonical) % len(queues)]
            for answer in queue.add(fetch):
                yield _noted(answer, result)
        for queue in queues:
            for answer in queue.end():
                yield _noted(answer, result)


Answer: TypeAlias = tuple[list[Whole], Counter[str], list[Problem]]


def _noted(answer: Answer, result: Imported) -> list[Whole]:
    wholes, counts, problems = answer
    result.counts.update(counts)
    result.name(problems)
    return wholes


class _Queue:
    """What waits for one helper."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool
        self._chunk: list[Fetch] = []
        self._sent: deque[Future[Answer]] = deque()

    def add(self, fetch: Fetch) -> Iterator[Answer]:
        """Hand a capture in; gives what is answered by now."""
        self._chunk.append(fetch)
        if len(self._chunk) == CHUNK:
            self._send()
        while self._sent and (self._sent[0].done() or len(self._sent) > WAITING):
            yield self._sent.popleft().result()

    def end(self) -> Iterator[Answer]:
        """Hand in what is left of a file, and give all answers."""
        self._send()
        self._sent.append(self._pool.submit(_rest))
        while self._sent:
            yield self._sent.popleft().result()

    def _send(self) -> None:
        if self._chunk:
            self._sent.append(self._pool.submit(_read, self._chunk))
            self._chunk = []


def _is_nowhere(whole: Whole) -> bool:
    return whole.article.url.startswith("file:")


def _without_address(whole: Whole) -> Problem:
    return Problem(whole.article.url, "no-address", "the page does not tell its address")


class _Writer:
    """Stores articles in transactions of :data:`BATCH`, under a run of their own."""

    def __init__(self, store: Store, archive: Archive, command: str) -> None:
        self._store, self._archive = store, archive
        self._waiting: list[Whole] = []
        now = clock.now()
        with store.writing.begin() as connection:
            run_id = runs.start(connection, command=command, channels=(), settings={}, now=now)
            see_to_sketches(connection)
        self._intake = Intake(run_id, now, RETRIES, version())
        self.result = Imported(run_id)

    def add(self, wholes: Iterable[Whole]) -> None:
        """Store articles, sooner or later."""
        self._waiting += wholes
        if len(self._waiting) >= BATCH:
            self._write()

    def end(self) -> None:
        """Store what waits, and end the run."""
        self._write()
        self._close("finished", 0)

    def break_off(self, error: BaseException) -> None:
        """End the run that an error stopped; what waits is imported by the same command again."""
        reason, exit_code = "error", getattr(error, "exit_code", 3)
        if isinstance(error, KeyboardInterrupt):
            reason, exit_code = runs.SHUTDOWN, 130
        # It was perhaps the database that broke: the error is what is to be told.
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            self._close(reason, exit_code)

    def _close(self, reason: str, exit_code: int) -> None:
        with self._store.writing.begin() as connection:
            rest = {("", name): value for name, value in self.result.counts.items()}
            runs.count(connection, self.result.run_id, rest)
            runs.finish(
                connection, self.result.run_id, reason=reason, exit_code=exit_code, now=clock.now()
            )

    def _write(self) -> None:
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        # Oldest first, so that texts become revisions in the order of time.
        batch.sort(key=lambda whole: whole.fetches[0].fetched_at)
        with self._store.writing.begin() as connection:
            records = take_in(connection, batch, self._intake, self.result.counts)
            self.result.name(map(_without_address, filter(_is_nowhere, batch)))
            runs.beat(connection, self.result.run_id, clock.now())
        self._archive.keep(records)


_joiner: Joiner | None = None


def _start(any_host: bool) -> None:
    global _joiner
    _joiner = Joiner(Counter(), any_host=any_host)


def _read(chunk: Sequence[Fetch]) -> Answer:
    if _joiner is None:
        raise RuntimeError("the pool did not start its helper")
    wholes = [whole for fetch in chunk for whole in _joiner.add(fetch)]
    return wholes, *_told(_joiner)


def _rest() -> Answer:
    if _joiner is None:
        raise RuntimeError("the pool did not start its helper")
    _joiner.rest()
    return [], *_told(_joiner)


def _told(joiner: Joiner) -> tuple[Counter[str], list[Problem]]:
    """What was counted and named since the last answer."""
    told = Counter(joiner.counts), list(joiner.problems)
    joiner.counts.clear()
    joiner.problems.clear()
    return told

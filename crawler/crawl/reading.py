"""Reading for a crawl: light pages at once, all others in helper processes under a time limit.

An ordinary page takes a few milliseconds and is read where it arrives, on the event loop. One that
may take longer, by what it holds (:mod:`crawler.extract.limits`), goes to a helper, and the loop goes
on: requests, heart-beats and the pages of other hosts do not wait for it. What comes out is the
same. A page whose reading takes too long, or ends its helper, is a :class:`TooDearError`; another
helper takes the place of one that ended.

Archived bytes are read under the same limit, where reparse and rebuild ask for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import pickle
import queue
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler import extract
from crawler.crawl import helpers
from crawler.crawl.helpers import PAGE_SECONDS, limited, too_dear
from crawler.errors import ArchiveError, ConfigError, ExtractionError, TooDearError
from crawler.extract import Listing, Page
from crawler.extract.repaired import is_hopeless
from crawler.items import Article, Fetch, Visit
from crawler.store.archive import Archive, Record
from crawler.text.mojibake.repair import repair_all


def extract_record(record: Record) -> Article:
    """Extract the article of one visit of the archive.

    Raises:
        ExtractionError: A page gives no article, or none that can be read.
        TooDearError: It takes too long.
    """
    article = article_of(record, limited(record.url, lambda: extract.extract(record.fetches)))
    if is_hopeless(article):
        raise ExtractionError(record.url, article.template, "text", "undecodable")
    return article


def article_of(record: Record, article: Article) -> Article:
    """What was read in a record, under the record's own name."""
    return replace(article, url=record.url, channel=record.channel)


def earlier_record(path: Path, url: str, sha256: str) -> Record | None:
    """What stood at ``url`` when its body was ``sha256``.

    Args:
        path: The archive's file.
        url: Canonical address.
        sha256: Of the first page.

    Returns:
        ``None`` if the bytes are not there, or cannot be read.
    """
    try:
        with contextlib.closing(Archive(path, readonly=True)) as archive:
            return archive.before(url, sha256)
    except (ArchiveError, ConfigError):
        return None


# So many pages of one host may wait for helpers; then nothing more is asked of it meanwhile.
MOST_OF_A_HOST = 4
MOST_HELPERS = 4
# Read in a wrong charset; garbled by a mirror. One of each lets all tables be read.
_DAMAGED = ("浜烘皯鏃ユ姤", "?！??!人民網?,。")
# No limit is so short that no page can be read.
_LEAST = 0.01
# Of what a helper gives way to the event loop where both want one core.
_GIVES_WAY = 10
# Nothing that computes is silent for so long; the limit of a page is far below.
_SILENT = 900.0


class PageReader:
    """Reads pages as :mod:`crawler.extract` does, without ever keeping the event loop for long.

    To be made before databases are opened and threads are started: helpers are then forked at
    once, and have all tables in memory that this process has.

    Args:
        seconds: Of processor time that one page may take.
        count: Helpers.
    """

    def __init__(self, seconds: float = PAGE_SECONDS, count: int | None = None) -> None:
        prepare()
        count = count or min(MOST_HELPERS, max(2, os.cpu_count() or 1))
        self._idle: queue.SimpleQueue[_Helper] = queue.SimpleQueue()
        self._seconds = seconds
        self._helpers = [_Helper(seconds) for _ in range(count)]
        for helper in self._helpers:
            self._idle.put(helper)
        self._threads = ThreadPoolExecutor(count, "reading")
        self._waiting: Counter[str] = Counter()

    def is_busy_with(self, host: str) -> bool:
        """Whether so many pages of a host wait here that no more should be fetched now."""
        return self._waiting[host] >= MOST_OF_A_HOST

    async def read(self, fetch: Fetch) -> Page:
        """Read one page; see :func:`crawler.extract.read`.

        Raises:
            ExtractionError: It holds no article.
            TooDearError: It takes too long.
        """
        try:
            return extract.read(fetch, light=True)
        except TooDearError:
            page: Page = await self._afar(fetch.url, _read, fetch)
            return replace(page, fetch=fetch)

    async def links(self, fetch: Fetch, kind: str = "") -> Listing:
        """Read a list or a sitemap; see :func:`crawler.extract.links`.

        Raises:
            ExtractionError: It is none.
            TooDearError: It takes too long.
        """
        try:
            return extract.links(fetch, kind, light=True)
        except TooDearError:
            found: Listing = await self._afar(fetch.url, extract.links, fetch, kind)
            return found

    async def assemble(self, pages: Sequence[Page]) -> Article:
        """Make an article of its pages; see :func:`crawler.extract.assemble`.

        Raises:
            TooDearError: It takes too long.
        """
        try:
            return extract.assemble(pages, light=True)
        except TooDearError as error:
            article: Article = await self._afar(error.url, extract.assemble, _slim(pages))
            return article

    async def extract(self, fetches: Sequence[Fetch]) -> Article:
        """Read all pages of one article; see :func:`crawler.extract.extract`.

        Raises:
            ExtractionError: One of them gives no article.
            TooDearError: One of them takes too long.
        """
        return await self.assemble([await self.read(fetch) for fetch in fetches])

    async def earlier(self, archive: Path, visit: Visit) -> Article | None:
        """What today's code reads in the bytes that stood there before, if others came now.

        Read here and not in the transaction: to read a page takes longer than to store ten.

        Args:
            archive: Its file.
            visit: What came now.

        Returns:
            ``None`` if the same bytes came, or the earlier ones give no article today.
        """
        if visit.article is None or visit.replaces in (None, visit.article.body_sha256):
            return None
        record = earlier_record(archive, visit.url, visit.replaces)
        if record is None:
            return None
        try:
            article = await self.extract(record.fetches)
        except ExtractionError:
            return None
        return None if is_hopeless(article) else article_of(record, article)

    def close(self) -> None:
        """End the helpers, whatever they do."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for helper in self._helpers:
            helper.end()

    async def _afar(self, url: str, work: Callable[..., Any], *arguments: Any) -> Any:
        async with self._noted(urlsplit(url).hostname or ""):
            try:
                asked = self._threads.submit(self._ask, url, work, arguments)
            except RuntimeError:  # no thread can start: too little memory
                return limited(url, partial(work, *arguments), self._seconds)
            return await asyncio.wrap_future(asked)

    @contextlib.asynccontextmanager
    async def _noted(self, host: str) -> AsyncIterator[None]:
        self._waiting[host] += 1
        try:
            yield
        finally:
            self._waiting[host] -= 1

    def _ask(self, url: str, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """On a thread of our own: let the next idle helper do it."""
        helper = self._idle.get()
        try:
            return helper.ask(url, work, arguments)
        finally:
            self._idle.put(helper)


@cache
def prepare() -> None:
    """Load what the repair of damage needs, once for all helpers.

    And let the collector of garbage leave alone what there is by now: to look through all of the house
    takes it 100 ms, on the event loop.
    """
    repair_all(_DAMAGED)
    gc.freeze()


def _read(fetch: Fetch) -> Page:
    """As :func:`crawler.extract.read`, but the body does not travel back."""
    return replace(extract.read(fetch), fetch=None)


def _slim(pages: Sequence[Page]) -> list[Page]:
    """The pages as far as they are needed: the body of the first one alone."""
    return [pages[0], *(replace(page, fetch=None) for page in pages[1:])]


class _Helper:
    """One process that reads what it is sent, and the place of those that follow it when it ends."""

    def __init__(self, seconds: float) -> None:
        self._seconds = max(seconds, _LEAST)
        self._closed = False
        self._process: BaseProcess | None = None
        self._line: Connection | None = None
        if helpers.can_fork():
            self._start()

    def ask(self, url: str, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Let it work for a page.

        Raises:
            TooDearError: It was ended by the page.
            Exception: What the work raises.
        """
        try:
            line = self._line or self._start()
            line.send((url, work, arguments))
            done, result = pickle.loads(_answer(line))
        except (EOFError, OSError, pickle.UnpicklingError):
            raise self._ended(url) from None
        if not done:
            raise result
        return result

    def end(self) -> None:
        """End it now."""
        self._closed = True
        if self._process is not None:
            self._process.kill()

    def _start(self) -> Connection:
        if self._closed:
            raise EOFError
        ours, theirs = helpers.pipe()
        self._process = helpers.start_process(_serve, (theirs, self._seconds))
        theirs.close()
        self._line = ours
        return ours

    def _ended(self, url: str) -> TooDearError:
        """Why the process ended; the next page gets another one."""
        process, line = self._process, self._line
        self._process = self._line = None
        if line is not None:
            line.close()
        if process is None:
            return TooDearError(url, None, "page", "no helper could be started to read it")
        process.kill()
        process.join()
        code = -(process.exitcode or 0)
        if code == signal.SIGXCPU:
            return too_dear(url, self._seconds)
        name = signal.Signals(code).name if code in set(signal.Signals) else f"exit code {-code}"
        return TooDearError(url, None, "page", f"its reading was ended by {name}")


def _answer(line: Connection) -> bytes:
    if not line.poll(_SILENT):
        raise EOFError
    return line.recv_bytes()


def _serve(line: Connection, seconds: float) -> None:
    """In the helper: work until nobody asks any more, and where the crawl itself has nothing to do."""
    os.nice(_GIVES_WAY)
    for url, work, arguments in _asked(line):
        helpers.end_after(2 * seconds)
        try:
            answer = (True, limited(url, partial(work, *arguments), seconds))
        except MemoryError:
            answer = (False, TooDearError(url, None, "page", "reading it takes too much memory"))
        except Exception as error:  # whatever it is, the one who asked must know
            answer = (False, error)
        line.send_bytes(_packed(answer))


def _asked(line: Connection) -> Iterator[tuple[str, Callable[..., Any], tuple[Any, ...]]]:
    while True:
        try:
            yield line.recv()
        except (EOFError, OSError):
            return


def _packed(answer: tuple[bool, Any]) -> bytes:
    try:
        return pickle.dumps(answer)
    except Exception:  # an error that holds what cannot travel
        return pickle.dumps((False, RuntimeError(repr(answer[1]))))

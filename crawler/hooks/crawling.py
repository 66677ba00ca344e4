"""The extension that holds the crawl's session: it opens the run, beats its heart and ends it."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.settings import SETTINGS_PRIORITIES
from twisted.python.failure import Failure as TwistedFailure

from crawler import clock, extract
from crawler.config import load
from crawler.crawl.helpers import beside
from crawler.crawl.holding import STALLED_SECONDS, HeldHosts, Pace
from crawler.crawl.run import EXIT_CODES
from crawler.crawl.session import CrawlSession
from crawler.errors import DiskFullError, StoreError
from crawler.hooks.holding import GivenHost, Holding, SharedHosts
from crawler.items import Failure, Fetch, Visit
from crawler.store import job_schema
from crawler.store.archive import Archive
from crawler.store.engine import Store, crawl_lock, open_store
from crawler.store.leases import Hold, Lease

logger = logging.getLogger(__name__)

# After so many silent seconds others take over on PostgreSQL (-s RENMIN_STALLED_SECONDS=...); a
# sixth of it is a heart-beat.
STALLED_SETTING = "RENMIN_STALLED_SECONDS"
# Likewise of the processor time that reading one page may take.
PAGE_SETTING = "RENMIN_PAGE_SECONDS"
# The run that a runner's crawl goes on with; not for people: renmin crawl --continue-run.
CONTINUE_SETTING = "RENMIN_CONTINUE_RUN"
# What a service manager or a person that stopped us waits for, at most (-s RENMIN_LEAVE_SECONDS=...).
LEAVE_SETTING = "RENMIN_LEAVE_SECONDS"
LEAVE_SECONDS = 8.0


class Crawling:
    """Opens the store when a crawl begins; says how it ended when it ends.

    Args:
        crawler: Scrapy's.
        session: The crawl's dealings with the store.
        lock: Held until the crawl has ended.
        holding: How it comes by hosts; ``None`` where all are its own.

    Attributes:
        session: As above.
        holding: As above.
        exit_code: Of the crawl, once it has ended.
        leave_seconds: After a stop was asked for, the crawl is over within so many.
    """

    def __init__(
        self,
        crawler: Crawler,
        session: CrawlSession,
        lock: contextlib.ExitStack,
        holding: Holding | None = None,
    ) -> None:
        self.session = session
        self.holding = holding
        self.exit_code = 3
        self.leave_seconds = crawler.settings.getfloat(LEAVE_SETTING, LEAVE_SECONDS)
        self._crawler = crawler
        self._lock = lock
        self._beating: asyncio.Task[None] | None = None
        self._broken: StoreError | None = None
        # A crawl that breaks before it begins closes nothing.
        atexit.register(self._give_up)
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._closed, signals.spider_closed)
        crawler.signals.connect(self._callback_broke, signals.spider_error)
        crawler.signals.connect(self._pipeline_broke, signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Crawling:
        """Open the store that ``RENMIN_DATABASE`` names, for spiders that have a plan.

        Raises:
            RenminError: The store cannot be used, or another crawl is writing to it.
        """
        plan = getattr(crawler.spider, "plan", None)
        if plan is None:
            raise NotConfigured
        config = load(database=crawler.settings["RENMIN_DATABASE"])
        hold: Hold | None = getattr(crawler.spider, "hold", None)
        with contextlib.ExitStack() as stack:
            store = open_store(config.database)
            stack.enter_context(crawl_lock(store))
            held = None if store.is_sqlite else _held_hosts(crawler, store, hold)
            session = CrawlSession(
                store,
                Archive(config.archive_path),
                replace(
                    plan,
                    settings=_settings_of(crawler),
                    retries=config.retries,
                    continues=crawler.settings.getint(CONTINUE_SETTING),
                ),
                code_version=extract.version(),
                clock=clock.now,
                held=held,
            )
            holding: Holding | None = None
            if held and hold:
                holding = GivenHost(crawler, session, held, hold)
            elif held:
                holding = SharedHosts(crawler, session, held, config.database)
            return cls(crawler, session, stack.pop_all(), holding)
        raise AssertionError  # unreachable: the block returns or raises

    def _opened(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.session.on_fatal = self._on_fatal
        if self.holding and self.session.held:
            self.session.held.on_lost = self._on_lost
            self.holding.begin()
        self._beating = self._loop.create_task(self._beat())
        # A terminal that is closed; under nohup it is ignored, and stays so.
        if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
            self._loop.add_signal_handler(signal.SIGHUP, os.kill, os.getpid(), signal.SIGTERM)

    def _on_lost(self, host: str) -> None:
        """On any thread: a host was taken over by another process."""
        self._loop.call_soon_threadsafe(self._lost, host)

    def _lost(self, host: str) -> None:
        logger.warning("lost host=%s: the database does not say that it is still ours", host)
        self._crawler.engine.scheduler.drop_host(host)  # type: ignore[union-attr]
        if self.holding:
            self.holding.lost(host)

    def _on_fatal(self, error: StoreError) -> None:
        """On the writer's thread: nothing more can be stored."""
        self._loop.call_soon_threadsafe(self._stop, error)

    async def _beat(self) -> None:
        pause = _pace_of(self._crawler).beat
        while True:
            await asyncio.sleep(pause)
            try:
                await asyncio.wrap_future(self.session.beat())
            except StoreError:
                return  # nothing more can be stored; the crawl is being ended
            except Exception:  # the next beat may do better
                logger.exception("a heart-beat failed")
            if self.session.stop_asked:
                logger.info("stop run=%d: it was asked for", self.session.run_id)
                # As whoever started us would stop us, with the same patience for slow hosts.
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def _stop(self, error: StoreError) -> None:
        """The store is gone: end the crawl; what was not committed is fetched again."""
        self._broken = error
        reason = "disk_full" if isinstance(error, DiskFullError) else "database"
        closing = self._crawler.engine.close_spider_async(reason=reason)
        self._closing = asyncio.ensure_future(closing)

    def _callback_broke(self, failure: TwistedFailure, response: Response | None) -> None:
        """A fault of ours: the page is settled as failed, or it would be tried for ever."""
        lease = response.meta.get("lease") if response is not None else None
        if response is not None and lease is not None:
            # As far as it was fetched: the archive keeps it, to be read again when we are mended.
            self._record_fault(failure, lease.id, lease, response.meta.get("fetches", ()))

    def _pipeline_broke(self, item: object, failure: TwistedFailure) -> None:
        if isinstance(item, Visit):
            self._record_fault(failure, item.frontier_id, item, item.fetches)

    def _record_fault(
        self,
        failure: TwistedFailure,
        frontier_id: int,
        page: Lease | Visit,
        fetches: Sequence[Fetch],
    ) -> None:
        name = type(failure.value).__name__
        self.session.record(
            Visit(
                url=page.url,
                frontier_id=frontier_id,
                kind=page.kind,
                channel=page.channel,
                fetches=tuple(fetches),
                failure=Failure(reason=f"error_{name}", detail=str(failure.value)),
            )
        )

    def finish_reason(self, reason: str) -> str:
        """The run's finish reason, where Scrapy's is ``reason``."""
        if reason == "finished" and self.session.limit_reached:
            reason = "limit"
        if reason == "shutdown":
            reason = self._stop_reason
        reason = self.session.outcome.finish_reason(reason)
        if self.holding and self.holding.reason and reason != "stopped":
            return self.holding.reason
        return reason

    async def _closed(self, reason: str) -> None:
        if self._beating:
            self._beating.cancel()
        reason = self.finish_reason(reason)
        self.exit_code = EXIT_CODES.get(reason, 3)
        try:
            await beside(self.session.close, reason, self.exit_code, self.leave_seconds)
        except StoreError as error:
            logger.error("the crawl ended early: %s", error)  # noqa: TRY400 - its message says all
        finally:
            if self.holding:
                await self.holding.end()
            atexit.unregister(self._give_up)
            self._lock.close()

    def _give_up(self) -> None:
        """End the run of a crawl that never began, so that nobody takes it for a lost one."""
        with contextlib.suppress(Exception):
            self.session.close("not_started", 3, self.leave_seconds)
        self._lock.close()

    def leave_now(self, tell: Callable[[], None] = lambda: None) -> None:
        """End the process although a page is still on its way: it is fetched again.

        Called on a thread of its own when a stop was asked for and took too long.

        Args:
            tell: Says what was done; called last.
        """
        reason = self._stop_reason
        code = EXIT_CODES.get(reason, 3)
        with contextlib.suppress(StoreError):
            self.session.close(reason, code, timeout=1.5)
        with contextlib.suppress(Exception):
            tell()
        os._exit(code)

    @property
    def _stop_reason(self) -> str:
        """``stopped`` if a person asked for it on the dashboard, ``shutdown`` for a signal."""
        return "stopped" if self.session.stop_asked else "shutdown"


def _held_hosts(crawler: Crawler, store: Store, hold: Hold | None) -> HeldHosts:
    """What a crawl holds on a server that others use too.

    Raises:
        ConfigError, SchemaError: No job can be made there.
    """
    with store.reading.connect() as connection:
        job_schema.require(connection, store.url)
    return HeldHosts(_pace_of(crawler), hold.host if hold else None)


def _pace_of(crawler: Crawler) -> Pace:
    return Pace(crawler.settings.getfloat(STALLED_SETTING, STALLED_SECONDS))


def _settings_of(crawler: Crawler) -> dict[str, Any]:
    """The settings that this run was given, by name."""
    given = SETTINGS_PRIORITIES["spider"]
    return {
        name: str(crawler.settings[name])
        for name in crawler.settings
        if (crawler.settings.getpriority(name) or 0) >= given
    }

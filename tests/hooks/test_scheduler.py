"""The scheduler ends a crawl only when nothing waits, and nothing that is under way may bring more."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from scrapy import Request

from crawler.crawl.session import Refill
from crawler.hooks.crawling import Crawling
from crawler.hooks.scheduler import FrontierScheduler
from crawler.store.leases import Lease


def lease(number: int, host: str = "sd.people.com.cn", kind: str = "article") -> Lease:
    """A page that was leased."""
    url = f"http://{host}/{number}"
    return Lease(
        id=number,
        url=url,
        fetch_url=url,
        kind=kind,
        channel="sd",
        host=host,
        attempts=0,
        etag=None,
        last_modified=None,
        body_sha256=None,
    )


class FakeSession:
    """Answers the scheduler's questions when the test says so."""

    def __init__(self, limit: int | None = None) -> None:
        self.hosts = {"sd.people.com.cn", "bj.people.com.cn"}
        self.plan = SimpleNamespace(limit=limit)
        self.failed_articles = 0
        self.limit_reached = False
        self.asked: deque[Future] = deque()
        self.returned: list[int] = []
        self.unconfirmed: set[str] = set()

    def lease(self, but=()):
        self.asked.append(Future())
        return self.asked[-1]

    def put_back(self, leases):
        self.returned += [each.id for each in leases]

    def may_ask(self, host):
        return host not in self.unconfirmed

    def leave_host(self, name):
        self.hosts.discard(name)


class Bench:
    """A scheduler with everything around it faked."""

    def __init__(self, limit: int | None = None) -> None:
        self.session = FakeSession(limit)
        self.holding = None
        self.active: list[SimpleNamespace] = []
        engine = SimpleNamespace(
            downloader=SimpleNamespace(slots={}, active=self.active), _slot=None
        )
        crawler = SimpleNamespace(
            settings=SimpleNamespace(getint=lambda _name: 1),
            engine=engine,
            get_extension=lambda kind: self if kind is Crawling else None,
        )
        self.scheduler = FrontierScheduler(crawler)
        self.unread: set[str] = set()
        reader = SimpleNamespace(is_busy_with=lambda host: host in self.unread)
        spider = SimpleNamespace(request_for=lambda each: Request(each.fetch_url), reader=reader)
        self.scheduler.open(spider)

    async def answer(self, *leases: Lease, elsewhere: int = 0) -> None:
        """Answer the oldest open question."""
        asked = frozenset(self.session.hosts)
        self.session.asked.popleft().set_result(Refill(leases, asked, elsewhere))
        await asyncio.sleep(0.01)

    def busy(self, host: str, requests: int) -> None:
        """Let a host have so many requests under way."""
        under_way = SimpleNamespace(meta={"lease": SimpleNamespace(host=host)})
        self.active.extend([under_way] * requests)


def on_a_loop(test):
    """Run a test on an event loop of its own."""
    return lambda: asyncio.run(test())


@on_a_loop
async def test_an_answer_from_before_the_last_page_does_not_end_the_crawl():
    """While a page is under way "nothing waits" is no end: its links may come yet."""
    bench = Bench()
    assert bench.scheduler.has_pending_requests()
    await bench.answer(lease(1))
    assert bench.scheduler.next_request() is not None
    # Asked while the page is under way, answered before its links are stored.
    bench.scheduler.next_request()
    await bench.answer()

    # The page is done: its visit is with the writer, and the engine asks whether that is all.
    assert bench.scheduler.has_pending_requests()
    await bench.answer(lease(2))
    assert bench.scheduler.next_request() is not None


@on_a_loop
async def test_a_crawl_ends_when_nothing_waits():
    """After a question that was asked when all was quiet, the crawl may end."""
    bench = Bench()
    assert bench.scheduler.has_pending_requests()

    await bench.answer()

    assert not bench.scheduler.has_pending_requests()


@on_a_loop
async def test_pages_that_others_hold_are_waited_for():
    """Another process may die and leave its pages to us."""
    bench = Bench()
    bench.scheduler.has_pending_requests()

    await bench.answer(elsewhere=3)

    assert bench.scheduler.has_pending_requests()


@on_a_loop
async def test_a_busy_host_does_not_keep_the_others_waiting():
    """The next page is one of the host with the fewest requests under way."""
    bench = Bench()
    bench.scheduler.has_pending_requests()
    await bench.answer(lease(1), lease(2), lease(3, "bj.people.com.cn"))
    bench.busy("sd.people.com.cn", 2)

    taken = bench.scheduler.next_request()
    bench.busy("bj.people.com.cn", 2)

    assert taken.url == lease(3, "bj.people.com.cn").url
    assert bench.scheduler.next_request() is None


@on_a_loop
async def test_a_paused_host_gives_its_pages_back():
    """Pages of a host whose robots.txt cannot be read are PENDING again."""
    bench = Bench()
    bench.scheduler.has_pending_requests()
    await bench.answer(lease(1), lease(2))

    bench.scheduler.pause_host("sd.people.com.cn")

    assert bench.session.returned == [1, 2]
    assert bench.scheduler.next_request() is None


@on_a_loop
async def test_a_host_that_another_process_may_have_by_now_is_not_asked():
    """A page waits until the database has confirmed that its host is still ours."""
    bench = Bench()
    bench.scheduler.has_pending_requests()
    bench.session.unconfirmed = {"sd.people.com.cn"}
    await bench.answer(lease(1))

    before = bench.scheduler.next_request()
    bench.session.unconfirmed = set()
    after = bench.scheduler.next_request()

    assert before is None
    assert after.url == lease(1).url


@on_a_loop
async def test_pages_of_a_host_that_was_taken_over_are_dropped():
    """They are another process's: nothing is asked for, and nothing given back."""
    bench = Bench()
    bench.scheduler.has_pending_requests()
    await bench.answer(lease(1), lease(2))

    bench.scheduler.drop_host("sd.people.com.cn")

    assert bench.session.returned == []
    assert bench.scheduler.next_request() is None


@on_a_loop
async def test_unused_pages_are_given_back_at_the_end():
    """What was leased and not asked for does not wait for its lease to end."""
    bench = Bench()
    bench.scheduler.has_pending_requests()
    await bench.answer(lease(1), lease(2))
    bench.scheduler.next_request()

    bench.scheduler.close("shutdown")

    assert len(bench.session.returned) == 1


@pytest.mark.parametrize("failed", [0, 1])
def test_the_limit_counts_articles_that_came(failed):
    """A failed article makes room for another one."""

    async def test():
        bench = Bench(limit=1)
        bench.scheduler.has_pending_requests()
        await bench.answer(lease(1), lease(2))
        bench.scheduler.next_request()
        bench.session.failed_articles = failed
        return bench.scheduler.next_request()

    assert (asyncio.run(test()) is not None) == bool(failed)

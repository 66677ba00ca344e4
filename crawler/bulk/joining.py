"""From captures to articles: the pages of each article are found, joined and read.

The pages of an article stand in one file, perhaps far apart; those of another file are not looked
for, so that what comes out does not depend on how the files are shared out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from crawler.bulk.sources import Problem
from crawler.crawl.helpers import limited
from crawler.errors import ExtractionError
from crawler.extract import Page, assemble, read
from crawler.items import Article, Fetch
from crawler.site.channels import by_host
from crawler.site.spelling import is_site_host
from crawler.site.urls import Address, classify

# Articles that wait for a further page at a time; each holds the bytes of what came.
MOST_WAITING = 2_000
# Pages that are named to a person; the counters tell of all.
MOST_PROBLEMS = 20
OK = 200
UNCHANGED = 304


@dataclass(frozen=True, slots=True)
class Whole:
    """An article with all its pages.

    Attributes:
        article: As it reads.
        fetches: Its pages, the first one first.
    """

    article: Article
    fetches: tuple[Fetch, ...]


@dataclass(slots=True)
class _Waiting:
    """The pages that came of one article, by number, and how many there must be."""

    pages: dict[int, Page] = field(default_factory=dict)

    def whole(self) -> bool:
        """Whether its first page came, and all that any of its pages names."""
        named = {classify(url).page for page in self.pages.values() for url in page.further}
        return 1 in self.pages and named <= self.pages.keys()


class Joiner:
    """Reads captures and gives whole articles; counts everything else by its reason.

    Args:
        counts: Added to: ``page/article``, ``failure/REASON``, ``skipped/REASON``, ``status/NNN``
            as in the counters of a crawl.
        any_host: Also pages of hosts that are not the site's.

    Attributes:
        problems: The first pages that could not be read, for a person.
    """

    def __init__(self, counts: Counter[str], *, any_host: bool = False) -> None:
        self.counts = counts
        self.problems: list[Problem] = []
        self._any_host = any_host
        self._waiting: dict[str, _Waiting] = {}

    def add(self, capture: Fetch | Problem) -> Iterator[Whole]:
        """Take one capture in; gives the article that it completes, if it completes one."""
        if isinstance(capture, Problem):
            self.counts[f"failure/{capture.reason}"] += 1
            return
        reason = self._refusal(capture)
        if reason:
            self.counts[reason] += 1
            return
        try:
            page = limited(capture.url, lambda: read(capture))
            whole = self._joined(page, classify(page.article.url))
        except ExtractionError as error:
            self.counts[f"failure/{error.reason}"] += 1
            if len(self.problems) < MOST_PROBLEMS:
                self.problems.append(Problem(capture.url, error.reason, error.why))
            return
        if whole:
            yield whole

    def rest(self) -> None:
        """Count what waits in vain, at the end of a file, and forget it."""
        for waiting in self._waiting.values():
            self._give_up(waiting)
        self._waiting.clear()

    def _refusal(self, capture: Fetch) -> str | None:
        """Why a capture is not read; ``None`` if it is."""
        if capture.status != OK:
            return "page/unchanged" if capture.status == UNCHANGED else f"status/{capture.status}"
        return refusal(capture.url, any_host=self._any_host)

    def _joined(self, page: Page, address: Address) -> Whole | None:
        if page.number == 1 and not page.further:
            return self._article([page])
        waiting = self._waiting.setdefault(address.canonical, _Waiting())
        waiting.pages[page.number] = page
        if waiting.whole():
            del self._waiting[address.canonical]
            return self._article([waiting.pages[n] for n in sorted(waiting.pages)])
        if len(self._waiting) > MOST_WAITING:
            self._give_up(self._waiting.pop(next(iter(self._waiting))))
        return None

    def _article(self, pages: list[Page]) -> Whole:
        article = limited(pages[0].article.url, lambda: assemble(pages))
        self.counts["page/article"] += 1
        host = classify(article.url).host
        channel = by_host(host)
        article = replace(article, channel=channel.id if channel else host or None)
        fetches = [page.fetch for page in pages if page.fetch]
        return Whole(article, tuple(replace(each, page=n) for n, each in enumerate(fetches, 1)))

    def _give_up(self, waiting: _Waiting) -> None:
        """An article is whole or it is none; a later page alone is no article."""
        first = 1 in waiting.pages
        self.counts["failure/extraction_pages" if first else "skipped/further-page"] += 1


def refusal(url: str, *, any_host: bool) -> str | None:
    """Why a page of this address is not read, as it is counted; ``None`` if it is."""
    if url.startswith("file:") or any_host:
        return None
    address = classify(url)
    if not is_site_host(address.host):
        return "skipped/other-host"
    return None if address.kind == "article" else f"skipped/{address.kind}"


def articles(
    captures: Iterable[Fetch | Problem], counts: Counter[str], *, any_host: bool = False
) -> Iterator[Article]:
    """The whole articles among the captures of one file, as they are completed."""
    joiner = Joiner(counts, any_host=any_host)
    for capture in captures:
        yield from (whole.article for whole in joiner.add(capture))
    joiner.rest()

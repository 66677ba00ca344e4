"""What a look at a channel says: do its robots.txt, its lists and its pages fit what renmin knows?

A pure judgement of what was seen; fetching is :mod:`spiders.probe`'s. Three verdicts:

=========  =====================================================================================
fits       as expected
degraded   of use, with losses that the words name
unknown    nothing of use could be read there; the words say why
=========  =====================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from crawler.items import Article, Failure, Fetch, Visit
from crawler.site.channels import Channel
from crawler.site.urls import classify

Verdict = Literal["fits", "degraded", "unknown"]

# A column without a new article for so long has ended, or has moved.
STALE_DAYS = 120
# Readers that know no page design.
FALLBACKS = frozenset({"generic", "mirror"})
# Fields that every article of the site has; the others may well be empty.
EXPECTED = ("title", "source", "published_at", "paragraphs")
FIELDS = (*EXPECTED, "kicker", "subtitle", "dateline", "authors", "editors", "photos")
_WORDS = {
    "robots": "robots.txt does not allow this {what}",
    "robots_unreadable": "robots.txt cannot be read, so the host is left alone",
    "http_403": "the host does not let us read the {what} (status 403)",
    "http_404": "the {what} is gone (status 404): it has moved or ended",
    "http_410": "the {what} is gone (status 410): it has ended",
    "http_429": "the host asks for a rest (status 429)",
    "dns": "the host has no address on the net",
    "timeout": "no answer in time",
    "refused_connection": "the host refuses connections",
    "network": "the connection broke",
    "redirect_loop": "the {what} leads back to itself",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSeen:
    """One list page.

    Attributes:
        url: Its address.
        label: The column's name.
        verdict: See the module.
        words: Why, in plain words.
        status: HTTP status; ``None`` without an answer.
        links: Articles of the channel that it leads to.
        newest: The latest day that their addresses name; ``None`` if none does.
        next_page: Whether it leads to a second page.
    """

    url: str
    label: str
    verdict: Verdict
    words: str
    status: int | None
    links: int
    newest: date | None
    next_page: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSeen:
    """One article, its first page.

    Attributes:
        url: Its address.
        verdict: See the module.
        words: Why, in plain words.
        status: HTTP status; ``None`` without an answer.
        design: Page design that was recognised; ``None`` if the page could not be read.
        charset: The charset that it is in.
        declared: The charset that it says it is in; ``None`` if it says nothing.
        filled: Names of the fields that hold something.
        doubts: Places in the text that could not be read with certainty.
    """

    url: str
    verdict: Verdict
    words: str
    status: int | None
    design: str | None = None
    charset: str | None = None
    declared: str | None = None
    filled: tuple[str, ...] = ()
    doubts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSeen:
    """A channel.

    Attributes:
        id: Its short name.
        host: Its host.
        verdict: See the module.
        words: Why, in plain words.
        robots: ``allowed``, ``forbidden``, ``unreadable``; ``unasked`` if nothing came so far.
        robots_detail: What was read there.
        crawl_delay: Seconds between requests that it asks for; ``None`` for none.
        lists: Its list pages, in the order of the table of channels.
        articles: Its newest articles.
    """

    id: str
    host: str
    verdict: Verdict
    words: str
    robots: str
    robots_detail: str
    crawl_delay: float | None
    lists: tuple[ListSeen, ...]
    articles: tuple[ArticleSeen, ...]


def judge(
    channel: Channel,
    visits: Iterable[Visit],
    robots: Mapping[str, Mapping[str, Any]],
    today: date,
) -> ChannelSeen:
    """Judge what was seen of a channel.

    Args:
        channel: The channel.
        visits: Of its lists and articles; those of other channels are passed over.
        robots: What each host's robots.txt said, by host.
        today: The day of the look.
    """
    own = [visit for visit in visits if visit.channel == channel.id]
    labels = {classify(page.url).canonical: page.label for page in channel.lists}
    order = {url: i for i, url in enumerate(labels)}
    lists = sorted((v for v in own if v.kind == "list"), key=lambda v: order.get(v.url, len(order)))
    seen = tuple(_list(visit, labels.get(visit.url, ""), today) for visit in lists)
    articles = tuple(_article(visit) for visit in own if visit.kind == "article")
    said = robots.get(channel.host, {})
    verdict, words = _of_channel(seen, articles, said)
    return ChannelSeen(
        id=channel.id,
        host=channel.host,
        verdict=verdict,
        words=words,
        robots=said.get("state", "unasked"),
        robots_detail=said.get("detail", ""),
        crawl_delay=said.get("crawl_delay"),
        lists=seen,
        articles=articles,
    )


def _list(visit: Visit, label: str, today: date) -> ListSeen:
    days = [link.published for link in visit.links if link.published]
    newest = max(days, default=None)
    verdict, words = _of_list(visit, newest, today)
    return ListSeen(
        url=visit.url,
        label=label,
        verdict=verdict,
        words=words,
        status=_status(visit.fetches),
        links=len(visit.links),
        newest=newest,
        next_page=visit.next_list is not None,
    )


def _of_list(visit: Visit, newest: date | None, today: date) -> tuple[Verdict, str]:
    if visit.failure is not None:
        return "unknown", _why(visit.failure, "list page")
    landed = visit.fetches[0].url if visit.fetches else visit.url
    moved = classify(landed).canonical != visit.url
    where = f"the list has moved: it leads to {landed}" if moved else ""
    if not visit.links:
        others = visit.skipped.get("other-channel", 0)
        what = f"{others} articles of other channels, none" if others else "no article"
        return "unknown", where or f"{what} of this channel is linked: the list is empty or rebuilt"
    if moved:
        return "degraded", f"{where}, {len(visit.links)} articles there"
    if newest is None:
        return "degraded", "no address of an article names a day: articles of before 2012 only"
    age = (today - newest).days
    if age > STALE_DAYS:
        return "degraded", f"nothing new for {age} days: the column has ended or moved"
    return "fits", f"{len(visit.links)} articles, the newest of {newest}"


def _article(visit: Visit) -> ArticleSeen:
    article, status = visit.article, _status(visit.fetches)
    if article is None:
        failure = visit.failure or Failure(reason="nothing")
        return ArticleSeen(
            url=visit.url, verdict="unknown", words=_why(failure, "article"), status=status
        )
    filled = tuple(name for name in FIELDS if getattr(article, name))
    verdict, words = _of_article(article, filled)
    charset = article.charset
    return ArticleSeen(
        url=visit.url,
        verdict=verdict,
        words=words,
        status=status,
        design=article.template,
        charset=charset.decided if charset else None,
        declared=(charset.declared_header or charset.declared_meta) if charset else None,
        filled=filled,
        doubts=len(article.doubts),
    )


def _of_article(article: Article, filled: Sequence[str]) -> tuple[Verdict, str]:
    if article.template in FALLBACKS:
        return "unknown", "no known page design fits: the general reader found " + ", ".join(filled)
    losses = [f"no {name}" for name in EXPECTED if name not in filled]
    if article.published_at and article.published_from != "stamp":
        losses.append(f"no time on the page, the day is from its {article.published_from}")
    if article.damage:
        losses.append("mis-encoded when it was printed: " + ", ".join(article.damage))
    if article.doubts:
        losses.append(f"{len(article.doubts)} places could not be read with certainty")
    if losses:
        return "degraded", f"design {article.template}, but " + "; ".join(losses)
    return "fits", f"design {article.template}, {len(article.paragraphs)} paragraphs"


def _of_channel(
    lists: Sequence[ListSeen], articles: Sequence[ArticleSeen], robots: Mapping[str, Any]
) -> tuple[Verdict, str]:
    if robots.get("state") == "forbidden":
        return "unknown", "robots.txt forbids us: nothing may be fetched, and nothing was"
    if robots.get("state") == "unreadable":
        return "unknown", "robots.txt cannot be read: nothing is fetched until it can"
    if not any(each.links for each in lists):
        why = _commonest(each.words for each in lists)
        return "unknown", f"none of {len(lists)} list pages leads to an article ({why})"
    read = [each for each in articles if each.verdict != "unknown"]
    if not read:
        why = _commonest(each.words for each in articles)
        return "unknown", f"none of {len(articles)} articles could be read as known ({why})"
    return _of_parts(lists, articles)


def _of_parts(lists: Sequence[ListSeen], articles: Sequence[ArticleSeen]) -> tuple[Verdict, str]:
    """Judge a channel of which something can be read."""
    poor_lists = [each for each in lists if each.verdict != "fits"]
    poor = [each for each in articles if each.verdict != "fits"]
    words = []
    if poor_lists:
        why = _commonest(each.words for each in poor_lists)
        words.append(f"{len(poor_lists)} of {len(lists)} list pages do not fit ({why})")
    if poor:
        why = _commonest(each.words for each in poor)
        words.append(f"{len(poor)} of {len(articles)} articles do not fit ({why})")
    if words:
        return "degraded", "; ".join(words)
    return "fits", f"{len(lists)} list pages and {len(articles)} articles are as expected"


def _why(failure: Failure, what: str) -> str:
    """Say in plain words why a page brought nothing."""
    reason = failure.reason
    if reason in _WORDS:
        return _WORDS[reason].format(what=what)
    if reason.startswith("http_"):
        return f"the host answers with an error (status {reason[-3:]})"
    if reason.startswith("extraction_"):
        return f"answered, but it is no {what} that can be read: {failure.detail}"
    return f"{reason}: {failure.detail}" if failure.detail else reason


def _commonest(words: Iterable[str]) -> str:
    """The words that stand most often; the first of equals."""
    said = list(words)
    return max(said, key=said.count, default="nothing was asked")


def _status(fetches: Sequence[Fetch]) -> int | None:
    return fetches[0].status if fetches else None

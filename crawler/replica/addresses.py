"""What stands where on the stand-in site: every address worked out, nothing stored.

All pages of articles, good and bad, are one numbered sequence, oldest first: number ``n``
belongs to channel ``n % channels``, and its content id tells ``n`` again. So a site of 100,000
articles costs nothing until a page is asked for. The number says too which peculiarities an
article has: a table, :data:`TRAITS`, so that every site of some size has them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from random import Random

from crawler.clock import SHANGHAI
from crawler.site.channels import Channel, ListPage
from crawler.site.urls import Address

# The day on which the invented site is looked at, unless another is named.
TODAY = date(2026, 11, 20)
# Every article number is part of the content id, which has eight digits on the site.
FIRST_ID = 40_000_000
# The garbled copies stand on a host of a domain that can never exist.
MIRROR_HOST = "www.garden-furniture.example"

# One page in twelve is not a plain article; these kinds take turns.
PERIOD = 12
EXTRAS = (
    "reprint", "gone", "mirror", "flaky", "reprint", "moved", "loop", "twin",
    "soft-gone", "mirror", "broken", "reprint", "forbidden", "empty", "reprint",
    "truncated", "wrong-type", "reprint", "rubbish", "mirror", "reprint", "deep",
    "huge", "hang",
)  # fmt: skip
# They cost a crawl a time-out or many megabytes: once a site is enough.
ONCE = ("huge", "hang")

# Articles of a channel stand in its first columns; the others answer, but are empty.
COLUMNS = 3
LIST_LENGTH = 20
# New pages of each channel a day.
PER_DAY = 2
# Three pages in five are of the last days, the others of all years back to 2010.
RECENT_SHARE, RECENT_DAYS, FIRST_DAY = 0.6, 30, date(2010, 3, 1)


@dataclass(frozen=True, slots=True)
class Clock:
    """What day it is on the site.

    Attributes:
        today: Day 0: the newest page of the site as it was set up is of this day.
        day: Days that have passed since; each brings new pages and one silent correction.
    """

    today: date = TODAY
    day: int = 0


DAY_ZERO = Clock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One numbered page of the site.

    Attributes:
        number: Its place in the sequence.
        channel: Where it was published.
        column: The list that shows it.
        kind: ``article``, or one of :data:`EXTRAS`.
        url: Canonical address, as lists link to it (a mirror's copy: on the mirror).
        published: To the minute, +08:00.
        of: Number of the page that it copies or leads to; ``None`` for all others.
    """

    number: int
    channel: Channel
    column: ListPage
    kind: str
    url: str
    published: datetime
    of: int | None = None


@dataclass(frozen=True, kw_only=True)
class SitePlan:
    """The numbers of a site.

    Attributes:
        articles: How many pages of kind ``article`` there are on day 0.
        seed: Another seed is another site.
        channels: Channels that hold articles, in order.
        clock: What day it is.
        plain: Only articles, nothing broken, copied or slow.
        frozen: True if the passing days add nothing.
    """

    articles: int
    seed: int
    channels: tuple[Channel, ...]
    clock: Clock = DAY_ZERO
    plain: bool = False
    frozen: bool = False
    _places: dict[str, int] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._places.update({c.host: place for place, c in enumerate(self.channels)})

    @cached_property
    def base(self) -> int:
        """How many numbered pages there are on day 0."""
        if self.plain:
            return self.articles
        total = self.articles + max(0, self.articles - 1) // (PERIOD - 1)
        while self._articles_below(total) < self.articles:
            total += 1
        while total and self._articles_below(total - 1) >= self.articles:
            total -= 1
        return total

    @cached_property
    def total(self) -> int:
        """How many numbered pages there are today."""
        grown = 0 if self.frozen else self.clock.day * PER_DAY * len(self.channels)
        return self.base + grown

    def entry(self, number: int) -> Entry:
        """Work out one page."""
        channel = self.channels[number % len(self.channels)]
        columns = columns_of(channel)
        column = columns[number // len(self.channels) % len(columns)]
        published = self._published(number)
        kind, of = self._kind(number)
        host, claimed, day = channel.host, number, published.date()
        if kind == "twin" and of is not None:
            claimed, day = of, self._published(of).date()
        path = _path(column.node_id, FIRST_ID + claimed, day)
        if kind == "mirror" and of is not None:
            host, path = MIRROR_HOST, self.entry(of).url.split(".com.cn", 1)[1]
        return Entry(
            number=number,
            channel=channel,
            column=column,
            kind=kind,
            url=f"http://{host}{path}",
            published=published,
            of=of,
        )

    def entries(self) -> Iterator[Entry]:
        """Work out all pages, oldest first."""
        return (self.entry(number) for number in range(self.total))

    def find(self, address: Address) -> Entry | None:
        """Find the page at an address of the site, or ``None`` if there is none."""
        claimed = int(address.content_id or 0) - FIRST_ID
        # The twin of a page comes one round after it, with the same content id.
        for number in (claimed, claimed + len(self.channels)):
            if 0 <= number < self.total and self.entry(number).url == address.canonical:
                return self.entry(number)
        return None

    def column(self, channel: Channel, node_id: str) -> range:
        """Number the pages that a column shows, newest first; empty for a silent column."""
        place = self._places.get(channel.host)
        nodes = [page.node_id for page in columns_of(channel)]
        if place is None or node_id not in nodes:
            return range(0)
        step = len(self.channels) * len(nodes)
        first = place + nodes.index(node_id) * len(self.channels)
        return range(first, self.total, step)[::-1]

    def newest(self, channel: Channel, count: int) -> range:
        """Number the newest pages of a channel, newest first."""
        place = self._places.get(channel.host)
        if place is None:
            return range(0)
        return range(place, self.total, len(self.channels))[::-1][:count]

    def revision(self, number: int) -> int:
        """How often a page has been written: 1, and one more for each day it was changed on."""
        return 1 + self._corrections[number]

    def changed_on(self, day: int) -> int | None:
        """Number the one article that the site silently corrects on that day."""
        recent = min(self.base, 3 * len(self.channels))
        start = self.base - 1 - (day * 7) % max(1, recent)
        older = range(start, -1, -1)
        return next((n for n in older if self._is_report(n)), None)

    @cached_property
    def _corrections(self) -> Counter[int | None]:
        return Counter(self.changed_on(day) for day in range(1, self.clock.day + 1))

    def _published(self, number: int) -> datetime:
        minute = Random(f"{self.seed}/minute/{number}").randrange(7 * 60, 23 * 60)
        return datetime.combine(self._day(number), time(minute // 60, minute % 60), tzinfo=SHANGHAI)

    def _day(self, number: int) -> date:
        if number >= self.base:
            passed = 1 + (number - self.base) // (PER_DAY * len(self.channels))
            return self.clock.today + timedelta(days=passed)
        # Age in rounds: in one round, every channel publishes one page.
        rounds = -(-self.base // len(self.channels))
        age = (self.base - 1 - number) // len(self.channels) / max(1, rounds - 1)
        if age < RECENT_SHARE:
            return self.clock.today - timedelta(days=int(age / RECENT_SHARE * RECENT_DAYS))
        older = (age - RECENT_SHARE) / (1 - RECENT_SHARE)
        span = (self.clock.today - FIRST_DAY).days - RECENT_DAYS
        return self.clock.today - timedelta(days=RECENT_DAYS + int(older * span))

    def _kind(self, number: int) -> tuple[str, int | None]:
        block = number // PERIOD
        if self.plain or number % PERIOD != _extra_place(block):
            return "article", None
        kind = EXTRAS[block % len(EXTRAS)]
        if kind in ONCE and block >= len(EXTRAS):
            kind = "reprint"
        if kind not in ("reprint", "mirror", "moved", "twin"):
            return kind, None
        of = self._twin_of(number) if kind == "twin" else self._original(number)
        return ("gone", None) if of is None else (kind, of)

    def _original(self, number: int) -> int | None:
        """Choose what a copy is of: an older article of another channel."""
        channels = len(self.channels)
        back = 1 + Random(f"{self.seed}/of/{number}").randrange(2 * max(channels, PERIOD))
        for older in range(number - back, max(-1, number - back - 4 * PERIOD), -1):
            apart = channels == 1 or older % channels != number % channels
            if older >= 0 and apart and self._is_report(older):
                return older
        return None

    def _twin_of(self, number: int) -> int | None:
        """Find the page just before in the same channel, if that is an article elsewhere on it."""
        before = number - len(self.channels)
        columns = len(columns_of(self.channels[number % len(self.channels)]))
        return before if before >= 0 and columns > 1 and self._is_report(before) else None

    def _is_report(self, number: int) -> bool:
        is_article = number % PERIOD != _extra_place(number // PERIOD)
        return is_article and traits_of(number).isdisjoint(("weather", "caption-only"))

    def _articles_below(self, number: int) -> int:
        blocks, rest = divmod(number, PERIOD)
        return number - blocks - (1 if rest > _extra_place(blocks) else 0)


def columns_of(channel: Channel) -> tuple[ListPage, ...]:
    """Choose the columns of a channel that hold articles, its primary ones first."""
    rest = tuple(page for page in channel.lists if not page.primary)
    return (channel.primary + rest)[:COLUMNS]


def _extra_place(block: int) -> int:
    # Wanders, so that the extras do not all fall to the same channels.
    return 3 + block * 5 % (PERIOD - 3)


def _path(node: str, id_: int, day: date) -> str:
    if day.year < 2012:
        return f"/GB/{node}/{id_}.html"
    form = "n" if day.year < 2016 else "n2"
    return f"/{form}/{day:%Y/%m%d}/c{node}-{id_}.html"


# Trait: (modulus, remainder) of the article's number. Primes, so that no trait sticks to one
# channel, and two traits meet now and then.
TRAITS: dict[str, tuple[int, int]] = {
    "weather": (17, 11),  # the daily forecast: one text with other numbers, and no duplicate
    "gallery": (13, 4),  # photos one a page, design E
    "caption-only": (31, 17),  # one photo, and its caption is all there is to read
    "pages": (11, 5),  # an article of two to four pages
    "lying-label": (19, 7),  # declared GB2312 and sent as UTF-8, or the other way round
    "mojibake": (41, 9),  # one paragraph was spoilt before it was printed
    "script-title": (97, 13),  # a title that is HTML
    "no-source": (29, 3),  # no 来源
    "poem": (23, 6),  # centred lines that are body, not captions
    "nested-editors": (7, 4),  # 甲(实习)、乙
    "rare-name": (5, 1),  # a reporter's name that GB2312 lacks
    "meeting": (5, 2),  # 会议
    "original-title": (19, 12),  # 原标题：…… inside the body box
    "further-reading": (13, 9),  # 延伸阅读 inside the body box
    "promotion": (17, 3),  # 点击进入……>> as the first line
    "player": (23, 15),  # <script> inside <p>
    "spaced-name": (11, 2),  # 余　萍
    "odd-indents": (7, 2),  # &emsp; and other spaces before its paragraphs
    "stray-end": (47, 21),  # a </div> that closes nothing of the text's own
    "void-element": (43, 17),  # <embed> that nothing closes
    "hidden-text": (29, 19),  # words that no reader sees
    "page-words": (23, 11),  # 语音播报 and its like, inside the body box
    "linked-lines": (31, 8),  # headlines of other articles behind the text, without a heading
    "promo-block": (13, 2),  # 要闻精编, a block of other articles behind the text
    "qr-box": (11, 7),  # a code to scan behind the editors' line
    "two-times": (37, 4),  # 更新时间 before 发布时间
    "editors-form": (17, 13),  # 责编/甲 and other forms
    "site-in-title": (41, 20),  # the site's name behind the headline in h1
    "house": (5, 3),  # a house before 记者, told by nothing but its place
    "canonical-link": (43, 8),  # its <link rel="canonical"> points to another page
}

# These are whole articles of their own kind: the first that applies shuts out the others.
SHAPES = ("weather", "gallery", "caption-only")


def traits_of(number: int) -> frozenset[str]:
    """Name the traits of an article; empty for an ordinary one."""
    found = {name for name, (modulus, rest) in TRAITS.items() if number % modulus == rest}
    shape = next((name for name in SHAPES if name in found), None)
    if shape is None:
        return frozenset(found)
    return frozenset(found - {*SHAPES, "pages", "mojibake", "poem", "player"} | {shape})

"""The values that travel through the house: frozen, without behaviour, known to every room.

An unknown value is ``None``, an absent list is ``()``; nothing is guessed silently.
All sequences are tuples in reading order. All times are aware datetimes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal

# The largest page of the site is under 1 MB; a body beyond this is an accident or an attack. It is
# neither fetched nor read, whoever brings it.
MAX_PAGE_BYTES = 8 * 1024 * 1024

Script = Literal["Hans", "Hant"]
PageKind = Literal["list", "article", "sitemap"]
DoubtReason = Literal["characters", "names", "text_short", "text_cut", "title_unlike"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Which charset a page is really in, and what spoke for it.

    Attributes:
        decided: Python codec name: ``utf-8``, ``gb18030``, ``big5hkscs``, ``utf-16-le``, ``hz`` ...
        declared_header: Charset named by the ``Content-Type`` header, as written there.
        declared_meta: Charset named in the page, as written there.
        agrees: Whether the declarations (all of them; true if there is none) mean ``decided``.
        score: 0.0 to 1.0: share of the text that reads as ordinary text in ``decided``.
        why: One short sentence for a person.
        opinion: What chardet said when it was asked; ``None`` if it was not asked or was refused.
        mixed: True if the page holds runs in another encoding, decoded block by block.
    """

    decided: str
    declared_header: str | None = None
    declared_meta: str | None = None
    agrees: bool = True
    score: float = 1.0
    why: str = ""
    opinion: str | None = None
    mixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One repair rule that fired.

    Attributes:
        rule: Its name in the table of rules.
        count: How many times it was applied (characters or spans, as the rule says).
        lossless: True if every character that it wrote is forced by the ones it read.
    """

    rule: str
    count: int
    lossless: bool

    def __add__(self, other: Repair) -> Repair:
        """The same rule, fired in both places; lossless if it was in both."""
        return replace(
            self, count=self.count + other.count, lossless=self.lossless and other.lossless
        )


def added_up(repairs: Iterable[Repair]) -> tuple[Repair, ...]:
    """One repair for each rule, in the order in which the rules first fired."""
    total: dict[str, Repair] = {}
    for repair in repairs:
        before = total.get(repair.rule)
        total[repair.rule] = before + repair if before else repair
    return tuple(total.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A place that was inferred, that could not be restored, or a field that may be misread.

    Attributes:
        field: Field of the record: ``title``, ``paragraphs``, ``photos`` (the caption) ...
            Empty while the text has no place in a record yet.
        paragraph: Index into that field where it is a list; ``None`` otherwise.
        start: First character, counted in code points of the *repaired* text.
        end: One past the last character.
        text: ``repaired[start:end]``.
        candidates: What it may be instead, likeliest first; empty if nothing is known.
        reason: ``characters`` were inferred or are lost; ``names`` run together; and of a whole
            field: ``text_short`` for an article, ``text_cut`` from its box by a stray end tag and
            read on behind it, ``title_unlike``: ``<title>`` says something else.
    """

    field: str = ""
    paragraph: int | None = None
    start: int
    end: int
    text: str
    candidates: tuple[str, ...] = ()
    reason: DoubtReason = "characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How far a finished text can be trusted.

    Attributes:
        likelihood: Mean log2 likelihood of a character, about -6 to -9 for good text; ``None`` if
            nothing in the text was damaged, so it was not asked.
        doubt_share: 0.0 to 1.0: characters under a doubt, of all.
        lossless: True if every repair was forced by what was read, and no doubt is left.
        hopeless: True if so much is lost that the page should be fetched again; ``None`` if it was
            not asked.
    """

    likelihood: float | None = None
    doubt_share: float = 0.0
    lossless: bool = True
    hopeless: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """Where and when a report was filed: ``人民网济南3月25日电``.

    Attributes:
        text: As printed, without the byline that follows it.
        agency: ``人民网``, ``新华社`` ...
        place: ``济南``; several as printed, ``北京、济南``; ``None`` in ``人民网讯``.
        date: As printed, ``3月25日``; ``None`` if there is none.
    """

    text: str
    agency: str | None = None
    place: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One photo of an article.

    Attributes:
        url: Absolute address of the image; ``None`` where only the caption survived.
        caption: Without a credit that follows it as a phrase of its own; one in brackets is part
            of its sentence and stays. ``None`` if there is none.
        credit: As printed, ``人民网 宋翠摄``; ``None`` if there is none.
        before_paragraph: Index of the paragraph that follows it; ``len(paragraphs)`` at the end.
    """

    url: str | None = None
    caption: str | None = None
    credit: str | None = None
    before_paragraph: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One regional news article, as printed.

    The first block comes from the page, the second from its fetch, the third from repair, the
    fourth from the store.

    Attributes:
        url: Canonical address; the store's key.
        channel: Channel id, ``sd``; the host name for a host that is no channel.
        node_id: Number of the site's column that holds the article.
        content_id: The site's number of the article.
        title: Headline, without the site's suffix.
        kicker: Line above the headline (肩题).
        subtitle: Line below it (副题).
        source: Who published it first (来源), as named on the page.
        published_at: To the minute, +08:00.
        published_precision: ``minute``, or ``day`` where only a day was printed and the time is
            00:00; ``None`` if unknown.
        published_from: Where it was read: ``stamp`` of the text, ``meta`` of the page, ``address``.
        dateline: See :class:`Dateline`.
        authors: Reporters. Editors are never among them.
        editors: 责编, in order.
        paragraphs: The body, none empty, without leading full-width spaces.
        photos: See :class:`Photo`.
        script: Of the printed text: ``Hans`` or ``Hant``; ``None`` if it cannot be told.
        text_is_captions: True if the paragraphs are the photos' captions and nothing else;
            ``None`` if it was not asked.
        template: Name of the page design that was recognised; ``generic`` for the fallback.
        fetched_url: Where it was fetched from.
        fetched_at: When.
        body_sha256: Of the raw bytes (first page of the article), hexadecimal.
        charset: See :class:`Verdict`.
        damage: Names of the kinds of mis-encoding that were found, undone or not.
        repairs: See :class:`Repair`.
        doubts: See :class:`Doubt`.
        quality: See :class:`Quality`; ``None`` if it was not asked.
        duplicate_of: Canonical address of the original, if this is a copy.
        relation: ``same_text reprint excerpt contains mirror revised``; with ``duplicate_of``.
        similarity: 0.0 to 1.0; with ``duplicate_of``.
        revision: 1 for the text as first seen; one more each time the site changed it.
        first_seen_at: When the store first had it.
        changed_at: When its text, its reading or its marks last changed in the store; ``None``
            while it stands as it came.
        code_version: Of the code that extracted it; see :mod:`crawler.extract.version`.
    """

    url: str
    channel: str | None = None
    node_id: str | None = None
    content_id: str | None = None
    title: str = ""
    kicker: str | None = None
    subtitle: str | None = None
    source: str | None = None
    published_at: datetime | None = None
    published_precision: Literal["minute", "day"] | None = None
    published_from: Literal["stamp", "meta", "address"] | None = None
    dateline: Dateline | None = None
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    photos: tuple[Photo, ...] = ()
    script: Script | None = None
    text_is_captions: bool | None = None
    template: str = ""

    fetched_url: str | None = None
    fetched_at: datetime | None = None
    body_sha256: str | None = None
    charset: Verdict | None = None

    damage: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    quality: Quality | None = None

    duplicate_of: str | None = None
    relation: str | None = None
    similarity: float | None = None
    revision: int = 1
    first_seen_at: datetime | None = None
    changed_at: datetime | None = None
    code_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that a page led to, fit to be fetched.

    Attributes:
        url: Canonical address; the frontier's key.
        fetch_url: The address to ask for.
        kind: What is expected there.
        channel: Channel id.
        published: The day that the address itself names; ``None`` if it names none.
    """

    url: str
    fetch_url: str
    kind: PageKind
    channel: str
    published: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The heads of a request and of its answer: what a web archive holds beside the body.

    Attributes:
        asked: Fields of the request in their order, without any password; empty if it is not known.
        answered: Fields of the answer, repeated ones too. A coding that was undone stands as
            ``X-Crawl-Content-Encoding``, which is how Common Crawl says it.
        protocol: ``HTTP/1.1``.
        ip: Of the server; ``None`` if it is not known, or a proxy fetched for us.
    """

    asked: tuple[tuple[str, str], ...] = ()
    answered: tuple[tuple[str, str], ...] = ()
    protocol: str = "HTTP/1.1"
    ip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One response as it came off the wire; what the archive keeps.

    Attributes:
        url: The address that was asked for.
        status: HTTP status.
        headers: Those that are asked for: lower-case names; values of a repeated header joined by
            ``", "``.
        body: Raw bytes, unpacked from their transfer coding, not decoded.
        fetched_at: When.
        sha256: Of ``body``, hexadecimal.
        page: 1 for the first page of an article, 2 for its second ...; 0 for a look at the first
            one that found the bytes of ``sha256`` unchanged.
        seconds: From the request to its answer; 0.0 for what comes from an archive or a file.
        exchange: Both heads, whole; ``None`` where they were not kept.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    sha256: str
    page: int = 1
    seconds: float = field(default=0.0, compare=False)
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a page gave nothing.

    Attributes:
        reason: A short key to group by: ``http_404``, ``timeout``, ``robots``, ``extraction_title``.
        detail: One sentence for a person.
        retry: Whether another try later may do better.
        wait: True if the page was not even asked for: it goes back and no attempt is counted.
        rest: How long the host asked to be left alone; no attempt is counted. ``None`` if it
            did not ask.
    """

    reason: str
    detail: str = ""
    retry: bool = True
    wait: bool = False
    rest: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """All that one visit to one page of the frontier brought; it is stored as a whole or not at all.

    Attributes:
        url: Canonical address of the page.
        frontier_id: The row of the frontier that this visit settles.
        kind: What the page is.
        channel: Channel id.
        fetches: The responses that it took, more than one for an article of several pages.
        article: What was extracted; ``None`` for lists, failures and unchanged pages.
        links: What it led to.
        skipped: Links that were not followed, counted by reason.
        failure: Why it brought nothing; ``None`` if all went well.
        replaces: SHA-256 of the body that stood there at the last look; ``None`` at the first.
        unchanged: True if the site answered 304, or with the same bytes as last time.
        next_list: The next page of a list; it is read on only if this page brought something new.
        read_on: True to read the next page of the list in any case (``--since`` reaches further).
    """

    url: str
    frontier_id: int
    kind: PageKind
    channel: str
    fetches: tuple[Fetch, ...] = ()
    article: Article | None = None
    links: tuple[Link, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    failure: Failure | None = None
    replaces: str | None = None
    unchanged: bool = False
    next_list: Link | None = None
    read_on: bool = False

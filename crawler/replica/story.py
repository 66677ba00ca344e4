"""Write the invented article behind a number: what a reader of its page should find there.

Its sentences come from a small context-free grammar, ``words.toml``, with dice handed in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import zip_longest
from random import Random
from typing import Any

from crawler.items import Article, Dateline, Photo
from crawler.replica.addresses import Entry, traits_of
from crawler.site.channels import Channel
from crawler.site.urls import classify

_SLOT = re.compile(r"\{(\w+)\}")
# A rule may name itself by way of others; deeper than this, it is cut short.
_MAX_DEPTH = 6

# One way to say something, split at its slots: even places are text, odd ones are names.
_Way = tuple[str, ...]
_NUMBERS: dict[str, Callable[[Random], str]] = {
    "n1": lambda dice: str(dice.randint(2, 9)),
    "n2": lambda dice: str(dice.randint(11, 98)),
    "n3": lambda dice: str(dice.randint(105, 980)),
    "n4": lambda dice: str(dice.randint(1200, 9800)),
    "month": lambda dice: str(dice.randint(1, 12)),
    "day": lambda dice: str(dice.randint(1, 28)),
    "hour": lambda dice: str(dice.randint(6, 11)),
}


@cache
def tables() -> Mapping[str, Any]:
    """Read ``words.toml``, once."""
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))


@cache
def topics() -> tuple[str, ...]:
    """Name the topics that an article can have."""
    return tuple(tables()["topic"])


@cache
def _rules(topic: str) -> dict[str, tuple[_Way, ...]]:
    words = tables()["any"] | {
        name: ways for name, ways in tables()["topic"][topic].items() if isinstance(ways, list)
    }
    return {name: tuple(tuple(_SLOT.split(way)) for way in ways) for name, ways in words.items()}


class SentenceWriter:
    """Writes about one topic and one set of facts; the same dice give the same words.

    Args:
        topic: One of :func:`topics`.
        facts: What a slot stands for throughout the article: ``{"city": "济南", ...}``.
        dice: Source of all choices.
    """

    def __init__(self, topic: str, facts: Mapping[str, str], dice: Random) -> None:
        self._rules = _rules(topic)
        self._facts = dict(facts)
        self._dice = dice
        self.label: str = tables()["topic"][topic]["label"]

    def say(self, rule: str) -> str:
        """Say what ``rule`` stands for, all slots filled."""
        return self._fill(rule, 0)

    def _fill(self, name: str, depth: int) -> str:
        if (fact := self._facts.get(name)) is not None:
            return fact
        if (number := _NUMBERS.get(name)) is not None:
            return number(self._dice)
        ways = self._rules[name]
        # A float is four times as quick as an integer from the same dice.
        way = ways[int(self._dice.random() * len(ways))]
        if len(way) == 1 or depth > _MAX_DEPTH:
            return "".join(way[::2])
        parts = list(way)
        for place in range(1, len(parts), 2):
            parts[place] = self._fill(parts[place], depth + 1)
        return "".join(parts)


# Letters that GBK has and GB2312 has not: what a page of this site loses first.
RARE = "喆堃昇赟旻祎"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An invented article, with the truth about it.

    Attributes:
        entry: Where it stands on the site.
        truth: What extraction should bring: title, paragraphs, authors, photos, ...
        printed: The paragraphs as they stand on the page: those of the truth, but one for each
            photo in a gallery, and spoilt where the site or a mirror spoils them.
        traits: Its peculiarities; see :mod:`crawler.replica.addresses`.
        pages: Number of pages that it is spread over.
        editors: As printed between 责编： and the closing bracket.
        topic: Chinese name of what it is about.
    """

    entry: Entry
    truth: Article
    printed: tuple[str, ...]
    traits: frozenset[str]
    pages: int
    editors: str
    topic: str


def write(entry: Entry, seed: int, revision: int = 1) -> Story:
    """Write the article of an entry; the same arguments give the same words.

    Args:
        entry: A page of the plan that holds an article.
        seed: Of the site.
        revision: From 2 on, the text as it was corrected that many times.
    """
    dice = Random(f"{seed}/story/{entry.number}")
    traits = traits_of(entry.number)
    writer = _writer(entry, dice)
    names = _Names(dice, traits)
    truth = _article(entry, writer, names, traits)
    for change in range(2, revision + 1):
        truth = _corrected(truth, Random(f"{seed}/revision/{entry.number}/{change}"))
    printed = truth.paragraphs
    if "gallery" in traits and len(printed) == 1:
        printed *= len(truth.photos)
    return Story(
        entry=entry,
        truth=replace(truth, editors=names.editors, revision=revision),
        printed=printed,
        traits=traits,
        pages=_page_count(truth, traits, dice),
        editors=names.editors_printed,
        topic=writer.label,
    )


# Made up, in the forms of real ones: apps, two names of one house, a title in its marks.
_HOUSES = (
    "江岸新闻",
    "河岸日报·河岸网",
    "《海岸晚报》",
    "风视频",
    "东岸+",
    "田野时报/田野号",
    "岸线在线",
)


class _Names:
    """The people of one article."""

    def __init__(self, dice: Random, traits: frozenset[str]) -> None:
        self.dice = dice
        self.traits = traits
        self.reporters = tuple(self.person() for _ in range(dice.choice((0, 1, 1, 2, 2, 3))))
        if "rare-name" in traits:
            surname = dice.choice(tables()["any"]["surname"])
            self.reporters = (surname + dice.choice(RARE), *self.reporters[1:])
        self.editors = tuple(dict.fromkeys(self.person() for _ in range(dice.choice((1, 2, 2)))))
        self.editors_printed = "、".join(self.editors)
        if "nested-editors" in traits:
            first, *others = self.editors
            self.editors_printed = "、".join((f"{first}(实习)", *others))

    def person(self) -> str:
        """Make up a name."""
        words = tables()["any"]
        return str(self.dice.choice(words["surname"]) + self.dice.choice(words["given"]))


def _writer(entry: Entry, dice: Random) -> SentenceWriter:
    words = tables()["any"]
    people = [dice.choice(words["surname"]) + dice.choice(words["given"]) for _ in range(2)]
    facts = {
        "city": dice.choice(tables()["cities"][entry.channel.id]),
        "county": dice.choice(words["county_stem"]) + dice.choice(("县", "县", "区", "镇")),
        "village": dice.choice(words["village_stem"]) + dice.choice(("村", "村", "社区")),
        "firm": dice.choice(words["firm_stem"]) + dice.choice(words["firm_kind"]),
        "person": people[0],
        "person2": people[1],
    }
    return SentenceWriter(dice.choice(topics()), facts, dice)


def _article(
    entry: Entry, writer: SentenceWriter, names: _Names, traits: frozenset[str]
) -> Article:
    address = classify(entry.url)
    blank = Article(
        url=entry.url,
        channel=entry.channel.id,
        node_id=address.node_id,
        content_id=address.content_id,
        source=None if "no-source" in traits else _source(entry.channel, writer, names.dice),
        published_at=entry.published,
        script="Hans",
    )
    shape = next((name for name in _SHAPES if name in traits), "report")
    article = _SHAPES[shape](blank, writer, names, traits)
    if "script-title" in traits:
        article = replace(article, title=f"<script>alert('{article.title[:6]}')</script>")
    return article


def _report(
    blank: Article, writer: SentenceWriter, names: _Names, traits: frozenset[str]
) -> Article:
    dice = names.dice
    paragraphs = [
        "".join(writer.say("sentence") for _ in range(dice.randint(2, 4)))
        for _ in range(dice.randint(4, 10))
    ]
    if "meeting" in traits:
        paragraphs.insert(1, "".join(writer.say("meeting") for _ in range(3)))
    if "poem" in traits:
        paragraphs[2:2] = [f"{writer.say('poem_a')}，", f"{writer.say('poem_b')}。"]
    paragraphs.append(writer.say("ending"))
    paragraphs[0], dateline = _opened(paragraphs[0], blank, writer, names)
    return replace(
        blank,
        title=writer.say("headline"),
        kicker=writer.say("plan_title") if dice.random() < 0.2 else None,
        subtitle="——" + writer.say("headline") if dice.random() < 0.2 else None,
        dateline=dateline,
        authors=names.reporters,
        paragraphs=tuple(paragraphs),
        photos=_photos(blank, writer, names, traits, len(paragraphs)),
    )


def _opened(
    text: str, blank: Article, writer: SentenceWriter, names: _Names
) -> tuple[str, Dateline | None]:
    """Put a dateline and the reporters before the first sentence, in one of the usual forms."""
    day = blank.published_at
    assert day is not None  # every entry has its minute
    date = f"{day.month}月{day.day}日"
    city, reporters = writer.say("city"), "、".join(names.reporters)
    if names.dice.random() < 0.12:
        line = Dateline(text="人民网讯", agency="人民网")
        return (f"人民网讯（记者{reporters}）" if reporters else "人民网讯 ") + text, line
    line = Dateline(text=f"人民网{city}{date}电", agency="人民网", place=city, date=date)
    if not reporters:
        return f"{line.text} {text}", line
    form = names.dice.choice(
        ("（记者{}）", " （记者{}）", "（{}）", " （{}）", "(记者 {})", "({}) ")
    )
    if "house" in names.traits:
        form = f"（{_HOUSES[int(blank.content_id or 0) % len(_HOUSES)]}记者 {{}}）"
    return line.text + form.format(reporters) + text, line


def _photos(
    blank: Article, writer: SentenceWriter, names: _Names, traits: frozenset[str], paragraphs: int
) -> tuple[Photo, ...]:
    count = names.dice.choice((0, 0, 1, 1, 2, 3))
    places = sorted(names.dice.sample(range(paragraphs), min(count, paragraphs)))
    return tuple(
        _photo(blank, number, writer.say("caption"), _credit(names, traits), place)
        for number, place in enumerate(places)
    )


def _photo(blank: Article, number: int, caption: str, credit: str, place: int) -> Photo:
    host = blank.url.split("/")[2]
    day = blank.published_at
    name = f"LOCAL{day:%Y%m%d%H%M}{int(blank.content_id or 0):09}{number}.jpg"
    url = f"http://{host}/NMediaFile/{day:%Y/%m%d}/{name}"
    return Photo(url=url, caption=caption, credit=credit, before_paragraph=place)


def _credit(names: _Names, traits: frozenset[str]) -> str:
    person = names.reporters[0] if names.reporters else names.person()
    if "spaced-name" in traits and len(person) == 2:
        person = person[0] + "\u3000" + person[1]
    return names.dice.choice(("人民网记者 {}摄", "{}摄", "人民网 {}摄", "人民图片/{} 摄")).format(
        person
    )


def _gallery(blank: Article, writer: SentenceWriter, names: _Names, _: frozenset[str]) -> Article:
    count = names.dice.randint(3, 6)
    # Half of the galleries say the same under every photo.
    texts = [writer.say("caption") + writer.say("sentence") for _ in range(count)]
    if names.dice.random() < 0.5:
        texts = texts[:1]
    photos = tuple(
        replace(_photo(blank, n, text or "", "", min(n, len(texts))), caption=text, credit=None)
        for n, text in zip_longest(range(count), texts)
    )
    return replace(
        blank,
        title=writer.say("headline"),
        source=f"人民网-{writer.say('city')}频道" if blank.source else None,
        paragraphs=tuple(texts),
        photos=photos,
    )


def _caption_only(
    blank: Article, writer: SentenceWriter, names: _Names, traits: frozenset[str]
) -> Article:
    credit = _credit(names, traits)
    text = writer.say("caption") + writer.say("sentence")
    return replace(
        blank,
        title=writer.say("headline"),
        paragraphs=(text + credit,),
        photos=(_photo(blank, 0, text, credit, 0),),
    )


def _weather(blank: Article, writer: SentenceWriter, names: _Names, _: frozenset[str]) -> Article:
    day, dice, city = blank.published_at, names.dice, writer.say("city")
    assert day is not None  # every entry has its minute
    date = f"{day.month}月{day.day}日"
    sky = [writer.say("weather_sky") for _ in range(3)]
    low = dice.randint(-12, 22)
    dateline = Dateline(text=f"人民网{city}{date}电", agency="人民网", place=city, date=date)
    return replace(
        blank,
        title=f"{city}{date}天气：{sky[0]} 最高气温{low + 9}℃",
        dateline=dateline,
        paragraphs=(
            f"{dateline.text} {city}市气象台{date}{day.hour}时发布天气预报：今天白天，{city}城区{sky[0]}，"
            f"{writer.say('weather_wind')}{dice.randint(2, 6)}级，最高气温{low + 9}℃；"
            f"今天夜间{sky[1]}，最低气温{low}℃，相对湿度{dice.randint(20, 95)}%。",
            f"明天{sky[2]}，{writer.say('weather_wind')}{dice.randint(2, 6)}级，气温{low - 1}℃到{low + 8}℃。"
            "气象台提醒，早晚温差较大，请市民及时增减衣物，驾车出行注意交通安全。",
        ),
    )


_Shape = Callable[[Article, SentenceWriter, _Names, frozenset[str]], Article]
_SHAPES: dict[str, _Shape] = {
    "weather": _weather,
    "gallery": _gallery,
    "caption-only": _caption_only,
    "report": _report,
}


def _source(channel: Channel, writer: SentenceWriter, dice: Random) -> str:
    own = f"人民网-{channel.name}频道"
    return dice.choice(
        (own, own, own, "人民网", "人民网－《人民日报》", writer.say("county") + "融媒体中心")
    )


def _corrected(article: Article, dice: Random) -> Article:
    """Change the article as an editor does in silence: one figure, and one word of the title."""
    last = len(article.paragraphs) - 1
    changed = f"{article.paragraphs[last]}（更正：原稿中的数字应为{dice.randint(100, 999)}。）"
    return replace(
        article,
        title=f"{article.title}（第{dice.randint(2, 99)}版）",
        paragraphs=(*article.paragraphs[:last], changed),
    )


def _page_count(article: Article, traits: frozenset[str], dice: Random) -> int:
    if "gallery" in traits:
        return len(article.photos)
    return min(dice.randint(2, 4), len(article.paragraphs)) if "pages" in traits else 1

"""What goes wrong on the stand-in site: pages, and the whole of it, to see whether anybody notices.

Misbehaviour of the whole site can be switched on. Some pages always go wrong, one way each, by the
kind that ``renmin replica --list`` names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from random import Random

from crawler.errors import ConfigError
from crawler.replica.addresses import Entry
from crawler.replica.answer import NEVER, Response, message, page, read_as_gbk, redirect
from crawler.replica.story import Story
from crawler.site.channels import find

FAULTS: Mapping[str, str] = {
    "design-changed": "articles come in a design that no template knows",
    "source-gone": "articles name no source",
    "captions-gone": "photos have no captions and no credits",
    "garbled": "every paragraph was read in the wrong charset before it was printed",
    "replaced": "one character in twenty is U+FFFD",
    "silent": "no new articles, however many days pass",
    "lists-gone": "every list page answers 404",
    "lists-moved": "every list page leads to the channel's front page",
    "lists-empty": "every list page is there and links to nothing",
    "forbidden": "every page answers 403",
    "too-many": "every page answers 429",
    "down": "every page answers 503, robots.txt too",
    "slow": "every answer takes two seconds",
    "robots-forbidden": "robots.txt forbids everything",
    "robots-broken": "robots.txt answers 500",
}
_SLOWNESS = 2.0


@dataclass(frozen=True, slots=True)
class Faults:
    """Which faults are on, and where.

    Attributes:
        on: Channel ids by the name of a fault; ``None`` is everywhere.
    """

    on: Mapping[str, frozenset[str] | None]

    def at(self, name: str, channel: str | None) -> bool:
        """Whether a fault is on at a channel; ``None`` is the main host."""
        if name not in self.on:
            return False
        where = self.on[name]
        return where is None or channel in where


def parse(texts: Iterable[str]) -> Faults:
    """Read ``NAME`` or ``NAME=CHANNEL,CHANNEL`` as typed.

    Raises:
        ConfigError: There is no such fault.
        UnknownChannelError: There is no such channel.
    """
    on: dict[str, frozenset[str] | None] = {}
    for text in texts:
        name, _, where = text.partition("=")
        if name not in FAULTS:
            near = get_close_matches(name, FAULTS, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(FAULTS)}"
            raise ConfigError(f"--fault {text}: no such fault{hint}")
        channels = frozenset(find(part).id for part in where.split(",")) if where else None
        before = on.get(name, frozenset())
        on[name] = None if channels is None or before is None else channels | before
    return Faults(on)


def gate(faults: Faults, channel: str | None) -> Response | None:
    """Answer in place of the site where it is closed; ``None`` where it is open."""
    if faults.at("down", channel):
        return message(503, "服务不可用")
    if faults.at("forbidden", channel):
        return message(403, "禁止访问")
    if faults.at("too-many", channel):
        refused = message(429, "访问过于频繁")
        return replace(refused, headers={**refused.headers, "Retry-After": "3"})
    return None


def instead_of_list(faults: Faults, channel: str, front: str) -> Response | None:
    """Answer in place of a list page that has moved; ``None`` where it stands.

    Args:
        faults: What is on.
        channel: The channel's id.
        front: Address of its front page.
    """
    if faults.at("lists-gone", channel):
        return message(404, "页面没有找到")
    if faults.at("lists-moved", channel):
        return redirect(front, 301)
    if faults.at("lists-empty", channel):
        return message(200, "栏目正在改版")
    return None


def delayed(faults: Faults, channel: str | None, response: Response) -> Response:
    """Take two seconds more, if the channel is slow."""
    if not faults.at("slow", channel):
        return response
    return replace(response, delay=response.delay + _SLOWNESS)


def applied(faults: Faults, story: Story) -> Story:
    """Print a story as a misbehaving site would; its truth follows where nothing can be known."""
    channel = story.entry.channel.id
    if faults.at("source-gone", channel):
        story = replace(story, truth=replace(story.truth, source=None))
    if faults.at("captions-gone", channel):
        bare = tuple(replace(photo, caption=None, credit=None) for photo in story.truth.photos)
        story = replace(story, truth=replace(story.truth, photos=bare))
    if faults.at("garbled", channel):
        story = replace(story, printed=tuple(map(read_as_gbk, story.printed)))
    if faults.at("replaced", channel):
        story = replace(story, printed=tuple(map(_replaced, story.printed)))
    return story


def _replaced(text: str) -> str:
    return re.sub(r"(.{19}).", "\\1\ufffd", text)


# Over the limit of any sensible crawler.
HUGE = 20 * 1024 * 1024
DEPTH = 100_000
# How often a flaky page fails before it answers.
FAILURES = 2


def broken_page(entry: Entry) -> Response:
    """Answer for a page of a broken kind.

    Raises:
        KeyError: The kind is not broken.
    """
    return _KINDS[entry.kind](entry)


def _loop(entry: Entry) -> Response:
    step = Random(entry.number).randrange(1000)
    return redirect(f"{entry.url}?step={step}")


def _rubbish(entry: Entry) -> Response:
    return page(Random(entry.number).randbytes(6_000))


def _wrong_type(_: Entry) -> Response:
    return page(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + b"0 0 obj\n" * 200, "application/pdf")


def _empty(_: Entry) -> Response:
    html = '<html><head><title></title></head><body><div class="rm_txt"></div></body></html>'
    return page(html.encode(), "text/html; charset=utf-8")


def _deep(_: Entry) -> Response:
    html = "<html><body>" + "<div>" * DEPTH + "深" + "</div>" * DEPTH + "</body></html>"
    return page(html.encode(), "text/html; charset=utf-8")


def _huge(_: Entry) -> Response:
    return page(b"<html><body>" + b"<p>0123456789</p>\n" * (HUGE // 18) + b"</body></html>")


def _soft_gone(_: Entry) -> Response:
    html = (
        '<html><head><meta charset="utf-8"><title>出错啦 页面没有找到--人民网</title></head>'
        "<body><h1>页面没有找到</h1><p>您访问的页面不存在或已被删除。</p></body></html>"
    )
    return page(html.encode(), "text/html; charset=utf-8")


_KINDS: dict[str, Callable[[Entry], Response]] = {
    "gone": lambda _: message(404, "页面没有找到"),
    "forbidden": lambda _: message(403, "禁止访问"),
    "broken": lambda _: message(500, "服务器内部错误"),
    "flaky": lambda _: message(500, "服务器内部错误"),
    "soft-gone": _soft_gone,
    "loop": _loop,
    "rubbish": _rubbish,
    "wrong-type": _wrong_type,
    "empty": _empty,
    "deep": _deep,
    "huge": _huge,
    "hang": lambda _: Response(delay=NEVER),
}

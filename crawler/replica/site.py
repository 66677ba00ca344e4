"""The stand-in site: asked for an address, it answers as the real one would.

It remembers one thing only: how often each flaky page has been asked for.

Pictures are real ones: a JPEG of one grey, whose size and shade its address decides, written so
that the replica needs no library: baseline JPEG (ITU-T T.81), one component, tables of the two
codes that a plain surface takes. A few hundred bytes for any size.
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from crawler.errors import ConfigError
from crawler.replica import faults, index_pages
from crawler.replica.addresses import DAY_ZERO, MIRROR_HOST, Clock, Entry, SitePlan
from crawler.replica.answer import Response, message, redirect, unless_known
from crawler.replica.faults import delayed, gate, parse
from crawler.replica.newsroom import Newsroom
from crawler.replica.story import Story
from crawler.site.channels import by_host, find, load
from crawler.site.spelling import SITE, Spelled, spell
from crawler.site.urls import Address, classify

# The shapes of the site's photos.
SHAPES = ((900, 600), (600, 900), (550, 367), (1200, 675))
# Symbols of the tables: no difference, and one of seven bits; the block ends.
_DC, _AC = bytes((0, 7)), bytes((0,))
_SHADES = 128


def serve(path: str) -> Response | None:
    """The photo at this path; ``None`` if it is no photo's."""
    if not path.lower().endswith((".jpg", ".jpeg")):
        return None
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest()
    width, height = SHAPES[digest[0] % len(SHAPES)]
    body = jpeg(width + digest[1] % 32, height + digest[2] % 32, digest[3] % _SHADES)
    return Response(headers={"Content-Type": "image/jpeg"}, body=body)


def jpeg(width: int, height: int, shade: int) -> bytes:
    """A grey picture.

    Args:
        width: In pixels.
        height: In pixels.
        shade: 0 to 127; more is lighter.
    """
    frame = struct.pack(">BHHB3B", 8, height, width, 1, 1, 0x11, 0)
    blocks = -(-width // 8) * -(-height // 8)
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            _segment(0xDB, b"\0" + bytes([8]) * 64),
            _segment(0xC0, frame),
            _segment(0xC4, b"\x00" + _lengths(_DC) + _DC),
            _segment(0xC4, b"\x10" + _lengths(_AC) + _AC),
            _segment(0xDA, b"\1\1\0\0\x3f\0"),
            _scan(blocks, shade),
            b"\xff\xd9",
        )
    )


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _lengths(symbols: bytes) -> bytes:
    """How many codes there are of each length: one of each, 0, 10."""
    return bytes([1] * len(symbols)).ljust(16, b"\0")


def _scan(blocks: int, shade: int) -> bytes:
    """The first block sets the shade, the others differ by nothing."""
    # 10, then seven bits of the difference (positive: as it is, from 64), then the end of the block.
    value = 64 + shade // 2
    bits = f"10{value:07b}0" + "00" * (blocks - 1)
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return data.replace(b"\xff", b"\xff\0")


MAIN_HOST = "www." + SITE
# Kinds whose page holds a whole article.
WHOLE = ("article", "reprint", "twin", "flaky")
_NO_PAGE = "页面没有找到"


class Site:
    """A site of invented articles.

    Args:
        articles: How many pages of kind ``article``, over all channels, on day 0.
        seed: Another seed is another site.
        faults: Names of :data:`crawler.replica.faults.FAULTS`, each with ``=channel,...`` or
            for everywhere.
        channels: Names of the channels that hold articles; empty for all. The others answer
            too, but are empty.
        clock: What day it is.
        plain: Only articles: nothing broken, copied, redirected or slow.

    Raises:
        ConfigError: A fault or a channel is unknown, or a number is negative.
    """

    def __init__(
        self,
        articles: int = 300,
        seed: int = 1,
        *,
        faults: Iterable[str] = (),
        channels: Iterable[str] = (),
        clock: Clock = DAY_ZERO,
        plain: bool = False,
    ) -> None:
        if articles < 0 or clock.day < 0:
            raise ConfigError("a replica cannot hold a negative number of articles or days")
        self.faults = parse(faults)
        self.plan = SitePlan(
            articles=articles,
            seed=seed,
            channels=tuple(find(name) for name in channels) or tuple(load().values()),
            clock=clock,
            plain=plain,
            frozen=self.faults.at("silent", None),
        )
        self.newsroom = Newsroom(self.plan, self.faults)
        self._visits: Counter[int] = Counter()
        self._printed = lru_cache(maxsize=1_024)(self.newsroom.printed)

    def articles(self) -> Iterator[Story]:
        """Tell the truth about every page that holds a whole article, oldest first."""
        for entry in self.plan.entries():
            if entry.kind in WHOLE:
                yield self.newsroom.story(entry.number)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Describe every numbered page, oldest first: ``url``, ``kind``, ``of`` and more."""
        return (index_pages.row(self.plan, entry) for entry in self.plan.entries())

    def respond(self, method: str, url: str, headers: Mapping[str, str]) -> Response:
        """Answer one request.

        Args:
            method: ``GET`` or ``HEAD``; the server leaves out the body of the latter.
            url: Absolute address.
            headers: Names in lower case.
        """
        if method not in ("GET", "HEAD"):
            return message(405, f"{method} is not answered here")
        spelled = spell(url)
        if isinstance(spelled, str):
            return message(400, f"not an address of the web: {spelled}")
        channel = by_host(spelled.host)
        if spelled.host not in (MAIN_HOST, MIRROR_HOST) and channel is None:
            return message(502, f"the replica has no host {spelled.host}")
        id_ = channel.id if channel else None
        answer = self._gated(spelled, id_) or self._served(spelled, "/BIG5/" in url.upper())
        return unless_known(delayed(self.faults, id_, answer), headers)

    def _gated(self, spelled: Spelled, channel: str | None) -> Response | None:
        if spelled.path != "/robots.txt" or self.faults.at("down", channel):
            return gate(self.faults, channel)
        return index_pages.robots(by_host(spelled.host), self.faults, plain=self.plan.plain)

    def _served(self, spelled: Spelled, big5: bool) -> Response:
        if spelled.host == MIRROR_HOST:
            return self._mirrored(classify(f"http://{MAIN_HOST}{spelled.path}"))
        if spelled.path.startswith("/NMediaFile/") and (photo := serve(spelled.path)):
            return photo
        address = classify(spelled.url())
        if address.kind != "article":
            return index_pages.serve(self.newsroom, spelled, address)
        entry = self.plan.find(address)
        if entry is None:
            return message(404, _NO_PAGE)
        if self._stands(entry):
            return self._printed(entry.number, address.page, big5=big5, mirror=False)
        return self._fallen(entry)

    def _stands(self, entry: Entry) -> bool:
        """Whether there is a page to print; a flaky one answers only after a few visits."""
        if entry.kind == "flaky":
            self._visits[entry.number] += 1
            return self._visits[entry.number] > faults.FAILURES
        return entry.kind in WHOLE or entry.kind == "truncated"

    def _fallen(self, entry: Entry) -> Response:
        if entry.kind == "moved" and entry.of is not None:
            return redirect(self.plan.entry(entry.of).url, 301)
        return faults.broken_page(entry)

    def _mirrored(self, original: Address) -> Response:
        number = index_pages.number_of(self.plan, original)
        if number is None:
            return message(404, "not found")
        return self._printed(number, original.page, big5=False, mirror=True)

"""In which bytes a page leaves the site, what it says about them, and how paragraphs are spoilt."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import opencc


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """The charset of one page.

    Attributes:
        codec: What its bytes really are: ``gbk``, ``utf-8``, ``big5``.
        label: What its ``<meta>`` says.
        content_type: What its header says.
    """

    codec: str
    label: str
    content_type: str


def coding_of(design: str, place: int, *, lying: bool) -> Coding:
    """Choose the charset of a page as the site does: by design, and by channel where it varies.

    Args:
        design: Name of the page design, or ``list``.
        place: Number of the channel.
        lying: True for a page whose label names the other charset.
    """
    modern = design in ("d2026", "unknown") or (
        design in ("c2020", "gallery", "list") and place % 2 == 1
    )
    label = "utf-8" if modern else "GB2312"
    codec = "utf-8" if modern != lying else "gbk"
    # Two channels in three leave the charset to <meta>.
    content_type = f"text/html; charset={label}" if place % 3 == 1 else "text/html"
    return Coding(codec=codec, label=label, content_type=content_type)


BIG5 = Coding(codec="big5", label="Big5", content_type="text/html; charset=Big5")
# What the damage left of GBK bytes was turned into UTF-8, private-use characters and all.
MIRROR = Coding(codec="utf-8", label="utf-8", content_type="text/html; charset=utf-8")


def encoded(parts: tuple[str, str, str], coding: Coding) -> bytes:
    """Turn head, article and rest into bytes; what the charset lacks becomes ``&#...;``."""
    head, article, rest = parts
    return to_bytes(head + article, coding.codec) + _often(rest, coding.codec)


def to_bytes(text: str, codec: str) -> bytes:
    """Encode a text; what the charset lacks becomes ``&#...;``, smuggled bytes come out raw."""
    return text.encode(codec, "renmin-replica")


def _replacement(error: UnicodeError) -> tuple[str | bytes, int]:
    assert isinstance(error, UnicodeEncodeError)  # no decoding is done by this name
    first = ord(error.object[error.start])
    if 0xDC80 <= first <= 0xDCFF:
        return bytes([first - 0xDC00]), error.start + 1
    return f"&#{first};", error.start + 1


codecs.register_error("renmin-replica", _replacement)


@lru_cache(maxsize=256)
def _often(text: str, codec: str) -> bytes:
    return to_bytes(text, codec)


def traditional(html: str) -> bytes:
    """Turn a page into its Big5 edition, as the site's ``/BIG5/`` addresses serve it."""
    turned: str = _converter().convert(html)
    return to_bytes(turned, BIG5.codec)


@cache
def _converter() -> Any:
    return opencc.OpenCC("s2t")


# The ways in which paragraphs of real pages are found spoilt.


def spoilt(paragraphs: tuple[str, ...], codec: str, *, raw: bool) -> tuple[str, ...]:
    """Spoil one paragraph of a page, without loss.

    Args:
        paragraphs: Of the page.
        codec: In which the page leaves the site.
        raw: True to leave a paragraph's UTF-8 bytes in a page of GBK, as a system does that
            puts two databases together: read as GBK, ``人民`` is ``浜烘皯``. Otherwise, and in
            a page of UTF-8, its GBK bytes were read as Latin-1: ``人民`` is ``ÈËÃñ``.
    """
    if raw and codec == "gbk" and len(paragraphs) > 1:
        return (paragraphs[0], _raw_utf8(paragraphs[1]), *paragraphs[2:])
    return _as_latin1(paragraphs)


def read_as_gbk(text: str) -> str:
    """Read a text's UTF-8 bytes as GBK: ``人民`` becomes ``浜烘皯``.

    A byte that finds no partner becomes ``?``, as it does in the wild, so a few characters are
    lost for good.
    """
    return text.encode("utf-8").decode("gbk", "replace").replace("\ufffd", "?")


def raw_throughout(html: str) -> str:
    """Let the marks around a raw paragraph be raw too: both come from one field of a database."""
    if not any("\udc80" <= letter <= "\udcff" for letter in html):
        return html
    return html.encode("utf-8", "surrogateescape").decode("ascii", "surrogateescape")


def _raw_utf8(text: str) -> str:
    """Carry the UTF-8 bytes of a text through ``str``; :func:`crawler.replica.encode.to_bytes` lets them out."""
    return text.encode("utf-8").decode("ascii", "surrogateescape")


def _as_latin1(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """Spoil the first paragraph that can be, from the second on.

    Paragraphs whose bytes would turn into control characters, which HTML cannot carry, are
    passed over. Nothing changes if none is left.
    """
    for place in range(1, len(paragraphs)):
        text = paragraphs[place].encode("gb18030").decode("latin-1")
        if not any("\x80" <= letter < "\xa0" for letter in text):
            return (*paragraphs[:place], text, *paragraphs[place + 1 :])
    return paragraphs

"""In which bytes a page leaves the site, and what it says about them."""

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

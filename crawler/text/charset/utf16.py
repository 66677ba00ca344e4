"""UTF-16 and UTF-32: recognised by their byte order mark or by where their NULs stand.

Every page has ASCII in it, its markup at least, and in UTF-16 every ASCII character has a NUL
beside it: after it in little-endian order, before it in big-endian.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from crawler.text.chinese.characters import measure

# UTF-32 first: its little-endian mark begins with that of UTF-16.
MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# In a page of another charset, these bytes between ASCII are no character of that charset.
_LEFT_MARK = re.compile(rb"(?<![\x80-\xff])\xef\xbb\xbf(?![\x80-\xff])|\A\xef\xbb\xbf")
_LOOKED_AT: Final = 1 << 16  # bytes, from the start; even, so that pairs stay pairs
_CHINESE: Final = 1.4  # Reading.weight


def by_mark(body: bytes) -> str | None:
    """Name the codec that the byte order mark at the start of ``body`` stands for, if any."""
    return next((codec for mark, codec in MARKS if body.startswith(mark)), None)


def without_marks(body: bytes, codec: str = "") -> bytes:
    """Drop the byte order mark at the start, and those that includes left between two tags.

    The mark of ``codec`` goes before the others, which lie.
    """
    marks = sorted(MARKS, key=lambda mark: mark[1] != codec)
    body = next((body[len(mark) :] for mark, _ in marks if body.startswith(mark)), body)
    if codec in ("gb18030", "big5hkscs") and codecs.BOM_UTF8 in body:
        return _LEFT_MARK.sub(b"", body)
    return body


def by_nuls(body: bytes) -> str | None:
    """Name the UTF-32 or UTF-16 that the NULs of ``body`` show; ``None`` if they show nothing.

    In UTF-32 every first or every last byte of four is NUL, and the one beside it hardly anything.
    In UTF-16 one kind of place (even or odd) must hold nearly all NULs, and what comes out must be
    text and not the control characters of a binary file. Where NULs are rare, it must be Chinese.

    >>> by_nuls("<p>人民</p>".encode("utf-16-be")), by_nuls("人民".encode("utf-32-le")), by_nuls(b"<p>")
    ('utf-16-be', 'utf-32-le', None)
    """
    head = body[:_LOOKED_AT]
    return _utf_32(head) or _utf_16(head)


def _utf_32(head: bytes) -> str | None:
    units = head[: len(head) & ~3]
    for codec, high in (("utf-32-le", 3), ("utf-32-be", 0)):
        top = units[high::4]
        if top and top.count(0) * 20 >= len(top) * 19 and _is_text(units.decode(codec, "replace")):
            return codec
    return None


def _utf_16(head: bytes) -> str | None:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    few, many, codec = (even, odd, "utf-16-le") if odd > even else (odd, even, "utf-16-be")
    if not many:
        return None
    text = head[: len(head) & ~1].decode(codec, "replace")
    if (
        few * 8 > many or many * 10 < len(text) or (many == 1 and len(text) > 2)
    ):  # markup alone would make a tenth of it ASCII
        return reads_as_chinese(head)
    return codec if _is_text(text) else None


def _is_text(text: str) -> bool:
    """Tell text from the control characters of a binary file."""
    strange = sum(text.count(character) for character in "\0\ufffd\x01\x02")
    return strange * 20 <= len(text)


def reads_as_chinese(body: bytes) -> str | None:
    """Name the UTF-16 in which a text with hardly any ASCII reads as Chinese, if it does."""
    head = body[: _LOOKED_AT >> 4]
    for codec in ("utf-16-le", "utf-16-be"):
        if measure(head[: len(head) & ~1].decode(codec, "replace")).weight > _CHINESE:
            return codec
    return None

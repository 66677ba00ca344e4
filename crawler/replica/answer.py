"""What the stand-in site answers: in which bytes, with which head, and how texts are spoilt.

What the garbled mirrors do to a text is done on purpose: test material of every kind. A mirror is
a reverse proxy that works on GBK bytes and never looks where characters begin:

1. the page is turned into GBK; what GBK lacks becomes ``?``;
2. simplified characters become traditional ones, one by one;
3. each character of a list is replaced by itself with its reading in brackets;
4. a separator of one byte is put before each 、 。 ， ； ！ ？;
5. the bytes are decoded again: a byte of 0x81-0xFE takes the next one with it, whatever it is,
   and a pair that means nothing becomes ``?``.

Steps 3 and 4 also match the second byte of one character with the first of the next; from there
to the next separator the text is read half a character off. Later, on its way through other
programs, private-use characters may be dropped and full-width punctuation flattened.
"""

from __future__ import annotations

import codecs
import hashlib
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache, lru_cache
from typing import Any, Literal

import opencc

from crawler.text.mirror import converter
from crawler.text.mirror.traditional import traditional as traditional_forms

# Seconds until the first byte of an answer that never comes.
NEVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP answer.

    Attributes:
        status: HTTP status.
        headers: Names as sent; ``Content-Length`` is added by the server.
        body: Raw bytes.
        delay: Seconds before the answer begins; :data:`NEVER` if it does not.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0


def page(body: bytes, content_type: str = "text/html") -> Response:
    """Answer with a page."""
    return Response(headers={"Content-Type": content_type}, body=body)


def message(status: int, text: str) -> Response:
    """Answer with a status and a sentence about it, as a small page."""
    html = f'<html><head><meta charset="utf-8"><title>{status}</title></head><body>{text}</body></html>'
    return Response(
        status=status, headers={"Content-Type": "text/html; charset=utf-8"}, body=html.encode()
    )


def redirect(location: str, status: int = 302) -> Response:
    """Send the visitor elsewhere."""
    return replace(message(status, location), headers={"Location": location})


def stamped(response: Response, changed: datetime, *, etag: bool = True) -> Response:
    """Add the headers by which a visitor can ask again for news only."""
    stamps = {"Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True)}
    if etag:
        stamps["ETag"] = f'"{hashlib.sha256(response.body).hexdigest()[:20]}"'
    return replace(response, headers={**response.headers, **stamps})


def unless_known(response: Response, asked: Mapping[str, str]) -> Response:
    """Answer 304 without a body if the visitor has this very page already (RFC 9110, 13.2.2).

    Args:
        response: The full answer.
        asked: Request headers, names in lower case.
    """
    if response.status != 200 or not _is_known(response.headers, asked):
        return response
    kept = ("ETag", "Last-Modified")
    stamps = {name: value for name, value in response.headers.items() if name in kept}
    return Response(status=304, headers=stamps, delay=response.delay)


def _is_known(headers: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    if (tags := asked.get("if-none-match")) is not None:
        named = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "ETag" in headers and (headers["ETag"] in named or "*" in named)
    if (since := asked.get("if-modified-since")) and "Last-Modified" in headers:
        try:
            return parsedate_to_datetime(headers["Last-Modified"]) <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False
    return False


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
    """Carry the UTF-8 bytes of a text through ``str``; :func:`crawler.replica.answer.to_bytes` lets them out."""
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


MARKS = "、。，；！？"
FREQUENT = (
    "發區業數鎮規創節據戰產聯統協優轉醫環網現經領導調關質絡務習風護價設應當構鄉態進復學驗認濟點"
    "機計遠強團達堅實時個項報會動對國場長級聽臺營愛車開見沒樂萬陽問門來說過無書線滿戶"
)
"""Characters that mirrors annotate, in an order in which the lists of pages are nested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorSite:
    """How one mirror works.

    Attributes:
        commas: The separator is a comma, in two of three places; else a byte that vanishes.
        keep_private: Private-use characters survive.
        flatten: Full-width ASCII is flattened to ASCII afterwards.
        annotated: How many of :data:`FREQUENT` are annotated.
        shuffled: They are picked at random instead of from the front.
        decoder: ``mbstring``, or ``iconv``, which skips a lead byte that does not fit.
        seed: Of the places of commas and the picked characters.
    """

    commas: bool = False
    keep_private: bool = True
    flatten: bool = False
    annotated: int = 40
    shuffled: bool = False
    decoder: Literal["mbstring", "iconv"] = "mbstring"
    seed: int = 0


def damage(paragraphs: Sequence[str], site: MirrorSite) -> tuple[str, ...]:
    """The paragraphs as the mirror shows them; the same arguments give the same answer."""
    dice = random.Random(site.seed)
    chars = list(FREQUENT)
    if site.shuffled:
        dice.shuffle(chars)
    marked = "".join(sorted(chars[: site.annotated], key=lambda char: char.encode("gbk")))
    return tuple(_one(text, marked, site, dice) for text in paragraphs)


def _one(text: str, marked: str, site: MirrorSite, dice: random.Random) -> str:
    data = _to_gbk(text)
    for char in marked:
        pair = char.encode("gbk")
        data = data.replace(pair, pair + f"({converter.readings()[char][0]})".encode("gbk"))
    data = _separate(data, site.commas, dice)
    shown = _mbstring(data) if site.decoder == "mbstring" else _iconv(data)
    shown = shown.replace("\x01", "")
    if not site.keep_private:
        shown = re.sub("[\ue000-\ue4c5]", "", shown)
    if site.flatten:
        shown = re.sub("[\uff01-\uff5e]", lambda match: chr(ord(match[0]) - 0xFEE0), shown)
    return shown


def _to_gbk(text: str) -> bytes:
    table = traditional_forms()
    return "".join(table.get(char, char) for char in text).encode("gbk", "replace")


def _separate(data: bytes, commas: bool, dice: random.Random) -> bytes:
    for mark in MARKS:
        pair = mark.encode("gbk")
        if commas:
            data = re.sub(
                re.escape(pair),
                lambda match: b"," * (dice.random() < 2 / 3) + match[0],
                data,
            )
        else:
            data = data.replace(pair, b"\x01" + pair)
    return data


def _mbstring(data: bytes) -> str:
    table, shown, at = converter.characters(), [], 0
    while at < len(data):
        lead = data[at]
        if lead < 0x81 or lead == 0xFF:
            shown.append("€" if lead == 0x80 else "?" if lead == 0xFF else chr(lead))
            at += 1
        else:
            shown.append(table.get(data[at : at + 2], "?"))
            at += 2
    return "".join(shown)


def _iconv(data: bytes) -> str:
    table, shown, at = converter.characters(), [], 0
    while at < len(data):
        char = table.get(data[at : at + 2])
        if data[at] < 0x80:
            shown.append(chr(data[at]))
        elif char is not None:
            shown.append(char)
            at += 1
        at += 1
    return "".join(shown)

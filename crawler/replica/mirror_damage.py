"""What the garbled mirrors do to a text, done on purpose: test material of every kind.

A mirror is a reverse proxy that works on GBK bytes and never looks where characters begin:

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

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crawler.text.mirror import converter
from crawler.text.mirror.traditional import traditional as traditional_forms

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

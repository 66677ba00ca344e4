"""From what is shown back to bytes: every way in which a reader can have come to a character.

A byte that the reader lost is a set of all values that it may have had there. So the way back from
a damaged text is a short list of alternatives for each of its characters, and for each gap between
two of them the bytes that may have vanished in it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final
from unicodedata import is_normalized, normalize

from crawler.text.mojibake.readers import SINGLE, decoded, page, paired, readable
from crawler.text.tables import GB18030_OF_2000, LOST

Byte = int | frozenset[int]
Code = tuple[Byte, ...]
Priced = tuple[Code, float]
"""Bytes that may stand behind a character, with a price in bits for an unlikely way."""

HIGH: Final = frozenset(range(0x80, 0x100))
CONTROLS: Final = frozenset(range(0x80, 0xA0))
_TRAILS: Final = frozenset(range(0x40, 0xFF))
_SECOND: Final = 4.0
_FEWEST: Final = 3  # empty cells of a row that are thought of
ENDED: Final = 10.0
"""Bits against a loss behind which nothing of the same hand follows."""

_EATEN: Final = 1.0
_WAS_CAPITAL: Final = 2.0  # bits against an ASCII letter that was a capital one
_ASCII_EATEN: Final = frozenset(range(0x20, 0x40))

# What is left of four bytes of GB 18030, of which two are digits. No byte of a hanzi elsewhere is one.
_QUARTERS = re.compile("(?:\ufffd[0-9]){2}")
_NO_BYTE: Final = "\uffff"
_PRIVATE = re.compile("[\ue000-\uf8ff]")
# A character of three bytes, as far as it is there.
_CUT_UTF_8 = re.compile(rb"[\xe2-\xef][\x80-\xbf]*|[\x80-\xbf]+")
_THREE: Final = 3
_C1 = re.compile("[\x80-\x9f]")
_SMALL = re.compile("[šœžÿ]")
_WESTERN = re.compile("[\x80-\xff\u0152-\u2122]")
_SMALL_ONES = re.compile("[à-öø-þ]")
_CAPITAL = re.compile("[À-ÖØ-ÞŠŒŽŸ]")
_MADE_SMALL: Final = (("utf-8", "cp1252"), ("gb18030", "cp1252"), ("gb18030", "latin-1"),
                       ("big5hkscs", "cp1252"), ("big5hkscs", "latin-1"))  # fmt: skip

_ENCODERS: Final = {
    "gbk": ("gb18030",),
    "gb18030": ("gb18030",),
    "big5": ("big5", "big5hkscs", "cp950"),
    "big5hkscs": ("big5hkscs", "big5", "cp950"),
}


@dataclass(frozen=True, slots=True)
class View:
    """A code page through which bytes were shown, with what happened to those that it lacks.

    Attributes:
        shown: The code page.
        lost: U+FFFD stands for bytes that it lacks.
        question: So may a question mark.
        dropped: What vanished between two characters: ``"controls"`` (C1), ``"holes"`` (cells
            that the page lacks), ``"private"`` (private-use characters), ``"refused"`` (bytes
            that the reader could not read); empty if nothing did.
        spaces: A space may have been U+00A0.
        lowered: Capital letters were made small.
        has_small_ascii: So were second bytes that are ASCII letters.
        cut: The first byte of the first character is missing.
    """

    shown: str
    lost: bool = False
    question: bool = False
    dropped: str = ""
    spaces: bool = False
    lowered: bool = False
    has_small_ascii: bool = False
    cut: bool = False

    @property
    def is_lossy(self) -> bool:
        """Whether a byte may be missing anywhere."""
        return bool(self.lost or self.question or self.dropped or self.cut)

    def codes(self, text: str, ends: Container[int] = ()) -> list[tuple[Priced, ...]]:
        """The alternatives behind each character; none for a character of another hand.

        Args:
            text: What is shown.
            ends: Places behind which another hand goes on, so that what follows says nothing.
        """
        text = _QUARTERS.sub(lambda found: found[0].replace(LOST, _NO_BYTE), text)
        firsts = [
            None if at in ends else _first(char, self.shown) for at, char in enumerate(text[1:])
        ]
        # After the last character comes the end of a line, or a character of another hand.
        firsts.append(0x0A)
        return [self._alternatives(char, first) for char, first in zip(text, firsts, strict=True)]

    def gaps(self, text: str) -> list[tuple[Code, ...]]:
        """The bytes that may have vanished in front of each character."""
        if self.dropped == "controls":
            return [((CONTROLS,),)] * len(text)
        if self.dropped == "holes":
            return [((holes(self.shown),),)] * len(text)
        if self.dropped == "private":
            return [private(self.shown)] * len(text)
        return [((_refused(self.shown, _first(char, self.shown)),),) for char in text]

    def _alternatives(self, char: str, following: int | None) -> tuple[Priced, ...]:
        known: tuple[Priced, ...] = tuple(
            (tuple(each), _SECOND * rank) for rank, each in enumerate(code(char, self.shown))
        )
        if char == LOST:
            return lost(self.shown, following) if self.lost else ()
        if char == "?" and self.question:
            return (*known, *lost(self.shown, following), *self._eaten())
        if char == " " and self.spaces:
            return (*known, ((0xA0,), 0.0))
        if self.lowered and "\x7f" < char != char.upper() and len(char.upper()) == 1:
            return (*known, *((tuple(each), 0.0) for each in code(char.upper(), self.shown)))
        if self.has_small_ascii and "a" <= char <= "z":
            return (*known, ((ord(char.upper()),), _WAS_CAPITAL))
        return known

    def _eaten(self) -> tuple[Priced, ...]:
        return () if self.shown in SINGLE else (((HIGH, _ASCII_EATEN), _EATEN),)


@lru_cache(maxsize=1 << 16)
def code(char: str, shown: str) -> tuple[bytes, ...]:
    """The bytes that ``shown`` shows as ``char``; several where makers of the table disagree."""
    if shown in SINGLE:
        found = single(shown).get(char)
        return () if found is None else (bytes((found,)),)
    # Browsers read GB 18030 by a newer table than Python's.
    known = GB18030_OF_2000.get(char, char)
    names = _ENCODERS.get(shown, (shown,))
    codes = dict.fromkeys(known.encode(name, "ignore") for name in names)
    codes.update(dict.fromkeys(_twice(shown).get(char, ())))
    longest = 4 if shown in ("gb18030", "gbk") else 2
    found_codes = tuple(each for each in codes if 0 < len(each) <= longest)
    # Windows and the browsers show the euro sign for the byte 0x80.
    return (b"\x80", *found_codes) if char == "€" and shown == "gbk" else found_codes


@cache
def _twice(shown: str) -> dict[str, list[bytes]]:
    """All pairs of bytes of the characters that a code page has in several places.

    Compatibility ideographs, which Korean has, count as what they are compatible with.
    """
    known = paired(shown)
    counts = Counter(known.values())
    alike = {char: normalize("NFC", char) for char in counts if not is_normalized("NFC", char)}
    for char, name in alike.items():
        counts[name] += counts[char]
    several = {char for char, count in counts.items() if count > 1}
    places: dict[str, list[bytes]] = defaultdict(list)
    for pair, char in known.items() if several else ():
        if (name := alike.get(char, char)) in several:
            places[name].append(pair)
    return places


@lru_cache(maxsize=1 << 12)
def lost(shown: str, following: int | None) -> tuple[Priced, ...]:
    """The bytes behind a U+FFFD before the byte ``following``, which is ``None`` if unknown."""
    if shown in SINGLE:
        return (((holes(shown) or HIGH,), 0.0),)
    pairs = tuple((pair, 0.0) for pair in nothings(shown))
    if following is None:
        return (((HIGH,), 0.0), *pairs)
    refused = _refused(shown, following)
    # A piece may have ended here before it was put between other text.
    return ((refused,), 0.0), ((HIGH - refused,), ENDED), *pairs


@cache
def holes(shown: str) -> frozenset[int]:
    """The bytes for which a code page of single bytes has no character of its own."""
    return frozenset(byte for byte in HIGH if not bytes((byte,)).decode(shown, "ignore"))


@cache
def nothings(shown: str) -> tuple[Code, ...]:
    """The pairs of a lead and a trail byte without a character, as rectangles of the table."""
    known = _trails(paired(shown))
    return _rectangles({lead: _TRAILS - known[lead] for lead in range(0x81, 0xFF)})


@cache
def private(shown: str) -> tuple[Code, ...]:
    """The pairs that GBK leaves to its users, which browsers show as private-use characters."""
    if shown not in ("gbk", "gb18030"):
        return ()
    known = paired("gb18030").items()
    return _rectangles(_trails(pair for pair, char in known if "\ue000" <= char <= "\uf8ff"))


def _trails(pairs: Iterable[bytes]) -> dict[int, set[int]]:
    """The second bytes of pairs by their first."""
    trails: dict[int, set[int]] = defaultdict(set)
    for lead, trail in pairs:
        trails[lead].add(trail)
    return trails


def _rectangles(known: Mapping[int, Set[int]]) -> tuple[Code, ...]:
    leads: dict[frozenset[int], list[int]] = defaultdict(list)
    for lead, trails in known.items():
        if len(trails) >= _FEWEST:
            leads[frozenset(trails)].append(lead)
    return tuple((frozenset(rows), trails) for trails, rows in leads.items())


@cache
def single(shown: str) -> dict[str, int]:
    """The way back through a code page of single bytes. C1 controls stand for their own bytes."""
    back = {chr(byte): byte for byte in range(0x80)}
    if shown in ("latin-1", "cp1252"):
        # Programs mix the two: one character may come from either.
        back.update({chr(byte): byte for byte in HIGH})
    back.update({char: byte for byte, char in enumerate(page(shown)) if char != LOST})
    return back


def _first(char: str, shown: str) -> int | None:
    """The first byte behind a character; ``None`` if it is not known."""
    known = code(char, shown) if char != LOST else ()
    return known[0][0] if known else None


@lru_cache(maxsize=1 << 10)
def _refused(shown: str, following: int | None) -> frozenset[int]:
    if following is None:
        return HIGH
    # Which of the two tables a reader has does not show; the older one refuses more.
    name = "gbk" if shown == "gb18030" else shown
    known = readable(name)
    return frozenset(byte for byte in _alone_nothing(name) if bytes((byte, following)) not in known)


@cache
def _alone_nothing(shown: str) -> frozenset[int]:
    """The bytes that are no character by themselves."""
    return frozenset(byte for byte in HIGH if decoded(bytes((byte,)), shown) is None)


def _is_small(sample: str, real: str) -> bool:
    """Whether capital letters may have been made small: there is none where bytes give many."""
    small = (_SMALL if real == "utf-8" else _SMALL_ONES).search(sample)
    return small is not None and not _CAPITAL.search(sample)


def views(sample: str, real: str, shown: str) -> Iterator[View]:
    """The ways in which a reader may have shown the sample, the strictest first."""
    is_lost, is_question = LOST in sample, "?" in sample
    if shown in SINGLE:
        spaces = real == "utf-8" and " " in sample
        plain = View(
            shown, lost=is_lost, question=is_question and bool(holes(shown)), spaces=spaces
        )
        small = replace(plain, lowered=True, has_small_ascii=real == "big5hkscs")
        is_small = (real, shown) in _MADE_SMALL and _is_small(sample, real)
        # UTF-8 breaks where a byte is another; two bytes of a hanzi are always one.
        yield from (small, plain) if is_small and real == "utf-8" else (plain,)
        if is_small and real != "utf-8":
            yield small
        if real == "utf-8" and not _C1.search(sample):
            is_latin_1 = shown == "cp1252" and max(_WESTERN.findall(sample), default="") < "\u0100"
            yield replace(plain, dropped="controls" if is_latin_1 or not holes(shown) else "holes")
        return
    if (real, shown) == ("gb18030", "gbk"):
        yield View(shown, lost=is_lost, cut=True)
        return
    plain = View(shown, lost=is_lost, question=is_question)
    yield plain
    # Of what both tables keep private, one of them is enough to look for.
    is_same = real == "big5hkscs" and shown == "gb18030"
    ways = []
    if private(shown) and not is_same and not _PRIVATE.search(sample):
        ways.append(replace(plain, dropped="private"))
    if not is_lost and not is_question:
        ways.append(replace(plain, dropped="refused"))
    if real == "utf-8" and len(ways) > 1 and _lacks_single_bytes(sample, shown):
        ways.reverse()
    yield from ways


def _lacks_single_bytes(sample: str, shown: str) -> bool:
    """Whether characters of UTF-8 lack one byte more often than two, as where no pair vanished."""
    known = b"".join(found[0] if (found := code(char, shown)) else b"\n" for char in sample)
    pieces = _CUT_UTF_8.findall(known)
    lacking = [(_THREE - len(piece)) % _THREE for piece in pieces]
    return lacking.count(1) > lacking.count(2)

"""One hypothesis about a damaged text, and the way that led to it.

Where it goes from clean text into damage or out of it, more speaks against it than the statistics
know. The bytes of many a clean hanzi are a letter in UTF-8: 习 is CF B0, a Greek kappa, and 预 a
Cyrillic letter. Beside damage such a hanzi could be taken into it at the price of one odd letter,
so a lone letter at a border pays more. And a byte that was lost at the very end was refused for
what followed it when it was read, which is not what stands there now.

Before damaged UTF-8 is read it can be cut into characters; :class:`Way` is one way to do that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crawler.text.chinese.costs import LOST, each, grown
from crawler.text.mojibake.codes import Options, options
from crawler.text.mojibake.rule import Edit
from crawler.text.mojibake.shown import ENDED, Code, Priced
from crawler.text.mojibake.windows import is_letter

_RIVALS: Final = 8  # ways that are remembered for one place
DOUBTFUL: Final = 8.0
"""Bits by which a reading must beat another to be beyond doubt."""
GUESSED: Final = 0.7
"""Bits for each lost byte that is filled in."""


TWO_BYTE_LETTERS: Final = re.compile("[\xc0-\xd6\xd8-\xf6\xf8-\u07ff]")
"""Letters and accents that are two bytes of UTF-8, as most hanzi are two bytes of GBK."""

_BORDER: Final = ENDED - 1.0  # bits that a loss gets back if nothing of the same hand follows
_SPLIT: Final = 12.0  # bits against a border inside of a run of kana or hangul
_LONE: Final = 8.0  # bits against a letter of two bytes beside clean hanzi: it is one of them
_BEHIND: Final = 5  # characters behind a loss in which clean text shows
_CLEAN: Final = 9.5  # bits of a character of such text
_HANZI: Final = re.compile("[\u3400-\u9fff]")


Sums = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a window.

    Attributes:
        bits: What the text costs, fees included.
        edits: What was read inside; places count from the beginning of the window.
        sums: What it costs up to each place in the window, roughly.
    """

    bits: float
    edits: tuple[Edit, ...]
    sums: Sums = field(default_factory=lambda: np.zeros(1), compare=False)


GIVEN_UP: Final = Reading(math.inf, ())
"""What :func:`read` says of a window that is too dear."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a reading is to hold to.

    Attributes:
        fee: Bits that a span must save before it is believed.
        limits: For each place in the window the bits above which the reading is given up; one
            number for all; or nothing.
        is_end: True if the text ends with the window.
    """

    fee: float
    limits: Sums | None = None
    is_end: bool = False

    def is_kept(self, at: int, bits: float) -> bool:
        """Whether a reading may cost so much up to ``at``."""
        return self.limits is None or bits <= self.limits[min(at, len(self.limits) - 1)]


class Link(NamedTuple):
    """One step of the way to a hypothesis.

    Attributes:
        parent: The step before; ``None`` at the beginning.
        end: The first character of the window that was not read yet.
        text: What the step wrote.
        guesses: Places in ``text`` that were inferred, each with what may stand there.
        inside: Whether it was read inside.
        rivals: Other ways that ended in the same place, and cost hardly more.
    """

    parent: Link | None
    end: int
    text: str
    guesses: tuple[tuple[int, Options], ...]
    inside: bool
    rivals: tuple[Link, ...] = ()


class Hypothesis(NamedTuple):
    """What the text so far may have been.

    Attributes:
        cost: Bits of what was written, fees included.
        context: Its last characters, packed; see :mod:`crawler.text.chinese.costs`.
        pending: The bytes of an unfinished character.
        link: The last step.
        lent: What was charged for a last loss behind which nothing of the same hand follows.
    """

    cost: float
    context: int
    pending: Code
    link: Link | None
    lent: float = 0.0

    def with_bytes(self, code: Code, price: float = 0.0) -> Hypothesis:
        """The same before ``code`` is read."""
        lent = _BORDER if price >= ENDED else 0.0
        return self._replace(cost=self.cost + price, pending=self.pending + code, lent=lent)

    def against(self, others: Iterable[Hypothesis]) -> Hypothesis:
        """The same, remembering ``others``, which cost hardly more."""
        rivals = tuple(one.link for one in others if one.link and one.link is not self.link)
        if not rivals or not self.link:
            return self
        known = self.link.rivals
        return self._replace(link=self.link._replace(rivals=(*known, *rivals)[:_RIVALS]))


class Item(NamedTuple):
    """A hypothesis that has bytes to read: what it was, and what it wrote since."""

    hypothesis: Hypothesis
    text: str
    guesses: tuple[tuple[int, Options], ...]

    def priced(self, size: int, known: Options) -> float:
        """The cost so far, with that of filling in bytes or of writing what few write."""
        if known.forced:
            return self.hypothesis.cost + known.price
        lost = sum(isinstance(byte, frozenset) for byte in self.hypothesis.pending[:size])
        return self.hypothesis.cost + GUESSED * lost

    def writing(self, size: int, known: Options, row: int, bits: float) -> Item:
        """The item after the character ``row`` of ``known``, with ``bits`` in all."""
        char, before = known.chars[row], self.hypothesis
        guesses = self.guesses
        if not known.forced:
            guesses = (*guesses, (len(self.text), known))
        rest = before.pending[size:]
        after = Hypothesis(bits, grown(before.context, char), rest, before.link, before.lent)
        return Item(after, self.text + char, guesses)

    def closed(self, end: int) -> Hypothesis:
        """The hypothesis at the end of a step that reached ``end``."""
        link = Link(self.hypothesis.link, end, self.text, self.guesses, inside=True)
        return self.hypothesis._replace(link=link)


def has_lost(code: Code) -> bool:
    """Whether a byte of ``code`` is not known."""
    return any(isinstance(byte, frozenset) for byte in code)


def cost_of(hypothesis: Hypothesis) -> float:
    """The cost of a hypothesis, to sort by."""
    return hypothesis.cost


def split(text: str, at: int) -> float:
    """Bits against a border in front of ``at``: runs of kana or hangul are of one hand."""
    if not 0 < at < len(text):
        return 0.0
    return _SPLIT if is_letter(text[at - 1]) and is_letter(text[at]) else 0.0


def entering(text: str, at: int, codes: Sequence[Priced], real: str) -> float:
    """Bits against damage that begins with the character at ``at``, which ``codes`` stand behind."""
    if real != "utf-8" or not _HANZI.match(text[at]) or _is_in_word(text[at - 1 : at]):
        return 0.0
    return _LONE if any(TWO_BYTE_LETTERS.fullmatch(_read(code)) for code in codes) else 0.0


def leaving(link: Link | None, real: str) -> float:
    """Bits against damage that ends with what ``link`` wrote."""
    if real != "utf-8" or link is None or not TWO_BYTE_LETTERS.fullmatch(link.text[-1:]):
        return 0.0
    before = ((link.parent.text if link.parent else "") + link.text)[-2:-1]
    return 0.0 if TWO_BYTE_LETTERS.match(before) or _is_in_word(before) else _LONE


def ends(text: str) -> frozenset[int]:
    """The losses behind which clean text begins: what the reader saw there is not in sight."""
    bits = each(text)
    return frozenset(
        at
        for at in range(len(text) - 1)
        if text[at] == LOST
        and not any(map(is_letter, text[at + 1 : at + 1 + _BEHIND]))
        and min(bits[first : at + 1 + _BEHIND].mean() for first in _firsts(at, len(text))) <= _CLEAN
    )


def _firsts(at: int, size: int) -> range:
    """Where the text behind the place ``at`` is judged from: what damage is before looks dear."""
    return range(at + 1, min(at + 3, size))


def _is_in_word(before: str) -> bool:
    return before.isascii() and before.isalnum()


def _read(priced: Priced) -> str:
    """The text of whole bytes of UTF-8; empty if they are none."""
    code, _ = priced
    return "" if has_lost(code) else bytes(code).decode("utf-8", "ignore")  # type: ignore[arg-type]


class Chain(NamedTuple):
    """One character of damaged UTF-8 behind others, newest first.

    Attributes:
        before: Those before it.
        code: Its bytes.
        price: Bits against the way in which they were shown.
        others: What its bytes may be instead, with other losses.
    """

    before: Chain | None
    code: Code
    price: float
    others: tuple[Code, ...] = ()


class Way(NamedTuple):
    """One way to cut damaged UTF-8 into characters.

    Attributes:
        chain: The last whole one.
        pending: The bytes behind it.
        price: Bits against the way in which these were shown.
        number: How many ways it stands for, which differ in what is behind them.
    """

    chain: Chain | None
    pending: Code
    price: float = 0.0
    number: int = 1


def _continues(codes: Sequence[Priced]) -> bool | None:
    """Whether the next character begins with a byte that goes on; ``None`` if that is not known."""
    byte = codes[0][0][0] if len(codes) == 1 else None
    return 0x80 <= byte < 0xC0 if isinstance(byte, int) else None


def further(ways: list[Way], codes: Sequence[tuple[Priced, ...]], at: int) -> list[Way]:
    """``ways`` after the shown character at ``at``."""
    if len(ways) == len(codes[at]) == 1:
        code, price = codes[at][0]
        if price < ENDED and not isinstance(code[0], frozenset):
            only = _after(ways[0], code, price)
            return [only] if only else []
    goes_on = _continues(codes[at + 1]) if at + 1 < len(codes) else None
    return _merged([way for known in ways for way in _fed(known, codes[at], goes_on)])


def alike(ways: list[Way]) -> list[Way]:
    """Ways that differ in what is behind them alone as one: they go on together, and never part."""
    if len(ways) < 2:
        return ways
    kept: dict[Code, Way] = {}
    for way in ways:
        known = kept.get(way.pending)
        kept[way.pending] = known._replace(number=known.number + way.number) if known else way
    return list(kept.values())


def _fed(way: Way, codes: Sequence[Priced], goes_on: bool | None) -> Iterator[Way]:
    """``way`` after each of ``codes``, in front of a byte that goes on or does not."""
    for code, price in codes:
        # No piece ends inside of a stretch.
        if price >= ENDED or (goes_on is not None and not _may_fit(way.pending, code, goes_on)):
            continue
        if fed := _after(way, code, price):
            yield fed


def _may_fit(pending: Code, code: Code, goes_on: bool) -> bool:
    """Whether lost bytes fit before such a byte, by the number of them alone: most have three."""
    lead = pending[0] if pending else code[0]
    if not isinstance(code[0], frozenset) or (isinstance(lead, int) and not 0xE0 <= lead < 0xF0):
        return True
    return ((len(pending) + len(code)) % 3 > 0) == goes_on


def _after(way: Way, code: Code, price: float) -> Way | None:
    """``way`` after ``code``; ``None`` if that is no UTF-8."""
    chain, pending, price = way.chain, way.pending + code, price + way.price
    while pending:
        size = _size(pending)
        if not size:
            return None
        if len(pending) < size:
            return Way(chain, pending, price, way.number)
        chain = Chain(chain, pending[:size], price)
        pending, price = pending[size:], 0.0
    return Way(chain, (), 0.0, way.number)


@lru_cache(maxsize=1 << 15)
def _size(code: Code) -> int:
    """The bytes of the character that ``code`` begins with, or 0 if none can."""
    lead = code[0]
    if isinstance(lead, frozenset):
        size = 3 if any(0xE2 <= byte < 0xF0 for byte in lead) else 0
    elif lead < 0x80:
        size = 1
    else:
        size = 0 if lead < 0xC2 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    if size == 4 and has_lost(code[:4]):
        return 0
    for byte in code[1:size]:
        if isinstance(byte, int):
            if not 0x80 <= byte < 0xC0:
                return 0
        elif not any(0x80 <= each < 0xC0 for each in byte):
            return 0
    return size if len(code) < size or options(code[:size], "utf-8").chars else 0


def _merged(ways: list[Way]) -> list[Way]:
    """Ways that differ in the values of their last character alone are one."""
    if len(ways) < 2:
        return ways
    kept: dict[tuple[int, Code, int], Way] = {}
    for way in ways:
        before = id(way.chain.before) if way.chain else 0
        size = len(way.chain.code) if way.chain else 0
        key = before, way.pending, size
        known = kept.get(key)
        if known is None or known.chain is None or way.chain is None:
            kept[key] = way
        elif known.chain.code != way.chain.code:
            others = (*known.chain.others, way.chain.code)
            kept[key] = known._replace(chain=known.chain._replace(others=others))
    return list(kept.values())

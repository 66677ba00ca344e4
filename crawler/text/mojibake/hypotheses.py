"""One hypothesis about a damaged text, and the way that led to it.

Where it goes from clean text into damage or out of it, more speaks against it than the statistics
know. The bytes of many a clean hanzi are a letter in UTF-8: 习 is CF B0, a Greek kappa, and 预 a
Cyrillic letter. Beside damage such a hanzi could be taken into it at the price of one odd letter,
so a lone letter at a border pays more. And a byte that was lost at the very end was refused for
what followed it when it was read, which is not what stands there now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from crawler.text.chinese.costs import LOST, each, grown
from crawler.text.mojibake.codes import Options
from crawler.text.mojibake.shown import ENDED, Code, Priced
from crawler.text.mojibake.windows import is_letter

_RIVALS: Final = 8  # ways that are remembered for one place
DOUBTFUL: Final = 8.0
"""Bits by which a reading must beat another to be beyond doubt."""
GUESSED: Final = 0.7
"""Bits for each lost byte that is filled in."""


TWO_BYTE_LETTERS: Final = re.compile("[\xc0-\xd6\xd8-\xf6\xf8-\u02c5\u0300-\u07ff]")
"""Letters and accents that are two bytes of UTF-8, as most hanzi are two bytes of GBK."""

_BORDER: Final = ENDED - 1.0  # bits that a loss gets back if nothing of the same hand follows
_SPLIT: Final = 12.0  # bits against a border inside of a run of kana or hangul
_LONE: Final = 8.0  # bits against a letter of two bytes beside clean hanzi: it is one of them
_BEHIND: Final = 5  # characters behind a loss in which clean text shows
_CLEAN: Final = 9.5  # bits of a character of such text
_HANZI: Final = re.compile("[\u3400-\u9fff]")


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
        if text[at] == LOST and bits[at + 1 : at + 1 + _BEHIND].mean() <= _CLEAN
    )


def _is_in_word(before: str) -> bool:
    return before.isascii() and before.isalnum()


def _read(priced: Priced) -> str:
    """The text of whole bytes of UTF-8; empty if they are none."""
    code, _ = priced
    return "" if has_lost(code) else bytes(code).decode("utf-8", "ignore")  # type: ignore[arg-type]

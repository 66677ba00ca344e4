"""One hypothesis about a damaged text, and the way that led to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from crawler.text.chinese.costs import grown
from crawler.text.mojibake.codes import Options
from crawler.text.mojibake.shown import Code

_RIVALS: Final = 8  # ways that are remembered for one place
DOUBTFUL: Final = 8.0
"""Bits by which a reading must beat another to be beyond doubt."""
GUESSED: Final = 0.7
"""Bits for each lost byte that is filled in."""


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
    """

    cost: float
    context: int
    pending: Code
    link: Link | None

    def with_bytes(self, code: Code, price: float = 0.0) -> Hypothesis:
        """The same before ``code`` is read."""
        return self._replace(cost=self.cost + price, pending=self.pending + code)

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
        after = Hypothesis(bits, grown(before.context, char), before.pending[size:], before.link)
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

"""Walk through one damaged text: strip what was inserted, read the shifted stretches.

In phase, everything stands as it was apart from brackets with readings, separators and script.
A shifted stretch begins behind a ``?`` that hides the byte which the mirror's search split off:

- ``?`` and one of the six marks: the mark's second byte is the first of the next character, and
  the ``?`` is the first byte of the character before (of 。 in nearly every case);
- ``?``, a reading and a closing bracket: the reading and the second byte of the character before
  name a character whose second byte is the first of the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from crawler.text.chinese import ngrams
from crawler.text.mirror import converter, traditional
from crawler.text.mirror.beam_search import NOWHERE, SPREAD, Path, Stretch, best_of
from crawler.text.mirror.converter import MARKS, Conditions, mark_at
from crawler.text.mirror.language_model import LanguageModel, context

LOOK_AHEAD: Final = 3
"""Characters behind a stretch that take part in its ranking."""

NOT_STOP: Final = 1.0
"""Bits against another character than 。 before a split ！: all that were ever seen were 。. Before
another mark, which no quotation mark makes, there are none: 停靠 is split by ？, 福慧 by ；."""

_QUOTES: Final = "“”『』「」"

_TAG: Final = re.compile("[</>]")

ODD: Final = 12.5
"""Bits of a character that may be two halves of different ones."""

TRIES: Final = 250
"""Places of one document at which a stretch is looked for; an article has some dozens."""


@dataclass(frozen=True, slots=True)
class Inferred:
    """A character that was inferred: its place in the restored text, and what else fits."""

    at: int
    candidates: tuple[str, ...]


@dataclass(slots=True)
class Walked:
    """The outcome for one text; ``shown`` is its original in the mirror's script."""

    shown: list[str] = field(default_factory=list)
    guesses: list[Inferred] = field(default_factory=list)
    notes: int = 0
    commas: int = 0
    split_notes: int = 0
    stretches: int = 0

    def tail(self) -> str:
        """The last characters, simplified: the context of what follows."""
        return "".join(traditional.simplified().get(char, char) for char in self.shown[-3:])


@cache
def _split_by(second: int) -> tuple[str, ...]:
    """Characters that the mirrors write whose second byte is ``second``."""
    costs = traditional.forms()
    return tuple(
        char
        for char, pair in converter.pairs().items()
        if pair[1] == second
        and costs[char] < traditional.UNUSUAL
        and not "\ue000" <= char <= "\uf8ff"
    )


def bare(seen: str, at: int, size: int) -> str:
    """The next ``size`` characters as they stand, without brackets with readings, simplified."""
    text = converter.BRACKETED.sub("", seen[at : at + size * 9 + 9])
    text = _TAG.split(text, maxsplit=1)[0] + "\n"
    return "".join(traditional.simplified().get(char, char) for char in text[:size])


def _in_run(seen: str, at: int) -> bool:
    """Three question marks in a row are somebody's feelings."""
    return "???" in seen[max(at - 2, 0) : at + 3]


def _instead(text: str, index: int, other: str) -> str:
    """What another reading has for one character: up to three, if the readings agree behind it."""
    if len(other) == len(text):
        return other[index]
    rest = len(text) - index - 1
    piece = other[index : len(other) - rest]
    alike = other[:index] == text[:index] and other[len(other) - rest :] == text[index + 1 :]
    return piece if alike and 0 < len(piece) <= 3 else ""


def _with_quotes(before: str, path: Path) -> Path:
    """The path with a quotation mark that was inferred closing the quotation that is open."""
    shown, text = list(path.shown), list(path.text)
    for index in path.guessed:
        if shown[index] in _QUOTES:
            start = before + "".join(shown[:index])
            if start.rfind("“") > start.rfind("”"):
                shown[index] = text[index] = "”"
    return replace(path, shown="".join(shown), text="".join(text))


def _blank(walk: Walked, at: int) -> Path:
    return Path("", "", context(walk.tail()), b"", 0.0, (), at)


class Walker:
    """Walks through the texts of one document."""

    def __init__(
        self, language: LanguageModel, conditions: Conditions, margin: float = 0.0
    ) -> None:
        self._language = language
        self._conditions = conditions
        self._margin = margin
        self._tries = 0

    def walk(self, seen: str) -> Walked:
        """Restore one text, still in the mirror's script."""
        walk = Walked()
        at = 0
        while at < len(seen):
            at = self._step(seen, at, walk)
        return walk

    def _step(self, seen: str, at: int, walk: Walked) -> int:
        char = seen[at]
        if char == "(" and walk.shown:
            note = converter.BRACKETED.match(seen, at)
            if note and converter.fits(walk.shown[-1], note[1]):
                walk.notes += 1
                return note.end()
        elif char == "," and self._before_mark(seen, at):
            walk.commas += 1
            return at + 1
        elif char == "?":
            after = self._stretch(seen, at, walk)
            if after:
                return after
        walk.shown.append(char)
        return at + 1

    @staticmethod
    def _before_mark(seen: str, at: int) -> bool:
        return seen[at + 1 : at + 2] in tuple(",;!?，；！？、。")

    def _stretch(self, seen: str, at: int, walk: Walked) -> int:
        """Read a shifted stretch that begins here; 0 if none does."""
        if self._tries >= TRIES or _in_run(seen, at):
            return 0
        starts = list(self._starts(seen, at, walk))
        if not starts:
            return 0
        self._tries += 1
        best = self._read(seen, at, walk, starts)
        if not best:
            return 0
        self._take(best, seen, walk)
        return best[0].at

    def _take(self, best: list[Path], seen: str, walk: Walked) -> None:
        path = _with_quotes("".join(walk.shown), best[0])
        if walk.shown[-1:] == [","] and path.shown[:1] in MARKS:
            walk.shown.pop()
            walk.commas += 1
        base = len(walk.shown)
        walk.shown += path.shown
        walk.stretches += 1
        walk.split_notes += seen[path.at - 1 : path.at] == ")"
        for index in path.guessed:
            candidates = [_instead(path.text, index, other.text) for other in best]
            candidates += [char for place, char in path.rivals if place == index]
            known = tuple(dict.fromkeys(filter(None, candidates)))
            walk.guesses.append(Inferred(base + index, known[:8]))

    # Where stretches begin.

    def _starts(self, seen: str, at: int, walk: Walked) -> Iterator[Path]:
        note = converter.UNBRACKETED.match(seen, at + 1)
        if note:
            yield from self._after_reading(note, walk)
        else:
            yield from self._at_mark(seen, at, _blank(walk, at))

    def _at_mark(self, seen: str, at: int, base: Path) -> Iterator[Path]:
        if mark_at(seen, at + 1, self._conditions.flat):
            yield from self._after_mark(seen, at, base)
        if seen[at + 1 : at + 2] == "?":
            yield from self._before_wide_mark(seen, at, base)

    def _after_reading(self, note: re.Match[str], walk: Walked) -> Iterator[Path]:
        pair = converter.pairs().get(walk.shown[-1]) if walk.shown else None
        key = context(walk.tail())
        if pair:
            hidden = converter.starting_with(pair[1], note[1])
            leads = bytes(dict.fromkeys(converter.pairs()[char][1] for char in hidden))
            leads = bytes(lead for lead in leads if lead > 0x80)
            for lead in leads:
                yield Path("", "", key, bytes((lead,)), 0.0, (), note.end())

    def _after_mark(self, seen: str, at: int, base: Path) -> Iterator[Path]:
        mark = mark_at(seen, at + 1, self._conditions.flat) or ""
        second, lead = converter.pairs()[mark]
        not_stop = NOT_STOP if mark == "！" else 0.0
        yield from self._split(base, _split_by(second), bytes((lead,)), at + 2, not_stop)

    def _before_wide_mark(self, seen: str, at: int, base: Path) -> Iterator[Path]:
        """Both bytes of a character were taken for lead bytes: 微薄， shows as 微??，."""
        mark = mark_at(seen, at + 2, self._conditions.flat)
        if mark and converter.pairs()[mark][0] == 0xA3:
            yield from self._split(base, _split_by(0xA1), b"", at + 2, NOT_STOP)

    def _split(
        self, base: Path, chars: tuple[str, ...], leads: bytes, at: int, not_stop: float
    ) -> Iterator[Path]:
        """Paths on which the character in front of a mark is one of ``chars``."""
        texts = [traditional.simplified().get(char, char) for char in chars]
        costs = self._language.costs([(base.key, text) for text in texts])
        paths = []
        for char, text, bits in zip(chars, texts, costs, strict=True):
            cost = bits + traditional.forms()[char] + (0.0 if char == "。" else not_stop)
            if cost > min(costs) + SPREAD:
                continue
            paths.append(
                replace(
                    base,
                    shown=base.shown + char,
                    text=base.text + text,
                    key=(base.key << 16 | ngrams.key_of(ngrams.fold(text))) & 0xFFFFFFFFFFFF,
                    leads=leads,
                    bits=base.bits + cost,
                    guessed=(*base.guessed, len(base.text)),
                    places=(*base.places, at),
                    spent=(*base.spent, cost),
                    at=at,
                )
            )
        yield from best_of(paths)

    # Which reading is the best.

    def _read(self, seen: str, at: int, walk: Walked, starts: list[Path]) -> list[Path]:
        stretch = Stretch(seen, self._language, self._conditions)
        ready = [path for path in starts if not path.leads]
        shifted = [path for path in starts if path.leads]
        paths = ready + self._read_on(stretch, shifted, NOWHERE)
        best = self._ranked(seen, at, walk, paths)
        if self._conditions.dropped and shifted:
            paths += self._read_on(stretch, shifted, self._gaps(best))
            best = self._ranked(seen, at, walk, paths)
        return best

    def _gaps(self, best: list[Path]) -> frozenset[int] | None:
        """Where characters may have been dropped: at what reads badly, and at the end."""
        if not best:
            return None
        path = best[0]
        odd = {at for at, bits in zip(path.places, path.spent, strict=True) if bits > ODD}
        return frozenset(odd | set(path.places[-1:]))

    def _read_on(
        self, stretch: Stretch, starts: list[Path], gaps: frozenset[int] | None
    ) -> list[Path]:
        """Read, and read on where the phase is lost again at the very place of its return."""
        seen = stretch.seen
        found: list[Path] = []
        for _ in range(3):
            paths = stretch.read(starts, gaps)
            found += paths
            lost = [path for path in paths if seen[path.at : path.at + 1] == "?"][:4]
            again = [start for path in lost for start in self._at_mark(seen, path.at, path)]
            found += [path for path in again if not path.leads]
            starts = [path for path in again if path.leads]
            if not starts:
                break
        return found

    def _ranked(self, seen: str, at: int, walk: Walked, paths: list[Path]) -> list[Path]:
        """The paths that beat the text as it stands, with what follows them, best first."""
        if not paths:
            return []
        end = max(path.at for path in paths)
        tails = [bare(seen, path.at, end - path.at + LOOK_AHEAD) for path in paths]
        costs = self._language.costs(
            [(path.key, rest) for path, rest in zip(paths, tails, strict=True)]
        )
        whole = bare(seen, at, end - at + LOOK_AHEAD)
        limit = self._language.costs([(context(walk.tail()), whole)])[0] - self._margin
        ranked = sorted(
            (
                (path.bits + cost, number)
                for number, (path, cost) in enumerate(zip(paths, costs, strict=True))
            )
        )
        return [paths[number] for bits, number in ranked if bits < limit]

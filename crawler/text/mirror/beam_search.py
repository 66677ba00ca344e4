"""Read a stretch that lies half a character off: every original that can look like this, ranked.

From a place where the mirror's byte search split a character up to the next place where the
phase returns, each visible character is the second byte of one original character and the first
byte of the next. So nearly everything is forced; what is not:

- ``?`` stands for a pair that means nothing: the last byte before a separator, an opening
  bracket or another ASCII character that was swallowed, or two bytes without a character;
- a private-use character may have been dropped: two bytes of which only a range is known.

A :class:`Path` is one way to read the stretch so far. Paths are extended one visible character at
a time, all of them reproduce exactly what is seen, and the likeliest under the language survive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crawler.text.chinese import ngrams
from crawler.text.mirror import converter, traditional
from crawler.text.mirror.converter import MARKS, Conditions, Move, moves
from crawler.text.mirror.language_model import (
    NAME,
    LanguageModel,
    name_here,
    name_parts,
    second_given,
)

BEAM: Final = 20
"""Paths kept at one place of the text."""

SPREAD: Final = 20.0
"""Bits by which a path may lag behind the best one at the same place."""

RIVALS: Final = 24
"""Alternatives that a path remembers."""

OUTSIDE: Final = -1
_CONTEXT: Final = 0xFFFFFFFFFFFF

MISSED: Final = 8
"""Paths that go on with an unknown first byte."""

TWICE: Final = 4
"""Paths on which a second private-use character is missed behind a first."""

LOST: Final = 6
"""Question marks after which a stretch is given up."""

REACH: Final = 160
"""Visible characters after which a stretch is given up."""

BARE: Final = 8.0
"""Bits against a character without its brackets that has them elsewhere in the document."""

HIGH: Final = bytes(range(0xA1, 0xFF))
"""Second bytes of the user cells."""

NOWHERE: Final[frozenset[int]] = frozenset()

_GUESSABLE: Final = 150
"""More open possibilities than these are taken from the language instead of counted out."""

SURNAMES: Final = 11.0
"""Bits of the rarest surname that is thought of."""

_SHIFT: Final = np.uint64(16)

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Path:
    """One reading of a stretch up to a place.

    Attributes:
        shown: The original characters in the mirror's script.
        text: The same simplified; equally long.
        key: The last three simplified characters, folded and packed; a finished name is one.
        held: While a person's name is being read, the key from before it; otherwise ``OUTSIDE``.
        given: The first given character of that name, 0 if it is still to come.
        places: For each character the visible one that completed it.
        spent: For each character the bits that it cost.
        rivals: What less likely paths have in the places that were inferred.
        leads: First bytes that the character in progress may have; empty when in phase.
        bits: Cost of ``text`` and of all assumptions.
        guessed: Indices into ``text`` of what was inferred.
        at: First visible character that was not read yet.
    """

    shown: str
    text: str
    key: int
    leads: bytes
    bits: float
    guessed: tuple[int, ...]
    at: int
    held: int = OUTSIDE
    given: int = 0
    rivals: tuple[tuple[int, str], ...] = ()
    places: tuple[int, ...] = ()
    spent: tuple[float, ...] = ()


def best_of(paths: Sequence[Path]) -> list[Path]:
    """The paths that stay in the race, best first.

    Of paths that can only go on alike the best one stays; what the others read differently is
    remembered as its rivals.
    """
    ranked = sorted(paths, key=lambda path: path.bits)
    kept: dict[tuple[int, bytes, int, int, int], Path] = {}
    for path in ranked:
        if path.bits > ranked[0].bits + SPREAD or len(kept) == BEAM:
            break
        state = (path.key, path.leads, path.held, path.given, path.at)
        if state not in kept:
            kept[state] = path
        else:
            kept[state] = _with_rival(kept[state], path)
    return list(kept.values())


def _with_rival(path: Path, other: Path) -> Path:
    if len(path.text) != len(other.text) or len(path.rivals) >= RIVALS:
        return path
    rivals = {
        (index, other.text[index])
        for index in path.guessed
        if other.text[index] != path.text[index]
    }
    return replace(path, rivals=path.rivals + tuple(sorted(rivals - set(path.rivals))))


def after(path: Path, unit: int, kind: str) -> tuple[int, int, int]:
    """Key, key from before the name, and given character, after one more character."""
    key = (path.key << 16 | unit) & _CONTEXT
    if kind == "surname":
        return key, path.key, 0
    if kind == "given":
        return key, path.held, unit
    if kind == "close":
        return (path.held << 16 | NAME) & _CONTEXT, OUTSIDE, 0
    return key, OUTSIDE, 0


class Choice(NamedTuple):
    """One way to take candidates: as themselves or as part of a name; which rows, their bits."""

    kind: str
    rows: Codes
    bits: npt.NDArray[np.float32]


class Stretch:
    """Extends paths over one visible text."""

    def __init__(self, seen: str, language: LanguageModel, conditions: Conditions) -> None:
        self.seen = seen
        self._language = language
        self._conditions = conditions

    def read(self, starts: Sequence[Path], gaps: frozenset[int] | None) -> list[Path]:
        """Every surviving path that is back in phase, grouped by the place of its return.

        ``gaps``: the places in front of which characters may have been dropped; ``None``: all.
        """
        agenda: dict[int, list[Path]] = {}
        done: dict[int, list[Path]] = {}
        for path in starts:
            agenda.setdefault(path.at, []).append(path)
        limit = self._limit(min((path.at for path in starts), default=0))
        while agenda and (at := min(agenda)) <= limit:
            paths = best_of(agenda.pop(at))
            if gaps is None or at in gaps:
                paths += self._dropped(paths)
            for path in self._onward(paths, at):
                where = agenda if path.leads else done
                where.setdefault(path.at, []).append(path)
        return [path for at in done for path in best_of(done[at])]

    def _limit(self, start: int) -> int:
        """How far a stretch may reach: no further than a few lost bytes."""
        at = start
        for _ in range(LOST):
            at = self.seen.find("?", at, start + REACH) + 1
            if not at:
                return start + REACH
        return at

    def _onward(self, paths: list[Path], at: int) -> Iterator[Path]:
        if at >= len(self.seen):
            # The byte of a character that was cut off leaves no trace.
            yield from (_replace_leads(path, b"") for path in paths if len(path.text) > 1)
            return
        if self.seen[at] == "," and self.seen[at + 1 : at + 2] in tuple(MARKS):
            yield from (_replace_leads(path, path.leads, at + 1) for path in paths)
        for move in moves(self.seen, at, self._conditions):
            yield from self._extend(paths, move)

    def _dropped(self, paths: list[Path]) -> list[Path]:
        """One or two private-use characters were dropped here."""
        known = [path for path in paths if len(path.leads) == 1]
        if not known:
            return []
        move = Move(bytes(converter.DROPPED_TRAILS), HIGH, known[0].at)
        once = best_of(self._extend(known, move))[:MISSED]
        return once + best_of(self._extend(once[:TWICE], move))[:MISSED]

    def _extend(self, paths: list[Path], move: Move) -> list[Path]:
        owner, codes = self._possible(paths, move)
        if not len(codes):
            return []
        options = self._options(paths, owner, codes)
        _, forms = traditional.by_pair()
        extra = forms[codes] + np.array([path.bits for path in paths], np.float32)[owner]
        if move.bare:
            extra += self._bare[codes]
        bits = np.concatenate([option.bits + extra[option.rows] for option in options])
        rows = np.concatenate([option.rows for option in options])
        kinds = np.repeat(np.arange(len(options)), [len(option.rows) for option in options])
        keep = np.flatnonzero(bits <= bits.min() + SPREAD)
        if len(keep) > BEAM:
            keep = keep[np.argpartition(bits[keep], BEAM)[:BEAM]]
        certain = len(move.lows) == 1 or bool(move.reading and len(codes) == 1)
        grown = []
        for i in keep.tolist():
            row = rows[i]
            path, code = paths[int(owner[row])], int(codes[row])
            grown.append(
                self._grown(path, code, float(bits[i]), move, certain, options[kinds[i]].kind)
            )
        return grown

    def _options(self, paths: list[Path], owner: Codes, codes: Codes) -> list[Choice]:
        """What the characters can be: themselves, or parts of a person's name."""
        units = traditional.by_pair()[0][codes].astype(np.uint64)
        contexts = np.array([path.key for path in paths], np.uint64)
        literal = self._language.bits(contexts[owner] << _SHIFT | units)
        held = np.array([path.held != OUTSIDE for path in paths])[owner]
        given = np.array([path.given for path in paths], np.uint64)[owner]
        options = [Choice("plain", np.flatnonzero(~held), literal[~held])]
        parts = name_parts()
        surname = parts.surname[units] < SURNAMES
        rows = np.flatnonzero(~held & surname)
        if len(rows):
            before = name_here(contexts)[owner[rows]]
            options.append(Choice("surname", rows, before + parts.surname[units[rows]]))
        rows = np.flatnonzero(held & (given == 0))
        if len(rows):
            for kind, table in (("given", parts.first_of_two), ("close", parts.alone)):
                bits = np.minimum(table[units[rows]], literal[rows])
                options.append(Choice(kind, rows, bits))
        rows = np.flatnonzero(held & (given > 0))
        if len(rows):
            bits = np.minimum(second_given(given[rows], units[rows]), literal[rows])
            options.append(Choice("close", rows, bits))
        return options

    @cached_property
    def _bare(self) -> npt.NDArray[np.float32]:
        """For every pair what it costs to stand without its reading."""
        pairs, costs = converter.pairs(), np.zeros(0x10000, np.float32)
        for char in self._conditions.annotated:
            if char in pairs:
                costs[int.from_bytes(pairs[char], "big")] = BARE
        return costs

    def _grown(
        self, path: Path, code: int, bits: float, move: Move, certain: bool, kind: str
    ) -> Path:
        char = converter.characters()[code.to_bytes(2, "big")]
        simple = traditional.simplified().get(char, char)
        unit = int(traditional.by_pair()[0][code])
        key, held, given = after(path, unit, kind)
        guessed = path.guessed
        if not certain or len(path.leads) > 1:
            guessed += (len(path.text),)
        if move.behind:
            bits += self._language.costs([(key, move.behind)])[0]
            key = (key << 16 | ngrams.key_of(ngrams.fold(move.behind))) & _CONTEXT
            guessed += (len(path.text) + 1,)
        return Path(
            places=path.places + (path.at,) * (1 + len(move.behind)),
            spent=(*path.spent, *(bits - path.bits,) * (1 + len(move.behind))),
            shown=path.shown + char + move.behind,
            text=path.text + simple + move.behind,
            key=key,
            leads=move.leads,
            bits=bits,
            guessed=guessed,
            at=move.at,
            held=held,
            given=given,
            rivals=path.rivals,
        )

    def _possible(self, paths: list[Path], move: Move) -> tuple[Codes, Codes]:
        """Numbers of paths, and the pairs that can complete each one's open character."""
        lows = np.frombuffer(move.lows, np.uint8).astype(np.int64)
        known = [n for n, path in enumerate(paths) if len(path.leads) == 1 and not move.reading]
        leads = np.array([paths[n].leads[0] for n in known], np.int64)
        owners = [np.repeat(np.array(known, np.int64), len(lows))]
        found = [(leads[:, None] << 8 | lows).ravel()]
        valid = np.isfinite(traditional.by_pair()[1][found[0]])
        owners[0], found[0] = owners[0][valid], found[0][valid]
        for number, path in enumerate(paths):
            if len(path.leads) > 1 or move.reading:
                codes = self._pairs_for(path, lows, move)
                owners.append(np.full(len(codes), number))
                found.append(codes)
        return np.concatenate(owners), np.concatenate(found)

    def _pairs_for(self, path: Path, lows: Codes, move: Move) -> Codes:
        """The same for one path of which more than one lead byte is possible."""
        if move.reading:
            chars = (c for lead in path.leads for c in converter.starting_with(lead, move.reading))
            return np.array([int.from_bytes(converter.pairs()[c], "big") for c in chars], np.int64)
        leads = np.frombuffer(path.leads, np.uint8).astype(np.int64)
        if len(leads) * len(lows) <= _GUESSABLE:
            every = (leads[:, None] << 8 | lows).ravel()
            possible: Codes = every[np.isfinite(traditional.by_pair()[1][every])]
            return possible
        units = self._language.likely_next(path.key, _GUESSABLE)
        codes = traditional.pairs_of_units(units)
        first, second = np.zeros(256, bool), np.zeros(256, bool)
        first[leads] = second[lows] = True
        fits: Codes = codes[first[codes >> 8] & second[codes & 0xFF]]
        return fits


def _replace_leads(path: Path, leads: bytes, at: int = -1) -> Path:
    return replace(path, leads=leads, at=path.at if at < 0 else at)

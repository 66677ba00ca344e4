"""One way to read a shifted stretch, and which ways stay in the race."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from crawler.text.mirror import names

BEAM: Final = 20
"""Paths kept at one place of the text."""

SPREAD: Final = 20.0
"""Bits by which a path may lag behind the best one at the same place."""

RIVALS: Final = 24
"""Alternatives that a path remembers."""

OUTSIDE: Final = -1
_CONTEXT: Final = 0xFFFFFFFFFFFF


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
        return (path.held << 16 | names.NAME) & _CONTEXT, OUTSIDE, 0
    return key, OUTSIDE, 0

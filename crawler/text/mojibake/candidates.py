"""One channel's reading of a window, and what of it can be believed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

import numpy as np

from crawler.text.chinese.costs import Bits, context_of, cost, each, hanzi_count, stretches
from crawler.text.mojibake.channels import rule_name
from crawler.text.mojibake.credible import is_credible
from crawler.text.mojibake.decoder import read
from crawler.text.mojibake.hypotheses import Sums, Terms
from crawler.text.mojibake.ranking import fee
from crawler.text.mojibake.readers import SINGLE
from crawler.text.mojibake.rule import Edit, Guess, trimmed
from crawler.text.mojibake.shown import View, code

SAMPLE: Final = 64
"""Characters of a window by which the channels are compared."""

_ORDINARY: Final = 10.0
_PAIRED_BYTES: Final = ("gb18030", "big5hkscs")
_PROVES: Final = 30.0  # bits that an edit saves which shows what made the signs beside it
_MUCH: Final = 10.0  # bits that a last character behind digits must save
_DIGITS: Final = 8  # of such a number, at most
_BETWEEN: Final = 2  # characters between two edits that may be damaged as well
_SIGNS_BETWEEN: Final = 12  # the same, of signs: a hanzi twice is a sign four times, as in frames
_PAIRED: Final = ("“”", "（）", "《》", "「」")
_GOOD: Final = 10.5  # bits a character of a good original
_SHORT_LINE: Final = 12
_FEWEST: Final = 2  # hanzi of a name
_BESIDE_DAMAGE: Final = 5.0  # bits that a name must save between damaged lines
_SPEAKS: Final = 20.0  # bits that an edit of nothing but guesses must save
_UNSEEN: Final = 12.0  # bits against losses that have left no trace
_LOWERED: Final = 4.0
_ODD: Final = 11.5  # bits of one character that a reading should not have left
_STRETCH: Final = 16.0  # bits above the ordinary of a stretch that was hardly written
_CUT: Final = 2  # characters at both ends of a sample that may be cut in two
_LEFT: Final = 8.0  # bits above the ordinary that a reading may leave to be taken at once
_BROKEN: Final = 18.0  # bits above the ordinary in a stretch that is no text
_MOSTLY: Final = 0.9  # of a window of which a reading leaves hardly anything
_SLACK: Final = 60.0  # bits that fees and rejected edits may take from a reading
_FEW_BREAKS: Final = 0.05  # share of such characters that real text has as well
_ODD_HANGUL: Final = 5.0  # bits
_HANGUL = re.compile("[\uac00-\ud7a3]")
_CHINESE_MARK = re.compile("[“”‘’—–…•·°±×÷§№€ \xa0]")


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One channel's reading of a window, with what of it can be believed.

    Attributes:
        real: The charset of the bytes.
        shown: The one in which they were read.
        view: What the reader did with bytes that it could not read.
        bits: What the window costs so, fees included.
        edits: What is believed, each with the bits that it saves.
        is_whole: Whether it explains all of the window, in plausible text.
        is_sound: The same of a text so long that some of it reads oddly: names, rare words.
        is_full: Whether the whole window was read, not a sample of it.
        leaves: Whether it leaves any odd character.
        sums: What the window costs up to each of its places.
    """

    real: str
    shown: str
    view: View
    bits: float
    edits: tuple[tuple[Edit, float], ...]
    is_whole: bool
    is_sound: bool = False
    is_full: bool = False
    leaves: bool = True
    sums: Sums = field(default_factory=lambda: np.zeros(1))

    def limits(self, size: int) -> Sums:
        """The bits above which another reading of the window of ``size`` characters is given up.

        Where this one reads all of it, the other must keep up; else it may win behind.
        """
        read = sum(edit.end - edit.start for edit, _ in self.edits)
        return (self.sums if read >= _MOSTLY * size else np.array([self.bits])) + _SLACK

    @property
    def rule(self) -> str:
        """The name of the repair."""
        return rule_name(self.real, self.shown)


@lru_cache(maxsize=64)
def candidate_of(
    text: str, start: int, end: int, real: str, view: View, rival: Candidate | None = None
) -> Candidate:
    """Read the window from ``start`` to ``end`` as bytes of ``real`` that were shown so.

    Args:
        text: One line or paragraph.
        start: Where the window begins.
        end: Where it ends.
        real: The charset of its bytes.
        view: In which one they were read, and how they were shown.
        rival: A reading of the same window; one that is far dearer is given up, with no edits.
    """
    before, shown = text[max(0, start - 3) : start], view.shown
    limits = rival.limits(end - start) if rival else None
    reading = read(
        text[start:end],
        view,
        real,
        Terms(fee(real, shown), limits, is_end=end == len(text)),
        before,
    )
    bits = reading.bits
    edits: list[tuple[Edit, float]] = []
    written = end - start
    for edit in reading.edits:
        moved = trimmed(text, replace(edit, start=edit.start + start, end=edit.end + start))
        if not moved:
            continue
        saved = _saved(text, moved) + _out_of_place(text, moved, shown)
        # What is behind a sample is not read yet: it says nothing about what is before it.
        seen = text[: moved.end] if end - start == SAMPLE and end < len(text) else text
        is_believed = is_credible(seen, moved, real, shown, saved) or _goes_on(
            text, edits[-1:], moved, real, shown
        )
        has_ground = is_believed and _has_ground(moved, view, saved)
        if has_ground or (view.dropped and _is_behind(text, edits[-1:], moved, saved)):
            edits.append((_closed(text, moved), saved))
            written += len(edit.text) - (edit.end - edit.start)
        else:
            bits += saved - fee(real, shown)
    edits = list(_bridged(text, list(_begun(text, edits, start, real, shown)), real, shown))
    bits += _UNSEEN if view.dropped or view.cut else _LOWERED if view.lowered else 0.0
    explains = (
        bool(edits)
        and bits < _GOOD * written
        and not stretches(_staying(text, start, end, edits)[0], _ORDINARY, _LEFT, _LEFT)
    )
    broken = [one for edit, _ in edits for one in breaks(text, edit, _BROKEN)] if explains else []
    is_sound = explains and sum(last - first for first, last in broken) <= _FEW_BREAKS * written
    cut = _CUT if end - start == SAMPLE else 0
    leaves = _leaves(text, start + cut, end - cut, edits)
    is_whole = explains and not broken
    return Candidate(
        real, shown, view, bits, tuple(edits), is_whole, is_sound, leaves=leaves, sums=reading.sums
    )


def _bridged(
    text: str, edits: Sequence[tuple[Edit, float]], real: str, shown: str
) -> Iterator[tuple[Edit, float]]:
    """``edits``, those joined that a character or two part from each other.

    What stands between them may be two bytes that were read wrongly, and make a common word by chance.
    """
    before: tuple[Edit, float] | None = None
    for edit, saved in edits:
        between = text[before[0].end : edit.start] if before else ""
        is_paired = real in _PAIRED_BYTES
        is_damaged = is_paired and 0 < len(between) <= _BETWEEN
        may_speak = is_damaged or (is_paired and _are_signs(between))
        if before and may_speak and (said := _said(between, real, shown)):
            # A letter of a code page of single bytes is no part of Chinese; a rare name is.
            before = _as_one(before[0], edit, said), before[1] + saved
            continue
        if before and is_damaged and all(char > "\x7f" and code(char, shown) for char in between):
            code_between = b"".join(code(char, shown)[0] for char in between)
            rival = code_between.decode(real, "replace")
            before = _over(before[0], edit, between, rival), before[1] + saved
            continue
        if before:
            yield before
        before = edit, saved
    if before:
        yield before


def _is_behind(text: str, before: Sequence[tuple[Edit, float]], edit: Edit, saved: float) -> bool:
    """Whether ``edit`` is a last character that lost bytes, behind digits in the damage."""
    return any(
        saved >= _MUCH and 0 < edit.start - first.end <= _DIGITS and between.isdecimal()
        for first, _ in before
        if (between := text[first.end : edit.start]).isascii()
    )


def _goes_on(
    text: str, before: Sequence[tuple[Edit, float]], edit: Edit, real: str, shown: str
) -> bool:
    """Whether ``edit`` goes on with the damage that an edit before it proves.

    Nothing but signs of the code page that make hanzi is between the two.
    """
    for first, saved in before:
        between = text[first.end : edit.start]
        is_proven = saved >= _PROVES and real in _PAIRED_BYTES
        if is_proven and _are_signs(between):
            return bool(_said(between, real, shown))
    return False


def _are_signs(text: str) -> bool:
    """Whether ``text`` is a few letters and signs of which none is a mark that Chinese has."""
    return 0 < len(text) <= _SIGNS_BETWEEN and not _CHINESE_MARK.search(text)


def _begun(
    text: str, edits: Sequence[tuple[Edit, float]], start: int, real: str, shown: str
) -> Iterator[tuple[Edit, float]]:
    """``edits``, the first from the signs on that the window begins with, if they make hanzi too."""
    for number, (edit, saved) in enumerate(edits):
        signs = text[start : edit.start] if number == 0 and real in _PAIRED_BYTES else ""
        said = _said(signs, real, shown) if _are_signs(signs) else ""
        if said and saved >= _PROVES:
            moved = tuple(replace(one, at=one.at + len(said)) for one in edit.guesses)
            yield Edit(start, edit.end, said + edit.text, moved), saved
        else:
            yield edit, saved


def _said(between: str, real: str, shown: str) -> str:
    """The hanzi that are all of what stands between two edits, by single bytes; empty if none are."""
    if shown not in SINGLE or between.isascii() or not all(code(char, shown) for char in between):
        return ""
    try:
        text = b"".join(code(char, shown)[0] for char in between).decode(real)
    except UnicodeDecodeError:
        return ""
    return text if hanzi_count(text) == len(text) else ""


def _as_one(first: Edit, second: Edit, between: str) -> Edit:
    moved = (replace(one, at=one.at + len(first.text) + len(between)) for one in second.guesses)
    text = first.text + between + second.text
    return Edit(first.start, second.end, text, (*first.guesses, *moved))


def _over(first: Edit, second: Edit, between: str, rival: str) -> Edit:
    """Two edits as one, with a doubt about what stands between them."""
    at = len(first.text)
    moved = (replace(guess, at=guess.at + at + len(between)) for guess in second.guesses)
    guess = Guess(at, len(between), (between, rival))
    text = first.text + between + second.text
    return Edit(first.start, second.end, text, (*first.guesses, guess, *moved))


def short_line(text: str, real: str, shown: str) -> Candidate | None:
    """A name or a word that is a line by itself, in the channel that damaged the line before it.

    Two hanzi alone prove nothing. But of 2,214 clean words and names that can be read as bytes of
    another charset none gets cheaper by more than 1.7 bits, so behind a damaged line few are enough.

    Returns:
        ``None`` if the line is no such word, or is as likely as it stands.
    """
    if len(text) > _SHORT_LINE or text.isascii():
        return None
    view = View(shown)
    if whole := _read_whole(text, real, shown):
        saved = _saved(text, whole)
        return Candidate(real, shown, view, 0.0, ((whole, saved),), is_whole=True, is_full=True)
    reading = read(text, view, real, Terms(_BESIDE_DAMAGE, is_end=True))
    edits = [moved for edit in reading.edits if (moved := trimmed(text, edit))]
    if len(edits) != 1 or len(edits[0].text) < _FEWEST:
        return None
    edit = edits[0]
    is_all = text[: edit.start].isascii() and text[edit.end :].isascii()
    if not is_all or hanzi_count(edit.text) < len(edit.text):
        return None
    found = ((edit, _saved(text, edit)),)
    return Candidate(real, shown, view, reading.bits, found, is_whole=True, is_full=True)


def _read_whole(text: str, real: str, shown: str) -> Edit | None:
    """A line of hanzi and nothing else that is other hanzi in ``real``, if those are likelier."""
    codes = [code(char, shown) for char in text]
    if real not in _PAIRED_BYTES or any(len(known) != 1 for known in codes):
        return None
    try:
        new = b"".join(known[0] for known in codes).decode(real)
    except UnicodeDecodeError:
        return None
    edit = Edit(0, len(text), new)
    is_word = len(new) >= _FEWEST and hanzi_count(new) == len(new)
    return edit if is_word and _saved(text, edit) >= _BESIDE_DAMAGE else None


def _has_ground(edit: Edit, view: View, saved: float) -> bool:
    """Whether an edit stands on something: hanzi, and where bytes vanished one that is forced."""
    if view.dropped and not (saved >= _SPEAKS and len(set(edit.text)) > 1):
        doubtful = {at for guess in edit.guesses for at in range(guess.at, guess.at + guess.length)}
        return any(at not in doubtful and char > "\x7f" for at, char in enumerate(edit.text))
    return not view.lowered or hanzi_count(edit.text) > 0


def _closed(text: str, edit: Edit) -> Edit:
    """``edit`` with guessed quotation marks and brackets that close what is open."""
    new = edit.text
    for guess in edit.guesses:
        for opening, closing in _PAIRED:
            is_one = guess.length == 1 and new[guess.at] in (opening, closing)
            if is_one and closing in guess.candidates:
                before = text[: edit.start] + new[: guess.at]
                is_open = before.rfind(opening) > before.rfind(closing)
                new = (
                    new[: guess.at] + (closing if is_open else new[guess.at]) + new[guess.at + 1 :]
                )
    return replace(edit, text=new)


def left(text: str, start: int, end: int, edits: Sequence[tuple[Edit, float]]) -> Bits:
    """What the characters cost that a reading of a window leaves as they were; letters more."""
    bits = each(text[start:end]).copy()
    bits[[i for i, char in enumerate(text[start:end]) if "\x7f" < char < "\u0530"]] += _LEFT
    for edit, _ in edits:
        bits[max(0, edit.start - start) : max(0, edit.end - start)] = 0.0
    return bits


def _leaves(text: str, start: int, end: int, edits: Sequence[tuple[Edit, float]]) -> bool:
    """Whether a reading of a window leaves what UTF-8 leaves where bytes vanished without a trace.

    That is an odd character between what was read or beside it, or a stretch of such.
    """
    bits, last = _staying(text, start, end, edits)
    first = max(0, edits[0][0].start - start - _CUT) if edits else 0
    near = bits[first : last + _CUT]
    return bool((near > _ODD).any()) or bool(stretches(bits, _ORDINARY, _STRETCH, _STRETCH))


def _staying(
    text: str, start: int, end: int, edits: Sequence[tuple[Edit, float]]
) -> tuple[Bits, int]:
    """What the characters cost that a reading leaves as they were, beside what it reads.

    Returns:
        Their bits, none for what was read; and the place behind the last of that.
    """
    parts: list[str] = []
    is_kept: list[bool] = []
    at = start
    for edit, _ in edits:
        parts += text[at : max(at, edit.start)], edit.text
        is_kept += [True] * (edit.start - at) + [False] * len(edit.text)
        at = edit.end
    parts.append(text[at:end])
    new, last = "".join(parts), len(is_kept) if edits else len(text)
    bits = np.where([*is_kept, *[True] * (end - at)], each(new), 0.0)
    bits[[i for i, char in enumerate(new) if "\x7f" < char < "\u0530" and bits[i]]] += _LEFT
    return bits, last


def breaks(text: str, edit: Edit, limit: float) -> list[tuple[int, int]]:
    """Where a new text breaks off: bytes may have vanished there without a trace."""
    before = text[max(0, edit.start - 3) : edit.start]
    return stretches(each(edit.text, context_of(before)), _ORDINARY, limit, limit)


def _out_of_place(text: str, edit: Edit, shown: str) -> float:
    """Bits against hangul in a text of hanzi; the statistics have it cheap for Korean's sake."""
    if shown != "cp949" or hanzi_count(text) < len(_HANGUL.findall(text)):
        return 0.0
    return _ODD_HANGUL * len(_HANGUL.findall(text, edit.start, edit.end))


def _saved(text: str, edit: Edit) -> float:
    before, behind = text[max(0, edit.start - 3) : edit.start], text[edit.end : edit.end + 1]
    return cost(text[edit.start : edit.end] + behind, before) - cost(edit.text + behind, before)

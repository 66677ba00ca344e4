"""Which channel damaged a text, and what it said before: the contest of all channels.

For each window that reads badly the channels that could have made it are named by the characters
that it has, ranked by a rough reading, and the best of them read in full by the decoder. All of
them are compared in bits: the text as it stands, and every original, under the same statistics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final

import numpy as np

from crawler.text.chinese.costs import Bits, context_of, cost, each
from crawler.text.mojibake.candidates import (
    SAMPLE,
    Candidate,
    breaks,
    candidate_of,
    left,
    short_line,
)
from crawler.text.mojibake.channels import PAIRS, describe, rule_name, sample
from crawler.text.mojibake.context import is_example, is_meant
from crawler.text.mojibake.hopeless import NOTHING, vanished
from crawler.text.mojibake.marks import lone_marks
from crawler.text.mojibake.outcome import against
from crawler.text.mojibake.proof import unproven
from crawler.text.mojibake.ranking import Pair, core, likely_channels
from crawler.text.mojibake.readers import SINGLE
from crawler.text.mojibake.rule import Edit, Guess, Rule
from crawler.text.mojibake.shown import View, code, views
from crawler.text.mojibake.windows import is_binary, windows

_WHOLE: Final = 160  # characters of a window that is compared as a whole
_SEARCHED: Final = 320  # characters in which two-byte characters are looked for that vanished
_LOOKED_AT: Final = 512  # characters of a window in which the sample is looked for
_BAD_ENOUGH: Final = 0.9  # of the costs of the worst
_IN_FULL: Final = 3  # ... of which so many may be read to the end of the window
_CLOSE: Final = 15.0  # bits by which a reading must beat a rough one to end the contest
_ODD: Final = 9.5  # bits of a character that is hardly clean
_LEADS: Final = 0.22  # share of first bytes in UTF-8 of Chinese, at least
_EXPLAINS: Final = 10.0  # bits for a channel that leaves nothing unexplained
_DOUBTED: Final = 15.0  # ... that is in doubt
_DEAR: Final = 11.5  # bits of one character that is in doubt where others have vanished
_WORDLESS: Final = 13.0  # bits a character of a reading that is hardly right
_RIVAL: Final = 10.0  # bits by which another reading may be dearer to raise a doubt
_MANY: Final = 12  # windows of one line, which is hardly the work of one reader any more
_NOISE: Final = 13.0  # bits a character of a window that no channel explains
_MOSTLY: Final = 0.4  # share of guesses in a reading of which nothing is beyond doubt
_PAIRED: Final = ("gb18030", "big5hkscs")
_HALF: Final = re.compile("[@-~]+")  # ASCII that is the second byte of hanzi as well
_WIDE: Final = re.compile("[^\0-\x7f]")
_TWINS: Final = {("gb18030", "big5"), ("gb18030", "big5hkscs")}
_MONOTONOUS: Final = 200  # characters of which more than a few are different, if they are text
_FEW: Final = 6
_FRUITLESS: Final = 4000  # characters of such windows in a row that end the search


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch that was misread, with what says so.

    Attributes:
        rule: The name of the repair.
        edit: What it changes.
        saved: Bits by which the new reading is likelier than the old one.
        rivals: Other channels that could have made the window, each with the bits that its
            reading costs more.
        channel: Its real and its shown charset.
    """

    rule: str
    edit: Edit
    saved: float
    rivals: tuple[tuple[str, float], ...] = ()
    channel: Pair | None = None


@lru_cache(maxsize=8)
def spans(text: str, favourite: Pair | None = None) -> tuple[Span, ...]:
    """All misread spans of ``text``, in order, each with the channel that explains it best.

    Args:
        text: One line or paragraph.
        favourite: The channel that damaged the paragraph before it; tried first.
    """
    if favourite and (short := short_line(text, *favourite)):
        return tuple(
            Span(_exact(short, text, edit), edit, saved, channel=favourite)
            for edit, saved in short.edits
        )
    found: list[Span] = []
    fruitless = 0
    for number, (start, end) in enumerate(() if is_binary(text) else windows(text, each(text))):
        if fruitless > _FRUITLESS:
            break
        # A few characters said again and again are no text, whatever they were.
        if end - start >= _MONOTONOUS and len(set(text[start:end])) <= _FEW:
            continue
        ranked = _contest(text, start, end, favourite, in_depth=number < _MANY)
        fruitless += end - start
        if not ranked:
            continue
        best = ranked[0]
        favourite = (best.real, best.shown)
        rivals = tuple((other.rule, other.bits - best.bits) for other in ranked[1:])
        if not _is_settled(best, end - start):
            best = _in_full(text, start, end, ranked)
            favourite = (best.real, best.shown)
        if best.bits < _NOISE * (end - start):
            fruitless = 0
        found += [
            Span(
                _exact(best, text, edit),
                _doubted(text, best, edit, ranked),
                saved,
                rivals,
                favourite,
            )
            for edit, saved in best.edits
        ]
    edits = [span.edit for span in found]
    return () if is_example(text, edits) or is_meant(text, edits) else tuple(found)


def _doubted(text: str, best: Candidate, edit: Edit, ranked: Sequence[Candidate]) -> Edit:
    """``edit`` with doubts where others read it nearly as well, and where it breaks off."""
    others = [
        other
        for one in ranked
        if one is not best and one.bits <= best.bits + _RIVAL
        for other, _ in one.edits
    ]
    if others:
        edit = against(edit, others)
    edit = _with_doubts(edit, _halves(edit, best))
    if _is_mostly_guessed(best):
        edit = _with_doubts(edit, (at for at, char in enumerate(edit.text) if char > "\x7f"))
    if best.shown in SINGLE and cost(edit.text) <= _WORDLESS * len(edit.text):
        return edit
    broken = breaks(text, edit, _DOUBTED)
    edit = _with_doubts(edit, (at for start, end in broken for at in range(start, end)))
    # Where any number of bytes is lost, so may be the place of what is beside a loss.
    is_open = best.view.dropped and best.real in _PAIRED
    return _with_doubts(edit, _beside(edit)) if is_open else edit


def _halves(edit: Edit, best: Candidate) -> Iterator[int]:
    """Places of ASCII that may be the second byte of a hanzi, of which the first was lost."""
    if best.shown in SINGLE or best.real not in _PAIRED or not best.view.is_lossy:
        return
    doubtful = _doubtful(edit)
    for found in _HALF.finditer(edit.text):
        start, end = found.span()
        is_alone = best.view.dropped and end - start == 1
        if is_alone or not doubtful.isdisjoint(range(start - 2, end + 2)):
            yield from range(start, end)


def _is_mostly_guessed(best: Candidate) -> bool:
    """Whether much of a reading is inferred, where nothing says how many bytes are lost.

    Then the borders between its characters are inferred as well.
    """
    if best.real == "utf-8" and not best.view.dropped:
        return False
    guessed = sum(guess.length for edit, _ in best.edits for guess in edit.guesses)
    return guessed > _MOSTLY * sum(len(_WIDE.findall(edit.text)) for edit, _ in best.edits)


def _exact(best: Candidate, text: str, edit: Edit) -> str:
    """The name of the rule: Latin-1 if nothing of Windows-1252 is in sight."""
    is_latin_1 = max(text[edit.start : edit.end]) < "\u0100" or (best.real, "cp1252") not in PAIRS
    if best.shown == "cp1252" and is_latin_1:
        return rule_name(best.real, "latin-1")
    return best.rule


def _contest(
    text: str, start: int, end: int, favourite: tuple[str, str] | None, *, in_depth: bool
) -> list[Candidate]:
    """The channels that explain the window from ``start`` to ``end``, best first.

    What may have vanished, which is dear to look for, is looked for ``in_depth`` alone.
    """
    first, end_of_sample = _sampled(text, start, end)
    sample = text[first:end_of_sample]
    if favourite and (whole := _as_before(text, start, end, favourite)):
        return [whole]
    found: list[Candidate] = []
    for rough, (real, shown) in likely_channels(sample, favourite):
        if found and _is_behind(rough, (real, shown), found[0]):
            break
        for view in views(text[start:end], real, shown):
            if view.dropped and (
                not in_depth
                or _is_unharmed(found, real)
                or not _may_have_lost(core(sample), real, shown, found)
            ):
                continue
            candidate = candidate_of(text, first, end_of_sample, real, view)
            if candidate.edits:
                found.append(candidate)
                found.sort(key=_rank)
                if candidate.is_whole:
                    break
    return found


def _is_behind(rough: float, channel: Pair, best: Candidate) -> bool:
    """Whether a channel need not be read: its rough reading is worse than ``best``, which is whole.

    The makers of Big5's tables disagree in where the kana are, and in what is lost: both are read.
    """
    is_twin = best.view.is_lossy and {(best.real, best.shown), channel} == _TWINS
    return best.is_whole and rough > best.bits + _CLOSE and not is_twin


def _sampled(text: str, start: int, end: int) -> tuple[int, int]:
    """The part of a long window that reads worst; a window may begin with clean text."""
    if end - start <= _WHOLE:
        return start, end
    sums = np.concatenate(([0.0], np.cumsum(each(text[start : min(end, start + _LOOKED_AT)]))))
    slices = sums[SAMPLE:] - sums[:-SAMPLE]
    # The beginning cuts no character in two, so it is taken if it will do; two bytes stay together.
    first = start + int(np.argmax(slices >= _BAD_ENOUGH * slices.max())) // 2 * 2
    return first, first + SAMPLE


def _is_settled(best: Candidate, size: int) -> bool:
    """Whether nothing more is to be looked for in a window of ``size`` characters."""
    return best.is_full or size <= SAMPLE or (best.is_whole and size <= _WHOLE)


def _in_full(text: str, start: int, end: int, ranked: Sequence[Candidate]) -> Candidate:
    """The best candidate of a sample read to the end; the next ones too if that leaves something.

    More may be lost behind the sample than in it, so other views of the best channel are tried.
    """
    best = ranked[0]
    ways = [(one.real, one.view) for one in ranked[:_IN_FULL]]
    others = views(text[start:end], best.real, best.shown)
    # What vanishes anywhere is dear to look for: in a long window only where the sample asks for it.
    is_long = end - start > _SEARCHED and best.real != "utf-8"
    ways += [(best.real, view) for view in others if not (view.dropped and is_long)]
    close = sum(one.bits <= best.bits + _RIVAL for one in ranked[:_IN_FULL])
    found: list[Candidate] = []
    for real, view in dict.fromkeys(ways):
        if view.dropped and (
            _is_unharmed(found, real) or not _explains_more(text, start, end, found, view)
        ):
            continue
        rivals = sorted(found, key=_rank)[:1]
        found.append(candidate_of(text, start, end, real, view, *rivals))
        # Pages of single bytes differ in a few letters, which a sample may lack.
        may_be_other = view.shown in SINGLE or (view.is_lossy and not found[-1].is_whole)
        is_rivalled = len(found) < close and may_be_other
        if any(_explains(one, end - start) for one in found) and not is_rivalled:
            return min(found, key=_rank)
    tried = {(real, view.shown) for real, view in ways}
    for _, (real, shown) in likely_channels(text[start : min(end, start + _LOOKED_AT)], None):
        if (real, shown) not in tried:
            view = next(iter(views(text[start:end], real, shown)))
            found.append(candidate_of(text, start, end, real, view, min(found, key=_rank)))
    return min(found, key=_rank)


def _explains_more(text: str, start: int, end: int, found: Sequence[Candidate], view: View) -> bool:
    """Whether ``view`` reads what the first of ``found`` leaves of a long window better than that.

    What vanishes anywhere is dear to look for: so it is looked for where the most was left first.
    """
    if end - start <= _SEARCHED or not found or found[0].view.dropped:
        return True
    first = start + _dearest(left(text, start, end, found[0].edits))
    rough, other = (
        candidate_of(text, first, first + SAMPLE, found[0].real, one)
        for one in (found[0].view, view)
    )
    return other.bits < rough.bits


def _dearest(bits: Bits) -> int:
    """Where the dearest :data:`SAMPLE` characters begin."""
    sums = np.concatenate(([0.0], np.cumsum(bits)))
    return int(np.argmax(sums[SAMPLE:] - sums[:-SAMPLE]))


def _as_before(text: str, start: int, end: int, favourite: Pair) -> Candidate | None:
    """The window in the channel of the paragraph before, if that explains all of it."""
    view = next(iter(views(text[start:end], *favourite)))
    candidate = candidate_of(text, start, end, favourite[0], view)
    return replace(candidate, is_full=True) if _explains(candidate, end - start) else None


def _explains(candidate: Candidate, size: int) -> bool:
    """Whether no other channel can read a window of ``size`` characters better."""
    return candidate.is_sound if size > _WHOLE else candidate.is_whole


def _rank(candidate: Candidate) -> float:
    """What candidates are sorted by: their bits, and whether they explain all of the window."""
    return candidate.bits - (_EXPLAINS if candidate.is_whole else 0.0)


def _is_unharmed(found: Sequence[Candidate], real: str) -> bool:
    """Whether a reading has shown that no bytes of UTF-8 vanished: they would break it."""
    return real == "utf-8" and any(one.real == real and not one.leaves for one in found)


def _may_have_lost(core: str, real: str, shown: str, found: Sequence[Candidate]) -> bool:
    """Whether bytes may have vanished: the others must look like those of ``real``."""
    if real != "utf-8":
        return any((each_one.real, each_one.shown) == (real, shown) for each_one in found)
    odd = [char for char, bits in zip(core, each(core).tolist(), strict=True) if bits > _ODD]
    known = b"".join(found_code[0] for char in odd if (found_code := code(char, shown)))
    leads = sum(0xE2 <= byte < 0xF0 for byte in known)
    following = sum(0x80 <= byte < 0xC0 for byte in known)
    return leads > 0 and leads >= _LEADS * len(known) and following >= leads / 2


def misread(text: str, known: list[Pair]) -> list[tuple[Rule, Edit]]:
    """What the spans of ``text`` said, each with its rule.

    Args:
        text: One line or paragraph.
        known: The channels that damaged the document's paragraphs so far; new ones are added.
    """
    found = spans(text, known[-1] if known else None)
    known += [span.channel for span in found[-1:] if span.channel]
    return [(_RULES[span.rule], _complete(text, span)) for span in found]


def misread_marks(text: str, known: Sequence[Pair] = ()) -> list[tuple[Rule, Edit]]:
    """What marks were that were misread alone in ``text``, each with its rule.

    Args:
        text: One line or paragraph.
        known: The channels that damaged the document, which are believed first.
    """
    return [(_RULES[name], edit) for name, edit in lone_marks(text, known)]


def _complete(text: str, span: Span) -> Edit:
    """The span's edit with what else could have read it, and with what has vanished from it."""
    edit = replace(span.edit, runners_up=span.rivals)
    missing = (
        vanished(text[edit.start : edit.end], edit, *span.channel) if span.channel else NOTHING
    )
    if not missing.is_excluded:
        # Where a character has vanished, what is left of it makes another with its neighbour.
        bits = each(edit.text, context_of(text[max(0, edit.start - 3) : edit.start])).tolist()
        edit = _with_doubts(
            edit, (at for at, char in enumerate(edit.text) if bits[at] > _DEAR and char > "\x7f")
        )
        edit = _with_doubts(edit, list(_beside(edit)))
    if span.channel:
        seen = text[edit.start : edit.end]
        edit = _with_doubts(edit, unproven(seen, edit.text, *span.channel))
    return replace(edit, dropped=missing.share, sure=missing.is_excluded)


def _beside(edit: Edit) -> Iterator[int]:
    """Places right beside what is in doubt."""
    size = len(edit.text)
    return (at + by for at in _doubtful(edit) for by in (-1, 1) if 0 <= at + by < size)


def _doubtful(edit: Edit) -> set[int]:
    """All places of ``edit`` that are in doubt."""
    return {at for guess in edit.guesses for at in range(guess.at, guess.at + guess.length)}


def _with_doubts(edit: Edit, places: Iterable[int]) -> Edit:
    """``edit`` with doubts at ``places``, where it has none."""
    known = _doubtful(edit)
    others = [Guess(at) for at in places if at not in known]
    return replace(edit, guesses=tuple(sorted((*edit.guesses, *others), key=lambda one: one.at)))


def _find(name: str, text: str) -> Sequence[Edit]:
    marks = [edit for rule, edit in misread_marks(text) if rule.name == name]
    return marks or [span.edit for span in spans(text) if span.rule == name]


def _rule(real: str, shown: str) -> Rule:
    name = rule_name(real, shown)
    return Rule(name, describe(real, shown), True, (sample(real, shown),), partial(_find, name))


MISREADINGS: Final = tuple({rule_name(*pair): _rule(*pair) for pair in PAIRS}.values())
_RULES: Final = {rule.name: rule for rule in MISREADINGS}

"""Which channel damaged a text, and what it said before: the contest of all channels.

For each window that reads badly the channels that could have made it are named by the characters
that it has, ranked by a rough reading, and the best of them read in full by the decoder. All of
them are compared in bits: the text as it stands, and every original, under the same statistics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final

import numpy as np

from crawler.text.chinese.costs import (
    LOST,
    context_of,
    cost,
    each,
    hanzi_count,
    stretches,
)
from crawler.text.mojibake.channels import PAIRS, describe, rule_name, sample
from crawler.text.mojibake.context import is_example, is_explained
from crawler.text.mojibake.credible import is_credible
from crawler.text.mojibake.decoder import read
from crawler.text.mojibake.outcome import against
from crawler.text.mojibake.readers import SINGLE
from crawler.text.mojibake.rule import Edit, Guess, Rule, trimmed
from crawler.text.mojibake.shown import View, code, holes, private
from crawler.text.mojibake.windows import is_binary, windows

_SAMPLE: Final = 64  # characters of a window by which the channels are compared
_IN_FULL: Final = 3  # ... of which so many may be read to the end of the window
_TRIED: Final = 4  # channels that are read in full
_ORDINARY: Final = 10.0
_PAIRED: Final = ("“”", "（）", "《》", "「」")
_DEAR: Final = 12.0  # bits of a character that is hardly clean
_BEHIND: Final = 80.0  # bits by which a rough reading may be worse than the best
_WORSE: Final = 30.0  # ... than the text as it stands
_CLOSE: Final = 15.0  # bits by which a reading must beat a rough one to end the contest
_MENDED: Final = 14.0  # bits of a character that lacks bytes
_SOUND: Final = 0.2  # whole characters for each broken one, at least
_PIECE: Final = 9.0  # ... of each piece of it, at least
_LEADS: Final = 0.22  # share of first bytes in UTF-8 of Chinese, at least
_GOOD: Final = 10.5  # bits a character of a good original
_COVERED: Final = 0.9  # share of the characters above ASCII that a channel must be able to show
_FEES: Final = {"utf-8": 2.0, "utf-16-le": 18.0, "latin-1": 4.0}  # bits that a span must save
_FEE: Final = 8.0
_SINGLE_FEE: Final = 4.0
_SPEAKS: Final = 20.0  # bits that an edit of nothing but guesses must save
_EXPLAINS: Final = 10.0  # bits for a channel that leaves nothing unexplained
_UNSEEN: Final = 12.0  # bits against losses that have left no trace
_LOWERED: Final = 4.0
_STRICT_FEE: Final = 5.0
_LEFT: Final = 8.0  # bits above the ordinary that a reading may leave to be taken at once
_BROKEN: Final = 18.0  # bits above the ordinary in a stretch that is no text
_DOUBTED: Final = 15.0  # ... that is in doubt
_RIVAL: Final = 10.0  # bits by which another reading may be dearer to raise a doubt
_RARE_CHANNEL: Final = 4.0
_NOISE: Final = 13.0  # bits a character of a window that no channel explains
_FRUITLESS: Final = 4000  # characters of such windows in a row that end the search
_COMMON: Final = frozenset(("latin-1", "cp1252", "gbk", "gb18030", "big5", "big5hkscs", "gb2312"))

# Windows-1252 has all of Latin-1.
_DECODED: Final = tuple(
    dict.fromkeys((real, "cp1252" if shown == "latin-1" else shown) for real, shown in PAIRS)
)
_UTF_8_AS_GBK: Final = ("utf-8", "gbk")
_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe2-\xef][\x80-\xbf]{2}")
_BROKEN_UP = re.compile("\ufffd+")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_ABOVE = re.compile("[^\0-\x7f]")
_C1 = re.compile("[\x80-\x9f]")
_SMALL = re.compile("[šœžÿ]")
_WESTERN = re.compile("[\x80-\xff\u0152-\u2122]")
_CAPITAL = re.compile("[À-ÖØ-ÞŠŒŽŸ]")


Pair = tuple[str, str]


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


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One channel's reading of a window, with what of it can be believed."""

    real: str
    shown: str
    view: View
    bits: float
    edits: tuple[tuple[Edit, float], ...]
    is_whole: bool
    is_full: bool = False

    @property
    def rule(self) -> str:
        return rule_name(self.real, self.shown)


@lru_cache(maxsize=8)
def spans(text: str, favourite: Pair | None = None) -> tuple[Span, ...]:
    """All misread spans of ``text``, in order, each with the channel that explains it best.

    Args:
        text: One line or paragraph.
        favourite: The channel that damaged the paragraph before it; tried first.
    """
    found: list[Span] = []
    fruitless = 0
    for start, end in () if is_binary(text) else windows(text, each(text)):
        if fruitless > _FRUITLESS:
            break
        ranked = _contest(text, start, end, favourite)
        fruitless += end - start
        if not ranked:
            continue
        best = ranked[0]
        favourite = (best.real, best.shown)
        rivals = tuple((other.rule, other.bits - best.bits) for other in ranked[1:])
        if end - start > _SAMPLE and not best.is_full:
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
    return () if is_example(text, edits) or is_explained(text, edits) else tuple(found)


def _doubted(text: str, best: _Candidate, edit: Edit, ranked: Sequence[_Candidate]) -> Edit:
    """``edit`` with doubts where others read it nearly as well, and where it breaks off."""
    others = [
        other
        for one in ranked
        if one is not best and one.bits <= best.bits + _RIVAL
        for other, _ in one.edits
    ]
    if others:
        edit = against(edit, others)
    if best.shown in SINGLE:
        return edit
    known = {at for guess in edit.guesses for at in range(guess.at, guess.at + guess.length)}
    broken = [
        Guess(at)
        for start, end in _breaks(text, edit, _DOUBTED)
        for at in range(start, end)
        if at not in known
    ]
    guesses = sorted((*edit.guesses, *broken), key=lambda guess: guess.at)
    return replace(edit, guesses=tuple(guesses))


def _exact(best: _Candidate, text: str, edit: Edit) -> str:
    """The name of the rule: Latin-1 if nothing of Windows-1252 is in sight."""
    is_latin_1 = max(text[edit.start : edit.end]) < "\u0100" or (best.real, "cp1252") not in PAIRS
    if best.shown == "cp1252" and is_latin_1:
        return rule_name(best.real, "latin-1")
    return best.rule


def _candidate(text: str, start: int, end: int, real: str, shown: str, view: View) -> _Candidate:
    before = text[max(0, start - 3) : start]
    reading = read(text[start:end], view, real, _fee(real, shown), before, is_end=end == len(text))
    bits = reading.bits
    edits: list[tuple[Edit, float]] = []
    written = end - start
    for edit in reading.edits:
        moved = trimmed(text, replace(edit, start=edit.start + start, end=edit.end + start))
        if not moved:
            continue
        saved = _saved(text, moved)
        # What is behind a sample is not read yet: it says nothing about what is before it.
        seen = text[: moved.end] if end - start == _SAMPLE and end < len(text) else text
        if is_credible(seen, moved, real, shown, saved) and _has_ground(moved, view, saved):
            edits.append((_closed(text, moved), saved))
            written += len(edit.text) - (edit.end - edit.start)
        else:
            bits += saved - _fee(real, shown)
    bits += _UNSEEN if view.dropped or view.cut else _LOWERED if view.lowered else 0.0
    is_whole = (
        bool(edits)
        and bits < _GOOD * written
        and _left(text, start, end, edits) < _LEFT
        and not any(_breaks(text, edit, _BROKEN) for edit, _ in edits)
    )
    return _Candidate(real, shown, view, bits, tuple(edits), is_whole)


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


def _left(text: str, start: int, end: int, edits: Sequence[tuple[Edit, float]]) -> float:
    """Bits above the ordinary in what a reading of a window leaves as it was."""
    left = np.maximum(each(text[start:end]) - _ORDINARY, 0.0)
    left[[i for i, char in enumerate(text[start:end]) if "\x7f" < char < "\u0530"]] += _LEFT
    for edit, _ in edits:
        left[edit.start - start : edit.end - start] = 0.0
    return float(left.sum())


def _breaks(text: str, edit: Edit, limit: float) -> list[tuple[int, int]]:
    """Where a new text breaks off: bytes may have vanished there without a trace."""
    before = text[max(0, edit.start - 3) : edit.start]
    return stretches(each(edit.text, context_of(before)), _ORDINARY, limit, limit)


def _saved(text: str, edit: Edit) -> float:
    before, behind = text[max(0, edit.start - 3) : edit.start], text[edit.end : edit.end + 1]
    return cost(text[edit.start : edit.end] + behind, before) - cost(edit.text + behind, before)


def _fee(real: str, shown: str) -> float:
    if (real, shown) == ("gb18030", "gb2312"):
        return _STRICT_FEE
    fee = _FEES.get(real, _SINGLE_FEE if shown in SINGLE else _FEE)
    return fee if shown in _COMMON else fee + _RARE_CHANNEL


def _contest(
    text: str, start: int, end: int, favourite: tuple[str, str] | None
) -> list[_Candidate]:
    """The channels that explain the window from ``start`` to ``end``, best first."""
    end_of_sample = min(end, start + _SAMPLE)
    sample = text[start:end_of_sample]
    if favourite and (whole := _as_before(text, start, end, favourite)):
        return [whole]
    found: list[_Candidate] = []
    for rough, (real, shown) in _ranked(sample, favourite):
        if found and found[0].is_whole and rough > found[0].bits + _CLOSE:
            break
        for view in _views(text[start:end], real, shown):
            if view.dropped and not _may_have_lost(_core(sample), real, shown, found):
                continue
            candidate = _candidate(text, start, end_of_sample, real, shown, view)
            if candidate.edits:
                found.append(candidate)
                found.sort(key=_rank)
                if candidate.is_whole:
                    break
    return found


def _in_full(text: str, start: int, end: int, ranked: Sequence[_Candidate]) -> _Candidate:
    """The best candidate of a sample read to the end; the next ones too if that leaves something.

    More may be lost behind the sample than in it, so other views of the best channel are tried.
    """
    best = ranked[0]
    views = [(one.real, one.shown, one.view) for one in ranked[:_IN_FULL]]
    views += [
        (best.real, best.shown, view) for view in _views(text[start:end], best.real, best.shown)
    ]
    found: list[_Candidate] = []
    for real, shown, view in dict.fromkeys(views):
        found.append(_candidate(text, start, end, real, shown, view))
        if found[-1].is_whole:
            break
    return min(found, key=_rank)


def _as_before(text: str, start: int, end: int, favourite: Pair) -> _Candidate | None:
    """The window in the channel of the paragraph before, if that explains all of it."""
    view = next(iter(_views(text[start:end], *favourite)))
    candidate = _candidate(text, start, end, *favourite, view)
    return replace(candidate, is_full=True) if candidate.is_whole else None


def _rank(candidate: _Candidate) -> float:
    """What candidates are sorted by: their bits, and whether they explain all of the window."""
    return candidate.bits - (_EXPLAINS if candidate.is_whole else 0.0)


def _may_have_lost(core: str, real: str, shown: str, found: Sequence[_Candidate]) -> bool:
    """Whether bytes may have vanished: the others must look like those of ``real``."""
    if real != "utf-8":
        return any((each_one.real, each_one.shown) == (real, shown) for each_one in found)
    known = b"".join(found_code[0] for char in core if (found_code := code(char, shown)))
    leads = sum(0xE2 <= byte < 0xF0 for byte in known)
    following = sum(0x80 <= byte < 0xC0 for byte in known)
    return leads > 0 and leads >= _LEADS * len(known) and following >= leads / 2


def _ranked(sample: str, favourite: tuple[str, str] | None) -> list[tuple[float, tuple[str, str]]]:
    """The channels that are worth a full reading."""
    sample = _core(sample)
    above = set(_ABOVE.findall(sample)) - {LOST}
    counts = {char: sample.count(char) for char in above}
    rough: list[tuple[float, int, tuple[str, str]]] = []
    for number, (real, shown) in enumerate(_DECODED):
        chars = [char for char in above if shown not in SINGLE or not _is_hanzi(char)]
        size = sum(counts[char] for char in chars)
        covered = sum(counts[char] for char in chars if code(char, shown))
        if not size or covered < _COVERED * size:
            continue
        rough.append((_rough(sample, real, shown) + _fee(real, shown), number, (real, shown)))
    rough.sort()
    limit = min(rough[0][0] + _BEHIND, cost(sample) + _WORSE) if rough else 0.0
    kept = [(bits, pair) for bits, _, pair in rough[:_TRIED] if bits < limit]
    if _UTF_8.search(b"".join(found[0] for char in sample if (found := code(char, "gbk")))):
        # One letter or mark, among clean hanzi that make no UTF-8.
        kept += [(0.0, _UTF_8_AS_GBK)] if all(pair != _UTF_8_AS_GBK for _, pair in kept) else []
    if favourite:
        kept = [(0.0, favourite), *(row for row in kept if row[1] != favourite)]
    return kept


def _core(sample: str) -> str:
    """``sample`` from its first dear character to its last."""
    dear = [
        i
        for i, bits in enumerate(each(sample).tolist())
        if bits > _DEAR or (sample[i] > "\x7f" and not _is_hanzi(sample[i]))
    ]
    return sample[dear[0] : dear[-1] + 1] if dear else sample


def _is_hanzi(char: str) -> bool:
    return "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uff60"


def _rough(sample: str, real: str, shown: str) -> float:
    """What the sample costs where it can be read, each piece for itself, losses left as they are."""
    parts: list[str] = []
    pending = bytearray()
    for char in sample:
        known = code(char, shown) if char != LOST else ()
        if known and not (shown in SINGLE and _is_hanzi(char)):
            pending += known[0]
        elif char != LOST:
            parts += pending.decode(real, "replace"), char
            pending.clear()
    parts.append(pending[1 if (real, shown) == ("gb18030", "gbk") else 0 :].decode(real, "replace"))
    text = "".join(parts)
    return _mended(text) if real == "utf-8" and shown not in SINGLE else cost(text)


def _mended(text: str) -> float:
    """The same for UTF-8, where one lost byte breaks a character in pieces that will be mended."""
    broken = _BROKEN_UP.findall(text)
    rest = _BROKEN_UP.sub("", text)
    if len(_ABOVE.findall(rest)) < _SOUND * len(broken):
        return cost(text)
    return cost(rest) + sum(max(_MENDED, _PIECE * len(run)) for run in broken)


def _views(sample: str, real: str, shown: str) -> Iterator[View]:
    """The ways in which a reader may have shown the sample, the strictest first."""
    is_lost, is_question = LOST in sample, "?" in sample
    if shown in SINGLE:
        spaces = real == "utf-8" and " " in sample
        plain = View(
            shown, lost=is_lost, question=is_question and bool(holes(shown)), spaces=spaces
        )
        if (
            (real, shown) == ("utf-8", "cp1252")
            and _SMALL.search(sample)
            and not _CAPITAL.search(sample)
        ):
            yield replace(plain, lowered=True)
        yield plain
        if real == "utf-8" and not _C1.search(sample):
            is_latin_1 = shown == "cp1252" and max(_WESTERN.findall(sample), default="") < "\u0100"
            yield replace(plain, dropped="controls" if is_latin_1 or not holes(shown) else "holes")
        return
    if (real, shown) == ("gb18030", "gbk"):
        yield View(shown, lost=is_lost, cut=True)
        return
    plain = View(shown, lost=is_lost, question=is_question)
    yield plain
    if private(shown) and not _PRIVATE.search(sample):
        yield replace(plain, dropped="private")
    if not is_lost and not is_question:
        yield replace(plain, dropped="refused")


def misread(text: str, known: list[Pair]) -> list[tuple[Rule, Edit]]:
    """What the spans of ``text`` said, each with its rule.

    Args:
        text: One line or paragraph.
        known: The channels that damaged the document's paragraphs so far; new ones are added.
    """
    found = spans(text, known[-1] if known else None)
    known += [span.channel for span in found[-1:] if span.channel]
    return [(_RULES[span.rule], replace(span.edit, runners_up=span.rivals)) for span in found]


def _find(name: str, text: str) -> Sequence[Edit]:
    return [span.edit for span in spans(text) if span.rule == name]


def _rule(real: str, shown: str) -> Rule:
    name = rule_name(real, shown)
    return Rule(name, describe(real, shown), True, (sample(real, shown),), partial(_find, name))


MISREADINGS: Final = tuple({rule_name(*pair): _rule(*pair) for pair in PAIRS}.values())
_RULES: Final = {rule.name: rule for rule in MISREADINGS}

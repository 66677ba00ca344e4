"""Undo mis-encodings: :data:`RULES`, :func:`repair` for one text, :func:`repair_all` for a document.

A rule is a pure function that names the spans which read otherwise, and what they say. The engine
applies the rules in order, again and again until none has anything to add, so damage that was
done twice is undone twice. Everything that was done is recorded; what was inferred, and what is
lost, becomes a doubt with its place. Clean text costs the gate alone and comes back as the same
object.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final

from crawler.items import Doubt, Repair
from crawler.text.chinese.costs import cost
from crawler.text.mirror import looks_garbled, restore
from crawler.text.mojibake.context import about_code
from crawler.text.mojibake.detect import suspicious
from crawler.text.mojibake.escapes import ESCAPES, left_escapes
from crawler.text.mojibake.forms import FORMS, LETTERS
from crawler.text.mojibake.hopeless import VANISHED, losses, unread_utf_8
from crawler.text.mojibake.marks import is_lone_mark
from crawler.text.mojibake.misread import MISREADINGS, misread, misread_marks
from crawler.text.mojibake.ranking import Pair
from crawler.text.mojibake.result import Explained, Repaired, followed
from crawler.text.mojibake.rule import Edit, Rule, require_texts, trimmed
from crawler.text.mojibake.unread import UNKNOWN, is_unlikely, left_over, unlikely
from crawler.text.mojibake.windows import is_wide

__all__ = ["RULES", "Repaired", "repair", "repair_all"]

# Escapes first: they hide all else. What no one sees next: it parts what belongs together. Then
# the bytes, and last the letters, which a wrong reading can imitate.
RULES: Final[tuple[Rule, ...]] = (*ESCAPES, *FORMS, *MISREADINGS, *LETTERS)

_ESCAPED: Final = frozenset(rule.name for rule in ESCAPES)
_MISREAD: Final = frozenset(rule.name for rule in MISREADINGS)
_REACH: Final = 8  # characters beside UTF-16
_ASCII = re.compile(r"[!-~\r]*")
_HALF = re.compile("[N-Z\\[-~]")  # ASCII that is the second byte of hanzi
_MOST_PASSES: Final = 6
_MOST_ROUNDS: Final = 4
_SAMPLE: Final = 400  # characters
_BROKEN: Final = 0.25  # share of question marks
_HARDLY_CHINESE: Final = 13.0  # bits a character


@dataclass(slots=True)
class _Work:
    """A text under repair, with what was done so far; doubts and spans follow their places."""

    text: str
    doubts: list[Doubt] = field(default_factory=list)
    repairs: dict[str, Repair] = field(default_factory=dict)
    spans: list[Explained] = field(default_factory=list)
    has_holes: bool = False

    def apply(self, found: Sequence[tuple[Rule, Edit]]) -> None:
        """Put edits into the text, move the doubts behind them, and write down their rules."""
        self.spans = followed(self.spans, self.text, found)
        if not found:
            return
        parts: list[str] = []
        new: list[Doubt] = []
        at = shift = 0
        for rule, edit in found:
            parts += self.text[at : edit.start], edit.text
            new += _doubts(edit, edit.start + shift)
            at = edit.end
            shift += len(edit.text) - (edit.end - edit.start)
            self._note(rule, is_lossless=rule.lossless and edit.sure and not edit.guesses)
            self.has_holes |= edit.dropped > 0
        edits = [edit for _, edit in found]
        moved = _moved(self.doubts, edits)
        self.doubts = sorted([*moved, *new], key=lambda doubt: doubt.start)
        self.text = "".join((*parts, self.text[at:]))

    def leave(self, unread: Sequence[Doubt]) -> None:
        """Take no repair for lossless that leaves garbled text right beside it."""
        for span in self.spans:
            is_beside = any(
                doubt.start <= span.end and doubt.end >= span.start
                for doubt in unread
                if doubt.end > doubt.start + 1
            )
            self.are_partial(frozenset(span.rules if is_beside else ()))

    def are_partial(self, rules: frozenset[str]) -> None:
        """Take none of ``rules`` for lossless: something of their kind is left."""
        for rule in self.repairs.keys() & rules:
            self.repairs[rule] = replace(self.repairs[rule], lossless=False)

    def _note(self, rule: Rule, *, is_lossless: bool) -> None:
        once = Repair(rule=rule.name, count=1, lossless=is_lossless)
        known = self.repairs.get(rule.name)
        self.repairs[rule.name] = known + once if known else once


def repair(text: str) -> Repaired:
    """Undo what can be undone in one paragraph or line; linear, idempotent, fails for no str.

    Raises:
        TypeError: ``text`` is no str.

    >>> repair("记者从浜烘皯鏃ユ姤获悉").text
    '记者从人民日报获悉'
    """
    return repair_all((text,))[0]


def repair_all(texts: Sequence[str]) -> tuple[Repaired, ...]:
    """Repair the text parts of one document, in order: title, paragraphs, captions ...

    They share their evidence: whether the document is the copy of a garbling mirror shows only in
    all of them together.

    Raises:
        TypeError: ``texts`` is no sequence, or holds something that is no str.
    """
    require_texts(texts)
    first = parts = tuple(map(Repaired, texts))
    clean = {text for text in texts if not suspicious(text)}
    if clean.issuperset(texts):
        return first
    settled = clean
    known: list[Pair] = []
    for _ in range(_MOST_ROUNDS):
        before = [part.text for part in parts]
        parts = tuple(
            part if part.text in settled or not suspicious(part.text) else _repaired(part, known)
            for part in _without_mirror(parts, clean)
        )
        settled = {part.text for part in parts}
        if [part.text for part in parts] == before:
            return parts
    # Repairs without an end prove nothing; the texts stay as they were.
    return first


def _without_mirror(parts: tuple[Repaired, ...], clean: Container[str]) -> tuple[Repaired, ...]:
    """The parts, restored if a garbling mirror made them; that damage hides all other."""
    texts = [part.text for part in parts]
    if not any(text not in clean and suspicious(text) for text in texts):
        return parts
    if not looks_garbled(texts):
        return parts
    return parts if _is_plain_misreading(texts) else tuple(map(_after, parts, restore(texts)))


def _after(part: Repaired, restored: Repaired) -> Repaired:
    """``restored``, which was made from ``part``, with what had been done to that before."""
    if part.text == restored.text:
        return part if part.repairs else restored
    edit = trimmed(part.text, Edit(0, len(part.text), restored.text))
    doubts = _moved(part.doubts, [edit] if edit else [])
    return replace(
        restored,
        repairs=(*part.repairs, *restored.repairs),
        doubts=tuple(sorted({*doubts, *restored.doubts}, key=lambda doubt: doubt.start)),
        damage=tuple(dict.fromkeys((*part.damage, *restored.damage))),
        hopeless=part.hopeless or restored.hopeless,
    )


def _is_plain_misreading(texts: Sequence[str]) -> bool:
    """Whether one wrong codec explains the texts better than a mirror does.

    Both leave question marks, a mirror never many. Its text is Chinese apart from its broken
    places; what was read in the wrong codec is hardly Chinese anywhere.
    """
    sample = "".join(texts)[:_SAMPLE]
    if sample.count("?") > _BROKEN * len(sample):
        return True
    return cost(sample) > _HARDLY_CHINESE * len(sample)


def _repaired(start: Repaired, known: list[Pair]) -> Repaired:
    """Apply all rules until none has anything to add."""
    work = _Work(start.text, list(start.doubts), {done.rule: done for done in start.repairs})
    work.spans = list(start.spans)
    found = list(losses(work.text))
    if not any(loss.hopeless for loss in found) or _may_be_bytes(work.text):
        if not _settled(work, known):
            # Rules that undo each other's work prove nothing; the text stays as it was.
            return start
        found = [*losses(work.text), *unread_utf_8(work.text)]
    spans = [span for loss in found for span in loss.spans]
    doubts = [*work.doubts, *_lost(work, spans)]
    names = [*start.damage, *work.repairs, *(loss.damage for loss in found)]
    unread = _unread(work.text, doubts, work.spans)
    work.leave(unread)
    doubts += unread
    if not _ESCAPED.isdisjoint(work.repairs):
        escaped = _beside(work.text, left_escapes(work.text), doubts)
        work.are_partial(_ESCAPED if escaped else frozenset())
        doubts += escaped
    if work.has_holes:
        names.append(VANISHED)
    if not about_code(work.text):
        nowhere = unlikely(work.text)
        doubts += _beside(work.text, nowhere, [*doubts, *work.spans])
        if is_unlikely(work.text) or (nowhere and not work.repairs):
            names.append(UNKNOWN)
    return Repaired(
        text=start.text if work.text == start.text else work.text,
        repairs=tuple(work.repairs.values()),
        doubts=tuple(sorted(doubts, key=lambda doubt: (doubt.start, doubt.end))),
        damage=tuple(dict.fromkeys(names)),
        hopeless=start.hopeless or work.has_holes or any(loss.hopeless for loss in found),
        spans=tuple(work.spans),
    )


def _settled(work: _Work, known: list[Pair]) -> bool:
    """Run the rules to the end; false if there is none."""
    for _ in range(_MOST_PASSES):
        before = work.text
        for rule in FORMS if is_wide(work.text) else (*ESCAPES, *FORMS):
            work.apply([(rule, edit) for edit in rule.find(work.text)])
        for _ in range(_MOST_ROUNDS):
            work.apply(misread_marks(work.text, known))
        if suspicious(work.text):
            work.apply(misread(work.text, known))
        for rule in LETTERS:
            work.apply([(rule, edit) for edit in rule.find(work.text)])
        if work.text == before:
            return True
    return False


def _may_be_bytes(text: str) -> bool:
    """Whether lost characters stand among others that still hold their bytes."""
    return 0 < text.count("\ufffd") < 0.5 * len(text)


def _doubts(edit: Edit, start: int) -> Iterator[Doubt]:
    for guess in edit.guesses:
        text = edit.text[guess.at : guess.at + guess.length]
        known = guess.candidates
        if text in known:  # the whole line has chosen it; the others are ranked by what is around
            known = (text, *(each for each in known if each != text))
        at = start + guess.at
        yield Doubt(start=at, end=at + guess.length, text=text, candidates=known)


def _moved(doubts: Sequence[Doubt], edits: Sequence[Edit]) -> list[Doubt]:
    """The doubts that no edit has replaced, at their new places."""
    kept = []
    shift = at = 0
    for doubt in doubts:
        while at < len(edits) and edits[at].end <= doubt.start:
            shift += len(edits[at].text) - (edits[at].end - edits[at].start)
            at += 1
        if at < len(edits) and edits[at].start < doubt.end:
            continue
        kept.append(_shifted(doubt, shift))
    return kept


def _shifted(doubt: Doubt, by: int) -> Doubt:
    return Doubt(
        start=doubt.start + by,
        end=doubt.end + by,
        text=doubt.text,
        candidates=doubt.candidates,
    )


def _unread(text: str, doubts: Sequence[Doubt], spans: Sequence[Explained]) -> list[Doubt]:
    """Doubts for what is as garbled as it was; not for what was written or is in doubt already.

    Only lines are asked in which bytes were misread: other repairs tell nothing of what is around.
    """
    written = [(doubt.start, doubt.end) for doubt in doubts]
    written += [(span.start, span.end) for span in spans]
    lines = {
        _line(text, span)
        for span in spans
        if not (_MISREAD.isdisjoint(span.rules) or is_lone_mark(span.original, span.text))
    }
    found = [
        (max(start, first), min(end, last))
        for start, end in (left_over(text, written) if lines else ())
        for first, last in sorted(lines)
        if max(start, first) < min(end, last)
    ]
    return _beside(text, [*found, *_narrow(text, spans)], [*doubts, *spans])


def _narrow(text: str, spans: Sequence[Explained]) -> Iterator[tuple[int, int]]:
    """ASCII right beside what was UTF-16, which may be hanzi of it."""
    for span in spans:
        if any(rule.startswith("utf16") for rule in span.rules):
            before = text[max(0, span.start - _REACH) : span.start]
            behind = text[span.end : span.end + _REACH]
            first = len(before) - len(_ASCII.match(before[::-1])[0])  # type: ignore[index]
            last = len(_ASCII.match(behind)[0])  # type: ignore[index]
            if _HALF.search(before, first):
                yield span.start - len(before) + first, span.start
            if _HALF.search(behind, 0, last):
                yield span.end, span.end + last


def _beside(
    text: str, spans: Sequence[tuple[int, int]], known: Sequence[Doubt | Explained]
) -> list[Doubt]:
    """Doubts for ``spans``, but for the places that are ``known``."""
    taken = {place for span in known for place in range(span.start, span.end)}
    found = []
    for start, end in spans:
        for is_free, places in groupby(range(start, end), lambda place: place not in taken):
            if is_free:
                run = list(places)
                found.append(Doubt(start=run[0], end=run[-1] + 1, text=text[run[0] : run[-1] + 1]))
    return found


def _line(text: str, span: Explained) -> tuple[int, int]:
    """Where the lines begin and end in which ``span`` is."""
    end = text.find("\n", span.end)
    return text.rfind("\n", 0, span.start) + 1, len(text) if end < 0 else end


def _lost(work: _Work, spans: Sequence[tuple[int, int]]) -> list[Doubt]:
    """Doubts for what is lost and has none yet."""
    taken = {place for doubt in work.doubts for place in range(doubt.start, doubt.end)}
    return [
        Doubt(start=start, end=end, text=work.text[start:end])
        for start, end in spans
        if start not in taken
    ]

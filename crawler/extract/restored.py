"""The lines of a garbled page, restored, with the evidence of what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from crawler.extract.captions import Told
from crawler.items import Doubt, Repair, added_up
from crawler.text.mirror import looks_garbled, restore
from crawler.text.mojibake.result import Repaired

_LONGEST = 6_000  # characters of a line
_MOST = 3_000  # lines of a page


@dataclass(frozen=True, slots=True)
class Restored:
    """Lines after restoration.

    Attributes:
        texts: All lines, in order; those given if nothing was wrong with them.
        done: What was done to a line, by its restored text; only changed or damaged lines.
    """

    texts: tuple[str, ...]
    done: dict[str, Repaired]

    @property
    def changed(self) -> bool:
        """Whether the page was garbled at all."""
        return bool(self.done)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was done to the lines that became the article; as in :class:`crawler.items.Article`."""

    damage: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def restore_lines(lines: Sequence[str]) -> Restored:
    """Undo a mirror's garbling of all lines of a page together; clean lines come back as given."""
    # Imported late: the language model is slow to load, and few pages are garbled.

    # No line of an article is longer, and what is not an article need not be restored.
    readable = [line if len(line) <= _LONGEST else "" for line in lines[:_MOST]]
    if not looks_garbled(readable):
        return Restored(tuple(lines), {})
    results = restore(readable)
    done = {
        result.text: result
        for result in results
        if result.repairs or result.doubts or result.damage
    }
    texts = [result.text or line for result, line in zip(results, lines, strict=False)]
    return Restored((*texts, *lines[_MOST:]), done)


def evidence(restored: Restored, title: str, source: str | None, told: Told) -> Evidence:
    """Gather what was done to the lines that are part of the article, with their places in it."""
    if not restored.changed:
        return Evidence()
    damage: dict[str, None] = {}
    repairs: list[Repair] = []
    doubts: list[Doubt] = []
    for field, index, text in _fields(title, source, told):
        result, offset = _result_of(restored, text)
        if result is None:
            continue
        damage |= dict.fromkeys(result.damage)
        if offset == 0:
            repairs += result.repairs
        doubts += _placed(result.doubts, field, index, offset, len(text))
    return Evidence(tuple(damage), added_up(repairs), tuple(doubts))


def _fields(title: str, source: str | None, told: Told) -> Iterator[tuple[str, int | None, str]]:
    yield "title", None, title
    if source:
        yield "source", None, source
    for i, paragraph in enumerate(told.paragraphs):
        yield "paragraphs", i, paragraph
    for i, photo in enumerate(told.photos):
        if photo.caption:
            yield "photos", i, photo.caption
        if photo.credit:
            yield "credits", i, photo.credit


def _result_of(restored: Restored, text: str) -> tuple[Repaired | None, int]:
    """Find the line that ``text`` is, or is a part of, and where it begins there."""
    if text in restored.done:
        return restored.done[text], 0
    for line, result in restored.done.items():
        offset = line.find(text)
        if offset >= 0:
            return result, offset
    return None, 0


def _placed(
    doubts: Iterable[Doubt], field: str, index: int | None, offset: int, length: int
) -> Iterator[Doubt]:
    for doubt in doubts:
        start, end = doubt.start - offset, doubt.end - offset
        if start >= 0 and end <= length:
            yield replace(doubt, field=field, paragraph=index, start=start, end=end)

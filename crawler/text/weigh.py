"""Weigh the readings of a page's text runs against each other, for pages that nothing settles.

These pages are in a legacy codec, or in UTF-8 with damage. The text runs are read in each codec
that Chinese pages come in, and the reading that is Chinese wins (:mod:`crawler.text.frequency`).
A bad byte spoils one character of some thousand, a lying label counts for a tie at most.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from crawler.text.blocks import CODECS, foreign_blocks
from crawler.text.decoding import decode_run
from crawler.text.frequency import Reading, measure
from crawler.text.labels import Declared
from crawler.text.opinion import ask
from crawler.text.runs import sample, text_lines, text_runs
from crawler.text.wide import reads_as_chinese

CHINESE: Final = 1.4
"""Weight of a Chinese reading: a sentence of news has 1.6, Korean read as GB at most 1.3."""

DAMAGED: Final = 0.2
"""Bad characters in damaged UTF-8, at most; legacy text read as UTF-8 has 0.5 and more."""

_NOT_CHINESE: Final = 0.9  # between this and CHINESE lie lists of names, and much else
_TIE: Final = 0.2  # what a label adds to a weight; right and wrong readings lie 1.0 apart
_FEW: Final = 4  # characters; fewer are no text to judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one step of the decision found; for the fields see :class:`crawler.items.Verdict`."""

    codec: str
    why: str
    score: float = 1.0
    opinion: str | None = None
    mixed: bool = False


def weigh(body: bytes, declared: Declared) -> Finding:
    """Decide by the text runs; there is always a finding.

    Args:
        body: A page with bytes above ASCII.
        declared: What it says about itself.
    """
    runs = text_runs(body)
    data = sample(runs)
    readings = {codec: measure(data.decode(codec, "replace")) for codec in CODECS}
    if readings["gb18030"].characters < _FEW:
        return _few(body, declared, readings)
    codec = max(
        CODECS, key=lambda codec: readings[codec].weight + _TIE * (codec in declared.families)
    )
    if readings[codec].weight >= CHINESE:
        why = f"reads as Chinese in {codec}"
    elif readings["utf-8"].bad <= DAMAGED:
        codec, why = "utf-8", "valid UTF-8 but for a few bytes"
    elif majority := _majority(data):
        codec, why = majority, f"most of its runs read as Chinese in {majority}"
    else:
        return _foreign(body, declared, readings[codec], codec)
    mixed = bool(foreign_blocks(body, codec))
    return Finding(codec=codec, why=why, score=_score(readings[codec], codec), mixed=mixed)


def _score(reading: Reading, codec: str) -> float:
    """Share of ordinary characters; of good ones where UTF-8 may carry any language."""
    good = 1 - reading.bad
    return good if codec == "utf-8" and reading.weight < CHINESE else min(good, reading.ordinary)


def _majority(data: bytes) -> str | None:
    """Name the codec of most of the text on a page that mixes them; ``None`` if it does not."""
    blocks = foreign_blocks(data, "gb18030")
    if not blocks:
        return None
    hanzi = Counter({"gb18030": len(data) // 2})
    for block in blocks:
        size = block.end - block.start
        hanzi["gb18030"] -= size // 2
        hanzi[block.codec] += size // (3 if block.codec == "utf-8" else 2)
    return hanzi.most_common(1)[0][0]


def _few(body: bytes, declared: Declared, readings: dict[str, Reading]) -> Finding:
    """Trust the label where there is too little to read, if the page can be decoded so."""
    for codec in declared.families:
        if _decodes(body, codec):
            return Finding(codec=codec, why="too little text to judge; the label fits")
    codec = max(CODECS, key=lambda codec: readings[codec].weight)
    if readings[codec].weight >= 1:
        return Finding(codec=codec, why=f"too little text to be sure; hanzi in {codec}", score=0.5)
    return Finding(
        codec="cp1252", why="too little text to judge, and no label that fits", score=0.1
    )


def _foreign(body: bytes, declared: Declared, reading: Reading, codec: str) -> Finding:
    """Decide for a page that is not clearly Chinese: chardet, the labels, the best reading."""
    opinion = ask(sample(text_lines(body)), declared.families)
    if opinion and not (opinion[0] in CODECS and reading.weight >= _NOT_CHINESE):
        why = "does not read as Chinese; chardet's opinion"
        return Finding(codec=opinion[0], why=why, score=_good(body, opinion[0]), opinion=opinion[1])
    name = opinion[1] if opinion else None
    if not opinion and (wide := reads_as_chinese(body)):
        return Finding(codec=wide, why=f"reads as Chinese in {wide}", score=0.9)
    if reading.weight >= _NOT_CHINESE:
        why = f"more like Chinese in {codec} than like anything else"
        return Finding(codec=codec, why=why, score=reading.ordinary, opinion=name)
    for label in declared.families:
        if _decodes(body, label):
            return Finding(codec=label, why="reads as nothing known; the label fits", score=0.3)
    return Finding(codec=codec, why="reads as nothing known", score=0.1)


def _decodes(body: bytes, codec: str) -> bool:
    """Tell whether ``body`` is valid in ``codec``, its last four bytes aside: they may be torn."""
    if codec == "utf-16":  # it would have been recognised by its NULs
        return False
    text = decode_run(body[:-4], codec) + decode_run(body[-4:], codec).replace("\ufffd", "")
    return "\ufffd" not in text and not (codec == "hz" and not body.isascii())


def _good(body: bytes, codec: str) -> float:
    text = decode_run(sample(text_runs(body)), codec)
    return 1 - text.count("\ufffd") / max(1, len(text))

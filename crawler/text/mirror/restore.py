"""Restore the texts of one document, together: each helps to read the others.

Where a clean original is at hand, it decides doubts and nothing else: a doubtful character takes
the original's only if it is one of its candidates, that is, if the damaged copy supports it. Where
both agree throughout, the restoration is verified, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

from crawler.items import Doubt, Repair
from crawler.text.mirror import converter, traditional
from crawler.text.mirror.converter import Conditions
from crawler.text.mirror.garbled import looks_garbled
from crawler.text.mirror.language_model import LanguageModel
from crawler.text.mirror.phase import Walked, Walker
from crawler.text.mojibake.result import Repaired

DAMAGE: Final = "mirror"
VERIFIED: Final = "mirror-verified"

_SPACE: Final = re.compile(r"\s")
_FOLD: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LONGEST: Final = 20_000

_BROKEN: Final = re.compile("[?\ue000-\ue4c5][！？，。、；!?,;]*[^，。、；？！?]{0,160}")
_PRIVATE: Final = re.compile("[\ue000-\ue4c5]")
_OPEN: Final = re.compile("(?<=[\u4e00-\u9fff])\\?(?=[\u4e00-\u9fff])|[\ue000-\ue4c5]")
_UNMAPPED: Final = ("？", "·", "•", "—")

# Full-width punctuation that was flattened to ASCII on its way through other programs.
_HANZI: Final = "\u3400-\u9fff"
_CLOSING: Final = "”’》」』】〕）"
_OPENING: Final = "“‘《「『【〔（"

_MARK: Final = re.compile(
    rf"(?<=[{_HANZI}{_CLOSING}\])%])[,;:!?](?!/)|(?<=[0-9A-Za-z])[,;:!?](?=[{_HANZI}{_OPENING}])"
)
_BRACKETS: Final = re.compile(r"\(([^()]{1,60})\)")
_ANY_HANZI: Final = re.compile(f"[{_HANZI}]")


def restore(texts: Sequence[str]) -> tuple[Repaired, ...]:
    """Restore the parts of one document, in order.

    Returns:
        As many as were given; the texts come back as they are if they are not garbled.

    >>> [part.text for part in restore(["符合當(dāng)?shù)貙嶋H的", "經(jīng)濟(jì)發(fā)展,。"])]
    ['符合当地实际的', '经济发展。']
    """
    if not looks_garbled(texts):
        return tuple(Repaired(text) for text in texts)
    conditions = _conditions(texts)
    walker = Walker(LanguageModel(_intact(texts)), conditions)
    return tuple(_finish(text, walker.walk(text), conditions) for text in texts)


def _conditions(texts: Sequence[str]) -> Conditions:
    annotated = {
        text[match.start() - 1]
        for text in texts
        for match in converter.BRACKETED.finditer(text)
        if match.start() and converter.fits(text[match.start() - 1], match[1])
    }
    return Conditions(
        dropped=not any(_PRIVATE.search(text) for text in texts),
        flat=is_flat(texts),
        annotated=frozenset(annotated),
    )


def _intact(texts: Sequence[str]) -> list[str]:
    """The texts without what may be broken, for the statistics of the document."""
    return [
        traditional.to_simplified(
            _BROKEN.sub("\n", converter.BRACKETED.sub("", text).replace(",,", "，"))
        )
        for text in texts
    ]


def _finish(seen: str, walk: Walked, conditions: Conditions) -> Repaired:
    shown = "".join(walk.shown)
    text = traditional.to_simplified(shown)
    scripts = sum(a != b for a, b in zip(shown, text, strict=True))
    widened = 0
    if conditions.flat:
        text, widened = widen(text)
    if text == seen:
        return Repaired(seen)
    return Repaired(
        text=text,
        repairs=_repairs(walk, scripts, widened),
        doubts=_doubts(text, walk, conditions),
        damage=(DAMAGE,),
    )


def _repairs(walk: Walked, scripts: int, widened: int) -> tuple[Repair, ...]:
    rows = (
        Repair(rule="mirror-pinyin", count=walk.notes, lossless=True),
        Repair(rule="mirror-comma", count=walk.commas, lossless=True),
        Repair(rule="mirror-straddle", count=walk.split_notes, lossless=True),
        Repair(rule="mirror-phase", count=walk.stretches, lossless=not walk.guesses),
        Repair(rule="mirror-script", count=scripts, lossless="著" not in walk.shown),
        Repair(rule="mirror-width", count=widened, lossless=False),
    )
    return tuple(row for row in rows if row.count)


def _doubts(text: str, walk: Walked, conditions: Conditions) -> tuple[Doubt, ...]:
    """Inferred characters, and what is still broken."""
    found = {
        guess.at: Doubt(
            start=guess.at, end=guess.at + 1, text=text[guess.at], candidates=guess.candidates
        )
        for guess in walk.guesses
    }
    for match in _OPEN.finditer(text):
        if match[0] != "?" or not conditions.flat:
            candidates = _UNMAPPED if match[0] == "?" else ()
            found.setdefault(
                match.start(),
                Doubt(start=match.start(), end=match.end(), text=match[0], candidates=candidates),
            )
    return tuple(found[at] for at in sorted(found))


def is_flat(texts: Sequence[str]) -> bool:
    """Whether full-width commas are missing where there should be some, or none can be expected."""
    return not any("，" in text for text in texts)


def widen(text: str) -> tuple[str, int]:
    """Give marks beside hanzi their full width back; also how many. The length stays.

    >>> widen("济南市(章丘区),共1,200件:99.2%,第2位")
    ('济南市（章丘区），共1,200件：99.2%，第2位', 5)
    """
    wide = _BRACKETS.sub(_widen_brackets, text)
    wide = _MARK.sub(lambda match: chr(ord(match[0]) + 0xFEE0), wide)
    return wide, sum(a != b for a, b in zip(text, wide, strict=True))


def _widen_brackets(match: re.Match[str]) -> str:
    return f"（{match[1]}）" if _ANY_HANZI.search(match[1]) else match[0]


# By a clean original


def align(restored: Repaired, original: str) -> Repaired:
    """Settle the doubts of a restored text by its original.

    Args:
        restored: One text as :func:`crawler.text.mirror.restore` gave it.
        original: The same text, or a longer one that contains it, from a trusted copy.

    Returns:
        The same text with settled doubts taken away; with a row ``mirror-verified`` (count: the
        characters that agree) if every character that is not in doubt agrees with the original.
    """
    if not restored.damage or max(len(restored.text), len(original)) > _LONGEST:
        return restored
    settled = _settle(restored, original)
    agreeing = _agreeing(settled.text, original)
    if agreeing is None:
        return settled
    row = Repair(rule=VERIFIED, count=agreeing, lossless=True)
    kept = tuple(repair for repair in settled.repairs if repair.rule != VERIFIED)
    return replace(settled, repairs=(*kept, row))


def _settle(restored: Repaired, original: str) -> Repaired:
    chars = list(restored.text)
    open_doubts: list[Doubt] = []
    there = _counterparts(restored.text, original)
    for doubt in restored.doubts:
        char = original[there[doubt.start]] if doubt.start in there else ""
        if char and (char in doubt.candidates or char == doubt.text):
            chars[doubt.start] = char
        else:
            open_doubts.append(doubt)
    return replace(restored, text="".join(chars), doubts=tuple(open_doubts))


def _counterparts(text: str, original: str) -> dict[int, int]:
    """Places of ``text`` with the place of ``original`` that stands for them."""
    matcher = SequenceMatcher(
        None, text.translate(_FOLD), original.translate(_FOLD), autojunk=False
    )
    there: dict[int, int] = {}
    for kind, start, end, other, other_end in matcher.get_opcodes():
        if kind == "equal" or (kind == "replace" and end - start == other_end - other):
            there.update(zip(range(start, end), range(other, other_end), strict=True))
    return there


def _agreeing(text: str, original: str) -> int | None:
    """Characters of ``text`` if the original contains it, width and spaces aside."""
    plain = _SPACE.sub("", text.translate(_FOLD))
    if plain and plain in _SPACE.sub("", original.translate(_FOLD)):
        return len(plain)
    return None

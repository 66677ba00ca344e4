"""Bytes that were read in the wrong codec, read again in the right one.

All kinds of this family compete for each suspicious stretch of a text: the reading that costs
least wins, and every row of the table then takes the stretches that its kind has won.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import Final

from crawler.text.chinese.bigrams import LOST, cost, hanzi_count, single
from crawler.text.mojibake.code_tables import BIG5, GB2312, GBK, WESTERN
from crawler.text.mojibake.context import is_example
from crawler.text.mojibake.lattice import Misreading, reread, trimmed
from crawler.text.mojibake.rule import Edit, Guess, Rule
from crawler.text.mojibake.spans import dear_windows, western_runs, western_windows
from crawler.text.mojibake.whole_text import PLAUSIBLE, reread_whole

_SAMPLE: Final = 64  # characters of a long window that tell which kind it is
_MOST: Final = 40_000  # characters of one text that are compared character by character ...
_LOST_BYTE: Final = 20  # ... where a lost byte, with all its values, counts as many
_MOST_LOST: Final = 0.3  # share of a restored stretch that may stay lost
_FEWEST_FORCED: Final = 0.2  # share of a restored stretch that must not be guessed
_FEWEST_BITS: Final = 12.0  # that a stretch must save
_SURE_BITS: Final = 60.0  # ... where the text around it is as odd as it is itself
_SHORT_BITS: Final = 26.0  # ... if it is one or two characters
_AROUND: Final = 12  # characters to both sides
_ODD: Final = 13.0  # bits of a character that is odd
_MOST_ODD: Final = 0.25
_FEW_STEPS: Final = 3  # between characters that are listed by their codes
_NEAR: Final = 16  # codes from one to the next
_ALPHABET = re.compile("ÄÖÜ|äöü|ÅÄÖ|åäö|ÆØÅ|æøå|ÁÉÍÓ|áéíó|ÀÈÌÒ|àèìò|ÀÉÈ|àéè|ÉÈÊ|éèê|ÀÁÂ|àáâ|ÇÑ|çñ")

_WESTERN_KINDS: Final = {
    "utf8-read-as-cp1252": Misreading(WESTERN, "utf-8"),
    "gbk-read-as-cp1252": Misreading(WESTERN, "gb18030"),
    "big5-read-as-latin1": Misreading(WESTERN, "big5hkscs", fee=16.0),
}
_CHINESE_KINDS: Final = {
    "utf8-read-as-gbk": Misreading(GBK, "utf-8"),
    "utf8-read-as-big5": Misreading(BIG5, "utf-8", fee=16.0),
    "big5-read-as-gbk": Misreading(GBK, "big5hkscs", fee=16.0),
    "gbk-read-as-big5": Misreading(BIG5, "gb18030", fee=16.0),
    "gbk-shifted": Misreading(GBK, "gb18030", fee=20.0, entry="missing"),
    "gb2312-strict": Misreading(GB2312, "gb18030", fee=5.0, entry="lost"),
}


def _find(name: str, text: str) -> Sequence[Edit]:
    return [edit for kind, edit in _decide(text) if kind == name]


@lru_cache(maxsize=8)
def _decide(text: str) -> tuple[tuple[str, Edit], ...]:
    """All misread spans of ``text``, each with the kind that explains it best."""
    whole = reread_whole(text)
    if whole:
        kind, new = whole
        edit = trimmed(text, Edit(0, len(text), new))
        return ((kind, edit),) if edit else ()
    found = _whole_runs(text)
    budget = _MOST
    for kinds, windows in (
        (_WESTERN_KINDS, western_windows(text)),
        (_CHINESE_KINDS, dear_windows(text)),
    ):
        for start, end in windows:
            budget -= end - start + _LOST_BYTE * text.count(LOST, start, end)
            if budget <= 0:
                break
            if any(edit.start < end and start < edit.end for _, edit in found):
                continue  # the next pass sees what is left of it
            found += _in_window(text, start, end, kinds)
    apart = tuple(_apart(found))
    return () if is_example(text, [edit for _, edit in apart]) else apart


def _whole_runs(text: str) -> list[tuple[str, Edit]]:
    """The stretches of Western letters that can be read as a whole, which leaves no doubt."""
    found = []
    budget = _MOST
    for spans in western_runs(text):
        budget -= spans[0][1] - spans[0][0]
        if budget <= 0:
            break
        for start, end in spans:
            whole = reread_whole(text[start:end])
            if whole:
                edit = trimmed(text, Edit(start, end, whole[1]))
                found += [(whole[0], edit)] if edit else []
                break
    return found


def _in_window(
    text: str, start: int, end: int, kinds: dict[str, Misreading]
) -> list[tuple[str, Edit]]:
    """The spans of one window, read as the kind that makes it cheapest."""
    window = text[start:end]
    sampled = {name: reread(window[:_SAMPLE], kind) for name, kind in kinds.items()}
    name = min(sampled, key=lambda name: sampled[name][0])
    best = sampled[name] if len(window) <= _SAMPLE else reread(window, kinds[name])
    edits = [
        Edit(edit.start + start, edit.end + start, edit.text, edit.guesses) for edit in best[1]
    ]
    covered = [(edit.start, edit.end) for edit in edits]
    kept = [edit for edit in edits if _is_better(text, edit, name, covered)]
    return [(_exact_name(name, text[edit.start : edit.end]), _closed(text, edit)) for edit in kept]


def _is_better(text: str, edit: Edit, name: str, covered: Sequence[tuple[int, int]]) -> bool:
    """Whether the new reading is plausible Chinese, and the old one was not."""
    old, new = text[edit.start : edit.end], edit.text
    before = text[edit.start - 1 : edit.start]
    if not hanzi_count(new) or new.count(LOST) > _MOST_LOST * len(new):
        return False
    if _is_listed(old) or _ALPHABET.search(old):
        return False
    forced = hanzi_count(new) - len(edit.guesses)
    is_strict = name == "gb2312-strict"
    if not is_strict and forced < max(2, _FEWEST_FORCED * len(new)):
        return False
    bits = cost(new, before)
    least = _FEWEST_BITS if _stands_in_good_text(text, edit, covered) else _SURE_BITS
    if len(old) <= 2 and not is_strict:
        least = max(least, _SHORT_BITS)
    return cost(old, before) - bits >= least and bits <= PLAUSIBLE * max(3, len(new))


def _is_listed(old: str) -> bool:
    """Whether the characters stand in the order of their codes, as in a table of characters."""
    steps = [ord(after) - ord(char) for char, after in pairwise(old)]
    return len(steps) > _FEW_STEPS and sum(0 < step <= _NEAR for step in steps) > len(steps) / 2


def _stands_in_good_text(text: str, edit: Edit, covered: Sequence[tuple[int, int]]) -> bool:
    """Whether the text around the span is ordinary.

    In a list of rare characters, or in one of accented letters, a few always read better
    otherwise, by chance; a piece of damage stands in clean text, or is all there is.
    """
    first, last = max(0, edit.start - _AROUND), min(len(text), edit.end + _AROUND)
    around = [
        text[i]
        for i in (*range(first, edit.start), *range(edit.end, last))
        if not any(start <= i < end for start, end in covered)
    ]
    odd = sum(single(char) > _ODD or "\xc0" <= char <= "\xff" for char in around)
    return odd <= _MOST_ODD * len(around) + 1


def _exact_name(name: str, old: str) -> str:
    """Latin-1 if nothing of Windows-1252 is in sight."""
    if name.endswith("cp1252") and all(ord(char) < 0x100 for char in old):
        return name.replace("cp1252", "latin1")
    return name


def _closed(text: str, edit: Edit) -> Edit:
    """``edit`` with a guessed mark turned into the bracket that closes an open one."""
    for guess in edit.guesses:
        is_last = edit.start + guess.at >= len(text) - (edit.end - edit.start) + len(edit.text) - 1
        opened = (text[: edit.start] + edit.text[: guess.at])[-60:]
        is_open = opened.rfind("（") > opened.rfind("）")
        at_end = edit.end == len(text) and guess.at == len(edit.text) - 1
        if "）" in guess.candidates and (is_open or (is_last and at_end)):
            candidates = ("）", *(char for char in guess.candidates if char != "）"))
            new = edit.text[: guess.at] + "）" + edit.text[guess.at + 1 :]
            guesses = tuple(
                Guess(each.at, each.length, candidates) if each is guess else each
                for each in edit.guesses
            )
            return Edit(edit.start, edit.end, new, guesses)
    return edit


def _apart(found: list[tuple[str, Edit]]) -> list[tuple[str, Edit]]:
    """In order, without what overlaps an earlier one; the next pass sees that again."""
    kept: list[tuple[str, Edit]] = []
    for kind, edit in sorted(found, key=lambda pair: pair[1].start):
        if not kept or edit.start >= kept[-1][1].end:
            kept.append((kind, edit))
    return kept


def _rule(name: str, undoes: str, *samples: tuple[str, str], lossless: bool = True) -> Rule:
    return Rule(name, undoes, lossless, samples, partial(_find, name))


REDECODING: Final = (
    _rule("utf8-read-twice", "UTF-8 read as Latin-1 or Windows-1252, two times over",
          ("Ã¤ÂºÂºÃ¦Â°Â‘Ã¦Â—Â¥Ã¦ÂŠÂ¥", "人民日报")),
    _rule("utf8-read-as-latin1", "UTF-8 read as Latin-1",
          ("äººæ°\x91æ\x97¥æ\x8a¥", "人民日报")),
    _rule("utf8-read-as-cp1252", "UTF-8 read as Windows-1252, the five missing bytes kept or lost",
          ("äººæ°‘æ—¥æŠ¥", "人民日报")),
    _rule("gbk-read-as-latin1", "GBK read as Latin-1", ("ÈËÃñÈÕ±¨", "人民日报")),
    _rule("gbk-read-as-cp1252", "GBK read as Windows-1252", ("‡ÖµÄÈËÃñÈÕ±¨", "囍的人民日报")),
    _rule("big5-read-as-latin1", "Big5 read as Latin-1 or Windows-1252", ("¤H¥Á¤é³ø°OªÌ", "人民日報記者")),
    _rule("utf8-read-as-gbk", "UTF-8 read as GBK or GB18030, by Python or by a browser",
          ("浜烘皯鏃ユ姤璁拌€", "人民日报记者")),
    _rule("utf8-read-as-big5", "UTF-8 read as Big5; much is lost", ("鈭箸�烐𠯫�𥁒", "人民日报"), lossless=False),
    _rule("big5-read-as-gbk", "Big5 read as GBK or GB18030", ("チら厨癘", "人民日報記者")),
    _rule("gbk-read-as-big5", "GBK read as Big5", ("暮氪植刓陲鳳洃", "记者从山东获悉")),
    _rule("gbk-shifted", "GBK read from the second byte on", ("嗣袢毡�记者从山东省获悉", "人民日报记者从山东省获悉"), lossless=False),
    _rule("gb2312-strict", "GB18030 read as strict GB 2312, which lacks 喆 and its like",
          ("胡\ufffd础⒑钗睦ぃ\ufffd", "胡喆、侯文坤）"), lossless=False),
)  # fmt: skip

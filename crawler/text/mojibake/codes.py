"""What bytes say in the charset that they are really in, also where some of them are unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crawler.text.chinese.costs import Bits, Codes, bits_after, codes_of, each, stretches
from crawler.text.chinese.script import simplified_forms
from crawler.text.mojibake.readers import SINGLE, decoded, paired
from crawler.text.mojibake.shown import Byte, Code, View, single
from crawler.text.mojibake.windows import is_letter

_RAREST: Final = 21.5  # bits; a character that costs more alone is never guessed
_OTHER_SCRIPT: Final = 2.0  # bits by which a traditional character comes later in the list
_MOST: Final = 160  # characters that are tried for one code


# No one writes private-use characters, controls or non-characters in Chinese.
_NEVER: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff]")


OTHER: Final = re.compile(
    "[^\0-\x7f\u3400-\u9fff、。《》〈〉「」『』【】〔〕“”‘’—…·℃（），：；！？％－～／＋\u3000\u2460-\u2473\U00020000-\U0003ffff]"
)
"""Characters that a Chinese charset has for other scripts."""
_UNUSUAL: Final = 8.0
LETTERED: Final = ("cp932", "cp949", "cp866", "cp1251", "koi8-r", "iso8859-5")
"""Code pages of other scripts, which are cheap among their like."""
LETTER: Final = 4.0
"""Bits against letters as they stand that such a page is full of."""
_PLAIN: Final = ("utf-8", "gb18030", "big5hkscs")
_SURE: Final = 1.5  # bits by which no other border may be cheaper
_ORDINARY: Final = 10.0
_NONSENSE: Final = 30.0  # bits above the ordinary in a stretch that may not be text


class Options(NamedTuple):
    """The characters that a code may be, likeliest first.

    Attributes:
        chars: At most 160, none dearer than a rare hanzi unless it is the only one.
        codes: Their code points, for :mod:`crawler.text.chinese.costs`.
        forced: True if the bytes leave no choice.
        price: Bits against a forced character that few write in Chinese.
    """

    chars: tuple[str, ...]
    codes: Codes
    forced: bool
    price: float = 0.0


NONE: Final = Options((), codes_of(""), forced=True)


def length(code: Code, real: str) -> int:
    """How many bytes a character has that begins as ``code`` does; 0 if none begins so."""
    lead = code[0]
    if real == "utf-8":
        return _utf_8_length(lead)
    if real == "utf-16-le":
        return 2
    if not isinstance(lead, frozenset) and lead < 0x80:
        return 1
    if real in ("latin-1", "cp1252"):
        return 1
    if real == "gb18030" and len(code) > 1 and code[1] in range(0x30, 0x3A):
        return 4
    return 0 if lead in (0x80, 0xFF) else 2


def _utf_8_length(lead: Byte) -> int:
    if isinstance(lead, frozenset):
        return 3
    if lead < 0x80:
        return 1
    if lead < 0xC2:
        return 0
    return 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4 if lead < 0xF5 else 0


def may_begin(code: Code, real: str) -> bool:
    """Whether an unfinished character may begin with ``code``."""
    if real != "utf-8":
        return True
    return all(
        0x80 <= byte < 0xC0 if isinstance(byte, int) else True for byte in code[1:]
    ) and not (code[0] == 0xE0 and len(code) > 1 and isinstance(code[1], int) and code[1] < 0xA0)


def is_written(text: str, real: str) -> bool:
    """Whether a text that was in the charset ``real`` may hold these characters."""
    return real == "utf-8" or not _NEVER.search(text)


@lru_cache(maxsize=1 << 12)
def is_usual(char: str, real: str) -> bool:
    """Whether texts in ``real`` have ``char``: Big5 has no simplified forms, and others hardly more."""
    return bool(char.encode("big5" if real == "big5hkscs" else "gb2312", "ignore"))


def unusual(text: str, real: str) -> float:
    """Bits against the characters of ``text`` that a Chinese charset has for other scripts.

    The statistics know little of them, and what follows them would be too cheap.
    """
    return _UNUSUAL * len(OTHER.findall(text)) if real != "utf-8" else 0.0


@lru_cache(maxsize=1 << 15)
def options(code: Code, real: str) -> Options:
    """The characters that ``code``, one whole character of ``real``, may be."""
    if all(isinstance(byte, int) for byte in code):
        only = decoded(bytes(code), real) or ""  # type: ignore[arg-type]
        if not only or not is_written(only, real):
            return NONE
        return Options((only,), codes_of(only), forced=True, price=unusual(only, real))
    if len(code) > 3:
        return NONE
    found = _possible(code, real)
    if len(found) < 2:
        return Options(_texts(found), found, forced=True) if len(found) else NONE
    return _ranked(found[_guessable()[found]])


def any_of(codes: Sequence[Code], real: str) -> Options:
    """The characters that any of several ``codes``, of which each has many, may be."""
    known = [options(code, real) for code in codes]
    return _ranked(np.unique(np.concatenate([each.codes for each in known])))


def _ranked(found: Codes) -> Options:
    """The characters ``found``, likeliest first, without those that are never guessed."""
    if not len(found):
        return NONE
    bits = _alone()[found]
    order = np.argsort(bits, kind="stable")[:_MOST]
    found = found[order[bits[order] < _RAREST]]
    return Options(_texts(found), found, forced=False)


def _possible(code: Code, real: str) -> Codes:
    """The code points of all characters that ``code`` may be."""
    sets = [
        np.array(sorted(byte) if isinstance(byte, frozenset) else [byte], np.uint32)
        for byte in code
    ]
    if len(sets) == 1:
        return sets[0][sets[0] < 0x80]
    if real == "utf-8":
        return _utf_8(sets)
    if len(sets) != 2:
        return codes_of("")
    if real == "utf-16-le":
        found = _joined(sets[1], sets[0])
        return found[((found < 0xD800) | (found > 0xDFFF)) & (found > 0x1F)]
    found = _pairs(real)[_joined(sets[0], sets[1])]
    return np.unique(found[found > 0])


def _utf_8(sets: list[Codes]) -> Codes:
    lead, *rest = sets
    rest = [each_set[(each_set >= 0x80) & (each_set < 0xC0)] & np.uint32(0x3F) for each_set in rest]
    if len(rest) == 1:
        found = _joined(lead & np.uint32(0x1F), rest[0], 6)
        return found[found >= 0x80]
    lead = lead[(lead >= 0xE0) & (lead < 0xF0)] & np.uint32(0xF)
    found = _joined(_joined(lead, rest[0], 6), rest[1], 6)
    return found[(found >= 0x800) & ((found < 0xD800) | (found > 0xDFFF))]


def _joined(high: Codes, low: Codes, shift: int = 8) -> Codes:
    """Every one of ``high`` before every one of ``low``."""
    return (high[:, None] << np.uint32(shift) | low[None, :]).ravel().astype(np.uint32)


@cache
def _pairs(real: str) -> Codes:
    """The code points of the pairs of bytes of ``real``; 0 where there is none."""
    table = np.zeros(1 << 16, np.uint32)
    for pair, char in paired(real).items():
        if char < "\U00010000":
            table[int.from_bytes(pair)] = ord(char)
    return table


@cache
def _guessable() -> npt.NDArray[np.bool_]:
    """What is worth a guess in a Chinese text: hanzi and the marks between them."""
    table = np.zeros(1 << 16, np.bool_)
    table[0x20:0x40] = table[0x3400:0x9FFF] = True
    table[[ord(char) for char in "、。《》〈〉「」『』【】〔〕（），：；！？％“”‘’—…·\u3000"]] = (
        True
    )
    return table


@cache
def _alone() -> Bits:
    """What each character costs alone, and more if it is traditional, by its code point."""
    codes = np.arange(1 << 16, dtype=np.uint32)
    bits = bits_after(np.zeros(len(codes), np.uint64), codes)
    bits[[ord(char) for char in simplified_forms()]] += np.float32(_OTHER_SCRIPT)
    return bits


def _texts(codes: Codes) -> tuple[str, ...]:
    return tuple(map(chr, codes.tolist()))


class Forced(NamedTuple):
    """One stretch of bytes.

    Attributes:
        start: Its first shown character.
        end: One past its last.
        text: What it says.
    """

    start: int
    end: int
    text: str


class Plain(NamedTuple):
    """What a window says.

    Attributes:
        text: All of it.
        runs: What was read otherwise than it is shown.
        price: Bits against what few write in Chinese.
    """

    text: str
    runs: tuple[Forced, ...]
    price: float


def plain(seen: str, view: View, real: str, fee: float, context: int) -> Plain | None:
    """What ``seen`` says if that is beyond doubt, by single bytes of which all are in sight.

    Where they are whole characters, and each of these is far cheaper than what is shown in its place,
    no border but the outermost can pay. So the decoder would find nothing else, and what it takes a
    thousand steps for, one call of a codec and one look into the statistics do as well.

    Args:
        seen: A window of a damaged text.
        view: How its bytes were shown.
        real: The charset that they are in.
        fee: Bits that a run must save.
        context: What stands before the window; see :mod:`crawler.text.chinese.costs`.

    Returns:
        ``None`` if it must be searched for: bytes are lost, or a border may pay.
    """
    if view.shown not in SINGLE or view.is_lossy or view.lowered or real not in _PLAIN:
        return None
    runs = list(_runs(seen, view.shown, real))
    if not runs or not all(runs):
        return None
    found = [run for run in runs if run]
    parts = [text for run in _with_gaps(seen, found) for text in run]
    text = "".join(parts)
    if not _is_sure(_as_it_stands(seen, view.shown), each(text, context), found, real, fee):
        return None
    return Plain(text, tuple(found), sum(unusual(run.text, real) for run in found))


def _runs(seen: str, shown: str, real: str) -> Iterator[Forced | None]:
    """The stretches of bytes, with ``None`` for one that is no text of ``real``."""
    pattern, table = _page(shown)
    for found in pattern.finditer(seen):
        if found[0].isascii():
            continue
        start, end = found.span()
        text = _decoded(found[0].translate(table).encode("latin-1"), real)
        is_between = _is_in_run(seen, start) or _is_in_run(seen, end)
        yield Forced(start, end, text) if text and not is_between else None


def _is_in_run(text: str, at: int) -> bool:
    return 0 < at < len(text) and is_letter(text[at - 1]) and is_letter(text[at])


def _decoded(code: bytes, real: str) -> str:
    """What ``code`` says, or nothing if that is not text."""
    try:
        text = code.decode(real)
    except UnicodeDecodeError:
        return ""
    return text if is_written(text, real) else ""


def _with_gaps(seen: str, runs: Sequence[Forced]) -> Iterator[tuple[str, str]]:
    """What stands before each run, and what the run says; at last what stands behind them."""
    at = 0
    for run in runs:
        yield seen[at : run.start], run.text
        at = run.end
    yield seen[at:], ""


def _as_it_stands(seen: str, shown: str) -> Bits:
    """What the characters of ``seen`` cost beside such damage."""
    if shown not in LETTERED:
        return each(seen)
    return each(seen) + np.array([LETTER * is_letter(char) for char in seen], np.float32)


def _is_sure(shown: Bits, read: Bits, runs: Sequence[Forced], real: str, fee: float) -> bool:
    """Whether it pays nowhere in the runs to leave what is shown."""
    shift = 0
    for run in runs:
        bits = read[run.start + shift : run.start + shift + len(run.text)]
        shift += len(run.text) - (run.end - run.start)
        sizes = sizes_of(run.text, real)
        if sizes.sum() != run.end - run.start:
            return False
        # ASCII costs the same on either side of a border.
        gained = np.where(sizes > 1, _summed(shown[run.start : run.end], sizes) - bits, 0.0)
        # Other bytes of two could be the first ones. In UTF-8 none could.
        if not _pays(gained, sizes > 1, fee):
            return False
        if real != "utf-8" and stretches(bits, _ORDINARY, _NONSENSE, _NONSENSE):
            return False
    return True


def _pays(gained: Bits, is_wide: npt.NDArray[np.bool_], fee: float) -> bool:
    """Whether neither a later beginning nor an earlier end, nor a way out and back, is cheaper."""
    sums = np.cumsum(gained)
    before = np.concatenate(([0.0], sums[:-1]))
    begun = sums[is_wide]
    ended = sums[-1] - before[is_wide]
    lost = np.maximum.accumulate(sums) - sums
    return bool(min(begun.min(), ended.min()) > _SURE and lost.max() < fee - _SURE)


def _summed(bits: Bits, sizes: npt.NDArray[np.intp]) -> Bits:
    """The sum of ``bits`` for each of ``sizes``."""
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    return np.add.reduceat(bits, starts)


def sizes_of(text: str, real: str) -> npt.NDArray[np.intp]:
    """How many bytes each character has; of two if it has four in GB 18030, which few have."""
    codes = np.frombuffer(text.encode("utf-32-le"), "<u4")
    if real != "utf-8":
        return np.where(codes < 0x80, 1, 2)
    return 1 + (codes >= 0x80).astype(np.intp) + (codes >= 0x800) + (codes >= 0x10000)


@cache
def _page(shown: str) -> tuple[re.Pattern[str], dict[int, int]]:
    """The characters of a code page, as a pattern of runs of them and with their bytes."""
    table = {ord(char): byte for char, byte in single(shown).items()}
    return re.compile(f"[{re.escape(''.join(map(chr, table)))}]+"), table

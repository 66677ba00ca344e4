"""What bytes say in the charset that they are really in, also where some of them are unknown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crawler.text.chinese.costs import Bits, Codes, bits_after, codes_of
from crawler.text.chinese.script import simplified_forms
from crawler.text.mojibake.readers import decoded, paired
from crawler.text.mojibake.shown import Byte, Code

_RAREST: Final = 21.5  # bits; a character that costs more alone is never guessed
_OTHER_SCRIPT: Final = 2.0  # bits by which a traditional character comes later in the list
_MOST: Final = 160  # characters that are tried for one code


# No one writes private-use characters, controls or non-characters in Chinese.
_NEVER: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff]")


OTHER: Final = re.compile(
    "[^\0-\x7f\u3400-\u9fff、。《》〈〉「」『』【】〔〕（），：；！？％“”‘’—…·\u3000\u2460-\u2473\U00020000-\U0003ffff]"
)
"""Characters that a Chinese charset has for other scripts."""
_UNUSUAL: Final = 8.0


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

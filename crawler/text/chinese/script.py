"""The forms of a Chinese text: its script, and the canonical form in which texts are compared.

Only characters that one script has alone are evidence for it; the frozen list of them is data.

In the canonical form two texts that say the same are the same, without a conversion. Simplified and
traditional script, regional variants and compatibility forms of a character become one character;
digits become ASCII; everything else (punctuation, letters, space) goes. So a mirror in another
script, or a reprint with other punctuation, has the same canonical form.

Its table is data, frozen and versioned: each stored fingerprint is made of its classes, and a
later OpenCC must not change them. Source, licence and price of the table: docs/charsets.md.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import opencc
from numpy.typing import NDArray

from crawler.items import Script

SCRIPTS_FILE: Final = "scripts.txt"

_MAJORITY: Final = 0.6  # of the telling characters; a long quotation leaves the article its own

_LONE_SURROGATES = re.compile("([\ud800-\udfff]+)")

# Kinds of UTF-16 code units. The first three are the rows of the table.
_HANS, _HANT, _JAPANESE, _OTHER_HAN, _LETTERS = range(1, 6)
_RANGES: Final = (
    (_OTHER_HAN, 0x3400, 0xA000),
    (_LETTERS, 0x3041, 0x30FB),  # kana
    (_LETTERS, 0xAC00, 0xD7A4),  # hangul
)


def script_of(text: str) -> Script | None:
    """Tell the script of a Chinese text by the characters that only one script has.

    Returns:
        ``Hans`` or ``Hant``: the script of at least 60 % of those characters. ``None`` if there
        are none, if neither has such a majority, or if the text is Japanese or Korean.

    >>> script_of("记者从会议上获悉"), script_of("記者從會議上獲悉"), script_of("人民日月")
    ('Hans', 'Hant', None)
    """
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    counts = np.bincount(_kinds()[units], minlength=_LETTERS + 1).tolist()
    simplified, traditional = counts[_HANS], counts[_HANT]
    telling = simplified + traditional
    if not telling or _is_not_chinese(counts, telling):
        return None
    if simplified >= _MAJORITY * telling:
        return "Hans"
    return "Hant" if traditional >= _MAJORITY * telling else None


def to_simplified(text: str) -> str:
    """Convert to simplified script for display (OpenCC ``tw2s``: 看著 becomes 看着, 著名 stays).

    A text that is simplified already stays as it is, but for 著 in rare words.
    """
    return _convert(text, "tw2s")


def to_traditional(text: str) -> str:
    """Convert to traditional script for display, in the forms that Taiwan prints (``s2tw``)."""
    return _convert(text, "s2tw")


def _convert(text: str, name: str) -> str:
    """Convert all but lone surrogates, which no UTF-8 and so no converter takes; they stay."""
    convert = _converter(name).convert
    return "".join(
        piece if _LONE_SURROGATES.match(piece) else convert(piece)
        for piece in _LONE_SURROGATES.split(text)
    )


@cache
def simplified_forms() -> dict[str, str]:
    """Every traditional character with its simplified form, by OpenCC, one for one."""
    hanzi = "".join(map(chr, range(0x4E00, 0x9FA6)))
    pairs = zip(hanzi, _converter("t2s").convert("\n".join(hanzi)).split("\n"), strict=True)
    return {old: new for old, new in pairs if old != new and len(new) == 1}


def _is_not_chinese(counts: list[int], telling: int) -> bool:
    """Tell Japanese by its kana or by its own forms of hanzi (売 駅 込), Korean by hangul."""
    written = sum(counts[1:])
    return counts[_LETTERS] > 0.15 * written or counts[_JAPANESE] > 0.2 * telling


@cache
def _kinds() -> NDArray[np.uint8]:
    """Make the table of kinds, by UTF-16 code unit; what lies beyond the BMP tells nothing."""
    kinds = np.zeros(1 << 16, np.uint8)
    for kind, start, end in _RANGES:
        kinds[start:end] = kind
    lines = (files("crawler.text") / "data" / SCRIPTS_FILE).read_text("utf-8").splitlines()
    rows = (line for line in lines if not line.startswith("#"))
    for kind, row in zip((_HANS, _HANT, _JAPANESE), rows, strict=True):
        kinds[[ord(character) for character in row if character <= "\uffff"]] = kind
    return kinds


@cache
def _converter(name: str) -> Any:
    """Load an OpenCC converter, once and only when it is needed: 30 to 60 ms each."""
    return opencc.OpenCC(name)


VERSION: Final = 1
"""Version of the table. Texts are comparable only if their canonical forms have the same one."""

CLASSES_FILE: Final = "classes.txt"

# Han in the Basic Multilingual Plane: the iteration mark, the zero, Extension A, the unified
# block, the compatibility block (twelve of its characters are unified ones).
_HAN: Final = (
    (0x3005, 0x3006),
    (0x3007, 0x3008),
    (0x3400, 0x4DC0),
    (0x4E00, 0xA000),
    (0xF900, 0xFB00),
)
_SURROGATES: Final = slice(0xD800, 0xE000)
_NOT_HAN_BEYOND = re.compile("[\ud800-\udfff\U00010000-\U0001ffff\U00040000-\U0010ffff]+")


def canonical(text: str) -> str:
    """Reduce ``text`` to its Han characters and digits, each as its class; about 10 µs for 3,000.

    Returns:
        A text of Han and ``0`` to ``9``; empty if there is neither. Applying it twice changes nothing.

    >>> canonical("裡面：2023年") == canonical("里面 ２０２３年") == "里面2023年"
    True
    """
    data = text.encode("utf-16-le", "surrogatepass")
    table, beyond = _tables()
    if len(data) == 2 * len(text):  # nothing beyond the BMP, so no surrogate pair
        return _look_up(data, table[0])
    text = _NOT_HAN_BEYOND.sub("", text).translate(beyond)
    return _look_up(text.encode("utf-16-le"), table[1])


def classes() -> tuple[str, ...]:
    """List the classes of more than one character; the first of each stands for it."""
    lines = (files("crawler.text") / "data" / CLASSES_FILE).read_text("utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))


def _look_up(data: bytes, table: NDArray[np.uint16]) -> str:
    units = table[np.frombuffer(data, "<u2")]
    return bytes(units[units != 0].astype("<u2", copy=False)).decode("utf-16-le")


@cache
def _tables() -> tuple[tuple[NDArray[np.uint16], NDArray[np.uint16]], dict[int, str]]:
    """Make the lookup tables: by UTF-16 code unit without and with surrogates; beyond the BMP."""
    table = np.zeros(1 << 16, np.uint16)
    for start, end in (*_HAN, (0x30, 0x3A)):
        table[start:end] = np.arange(start, end)
    beyond: dict[int, str] = {}
    for members in classes():
        for member in members:
            if ord(member) > 0xFFFF:
                beyond[ord(member)] = members[0]
            else:
                table[ord(member)] = ord(members[0])
    pairs = table.copy()
    pairs[_SURROGATES] = np.arange(0xD800, 0xE000)
    return (table, pairs), beyond

"""The canonical form of a text, for telling whether two texts say the same.

Simplified and traditional script, regional variants and compatibility forms of a character
become one character; digits become ASCII; everything else (punctuation, letters, space) goes.
So a mirror in another script, or a reprint with other punctuation, has the same canonical form.

The table is data, frozen and versioned: each stored fingerprint is made of its classes, and a
later OpenCC must not change them. Source, licence and price of the table: docs/charsets.md.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

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

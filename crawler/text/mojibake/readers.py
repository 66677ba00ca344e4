"""What a wrong reader shows for bytes: one exact function for each way in which programs read.

Every reader agrees about the bytes that its code page has. They differ in what they do with the
others, and just that decides what can be read back:

========  ==========================================================================================
python    U+FFFD for the first byte of a pair that means nothing (``errors="replace"``)
ignore    that byte vanishes (``errors="ignore"``, ``iconv -c``)
java      U+FFFD for such a pair, both bytes; for one byte if the second cannot follow at all
whatwg    as browsers do: private-use cells shown, an ASCII byte after a bad lead kept
windows   ``MultiByteToWideChar``: a pair that means nothing is one ``?``, 0x80 the euro sign
========  ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from typing import Final

from crawler.text.tables import LOST

Reader = Callable[[bytes, str], str]

SINGLE: Final = frozenset(
    ("latin-1", "cp1252", "iso8859-15", "cp437", "cp850", "cp866", "mac_roman", "koi8-r", "cp1251",
     "iso8859-5", "cp1250", "iso8859-2", "cp1254", "cp1258")
)  # fmt: skip
"""Code pages of one byte a character."""


@cache
def page(codec: str) -> str:
    """The 256 characters of a code page; Windows' empty cells hold the control of that number."""
    shown = (bytes((byte,)).decode(codec, "ignore") for byte in range(256))
    return "".join(
        char or (chr(byte) if codec.startswith("cp125") else LOST)
        for byte, char in enumerate(shown)
    )


def python(code: bytes, codec: str) -> str:
    """As Python with ``errors="replace"``; one byte a character where the code page is such."""
    if codec in SINGLE:
        return code.decode("latin-1").translate(dict(enumerate(page(codec))))
    return code.decode(codec, "replace")


def ignore(code: bytes, codec: str) -> str:
    """As Python with ``errors="ignore"``, or ``iconv -c``."""
    return code.decode(codec, "ignore")


def java(code: bytes, codec: str) -> str:
    """As Java: one U+FFFD for a pair of a lead and a trail byte without a character."""
    return _text(_by_java(code, codec))


def whatwg(code: bytes, codec: str) -> str:
    """As browsers: GBK is GB 18030 with its private-use cells, 0x80 the euro sign."""
    return _text(_by_whatwg(code, codec))


def windows(code: bytes, codec: str) -> str:
    """As ``MultiByteToWideChar``: every lead byte takes the next one with it."""
    return _text(_by_windows(code, codec))


READERS: Final[dict[str, Reader]] = {
    "python": python,
    "ignore": ignore,
    "java": java,
    "whatwg": whatwg,
    "windows": windows,
}


def traced(code: bytes, codec: str, reader: str) -> list[tuple[str, int]]:
    """What ``reader`` shows for ``code``: each character, with the place of its first byte.

    >>> traced("人民".encode(), "gbk", "java")
    [('浜', 0), ('烘', 2), ('皯', 4)]
    """
    found: list[tuple[str, int]] = []
    at = 0
    for char, size in _STEPS[reader](code, codec):
        found.append((char, at))
        at += size
    return [row for row in found if row[0] != LOST] if reader == "ignore" else found


def _by_python(code: bytes, codec: str) -> Iterator[tuple[str, int]]:
    for char in python(code, codec):
        is_one = codec in SINGLE or char == LOST
        yield char, 1 if is_one else len(char.encode(codec, "replace"))


def _by_java(code: bytes, codec: str) -> Iterator[tuple[str, int]]:
    return _in_pairs(code, codec, _java_pair)


@lru_cache(maxsize=1 << 16)
def _java_pair(pair: bytes, codec: str) -> tuple[str, int]:
    if pair[1] < 0x40 or pair[1] in (0x7F, 0xFF):
        return LOST, 1
    return decoded(pair, codec) or LOST, 2


def _by_whatwg(code: bytes, codec: str) -> Iterator[tuple[str, int]]:
    return _in_pairs(code, codec, _whatwg_pair, is_windows=codec == "gbk")


@lru_cache(maxsize=1 << 16)
def _whatwg_pair(four: bytes, codec: str) -> tuple[str, int]:
    wide = "gb18030" if codec == "gbk" else codec
    char = decoded(four[:2], wide)
    if char:
        return char, 2
    if codec == "gbk" and 0x30 <= four[1] <= 0x39:
        found = decoded(four, wide)
        if found:
            return found, 4
    return LOST, 1 if four[1] < 0x80 else 2


def _by_windows(code: bytes, codec: str) -> Iterator[tuple[str, int]]:
    return _in_pairs(code, codec, _windows_pair, is_windows=codec == "gbk")


@lru_cache(maxsize=1 << 16)
def _windows_pair(four: bytes, codec: str) -> tuple[str, int]:
    pair = four[:2]
    private = decoded(pair, "gb18030" if codec == "gbk" else codec) or ""
    is_private = "\ue000" <= private <= "\uf8ff"
    return decoded(pair, codec) or (private if is_private else "?"), 2


_STEPS: Final = {
    "python": _by_python,
    "ignore": _by_python,
    "java": _by_java,
    "whatwg": _by_whatwg,
    "windows": _by_windows,
}


@lru_cache(maxsize=1 << 17)
def decoded(code: bytes, codec: str) -> str | None:
    """The one character that ``code`` is in ``codec``; ``None`` if it is none, or several."""
    try:
        text = code.decode(codec)
    except UnicodeDecodeError:
        return None
    return text if len(text) == 1 else None


@cache
def paired(codec: str) -> dict[bytes, str]:
    """The character of every pair of bytes, a lead and a trail, that has one."""
    return {
        pair: text
        for pair, text in zip(_pairs(), _shown(codec), strict=True)
        if len(text) == 1 and text != LOST
    }


@cache
def readable(codec: str) -> dict[bytes, str]:
    """What stands for every pair of bytes of which both are read: one character, or two."""
    found = zip(_pairs(), _shown(codec), strict=True)
    return {pair: text for pair, text in found if LOST not in text}


@cache
def _pairs() -> tuple[bytes, ...]:
    return tuple(bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF))


def _shown(codec: str) -> list[str]:
    # One call for all: no trail byte ends a line.
    return b"\n".join(_pairs()).decode(codec, "replace").split("\n")


def _text(steps: Iterable[tuple[str, int]]) -> str:
    return "".join(char for char, _ in steps)


def _in_pairs(
    code: bytes,
    codec: str,
    step: Callable[[bytes, str], tuple[str, int]],
    *,
    is_windows: bool = False,
) -> Iterator[tuple[str, int]]:
    """ASCII as it is, what ``step`` answers for a lead byte, U+FFFD for the rest; with their sizes.

    Args:
        code: The bytes.
        codec: The code page.
        step: What it shows for a lead byte and the one behind it, or the three behind it if that
            is a digit.
        is_windows: Whether 0x80 is the euro sign.
    """
    at = 0
    while at < len(code):
        byte = code[at]
        if byte < 0x80:
            shown = chr(byte), 1
        elif byte == 0x80 and is_windows:
            shown = "€", 1
        elif byte in (0x80, 0xFF) or at + 1 == len(code):
            shown = LOST, 1
        else:
            shown = step(code[at : at + (4 if 0x30 <= code[at + 1] <= 0x39 else 2)], codec)
        yield shown
        at += shown[1]

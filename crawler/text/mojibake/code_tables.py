"""The bytes behind the characters: what a codec showed, and what the bytes may really say.

Damage loses bytes: a decoder shows U+FFFD (or ``?``) for one that it cannot read. Such a byte is
a set here: all values that the decoder would have refused before the byte that follows.
"""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from crawler.text.chinese.bigrams import LOST, single

Byte = int | frozenset[int]
Code = tuple[Byte, ...]

HIGH: Final = frozenset(range(0x80, 0x100))
_CONTINUATION: Final = frozenset(range(0x80, 0xC0))
_MOST_CANDIDATES: Final = 400
_RAREST: Final = 18.0  # bits; a character that costs more alone is never guessed
_WIDEST: Final = 8192  # combinations of lost bytes in one character that are worth a search

# Windows-1252 puts these where Latin-1 has control characters.
_CP1252: Final = {
    bytes([code]).decode("cp1252", "ignore"): code
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_CP1252_HOLES: Final = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))

# Browsers read GB18030 by a newer table than Python's: here are the codes that moved.
_NEW_IN_GB18030: Final = dict(
    zip(
        "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u1e3f"
        "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
        "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7"
        "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A codec through which bytes were shown, as the way back from its characters.

    Attributes:
        name: For a person.
        code: The bytes of one character, likeliest first where makers of the codec disagree;
            none if the codec never shows it.
        refuses: Whether the codec shows U+FFFD for ``byte`` before ``following``.
        question: True if it may have shown ``?`` instead of U+FFFD.
    """

    name: str
    code: Callable[[str], tuple[bytes, ...]]
    refuses: Callable[[int, int], bool]
    question: bool = True

    def lost(self, following: int | None) -> frozenset[int]:
        """The bytes that it may have refused; ``following`` is ``None`` where that was lost too."""
        return _lost(self, following)


@lru_cache(maxsize=4096)
def _lost(shown: Shown, following: int | None) -> frozenset[int]:
    # Hanzi that Big5 refuses have ordinary second bytes; nearly all of its rows lack the others.
    any_byte = range(0xA1 if shown.name == "big5" else 0x80, 0xFF)
    followings = any_byte if following is None else (following,)
    found = frozenset(
        byte for byte in HIGH if any(shown.refuses(byte, each) for each in followings)
    )
    return found or HIGH


def _encoder(*names: str) -> Callable[[str], tuple[bytes, ...]]:
    @lru_cache(maxsize=1 << 15)
    def encode(char: str) -> tuple[bytes, ...]:
        known = _NEW_IN_GB18030.get(char, char)
        found = (known.encode(name, "ignore") for name in names)
        return tuple(dict.fromkeys(code for code in found if 0 < len(code) <= 2))

    return encode


def _gbk_code(char: str) -> tuple[bytes, ...]:
    # Windows and the browsers show the euro sign for the byte 0x80.
    return (b"\x80", *_gb18030_code(char)) if char == "€" else _gb18030_code(char)


def _western_code(char: str) -> tuple[bytes, ...]:
    code = _CP1252.get(char, ord(char))
    return (bytes((code,)),) if code < 0x100 else ()


def _refuser(codec: str) -> Callable[[int, int], bool]:
    decoder = codecs.lookup(codec).decode

    def refuses(byte: int, following: int) -> bool:
        try:
            decoder(bytes((byte, following)))
        except UnicodeDecodeError as error:
            return error.start == 0
        return False

    return refuses


_gb18030_code = _encoder("gb18030")
GBK: Final = Shown("gbk", _gbk_code, _refuser("gbk"))
GB2312: Final = Shown("gb2312", _encoder("gb2312"), _refuser("gb2312"), question=False)
BIG5: Final = Shown("big5", _encoder("big5hkscs", "big5", "cp950"), _refuser("big5"))
WESTERN: Final = Shown("cp1252", _western_code, lambda byte, _: byte in _CP1252_HOLES)


def codes(text: str, shown: Shown) -> list[tuple[Code, ...]]:
    """The bytes behind each character of ``text``: alternatives, none for a foreign character."""
    if not text:
        return []
    known = [shown.code(char) for char in text]
    firsts: list[int | None] = [code[0][0] if code else None for code in known[1:]]
    # After the last character comes the end of a line, or a character of another hand.
    firsts.append(0x0A)
    return [
        _alternatives(char, code, shown, first)
        for char, code, first in zip(text, known, firsts, strict=True)
    ]


def _alternatives(
    char: str, known: tuple[bytes, ...], shown: Shown, following: int | None
) -> tuple[Code, ...]:
    if char == LOST:
        lost = shown.lost(following)
        # A misread piece may have ended here, before it was put between other text.
        ended = ((HIGH,),) if following is not None and len(lost) < len(HIGH) else ()
        return ((lost,), *(ended if shown is GBK else ((HIGH, HIGH),) if shown is BIG5 else ()))
    if char == "?" and shown.question:
        return ((0x3F,), (shown.lost(following),))
    return tuple(map(tuple, known))


def length(lead: Byte, real: str) -> int:
    """How many bytes a character of the codec ``real`` has that begins with ``lead``."""
    if not isinstance(lead, frozenset) and lead < 0x80:
        return 1
    if real != "utf-8":
        return 2
    if isinstance(lead, frozenset) or 0xE0 <= lead < 0xF0:
        return 3
    if 0xC2 <= lead < 0xE0:
        return 2
    return 4 if 0xF0 <= lead < 0xF5 else 1


@lru_cache(maxsize=1 << 15)
def characters(code: Code, real: str) -> tuple[str, ...]:
    """The characters that ``code`` may be in the codec ``real``, likeliest first."""
    sets = [byte if isinstance(byte, frozenset) else (byte,) for byte in code]
    size = 1
    for values in sets:
        size *= len(values)
    if size > _WIDEST:
        return ()
    found = {_decode(bytes(values), real) for values in itertools.product(*sets)} - {""}
    if size == 1:
        return tuple(found)
    likely = sorted((single(char), char) for char in found)
    return tuple(char for bits, char in likely[:_MOST_CANDIDATES] if bits < _RAREST)


def _decode(code: bytes, real: str) -> str:
    try:
        char = code.decode(real)
    except UnicodeDecodeError:
        return ""
    return char if len(char) == 1 else ""


def completed(code: Code, real: str) -> Code | None:
    """``code`` of a character that lacks its last byte, with that byte; ``None`` otherwise."""
    if real == "utf-8" and code and length(code[0], real) == len(code) + 1 == 3:
        return (*code, _CONTINUATION)
    return None

"""Bytes to text in a known codec, losing the smallest possible piece at each bad byte.

Python's codecs are right on clean text. This module adds what pages need:

* one bad byte becomes one U+FFFD, never takes the next character or a ``<`` with it, and the
  reading falls back into step after it (a byte that is lost, doubled or put in inside of a
  character would else shift the pairing of all that follow);
* GB18030 as of 2022 instead of 2000, byte 0x80 as the euro sign (as browsers read it);
* CESU-8: characters beyond the BMP that MySQL and Java wrote as two surrogates of three bytes;
* HZ whose closing mark was lost.

User-defined characters U+E000 to U+E4C5 (cells AAA1-AFFE, F8A1-FEFE) stay as they are: they
still name the bytes that they came from, and repair can need those.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial
from typing import Final

import numpy as np

from crawler.text.charset.alphabets import strict
from crawler.text.charset.labels import Declared
from crawler.text.charset.languages import recognise
from crawler.text.chinese.characters import measure
from crawler.text.chinese.costs import bits_after, codes_of
from crawler.text.tables import GB18030_MOVED, LOST

_ONE_BYTE: Final = "renmin-one-byte"
_CAREFUL: Final = 1 << 16  # damaged bytes of one page; what is damaged more is read byte by byte
_LONGEST: Final = 1 << 13  # bytes of one piece, and what is longer
_NO_LEAD: Final = b"\x80\xff"  # no character begins with these, so none was torn by them
_LINE = re.compile(rb"[^<>\n]++[<>\n]?|[<>\n]")
# Cut where no character of two bytes goes on: its second byte is never below 40, nor that of four
# bytes outside of 30-39.
_PIECE = re.compile(rb"[^\x00-\x2f\x3a-\x3f]+|[\x00-\x2f\x3a-\x3f]+")

# Bits of scripts that the statistics do not know, and of what is no character of two bytes.
_SCRIPTS: Final = (
    ("\u3041", "\u30fe", 6.0),
    ("\uac00", "\ud7a3", 8.0),
)
_ASCII_BITS, _HALF_BITS, _BAD_BITS, _BAD_AGAIN, _RARE_BITS, _NEVER = (
    7.0,
    10.0,
    20.0,
    12.0,
    19.0,
    1e9,
)
_TEARING: Final = " \t\r\n\0"  # what is put in by accident
_SPEAKS: Final = 0.9  # weight of a line that is Chinese, in spite of its damage
_FEW: Final = 4  # characters that tell another language
_UNNAMED: Final = Declared(None, None)
_BAD: Final = 0  # the step over a byte that is no character
_LONG: Final = {"gb18030": 4, "euc_jp": 3}  # bytes of the longest characters
_LONE_LETTER = re.compile(rb"[\x80-\xff][a-z](?![@-~])")  # B座, A股 are usual
_LONE_BITS: Final = 14.5  # of a small letter alone among hanzi, which a lost byte of Big5 leaves
_LONE_SECOND_BYTE = re.compile("[^\0-\u33ff][@-~](?![@-~])")
_SURROGATE_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")

_MOVED = re.compile("[\ue5e5\ue78d-\ue864]")  # GB18030_MOVED, and a few between

# HZ (RFC 1843): `~{` begins 7-bit GB 2312, `~}` ends it, `~~` is a tilde. A line always ends
# in ASCII, so a lost `~}` costs one line.
_HZ = re.compile(rb"~\{((?:[\x21-\x77][\x21-\x7e])*)(?:~\})?|~~|~\n")
_TO_8_BIT = bytes(byte | 0x80 for byte in range(256))


def decode_run(data: bytes, codec: str) -> str:
    """Decode ``data``; U+FFFD stands for each byte that fits nowhere.

    Args:
        data: Bytes that begin between two characters.
        codec: A Python codec name; an unknown one is read as UTF-8.
    """
    reader = _READERS.get(codec)
    if reader:
        return reader(data)
    try:
        return data.decode(codec, "replace")
    except (LookupError, ValueError, TypeError):  # no codec, not of text, or never lenient
        return data.decode("utf-8", "replace")


def joined_surrogates(data: bytes) -> bytes:
    r"""Write the surrogate pairs of CESU-8 as UTF-8 does, in four bytes; all else stays.

    >>> joined_surrogates(b"ok\xed\xa0\xbd\xed\xb8\x80").decode()
    'ok😀'
    """
    if b"\xed" not in data:
        return data
    return _SURROGATE_PAIR.sub(_as_utf_8, data)


def _as_utf_8(found: re.Match[bytes]) -> bytes:
    pair = found[0].decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    return pair.decode("utf-16-le").encode()


def decode_hz(data: bytes) -> str:
    """Decode HZ; what stands outside of ``~{ ... ~}`` is ASCII.

    >>> decode_hz(b"<p>~{HKCq~} 2026 ~~</p>")
    '<p>人民 2026 ~</p>'
    """
    eight_bit = _HZ.sub(_hz_piece, data.replace(b"~\r\n", b"~\n"))
    return decode_run(eight_bit, "gb18030")


def enclosed_in_hz(data: bytes) -> tuple[str, bool]:
    """Decode only what the escapes enclose, and tell whether every one of them is closed."""
    spans = [found for found in _HZ.finditer(data) if found[1]]
    text = b"".join(found[1].translate(_TO_8_BIT) for found in spans).decode("gb18030", "replace")
    closed = sum(found[0].endswith(b"~}") for found in spans) == data.count(b"~{")
    return text, closed


def _hz_piece(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return found[1].translate(_TO_8_BIT)
    return b"~" if found[0] == b"~~" else b""


def _read_two_byte(data: bytes, codec: str) -> str:
    text = _plainly(data, codec)
    return _read_damaged(data, codec) if text is None else text


def _read_damaged(data: bytes, codec: str) -> str:
    """Read line by line, and what no codec would read by the likeliest way through its bytes.

    Where a character was torn by a blank, a line end or a NUL, its other half stands behind it, so
    what follows is read with the same care, though it may be valid.
    """
    parts: list[str] = []
    room = _CAREFUL
    is_torn = False
    for line in _LINE.findall(data):
        if not is_torn and (text := _plainly(line, codec)) is not None:
            parts.append(text)
            continue
        room -= len(line)
        text = _read_line(line, codec, careful=room > 0, is_torn=is_torn)
        is_torn = text.rstrip(_TEARING).endswith(LOST)
        parts.append(text)
    return "".join(parts)


def _plainly(data: bytes, codec: str) -> str | None:
    """``data`` in ``codec``, if it is valid there and no byte of it seems lost.

    In Big5 a lost byte shifts the pairs up to the next second byte of ASCII, which then stands alone:
    ``過後，`` becomes ``過寣A``, where nothing is invalid.
    """
    text = strict(data, codec)
    if text and codec == "big5hkscs" and _LONE_SECOND_BYTE.search(text):
        return None
    return text


def _read_line(line: bytes, codec: str, *, careful: bool, is_torn: bool) -> str:
    """Read one damaged line, in the codec of another language if it is written in that."""
    parts: list[str] = []
    for piece in _PIECE.findall(line):
        if piece.isascii():
            is_torn = is_torn and not piece.decode().strip(_TEARING)
            parts.append(piece.decode())
            continue
        is_short = len(piece) <= _LONGEST
        parts.append(_read_piece(piece, codec, careful=careful and is_short, is_torn=is_torn))
        is_torn = parts[-1].endswith(LOST)
    text = "".join(parts)
    reading = measure(text)
    if not careful or reading.weight >= _SPEAKS or reading.characters < _FEW:
        return text
    language = recognise(line[:_LONGEST], _UNNAMED, reading.frequent)
    other = strict(line, language.codec) if language else None
    return other or text


def _read_piece(piece: bytes, codec: str, *, careful: bool, is_torn: bool) -> str:
    if not careful:
        return piece.decode(codec, _ONE_BYTE)
    if not is_torn and (text := _plainly(piece, codec)) is not None:
        return text
    parts = []
    at = done = 0
    for step in _way_through(piece, codec):
        if step == _BAD:
            parts.append(piece[done:at].decode(codec))
            is_euro = codec == "gb18030" and piece[at] == 0x80
            parts.append("€" if is_euro else LOST)
            done = at + 1
        at += max(step, 1)
    parts.append(piece[done:].decode(codec))
    return "".join(parts)


def _way_through(piece: bytes, codec: str) -> list[int]:
    """Cut ``piece`` into characters and bad bytes so that it costs least: their sizes, in order.

    A byte that is lost, doubled or put in *inside* of a character shifts the pairs of all that
    follow, and what comes out is valid. It is dearer than to give the two halves up.
    """
    size = len(piece)
    least = [0.0] * (size + 1)
    behind_bad = [0.0] * (size + 1)  # the same where the byte before is bad
    steps = [[1, 1] for _ in range(size)]
    for at in range(size - 1, -1, -1):
        bits, step = min(_characters(piece, at, codec, least), default=(_NEVER, 1))
        bad = behind_bad[at + 1] if piece[at] > 0x7F else _NEVER  # ASCII is never bad
        for number, (costs, more) in enumerate(((least, _BAD_BITS), (behind_bad, _BAD_AGAIN))):
            costs[at] = min(bits, bad + more)
            steps[at][number] = step if bits <= bad + more else _BAD
    taken: list[int] = []
    at = 0
    while at < size:
        step = steps[at][bool(taken) and taken[-1] == _BAD]
        taken.append(step)
        at += max(step, 1)
    return taken


def _characters(
    piece: bytes, at: int, codec: str, least: list[float]
) -> Iterator[tuple[float, int]]:
    """The characters that may begin at ``at``: what they and all that follows cost, and their sizes."""
    byte = piece[at]
    if byte < 0x80:
        is_alone = codec == "big5hkscs" and _LONE_LETTER.match(piece, max(0, at - 1))
        yield least[at + 1] + (_LONE_BITS if is_alone else _ASCII_BITS), 1
        return
    if codec == "cp932" and 0xA1 <= byte <= 0xDF:
        yield least[at + 1] + _HALF_BITS, 1
    if at + 1 < len(piece):
        yield _pairs(codec)[byte << 8 | piece[at + 1]] + least[at + 2], 2
    length = _LONG.get(codec, 0)
    if length and _is_character(piece[at : at + length], length, codec):
        yield least[at + length] + _RARE_BITS, length


def _is_character(code: bytes, length: int, codec: str) -> bool:
    if len(code) < length or (length == 4 and not 0x30 <= code[1] <= 0x39):
        return False
    try:
        return len(code.decode(codec)) == 1
    except UnicodeDecodeError:
        return False


@cache
def _pairs(codec: str) -> list[float]:
    """What each pair of bytes costs as a character of ``codec``, by its number; invalid ones too much."""
    found: dict[int, str] = {}
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            with suppress(UnicodeDecodeError):
                found[lead << 8 | trail] = bytes((lead, trail)).decode(codec)[0]
    codes = codes_of("".join(found.values()))
    bits = bits_after(np.zeros(len(codes), np.uint64), codes)
    costs = np.full(1 << 16, _NEVER)
    costs[list(found)] = np.minimum(bits, _RARE_BITS)
    for first, last, flat in () if codec in ("gb18030", "big5hkscs") else _SCRIPTS:
        is_there = np.flatnonzero((codes >= ord(first)) & (codes <= ord(last)))
        at = np.array(list(found))[is_there]
        costs[at] = np.minimum(costs[at], flat)
    return costs.tolist()


def _read_utf_8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return joined_surrogates(data).decode("utf-8", "replace")


def _read_gb18030(data: bytes) -> str:
    try:
        # GBK reads its share of GB18030 alike, has no character that was moved, and suffices for
        # most pages: to look for moved ones takes as long as to decode.
        return data.decode("gbk")
    except UnicodeDecodeError:
        text = _read_two_byte(data, "gb18030")
    return _MOVED.sub(lambda found: GB18030_MOVED.get(found[0], found[0]), text)


_READERS: Final[dict[str, Callable[[bytes], str]]] = {
    "utf-8": _read_utf_8,
    "gb18030": _read_gb18030,
    "hz": decode_hz,
    **{
        codec: partial(_read_two_byte, codec=codec)
        for codec in ("big5hkscs", "cp932", "cp949", "euc_jp")
    },
}


def _one_byte(error: UnicodeError) -> tuple[str, int]:
    """Mark the bad byte, or the run of it, and read on right behind it: a codec error handler."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, start = error.object, error.start
    euro = error.encoding == "gb18030" and data[start] == 0x80
    run = _repeats(data, start) if data[start] in _NO_LEAD else 1
    return ("€" if euro else LOST) * run, start + run


def _repeats(data: bytes, start: int) -> int:
    """Count how often the byte at ``start`` repeats, up to 4096: megabytes of it are one case."""
    window = data[start : start + 4096]
    return len(window) - len(window.lstrip(window[:1]))


codecs.register_error(_ONE_BYTE, _one_byte)

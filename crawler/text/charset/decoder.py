"""Bytes to text in a known codec, losing the smallest possible piece at each bad byte.

Python's codecs are right on clean text. This module adds what pages need:

* one bad byte becomes one U+FFFD, never takes the next character or a ``<`` with it, and the
  reading falls back into step after it (a bad byte inside a character would else shift the
  pairing of all that follow);
* GB18030 as of 2022 instead of 2000, byte 0x80 as the euro sign (as browsers read it);
* CESU-8: characters beyond the BMP that MySQL and Java wrote as two surrogates of three bytes;
* HZ whose closing mark was lost.

User-defined characters U+E000 to U+E4C5 (cells AAA1-AFFE, F8A1-FEFE) stay as they are: they
still name the bytes that they came from, and repair can need those.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import partial
from typing import Final

from crawler.text.chinese.characters import measure
from crawler.text.tables import GB18030_MOVED, LOST

_RESYNC: Final = "renmin-resync"
_ONE_BYTE: Final = "renmin-one-byte"
_LOOK_AHEAD: Final = 24  # bytes: about a dozen hanzi tell which pairing is the right one
_CAREFUL: Final = 2000  # bad places in one page; what is damaged more is not worth looking ahead
_NO_LEAD: Final = b"\x80\xff"  # no character begins with these, so none was torn by them
_HIGH = re.compile(rb"[\x80-\xff]{1,2}")
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
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        damage = data.decode(codec, "replace").count("\ufffd")
    return data.decode(codec, _RESYNC if damage <= _CAREFUL else _ONE_BYTE)


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


def _resync(error: UnicodeError) -> tuple[str, int]:
    """Mark the bad byte and find the place to read on: a codec error handler.

    Right behind the byte, if nothing speaks against it. But a bad byte *inside* a character
    leaves that character's other half behind, and reading on from there would pair all later
    bytes wrongly. So the next places are tried, and the one that gives the best text is taken;
    a byte of ASCII is never skipped.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, start = error.object, error.start
    torn = _HIGH.match(data, start + 1)
    if data[start] in _NO_LEAD or torn is None:
        return _one_byte(error)
    steps = range(1, 2 + len(torn[0]))
    step = max(steps, key=lambda step: (_promise(data, start + step, error.encoding), -step))
    return LOST * step, start + step


def _repeats(data: bytes, start: int) -> int:
    """Count how often the byte at ``start`` repeats, up to 4096: megabytes of it are one case."""
    window = data[start : start + 4096]
    return len(window) - len(window.lstrip(window[:1]))


def _promise(data: bytes, start: int, codec: str) -> float:
    """Rate the text that begins at ``start``."""
    return measure(data[start : start + _LOOK_AHEAD].decode(codec, "replace")).weight


codecs.register_error(_RESYNC, _resync)
codecs.register_error(_ONE_BYTE, _one_byte)

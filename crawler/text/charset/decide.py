"""Decide which charset a page is really in, and decode it.

A page can name its charset twice, in the HTTP header and in ``<meta>``, and be wrong both times.
So a declaration is only a witness here; the bytes are the judge. They are heard in this order,
and the first that is sure decides:

1. a byte order mark;
2. NULs, where UTF-16 has them;
3. the escapes of HZ and ISO-2022; and where there is nothing but ASCII, what the page says;
4. strict UTF-8: other text is almost never valid by accident. A cut tail is forgiven;
5. the text runs, read in GB18030, Big5-HKSCS and UTF-8: the reading that is Chinese wins. Where
   none is, chardet is asked, then the labels (:mod:`crawler.text.charset.compare`).

Pure functions: bytes in, :class:`~crawler.items.Verdict` out, never an exception, and no more
than linear time for any bytes.
"""

from __future__ import annotations

import re
from typing import Final

from crawler.items import Verdict
from crawler.text.charset.alphabets import ask
from crawler.text.charset.compare import CHINESE, DAMAGED, Judgement, weigh
from crawler.text.charset.decoder import decode_run, enclosed_in_hz, joined_surrogates
from crawler.text.charset.labels import Declared, read_declared
from crawler.text.charset.text_runs import decode_mixed, sample, without_code
from crawler.text.charset.utf16 import by_mark, by_nuls, reads_as_chinese, without_marks
from crawler.text.chinese.characters import measure
from crawler.text.tables import LOST

_HEAD: Final = 1 << 16  # bytes; escapes and NULs show there or nowhere

_ASCII: Final = bytes(range(128))
_SURROGATE: Final = 0xED  # begins one where UTF-8 has none
_ENCLOSED: Final = 0.8  # Reading.weight; every escape closed is evidence too, so names will do
_THREE_BYTES = re.compile(rb"[\xe0-\xf4]")
_IN_A_WORD = re.compile(rb"[A-Za-z][\xc2-\xdf][\x80-\xbf]|[\xc2-\xdf][\x80-\xbf][A-Za-z]")
# What UTF-8 writes in two bytes and people write in words: Latin, Greek, Cyrillic, Hebrew, Arabic.
_ALPHABETS = re.compile("[\xa0-\u017f\u0384-\u03ce\u0401-\u0451\u05d0-\u05ea\u0621-\u064a]")


def decide(body: bytes | bytearray | memoryview, content_type: str | None = None) -> Verdict:
    """Decide which charset ``body`` is in; there is always a verdict, for an empty body too.

    Args:
        body: The page as it came, unpacked from its transfer coding.
        content_type: The ``Content-Type`` header, ``text/html; charset=gb2312``, if there was one.

    Raises:
        TypeError: ``body`` is no bytes, but text for example, which has no charset any more.

    >>> verdict = decide("<p>人民网济南电</p>".encode("gb18030"), "text/html; charset=utf-8")
    >>> verdict.decided, verdict.declared_header, verdict.agrees
    ('gb18030', 'utf-8', False)
    """
    body = _as_bytes(body)
    declared = read_declared(body, content_type)
    found = _by_mark(body, declared)
    rest = body if found else without_marks(body)
    found = found or next((found for step in _STEPS if (found := step(rest, declared))), None)
    found = found or weigh(rest, declared)
    return Verdict(
        decided=found.codec,
        declared_header=declared.header,
        declared_meta=declared.meta,
        agrees=declared.agrees(found.codec, ascii_only=body.isascii() and found.codec != "hz"),
        score=round(min(1.0, max(0.0, found.score)), 3),
        why=found.why,
        opinion=found.opinion,
        mixed=found.mixed,
    )


def decode(body: bytes | bytearray | memoryview, verdict: Verdict) -> str:
    """Decode ``body`` as ``verdict`` says, run by run if it is mixed.

    Each byte that fits nowhere becomes one U+FFFD. Byte order marks are dropped, those that lie too. User-defined
    characters U+E000 to U+E4C5 stay. Never raises for bytes, whatever the verdict says.
    """
    body = without_marks(_as_bytes(body), verdict.decided)
    if verdict.mixed:
        return decode_mixed(body, verdict.decided)
    return decode_run(body, verdict.decided)


def _as_bytes(body: bytes | bytearray | memoryview) -> bytes:
    """``body`` as bytes, of a ``bytearray`` or ``memoryview`` too."""
    if isinstance(body, bytes):
        return body
    if isinstance(body, bytearray | memoryview):
        return bytes(body)
    raise TypeError(f"body must be bytes as they came from the server, not {type(body).__name__}")


def has_parts(verdict: Verdict) -> bool:
    """Whether a page so encoded shows its markup in its bytes, so that parts can be cut out of it."""
    return not verdict.mixed and verdict.decided in ("utf-8", "gb18030")


def decode_part(part: bytes, verdict: Verdict) -> str | None:
    """Decode a part of a page as the whole would be; ``None`` if that cannot be told from it alone.

    Args:
        part: Begins and ends with ASCII, in the markup: there no character is torn.
        verdict: Of the whole page; :func:`has_parts`.
    """
    text = decode_run(without_marks(part, verdict.decided), verdict.decided)
    return None if LOST in text else text


def _by_mark(body: bytes, declared: Declared) -> Judgement | None:
    """Believe a byte order mark, unless what follows cannot be what it stands for."""
    codec = by_mark(body)
    if codec is None:
        return None
    rest = without_marks(body, codec)
    return Judgement(codec=codec, why="byte order mark") if _fits(rest, codec, declared) else None


def _fits(rest: bytes, codec: str, declared: Declared) -> bool:
    """Whether what follows a mark can be what that stands for."""
    seen = by_nuls(rest) if b"\0" in rest[:_HEAD] else None
    if seen and seen != codec:
        return False
    if codec == "utf-8":
        text = sample(rest).decode("utf-8", "replace")
        return measure(text).bad <= DAMAGED and not _by_escapes(rest, declared)
    if "16" in codec:
        return not rest or seen == codec or b"\0" in rest or reads_as_chinese(rest) == codec
    text = rest[:_HEAD].decode(codec, "replace")
    return text.count(LOST) * 10 <= len(text)


def _by_nuls(body: bytes, _: Declared) -> Judgement | None:
    codec = by_nuls(body) if b"\0" in body[:_HEAD] else None
    if codec is None:
        return None
    name = "UTF-32" if "32" in codec else "UTF-16"
    return Judgement(codec=codec, why=f"NUL bytes stand where {name} has them")


def _by_escapes(body: bytes, _: Declared) -> Judgement | None:
    """Recognise the 7-bit encodings by what their escapes enclose."""
    if b"~" in body and b"~{" in body:  # one byte is found ten times faster than two
        text, closed = enclosed_in_hz(without_code(body[:_HEAD]))
        reading = measure(text)
        needed = _ENCLOSED if closed else CHINESE
        if reading.weight >= needed and len(text) > len(body.translate(None, _ASCII)):
            why = "the escapes ~{ ~} enclose Chinese"
            return Judgement(codec="hz", why=why, score=reading.ordinary)
    if body.isascii() and b"\x1b$" in body[:_HEAD] and (opinion := ask(body[:_HEAD])):
        return Judgement(codec=opinion.codec, why="escapes of ISO-2022", opinion=str(opinion))
    return None


def _by_ascii(body: bytes, declared: Declared) -> Judgement | None:
    """Take what the page says where every answer is true."""
    if not body.isascii():
        return None
    named = (name for name in declared.families if name not in ("utf-16", "hz"))
    return Judgement(codec=next(named, "utf-8"), why="nothing but ASCII" if body else "empty")


def _by_utf8(body: bytes, declared: Declared) -> Judgement | None:
    try:
        text, why = body.decode("utf-8"), "valid UTF-8"
    except UnicodeDecodeError as error:
        if joined := _cesu_8(body, error.start):
            return Judgement(codec="utf-8", why=joined)
        if error.reason != "unexpected end of data":
            return None
        text, why = body[: error.start].decode("utf-8"), "valid UTF-8, cut at its end"
    if text.isascii():  # one torn character is not enough
        return None
    if not _THREE_BYTES.search(body) and _is_two_byte_chinese(body, text, declared):
        return Judgement(codec="gb18030", why="hanzi in GB18030, though by chance valid UTF-8")
    return Judgement(codec="utf-8", why=why)


def _cesu_8(body: bytes, bad: int) -> str | None:
    """Why ``body`` is UTF-8 although surrogates stand in it, first at ``bad``; ``None`` if not."""
    if body[bad] != _SURROGATE:
        return None
    joined = joined_surrogates(body)
    if joined is body or joined == body:
        return None
    try:
        joined.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "valid UTF-8 but for surrogate pairs (CESU-8)"


def _is_two_byte_chinese(body: bytes, text: str, declared: Declared) -> bool:
    """Tell whether a page of few bytes is GB18030 although it is valid UTF-8.

    The hanzi C2-DF, A1-BF are at the same time letters of two bytes in UTF-8: 一些 is ``һЩ``.
    A label or an unlikely alphabet says hanzi; a letter of ASCII beside them says ``café``.
    """
    letters = [character for character in text[: 1 << 12] if character > "\x7f"]
    if len(letters) > 16 or _IN_A_WORD.search(body):
        return False
    known = len(_ALPHABETS.findall("".join(letters))) >= 0.9 * len(letters)
    if known and "gb18030" not in declared.families:
        return False
    reading = measure(sample(body).decode("gb18030", "replace"))
    return reading.ordinary >= 0.9


_STEPS: Final = (_by_nuls, _by_escapes, _by_ascii, _by_utf8)

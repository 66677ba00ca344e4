"""Text as mail carries it, never turned back: quoted-printable, encoded words, HZ and UTF-7.

Mail breaks its lines where it likes: quoted-printable ends a line with ``=`` inside of a
character, and an encoded word goes on in the next line. Both are undone across lines, so a text
is given whole, not line by line (see :mod:`crawler.text.mojibake.document`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from typing import Final

from crawler.text.charset.labels import family
from crawler.text.mojibake.context import (
    FORBIDDEN,
    HANZI,
    apart,
    decoded,
    reads_well,
    unless_explained,
    unless_shown,
)
from crawler.text.mojibake.rule import Edit, Rule

# Three bytes in a row are a character of UTF-8 or more than one of GBK; an address has fewer.
_THREE_BYTES = re.compile(r"(?:=[0-9A-Fa-f]{2}(?:=[ \t]{0,9}\r?\n)?){3}")
_ASCII_PART = re.compile(r"[\t\n\r -~]{9,}")
_WORD = re.compile(r"[!-~]{9,}")
_SOFT_BREAK = re.compile(r"=[ \t]{0,9}\r?\n|=\Z")
_SIGN = re.compile("=([0-9A-Fa-f]{2})?")
_OUTER_SPACE = "\t\n\r "

# charset, language (RFC 2231), encoding, text (RFC 2047); 76 characters at most, but not every mailer keeps to it.
_ENCODED_WORD = re.compile(
    r"=\?([A-Za-z][A-Za-z0-9_.-]{1,30})(?:\*[A-Za-z-]{1,20})?\?([BbQq])\?([!->@-~]{0,998})\?="
)
_Q_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile("[^A-Za-z0-9+/=]")
_HZ = re.compile(r"~\{(?:[!-w][!-~]){1,2000}~\}")
_IMAP = re.compile(r"&[A-Za-z0-9+,]{4,4000}-")  # folders' names: & for +, a comma for /
_FEWEST: Final = 4  # hanzi of GB 2312 that no other base64 gives
_UTF_7 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{5,4000}-")
_MOST_BEGINNINGS: Final = 8  # plus signs of one word, of which each may begin it


def _quoted_printable(text: str) -> Sequence[Edit]:
    """The parts of ASCII in which every ``=`` begins a byte or a soft break; else single words."""
    if not _THREE_BYTES.search(text):
        return ()
    edits = []
    for part in _ASCII_PART.finditer(text):
        if not _THREE_BYTES.search(part[0]):
            continue
        if (new := _unquoted(part[0])) is not None:
            edits += _of_lines(part.start(), part[0], new)
        else:
            edits += _quoted_words(part)
    return unless_shown(text, edits)


def _unquoted(part: str) -> str | None:
    """The text of ``part``; ``None`` if that is not quoted-printable throughout, or not Chinese."""
    joined = _SOFT_BREAK.sub("", part)
    if not all(sign[1] for sign in _SIGN.finditer(joined)):
        return None
    code = _SIGN.sub(lambda sign: chr(int(sign[1], 16)), joined).encode("latin-1")
    return decoded(code) or None


def _of_lines(start: int, old: str, new: str) -> list[Edit]:
    """One edit from the first to the last character that is not space."""
    core = old.strip(_OUTER_SPACE)
    at = start + old.index(core)
    return [Edit(at, at + len(core), new.strip(_OUTER_SPACE))] if core else []


def _quoted_words(part: re.Match[str]) -> Iterator[Edit]:
    for word in _WORD.finditer(part[0]):
        if _THREE_BYTES.search(word[0]) and not _ENCODED_WORD.search(word[0]):
            new = _unquoted(word[0])
            if new:
                start = part.start() + word.start()
                yield Edit(start, start + len(word[0]), new)


def _encoded_words(text: str) -> Sequence[Edit]:
    """Encoded words; those that only space parts are one, and their bytes may share a character."""
    if "=?" not in text:
        return ()
    edits: list[Edit] = []
    row: list[re.Match[str]] = []
    for word in _ENCODED_WORD.finditer(text):
        if row and text[row[-1].end() : word.start()].strip():
            edits += _row_edit(row)
            row = []
        row.append(word)
    return unless_explained(text, [*edits, *_row_edit(row)])


def _row_edit(row: list[re.Match[str]]) -> list[Edit]:
    parts: list[tuple[str, bytes]] = []
    for word in row:
        codec, code = family(word[1]), _bytes_of(word[2], word[3])
        if codec is None or code is None:
            return []
        if parts and parts[-1][0] == codec:
            parts[-1] = codec, parts[-1][1] + code
        else:
            parts.append((codec, code))
    try:
        new = "".join(code.decode(codec) for codec, code in parts)
    except (UnicodeDecodeError, LookupError):
        return []
    if not new or new.isascii() or FORBIDDEN.search(new):
        return []
    return [Edit(row[0].start(), row[-1].end(), new)]


def _bytes_of(encoding: str, text: str) -> bytes | None:
    if encoding in "Qq":
        code = text.replace("_", " ").encode("ascii", "replace")
        return _Q_BYTE.sub(lambda byte: bytes((int(byte[1], 16),)), code)
    if _NOT_BASE64.search(text):
        return None
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return None


def _seven_bit(written: str, codec: str) -> str:
    """The text of HZ or UTF-7; empty if it is none."""
    try:
        new = written.encode().decode(codec)
    except UnicodeDecodeError:
        return ""
    return "" if FORBIDDEN.search(new) or not (reads_well(new) or _are_names(new)) else new


def _are_names(new: str) -> bool:
    """Whether rare words are no chance: hanzi and marks of GB 2312, which one code point in nine is."""
    hanzi = HANZI.findall(new)
    return len(hanzi) >= _FEWEST and 2 * len(new) == len(new.encode("gb2312", "ignore"))


def _hz(text: str) -> Sequence[Edit]:
    if "~{" not in text:
        return ()
    found = ((run, _seven_bit(run[0], "hz")) for run in _HZ.finditer(text))
    return unless_shown(text, [Edit(*run.span(), new) for run, new in found if new])


def _utf_7(text: str) -> Sequence[Edit]:
    if "-" not in text or ("+" not in text and "&" not in text):
        return ()
    edits = [edit for word in _UTF_7.finditer(text) for edit in _utf_7_word(word)]
    edits += [
        Edit(*folder.span(), new)
        for folder in _IMAP.finditer(text)
        if (new := _seven_bit(f"+{folder[0][1:].replace(',', '/')}", "utf-7"))
    ]
    return unless_shown(text, apart(edits))


def _utf_7_word(word: re.Match[str]) -> Iterator[Edit]:
    """What a word is from its first plus sign on that begins one; base64 has that sign too."""
    at = word[0].find("+")
    for _ in range(_MOST_BEGINNINGS):
        if at < 0:
            return
        if len(word[0]) - at > _FEWEST and (new := _seven_bit(word[0][at:], "utf-7")):
            yield Edit(word.start() + at, word.end(), new)
            return
        at = word[0].find("+", at + 1)


MAIL: Final = (
    Rule("mime-encoded-words", "words of a mail's header, =?charset?B?...?=", True,
         (("=?gb2312?B?yMvD8cjVsag=?=", "人民日报"), ("=?UTF-8?Q?=E4=BA=BA=E6=B0=91?=", "人民")), _encoded_words),
    Rule("quoted-printable", "bytes written as =XX, as mail does, with its soft line breaks", True,
         (("=E4=BA=BA=E6=B0=91=E6=97=A5=E6=8A=A5", "人民日报"), ("=C8=CB=C3=\n=F1=C8=D5=B1=A8", "人民日报")),
         _quoted_printable),
    Rule("hz-escapes", "HZ that was never decoded", True, (("~{HKCqHU1(~}", "人民日报"),), _hz),
    Rule("utf7-escapes", "UTF-7 that was never decoded", True, (("+TrpsEWXlYqU-", "人民日报"),), _utf_7),
)  # fmt: skip

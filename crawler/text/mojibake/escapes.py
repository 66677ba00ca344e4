r"""Characters that were written out for a machine and never turned back: ``&#20154;``, ``\u4eba`` ...

An escape is also what a programmer writes on purpose, so addresses, code and texts about
encodings keep theirs; see :mod:`crawler.text.mojibake.context`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import unquote_to_bytes

from crawler.text.chinese.costs import cost
from crawler.text.mojibake.code_escapes import CODE_ESCAPES, ENTITIES, with_ascii_signs
from crawler.text.mojibake.context import (
    FORBIDDEN,
    about_code,
    apart,
    decoded,
    is_chinese,
    is_emoji,
    is_source,
    outside,
    outside_urls,
    reads_well,
    unless_shown,
)
from crawler.text.mojibake.mail import MAIL
from crawler.text.mojibake.rule import Edit, Guess, Rule

# Emoji of another time: SoftBank's private-use characters, and surrogates that were never joined.
#
# Telephones of 2008 to 2011 wrote emoji as private-use characters, and WeChat kept them; the table
# is ``data/softbank.tsv``. CESU-8, which MySQL and Java write, gives each emoji two surrogates of
# three bytes; read as Latin-1 they are six letters, ``í`` the first and the fourth.

_PRIVATE = re.compile("[\ue000-\uf8ff]+")
_SOFTBANK = re.compile(
    "[\ue001-\ue05a\ue101-\ue15a\ue201-\ue253\ue301-\ue34d\ue401-\ue44c\ue501-\ue537]"
)
_MOST_EMOJI: Final = 0.5  # share of a text; a table of private-use characters has more
_ORDINARY: Final = 12.0  # bits a character of the text around an emoji
_KANA = re.compile("[\uff61-\uff9f]")  # half-width: with them, Shift_JIS has shown other bytes
_MIRROR_MARKS: Final = "?,"  # what a garbling mirror leaves beside private-use characters

# Windows-1252 shows the bytes 80 to 9F, where it has a character for them, as these.
_CP1252: Final = "".join(
    bytes((code,)).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)
)
_CONTINUATION: Final = f"[\x80-\xbf{re.escape(_CP1252)}]"
_CESU_8 = re.compile(f"í{_CONTINUATION}{{2}}í{_CONTINUATION}{{2}}")


@cache
def _emoji() -> dict[str, str]:
    lines = (files("crawler.text") / "data" / "softbank.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {chr(int(code, 16)): emoji for code, emoji in rows}


def _softbank(text: str) -> Sequence[Edit]:
    """SoftBank's emoji in ordinary Chinese; nothing if any other private-use character is there."""
    if not _SOFTBANK.search(text):
        return ()
    runs = list(_PRIVATE.finditer(text))
    if any(char not in _emoji() for run in runs for char in run[0]):
        return ()
    rest = _PRIVATE.sub("", text)
    if (
        len(text) - len(rest) > _MOST_EMOJI * len(text)
        or not is_chinese(rest)
        or any(mark in rest for mark in _MIRROR_MARKS)
    ):
        return ()
    return [_shown(run) for run in runs if _stands_among_words(text, run)]


def _stands_among_words(text: str, run: re.Match[str]) -> bool:
    if _KANA.search(text, max(0, run.start() - 2), run.end() + 2):
        return False
    around = text[max(0, run.start() - 6) : run.start()] + text[run.end() : run.end() + 6]
    return cost(around) <= _ORDINARY * len(around)


def _shown(run: re.Match[str]) -> Edit:
    """The emoji, each a guess: the same code point is a rare hanzi in another font."""
    new = ""
    guesses = []
    for char in run[0]:
        emoji = _emoji()[char]
        guesses.append(Guess(len(new), len(emoji), (emoji, char)))
        new += emoji
    return Edit(run.start(), run.end(), new, tuple(guesses))


def _cesu_8(text: str) -> Sequence[Edit]:
    if "í" not in text:
        return ()
    return [
        Edit(found.start(), found.end(), new)
        for found in _CESU_8.finditer(text)
        if (new := _joined(found[0]))
    ]


def _joined(letters: str) -> str:
    code = bytes(0x80 + _CP1252.index(char) if char in _CP1252 else ord(char) for char in letters)
    try:
        pair = code.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        new = pair.decode("utf-16-le")
    except UnicodeDecodeError:
        return ""
    return new if len(new) == 1 else ""


EMOJI: Final = (
    Rule("cesu8-read-as-latin1", "an emoji in CESU-8, read as Latin-1 or Windows-1252", True,
         (("晚安í\xa0¼í¼\x99", "晚安🌙"),), _cesu_8),
    Rule("softbank-emoji", "emoji of SoftBank's telephones in private use", False,
         (("晚安\ue13c，明天见", "晚安💤，明天见"),), _softbank),
)  # fmt: skip


_BACKSLASH = re.compile(
    r"(?:\\{1,8}(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[ux]\{[0-9a-fA-F]{1,6}\}|x[0-9a-fA-F]{2}))+"
)
_BACKSLASH_ONE = re.compile(r"\\{1,8}[uUx]\{?([0-9a-fA-F]+)\}?")
# A second byte of GBK or Big5 may be an ASCII letter, which is not escaped.
_HIGH: Final = r"\\{1,8}x[89a-fA-F][0-9a-fA-F]"
_BYTES = re.compile(rf"(?:{_HIGH}(?:[0-9]{_HIGH}[0-9]|\\{{1,8}}x[0-9a-fA-F]{{2}}|[@-\[\]-~])?)+")
_UNICODE = re.compile(r"\\[uU]|\{")
_BYTE = re.compile(r"\\{1,8}x([0-9a-fA-F]{2})")
_WORD = re.compile(r"[!-~]+")
_PERCENT_HIGH = re.compile(r"%(?:25){0,40}[89A-Fa-f][0-9A-Fa-f]")
_PERCENT_U = re.compile(r"%(?:25){0,40}u[0-9A-Fa-f]{4}")
_PERCENT_ANY = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
_PERCENT_25 = re.compile(r"%(?:25){1,40}(?=[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")
_NOT_A_VALUE = re.compile(r"://|^/|=|\?|&")  # parts of an address
_IN_CODE = re.compile(r"[=(:,\[$]\s?[A-Za-z]?[\"']\\u|[\[-]\\[ux]")
_IN_RTF = re.compile(r"\\u-?\d{4,6}(?: ?\?|\\')|\\uc[01]")  # \u20154? is decimal
_LEFT = re.compile(
    r"&#[xX]?[0-9a-fA-F]{3,6};?|\\u[0-9a-fA-F]{4}|\\x[89a-fA-F][0-9a-fA-F]|\\'[89a-fA-F][0-9a-fA-F]"
    r"|\\[23][0-7]{2}|<U\+[0-9A-F]{4,8}>|_x[0-9A-Fa-f]{4}_|%u[0-9a-fA-F]{4}|%[89A-Fa-f][0-9A-Fa-f]"
    r"|=[89A-F][0-9A-F](?=[=\s]|$)|[uU]\+[0-9a-fA-F]{4}|(?<![A-Za-z])u[0-9a-f]{4}(?![0-9A-Za-z])"
)
_DRIVE = re.compile(r"(?<![A-Za-z])[A-Za-z]:\\(?!u[0-9A-Fa-f]{4}\\u)")  # a path of Windows


def _backslashes(text: str) -> Sequence[Edit]:
    text = with_ascii_signs(text)
    if "\\" not in text or any(pattern.search(text) for pattern in (_IN_CODE, _DRIVE, _IN_RTF)):
        return ()
    edits = [
        Edit(*found.span(), new)
        for found in _BYTES.finditer(text)
        if not is_source(text, found.start()) and (new := _of(found[0]))
    ]
    # Three bytes are a character of UTF-8, or more than one of GBK.
    has_bytes = any(edit.end - edit.start >= len(r"\xe4\xba\xba") for edit in edits)
    edits += [
        Edit(found.start(), found.end(), new)
        for found in _BACKSLASH.finditer(text)
        # Bytes by themselves are no characters; between characters \xb7 is one, as Python writes it.
        if _UNICODE.search(found[0]) and (new := _unescaped(_BACKSLASH_ONE.findall(found[0])))
    ]
    edits = apart(edits)
    written = "".join(edit.text for edit in edits)
    is_text = (has_bytes or len(written) > 1) and reads_well(written)
    # One emoji is written as two surrogates, which nothing else is.
    is_text = is_text or (is_emoji(written) and is_chinese(outside(text, edits)))
    return unless_shown(text, outside_urls(text, edits)) if is_text else ()


def _of(run: str) -> str:
    """The text of a run of bytes; empty if it is none in UTF-8, GBK or Big5."""
    code = _BYTE.sub(lambda found: chr(int(found[1], 16)), run).encode("latin-1")
    return decoded(code)


def _unescaped(codes: Sequence[str]) -> str:
    """The characters of ``codes``, surrogates joined; empty if one of them is no character."""
    units = [int(code, 16) for code in codes]
    if max(units) > 0x10FFFF:
        return ""
    new = (
        "".join(map(chr, units)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    )
    return "" if FORBIDDEN.search(new) or "\ufffd" in new else new


def _words(text: str, sign: re.Pattern[str], undo: Callable[[str], str]) -> Iterator[Edit]:
    """Edits for the ASCII words of ``text`` that show ``sign``, where ``undo`` gives Chinese."""
    for found in _WORD.finditer(text):
        if not sign.search(found[0]) or _NOT_A_VALUE.search(found[0]):
            continue
        new = undo(found[0])
        if new and new != found[0] and (reads_well(new) or (is_emoji(new) and is_chinese(text))):
            yield Edit(found.start(), found.end(), new)


def left_escapes(text: str) -> list[tuple[int, int]]:
    """What is still escaped in a text of which other escapes were undone; not in addresses or code."""
    if about_code(text):
        return []
    edits = [Edit(*found.span(), "") for found in _LEFT.finditer(text)]
    return [(edit.start, edit.end) for edit in outside_urls(text, edits)]


def _percents(text: str) -> Sequence[Edit]:
    text = with_ascii_signs(text)
    if "%" not in text:
        return ()
    return unless_shown(text, list(_words(text, _PERCENT_HIGH, _unquoted)))


def _unquoted(word: str) -> str:
    """The text of percent-escaped bytes; two bytes alone are one hanzi of GBK by chance as well."""
    new = decoded(unquote_to_bytes(_PERCENT_25.sub("%", word).replace("+", " ")))
    return new if len(_PERCENT_HIGH.findall(word)) > 1 else ""


def _percent_u(text: str) -> Sequence[Edit]:
    if "%u" not in text and "%25" not in text:
        return ()
    return unless_shown(text, list(_words(text, _PERCENT_U, _un_u)))


def _un_u(word: str) -> str:
    units = _PERCENT_ANY.sub(
        lambda found: chr(int(found[1] or found[2], 16)), _PERCENT_25.sub("%", word)
    )
    new = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "" if FORBIDDEN.search(new) or "\ufffd" in new else new


ESCAPES: Final = (
    *ENTITIES,
    *CODE_ESCAPES,
    Rule("backslash-escapes", r"characters written as \uXXXX, as JSON and Python do", True,
         ((r"\u4eba\u6c11\u65e5\u62a5", "人民日报"),), _backslashes),
    Rule("percent-u-escapes", "characters written as %uXXXX, as JavaScript's escape() does", True,
         (("%u4EBA%u6C11%u65E5%u62A5", "人民日报"),), _percent_u),
    Rule("percent-escapes", "bytes of UTF-8, GBK or Big5 written as %XX; GBK's ASCII bytes bare", True,
         (("%E4%BA%BA%E6%B0%91%E6%97%A5%E6%8A%A5", "人民日报"), ("%C8%CB%C3%F1%C8%D5%B1%A8", "人民日报")),
         _percents),
    *MAIL,
    *EMOJI,
)  # fmt: skip

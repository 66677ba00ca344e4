r"""Characters written out in the manner of HTML or of one program, and never turned back.

RTF writes ``\u20154?`` in decimal, git ``\344\272\272``, R ``<U+4EBA>``, Excel ``_x4EBA_``, a style
sheet ``\4EBA``; and JSON may lose its backslashes. Each notation also occurs with another meaning,
in paths, part numbers and checksums. So what is written must be hanzi, two or more in all, and
plausible together.

HTML entities may have lost a piece on the way. Browsers decode ``&#26149`` without its semicolon.
Editors put a space behind the ampersand, drop it, or turn the semicolon into ``；``; what is broken
so is read only as a character of Chinese text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from crawler.text.mojibake.context import (
    FORBIDDEN,
    HANZI,
    apart,
    applied,
    are_named_marks,
    decoded,
    is_chinese,
    is_source,
    outside_urls,
    reads_well,
    unless_explained,
    unless_shown,
)
from crawler.text.mojibake.misread import spans
from crawler.text.mojibake.rule import Edit, Rule

# `&amp;` before the name, any number of times, is an entity that was escaped again.
_ENTITY = re.compile(
    r"&(?:(?:amp|#0*38|#[xX]0*26);){0,40}(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
)
_SURROGATES = re.compile(
    r"&#(5[56]\d{3}|[xX][dD][89abAB][0-9a-fA-F]{2});&#(5[67]\d{3}|[xX][dD][c-fC-F][0-9a-fA-F]{2});"
)
_NUMBER: Final = "#(?:\\d{4,6}|[xX][0-9a-fA-F]{4,5})"
# Spaces that were put inside, also in front of the semicolon, and full-width signs.
_BROKEN = re.compile(r"& ?# ?(\d{4,6}|[xX][0-9a-fA-F]{4,5}) ?[;；]")
_TO_ASCII: Final = str.maketrans("＆＃％＼", "&#%\\")
_UNCLOSED = re.compile(rf"&({_NUMBER})(?![0-9A-Za-z;；])|&(#\d{{4,6}})(?=[A-Za-z])")
# Digits of the text behind it: no hanzi has more digits than this, no mark so many.
_BEFORE_DIGITS = re.compile(
    r"&(?:(#(?:1[3-9]|[23]\d|40)\d{3})|(#82\d\d)|(#[xX](?:30[01]|[4-9][0-9a-fA-F]{2}|[fF]{2}[0-5])[0-9a-fA-F]))(?=[0-9A-Fa-f])"
)
_ODDLY_CLOSED = re.compile(rf"&({_NUMBER})；")
_WIDE_SIGN = re.compile("＆[#＃]|&＃|％[89A-Fa-fuU][0-9A-Fa-f]|＼[uUx][0-9A-Fa-f]")
_BARE = re.compile(rf"(?:(?<!&){_NUMBER};)+")
_BARE_ROW = re.compile(rf"(?:(?<!&){_NUMBER};){{2}}")
_EACH_NUMBER = re.compile(_NUMBER)
_IN_CHINESE_TEXT = re.compile(
    "[\u00b7\u2014\u2018-\u201d\u2026\u3001-\u3017\u3400-\u9fff\uff01-\uff5e\U0001f300-\U0003ffff]"
)
_C1 = re.compile("[\x80-\x9f]")


def _entities(text: str) -> Sequence[Edit]:
    text = with_ascii_signs(text)
    if "#" not in text and "&" not in text:
        return ()
    edits = unless_shown(text, outside_urls(text, apart(_found(text))))
    if not edits or are_named_marks(text, edits):
        return ()
    new = applied(text, edits)
    if is_chinese(new):
        return [edit for edit in edits if not _C1.match(edit.text)]
    return edits if spans(new) else ()


def with_ascii_signs(text: str) -> str:
    """``text`` with the signs of escapes in ASCII that an input method made wide; of the same length."""
    return text.translate(_TO_ASCII) if _WIDE_SIGN.search(text) else text


def _found(text: str) -> Iterator[Edit]:
    yield from _whole(text)
    for found in _BROKEN.finditer(text):
        if _IN_CHINESE_TEXT.fullmatch(char := _character(f"#{found[1]}")):
            yield Edit(*found.span(), char)
    for pattern in (_UNCLOSED, _ODDLY_CLOSED, _BEFORE_DIGITS):
        for found in pattern.finditer(text):
            if _IN_CHINESE_TEXT.fullmatch(char := _character(found[found.lastindex or 1])):
                yield Edit(*found.span(), char)
    # One alone may be a ticket's number; but beside a row of them it is one more.
    for found in _BARE.finditer(text) if _BARE_ROW.search(text) else ():
        row = [_character(number) for number in _EACH_NUMBER.findall(found[0])]
        if all(map(_IN_CHINESE_TEXT.fullmatch, row)):
            yield Edit(*found.span(), "".join(row))


def _whole(text: str) -> Iterator[Edit]:
    """Entities with all their pieces; two surrogates are one character."""
    halves = set()
    for found in _SURROGATES.finditer(text):
        if char := _joined(*map(_value, found.groups())):
            halves |= {found.start(), found.start(2) - len("&#")}
            yield Edit(*found.span(), char)
    for found in _ENTITY.finditer(text):
        if found.start() not in halves and (char := _character(found[1])):
            yield Edit(*found.span(), char)


def _value(number: str) -> int:
    return int(number[1:], 16) if number[0] in "xX" else int(number)


def _joined(high: int, low: int) -> str:
    """The character of two surrogates; empty if they are none."""
    code = (high << 16 | low).to_bytes(4, "big")
    try:
        return code.decode("utf-16-be")[:1] if 0xD800 <= high < 0xDC00 else ""
    except UnicodeDecodeError:
        return ""


def _character(name: str) -> str:
    """The character that ``name`` stands for; empty if it is none, or one that text must not have."""
    try:
        char = html.unescape(f"&{name};")
    except (ValueError, OverflowError):
        return ""
    return "" if (char.startswith("&") and len(char) > 1) or FORBIDDEN.search(char) else char


ENTITIES: Final = (
    Rule("html-entities", "characters written as HTML entities, also broken ones, also escaped twice or more", True,
         (("&#20154;&#x6C11;&ldquo;&amp;#26085;&#25253;&amp;rdquo;", "人民“日报”"), ("&#20154&#27665", "人民")),
         _entities),
)  # fmt: skip


# RTF: a decimal number, signed in 16 bits, and what a reader without Unicode shows instead.
_RTF_UNICODE = re.compile(r"(?:\\uc[01] ?)?(?:\\u-?\d{2,6}(?: ?\?|\\'[0-9a-fA-F]{2}))+")
# As macOS writes it: nothing is shown instead, and a space ends the number.
_RTF_BARE = re.compile(r"\\uc[01] ?(?:\\u-?\d{2,6} ?(?:\\uc[01] ?)?)+")
_RTF_UNIT = re.compile(r"\\u(-?\d{2,6})")
# A character of GB 18030 may have four bytes, of which the second and the fourth are digits.
_RTF_HIGH: Final = r"\\'[89a-fA-F][0-9a-fA-F]"
_RTF_DIGIT: Final = r"(?:\\'3[0-9]|[0-9])"
_RTF_BYTES = re.compile(
    rf"(?:{_RTF_HIGH}(?:\\'[0-9a-fA-F]{{2}}|[@-~]|{_RTF_DIGIT}{_RTF_HIGH}{_RTF_DIGIT}))+"
)
_RTF_BYTE = re.compile(r"\\'([0-9a-fA-F]{2})")

# Only bytes above ASCII: \012 and its like are meant.
_OCTAL_HIGH = re.compile(r"(?:\\[23][0-7]{2}){2,}")
_OCTAL_DIGIT: Final = r"(?:\\06[0-7]|\\07[01]|[0-9])"
_OCTAL_PAIRS = re.compile(
    rf"(?:\\[23][0-7]{{2}}(?:\\[123][0-7]{{2}}|[@-\[\]-~]|{_OCTAL_DIGIT}\\[23][0-7]{{2}}{_OCTAL_DIGIT}))+"
)
_OCTAL_BYTE = re.compile(r"\\([0-7]{3})")

_HEX: Final = "[0-9a-fA-F]{4}"
# One alone may be a part number; but beside a row of them it is one more.
_BARE_U = re.compile(rf"(?:u{_HEX})+")
_BARE_U_ROW = re.compile(
    rf"(?<![0-9A-Za-z\\%+])(?:u{_HEX}){{2,}}(?![0-9A-Za-z])|(?<![\\%+])(?:u{_HEX}){{3,}}"
)
_ANGLE = re.compile(r"(?:<U\+[0-9A-F]{4,8}>)+")
# The first and the last of a block of characters, by their numbers.
_RANGE = re.compile(r"(?<!>)<U\+[0-9A-F]{4,8}>\s?(?:[-–~～]|至|到|to)\s?<U\+[0-9A-F]{4,8}>(?!<U\+)")
_POINT: Final = rf"(?:2[0-9a-fA-F]{{4}}|1[fF][0-9a-fA-F]{{3}}|{_HEX})"
# In a row without anything between them no text speaks of them.
_SIGNED: Final = rf"(?:[/&]|\\ )u{_HEX}|[uU]\+{_POINT}|[{{\[]U\+{_POINT}[}}\]]"
_SIGNED_RUN = re.compile(rf"(?:{_SIGNED})+")
_SIGNED_ROW = re.compile(rf"(?:{_SIGNED}){{2}}")
_ANGLE_BYTES = re.compile("(?:<[89a-f][0-9a-f]>){3,}")
_ANGLE_BYTE = re.compile("<([0-9a-f]{2})>")
_EXCEL = re.compile(rf"(?:_x{_HEX}_)+")
_CSS_ONE: Final = r"\\(?:00[0-9a-fA-F]{4} ?|[0-9a-fA-F]{4,6}(?: |(?![0-9A-Fa-f])))"
_CSS = re.compile(rf"(?:{_CSS_ONE})+")
_CSS_ROW = re.compile(rf"(?:{_CSS_ONE}){{2}}")
_CODE_POINT = re.compile("[0-9a-fA-F]{4,8}")
_PAIRED: Final = ("gb18030", "big5hkscs")
_DRIVE = re.compile(r"(?<![A-Za-z])[A-Za-z]:\\")  # a path of Windows


def _written(text: str, pattern: re.Pattern[str], undo: Callable[[str], str]) -> Sequence[Edit]:
    """Edits for what ``pattern`` finds, if all of it together is Chinese."""
    edits = [
        Edit(found.start(), found.end(), new)
        for found in pattern.finditer(text)
        if not is_source(text, found.start()) and (new := undo(found[0]))
    ]
    written = "".join(edit.text for edit in edits)
    if len(HANZI.findall(written)) < 2 or not reads_well(written):
        return ()
    return unless_explained(text, outside_urls(text, edits))


def _rtf_unicode(text: str) -> Sequence[Edit]:
    if "\\u" not in text:
        return ()
    edits = _written(text, _RTF_UNICODE, _rtf_units)
    return edits or (_written(text, _RTF_BARE, _rtf_units) if "\\uc" in text else ())


def _rtf_units(run: str) -> str:
    return _characters(int(unit) for unit in _RTF_UNIT.findall(run))


def _characters(units: Iterable[int]) -> str:
    """The characters of UTF-16 ``units``; empty if one of them is not written in Chinese text."""
    code = bytearray()
    for unit in units:
        if not -0x8000 <= unit <= 0xFFFF:
            return ""
        code += (unit & 0xFFFF).to_bytes(2, "little")
    new = code.decode("utf-16-le", "replace")
    return (
        new
        if all(char > "\u00a0" and not "\ue000" <= char <= "\uf8ff" for char in new)
        and "\ufffd" not in new
        else ""
    )


def _rtf_bytes(text: str) -> Sequence[Edit]:
    return (
        _written(text, _RTF_BYTES, partial(_bytes_written, _RTF_BYTE, 16)) if "\\'" in text else ()
    )


def _bytes_written(byte: re.Pattern[str], base: int, run: str) -> str:
    """The text of a run of two-byte codes."""
    code = byte.sub(lambda found: chr(int(found[1], base)), run).encode("latin-1")
    return decoded(code, ("utf-8", "gb18030", "big5hkscs") if byte is _ANGLE_BYTE else _PAIRED)


def _octal(text: str) -> Sequence[Edit]:
    if "\\" not in text or _DRIVE.search(text):
        return ()
    edits = _written(text, _OCTAL_HIGH, _octal_utf_8)
    return edits or _written(text, _OCTAL_PAIRS, partial(_bytes_written, _OCTAL_BYTE, 8))


def _octal_utf_8(run: str) -> str:
    return decoded(bytes(int(byte, 8) for byte in _OCTAL_BYTE.findall(run)), ("utf-8",))


def _code_points(text: str, sign: str, pattern: re.Pattern[str]) -> Sequence[Edit]:
    if sign not in text.lower() or _RANGE.search(text):
        return ()
    return _written(text, pattern, _hanzi_only)


def _hanzi_only(run: str) -> str:
    """The characters of a run of code points, all of which Chinese text has."""
    points = [int(point, 16) for point in _CODE_POINT.findall(run)]
    if max(points) > 0x10FFFF:
        return ""
    units = "".join(map(chr, points)).encode("utf-16-le", "surrogatepass")
    new = units.decode("utf-16-le", "replace")
    return new if all(map(_IN_TEXT.match, new)) else ""


_IN_TEXT: Final = re.compile(
    "[\u00b0\u00b7\u00d7\u2010-\u203b\u2103\u2116\u2460-\u2473\u25a0-\u27bf\u3000-\u3017\u3400-\u9fff"
    "\uff01-\uff5e\u200d\ufe0f\U0001f000-\U0001faff\U00020000-\U0003ffff]"
)


def _bare_u(text: str) -> Sequence[Edit]:
    return _code_points(text, "u", _BARE_U) if _BARE_U_ROW.search(text) else ()


def _other_points(text: str) -> Sequence[Edit]:
    return _code_points(text, "u", _SIGNED_RUN) if _SIGNED_ROW.search(text) else ()


def _angle_bytes(text: str) -> Sequence[Edit]:
    if "><" not in text:
        return ()
    return _written(text, _ANGLE_BYTES, partial(_bytes_written, _ANGLE_BYTE, 16))


def _css(text: str) -> Sequence[Edit]:
    if not _CSS_ROW.search(text) or _DRIVE.search(text):
        return ()
    return _code_points(text, "\\", _CSS)


CODE_ESCAPES: Final = (
    Rule("rtf-unicode", r"characters written as \u20154?, as RTF does", True,
         ((r"\u20154?\u27665?\u26085?\u25253?", "人民日报"),), _rtf_unicode),
    Rule("rtf-bytes", r"bytes of GBK written as \'c8\'cb, as RTF does", True,
         ((r"\'c8\'cb\'c3\'f1\'c8\'d5\'b1\'a8", "人民日报"),), _rtf_bytes),
    Rule("octal-escapes", r"bytes written as \344\272\272, as git does", True,
         ((r"\344\272\272\346\260\221\346\227\245\346\212\245", "人民日报"),), _octal),
    Rule("u-without-backslash", r"\uXXXX that lost its backslashes", True,
         (("u4ebau6c11u65e5u62a5", "人民日报"),), _bare_u),
    Rule("angle-code-points", "characters written as <U+4EBA>, as R does", True,
         (("<U+4EBA><U+6C11>", "人民"),), partial(_code_points, sign="<u+", pattern=_ANGLE)),
    Rule("excel-code-points", "characters written as _x4EBA_, as Excel's XML does", True,
         (("_x4EBA__x6C11_", "人民"),), partial(_code_points, sign="_x", pattern=_EXCEL)),
    Rule("other-code-points", "characters written as /u4EBA, &u4EBA or U+4EBA, in a row", True,
         (("/u4eba/u6c11", "人民"), ("U+4EBAU+6C11", "人民")), _other_points),
    Rule("angle-bytes", "bytes written as <e4><ba><ba>, as R does", True,
         (("<e4><ba><ba><e6><b0><91>", "人民"),), _angle_bytes),
    Rule("css-code-points", r"characters written as \4EBA, as style sheets do", True,
         ((r"\4EBA\6C11\65E5\62A5", "人民日报"),), _css),
)  # fmt: skip

r"""Characters that were written out for a machine and never turned back: ``&#20154;``, ``\u4eba`` ...

An escape is also what a programmer writes on purpose, so addresses, code and texts about
encodings keep theirs; see :mod:`crawler.text.mojibake.context`.
"""

from __future__ import annotations

import html
import quopri
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from crawler.text.chinese.bigrams import cost
from crawler.text.mojibake.context import is_chinese, outside_urls, shown_on_purpose
from crawler.text.mojibake.rule import Edit, Rule
from crawler.text.mojibake.whole_text import reread_whole

_PLAUSIBLE: Final = 13.5  # bits a character of what comes out
_RARE_WORDS: Final = 16.5  # ... where it was UTF-8 or UTF-16, which is hardly ever chance

_LIMITS: Final = {"gb18030": _PLAUSIBLE, "big5hkscs": _PLAUSIBLE}

# `&amp;` before the name, any number of times, is an entity that was escaped again.
_ENTITY = re.compile(
    r"&(?:(?:amp|#0*38|#[xX]0*26);){0,40}(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
)
_BACKSLASH = re.compile(
    r"(?:\\{1,8}(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|u\{[0-9a-fA-F]{1,6}\}|x[0-9a-fA-F]{2}))+"
)
_BACKSLASH_ONE = re.compile(r"\\{1,8}[uUx]\{?([0-9a-fA-F]+)\}?")
_WORD = re.compile(r"[!-~]+")
_PERCENT_HIGH = re.compile(r"%(?:25){0,40}[89A-Fa-f][0-9A-Fa-f]")
_PERCENT_U = re.compile(r"%(?:25){0,40}u[0-9A-Fa-f]{4}")
_PERCENT_ANY = re.compile(r"%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})")
_PERCENT_25 = re.compile(r"%(?:25){1,40}(?=[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")
_QUOTED_PRINTABLE = re.compile(r"(?:=[0-9A-F]{2}){3}")
_HZ = re.compile(r"~\{(?:[!-w][!-~]){1,2000}~\}")
_UTF_7 = re.compile(r"\+[A-Za-z0-9/]{4,4000}-")
_NOT_A_VALUE = re.compile(r"://|^/|=|\?|&")  # parts of an address
_IN_CODE = re.compile(r"[=(:,\[]\s?[\"']\\u|[\[-]\\u")
_C1 = re.compile("[\x80-\x9f]")
_IN_CHINESE = re.compile(
    "[\u00a5-\u00b7\u00d7\u2010-\u203b\u2100-\u9fff\ue000-\uffef\U00010000-\U0003ffff]"
).match
_DRIVE = re.compile(r"(?<![A-Za-z])[A-Za-z]:\\(?!u[0-9A-Fa-f]{4}\\u)")  # a path of Windows
_FORBIDDEN = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def _entities(text: str) -> Sequence[Edit]:
    if "&" not in text:
        return ()
    edits = [
        Edit(found.start(), found.end(), char)
        for found in _ENTITY.finditer(text)
        if (char := _entity(found[1]))
    ]
    edits = outside_urls(text, edits)
    if shown_on_purpose(text, edits):
        return ()
    new = _applied(text, edits)
    if is_chinese(new):
        return [edit for edit in edits if not _C1.match(edit.text)]
    return edits if reread_whole(new) else ()


def _entity(name: str) -> str:
    """The character that ``name`` stands for; empty if it is none, or one that text must not have."""
    try:
        char = html.unescape(f"&{name};")
    except (ValueError, OverflowError):
        return ""
    return "" if (char.startswith("&") and len(char) > 1) or _FORBIDDEN.search(char) else char


def _backslashes(text: str) -> Sequence[Edit]:
    if "\\" not in text or _IN_CODE.search(text) or _DRIVE.search(text):
        return ()
    edits = [
        Edit(found.start(), found.end(), new)
        for found in _BACKSLASH.finditer(text)
        if (new := _unescaped(_BACKSLASH_ONE.findall(found[0])))
    ]
    written = "".join(edit.text for edit in edits)
    if len(written) < 2 or not _reads_well(written) or shown_on_purpose(text, edits):
        return ()
    return outside_urls(text, edits)


def _unescaped(codes: Sequence[str]) -> str:
    """The characters of ``codes``, surrogates joined; empty if one of them is no character."""
    units = [int(code, 16) for code in codes]
    if max(units) > 0x10FFFF:
        return ""
    new = (
        "".join(map(chr, units)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    )
    return "" if _FORBIDDEN.search(new) or "\ufffd" in new else new


def _words(text: str, sign: re.Pattern[str], undo: Callable[[str], str]) -> Iterator[Edit]:
    """Edits for the ASCII words of ``text`` that show ``sign``, where ``undo`` gives Chinese."""
    for found in _WORD.finditer(text):
        if not sign.search(found[0]) or _NOT_A_VALUE.search(found[0]):
            continue
        new = undo(found[0])
        if new and new != found[0] and _reads_well(new):
            yield Edit(found.start(), found.end(), new)


def _percents(text: str) -> Sequence[Edit]:
    if "%" not in text:
        return ()
    edits = list(_words(text, _PERCENT_HIGH, _unquoted))
    return () if shown_on_purpose(text, edits) else edits


def _unquoted(word: str) -> str:
    code = unquote_to_bytes(_PERCENT_25.sub("%", word).replace("+", " "))
    for codec in ("utf-8", "gb18030", "big5hkscs"):
        try:
            new = code.decode(codec)
        except UnicodeDecodeError:
            continue
        if not _FORBIDDEN.search(new) and _reads_well(new, _LIMITS.get(codec, _RARE_WORDS)):
            return new
    return ""


def _percent_u(text: str) -> Sequence[Edit]:
    if "%u" not in text and "%25" not in text:
        return ()
    edits = list(_words(text, _PERCENT_U, _un_u))
    return () if shown_on_purpose(text, edits) else edits


def _un_u(word: str) -> str:
    units = _PERCENT_ANY.sub(
        lambda found: chr(int(found[1] or found[2], 16)), _PERCENT_25.sub("%", word)
    )
    new = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "" if _FORBIDDEN.search(new) or "\ufffd" in new else new


def _quoted_printable(text: str) -> Sequence[Edit]:
    if not _QUOTED_PRINTABLE.search(text):
        return ()
    edits = []
    for found in re.finditer(r"[!-~]+", text):
        if _QUOTED_PRINTABLE.search(found[0]) and "=?" not in found[0]:  # not a mail's header
            new = _decoded(quopri.decodestring(found[0].encode()))
            if new and _reads_well(new):
                edits.append(Edit(found.start(), found.end(), new))
    return () if shown_on_purpose(text, edits) else edits


def _decoded(code: bytes) -> str:
    for codec in ("utf-8", "gb18030"):
        try:
            return code.decode(codec)
        except UnicodeDecodeError:
            continue
    return ""


def _seven_bit(text: str, pattern: re.Pattern[str], codec: str) -> Sequence[Edit]:
    edits = []
    for found in pattern.finditer(text):
        try:
            new = found[0].encode().decode(codec)
        except UnicodeDecodeError:
            continue
        if not _FORBIDDEN.search(new) and _reads_well(new):
            edits.append(Edit(found.start(), found.end(), new))
    return () if shown_on_purpose(text, edits) else edits


def _hz(text: str) -> Sequence[Edit]:
    return _seven_bit(text, _HZ, "hz") if "~{" in text else ()


def _utf_7(text: str) -> Sequence[Edit]:
    return _seven_bit(text, _UTF_7, "utf-7") if "+" in text else ()


def _reads_well(new: str, limit: float = _RARE_WORDS) -> bool:
    """Whether ``new`` is plausible Chinese, or typographic marks at least."""
    above = [char for char in new if char > "\u00a0"]
    return any(_IN_CHINESE(char) for char in above) and cost("".join(above)) <= limit * max(
        2, len(above)
    )


def _applied(text: str, edits: Sequence[Edit]) -> str:
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += text[at : edit.start], edit.text
        at = edit.end
    return "".join((*parts, text[at:]))


ESCAPES: Final = (
    Rule("html-entities", "characters written as HTML entities, also escaped twice or more", True,
         (("&#20154;&#x6C11;&ldquo;&amp;#26085;&#25253;&amp;rdquo;", "人民“日报”"),), _entities),
    Rule("backslash-escapes", r"characters written as \uXXXX, as JSON and Python do", True,
         ((r"\u4eba\u6c11\u65e5\u62a5", "人民日报"),), _backslashes),
    Rule("percent-u-escapes", "characters written as %uXXXX, as JavaScript's escape() does", True,
         (("%u4EBA%u6C11%u65E5%u62A5", "人民日报"),), _percent_u),
    Rule("percent-escapes", "bytes of UTF-8, GBK or Big5 written as %XX; GBK's ASCII bytes bare", True,
         (("%E4%BA%BA%E6%B0%91%E6%97%A5%E6%8A%A5", "人民日报"), ("%C8%CB%C3%F1%C8%D5%B1%A8", "人民日报")),
         _percents),
    Rule("quoted-printable", "bytes written as =XX, as mail does", True,
         (("=E4=BA=BA=E6=B0=91=E6=97=A5=E6=8A=A5", "人民日报"),), _quoted_printable),
    Rule("hz-escapes", "HZ that was never decoded", True, (("~{HKCqHU1(~}", "人民日报"),), _hz),
    Rule("utf7-escapes", "UTF-7 that was never decoded", True, (("+TrpsEWXlYqU-", "人民日报"),), _utf_7),
)  # fmt: skip

"""Is the text about encodings, or in a language that is not Chinese? Then much is as it should be.

The rules for escapes ask here too whether a result is Chinese, and an escape was meant to be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from crawler.text.chinese.costs import cost
from crawler.text.mojibake.rule import Edit

# Words of texts that explain escapes and mojibake, and signs of program code. Such a text shows
# the damage as an example, and a repair would spoil it.
_ABOUT_CODE = re.compile(
    r"编码|編碼|解码|解碼|正则|正則|转义|轉義|乱码|亂碼|字符集|字元集|码点|碼點|八进制|八進制|十六进制|十六進制|源代码|程序员|原始碼|实体字符|字符实体|部首|康熙|兼容汉字|相容漢字|零宽|全角|半角"
    r"|unicode|utf-?\d|gbk|gb2312|gb18030|big-?5|ascii|latin-?1|iso-8859|html|xml|json|javascript"
    r"|python|quoted-printable|\brfc ?\d|mojibake|(?<![a-z])(?:java|php|css|rtf|mime|sql"
    r"|print|printf|println|console|def|function|return|const|import|echo|char|string)(?![a-z])"
    r"|=\s?[\"'“]|U\+[0-9A-F]{4}|</[a-z]|&lt;/?[a-z]",
    re.IGNORECASE,
)
# Charsets are named where their mistakes are the subject. Only short examples count, see is_example().
_ABOUT_DAMAGE = re.compile(
    r"乱码|亂碼|编码|編碼|解码|解碼|误读|誤讀|转错|mojibake|(?<![a-z])(?:utf-?\d{1,3}|gbk|gb2312|gb18030|big-?5"
    r"|latin-?1|iso-8859|cp?125\d|ansi|bom|iconv|convmv|chcp"
    r"|charset|codecs?|(?:en|de)code[drs]?|unicode\w{0,30}error)(?![a-z])",
    re.IGNORECASE,
)
_CONVERTERS = re.compile(r"\b(?:iconv|convmv|enca|chardet|ftfy)\b|\.(?:en|de)code\(")
_EXAMPLE: Final = 40  # characters that examples of damage have together
_EXPLAINED: Final = 400  # the same where each of them is explained
_AROUND: Final = " \t\r\n“”‘’「」『』\"'《》()（）。，、；："
_PAIRS: Final = ("“”", "‘’", "「」", "『』", '""', "''", "《》", "()", "（）")
_OPENING: Final = "“‘「『\"'《（(＂`"
_CLOSING: Final = "”’」』\"'》）)＂`"
# What stands before the right words where a text gives them beside the wrong ones, and behind them.
_GIVEN = re.compile(
    rf"(?:是|即|为|為|叫|才|回|成|于|於|等于|得到|对应|對應|表示|\bis|\bare|\bmeans|→|[-=]>|＝|=)\s?[{_OPENING}]?\Z"
)
_GIVES = re.compile(
    rf"[{_CLOSING}]?[一-龥]{{0,3}}(?:变成|變成|变为|写成|寫成|写作|显示[成为]|成了|存成|→|[-=]>)"
)
# A few characters that a text says something became, or that it asks about.
_NAMED = re.compile(
    rf"(?:[变變写寫读解看认存打乱误]成|变为|[写寫误]作|成了)(?:了|的是)?\s?[{_OPENING}]\Z"
    rf"|(?:显示[成为]|顯示[成為])(?:了|的是)?\s?[{_OPENING}]?\Z"
)
# An escape needs no quotation marks for that.
_WRITTEN = re.compile(
    r"(?:写成|写作|显示[成为]|打印[成出]?|控制台显示|(?:终端|命令行)里?(?:显示|出现))(?:了|的是)?\s?\Z"
)
# What is seen in quotation marks: one word, or several of them.
_SEEN = re.compile(
    rf"(?:[看见遇收]到|看见?|显示|出现|发来|贴出|写着|这个|为何我的)(?:了|的|过)?\s?[{_OPENING}]"
    rf"(?:[^{_CLOSING}]{{1,8}}[{_CLOSING}][、和与]?[{_OPENING}])?\Z"
)
_SEEN_LENGTH: Final = 3
_ASKED = re.compile(
    rf"[{_CLOSING}]?(?:是什么|是甚麼|什么意思|是乱码|看不懂|这种字|这几个|这串|就错|一类)"
    rf"|[{_CLOSING}][,，]?(?:其实是|就是|应该是|应为|原来是|本来是|是乱|是替换|为什么|怎么|多出来|之类|还原|解成|转成|改成)"
)
_BROKEN_OFF = re.compile(rf"[{_CLOSING}，。、；！？!?,.;\s]|就|的|了|\Z")
_NAMED_LENGTH: Final = 8  # characters of such an example
_NEAR_BY: Final = 16  # characters in which such words stand
# How marks are called, where a text says which entity writes them.
_MARK_NAMES: Final = {
    "\xa0": ("空格",),
    "<": ("小于", "尖括号"),
    ">": ("大于", "尖括号"),
    "&": ("和号", "与号", "连接符"),
    '"': ("引号",),
    "'": ("引号", "撇号"),
    "“": ("引号",),
    "”": ("引号",),
    "©": ("版权号", "版权符号", "版权标志"),
    "®": ("注册号", "注册商标符号", "注册符号"),
    "™": ("商标符号",),
    "…": ("省略号",),
    "—": ("破折号",),
    "–": ("连接号", "短横"),
    "·": ("间隔号", "中点"),
    "•": ("圆点", "项目符号"),
    "×": ("乘号",),
    "÷": ("除号",),
    "°": ("度数符号", "度的符号"),
    "¥": ("人民币符号", "日元符号"),
    "€": ("欧元符号",),
    "£": ("英镑符号",),
}
_SPOKEN_OF = re.compile(
    rf"[{_CLOSING}]?\s?(?:写成|写作|显示[为成]|换成|应该换|而不是|也能打|代表|表示|就是)"
)
_USED = re.compile(
    rf"(?:看到|看见|显示|输出|写|写成|写作|换成|替换|输入|键入|敲|打上?|用)(?:的是|成|为|了)?\s?[{_OPENING}]?\Z"
)
_BEFORE_ANOTHER = re.compile(r"(?:和|与|與|或|还是|、)&")
_BEHIND_ANOTHER = re.compile(r";(?:和|与|與|或|还是|、)\Z")
_SOURCE = re.compile(
    r"(?:\b(?:content|font-family)\s?:|\b(?:printf|print|puts|echo|alert)\b(?: -e)?[ (]?|=|[A-Za-z_]\()\s?[A-Za-z]?[\"'`]\Z"
)
# A string begins in program code: an argument of a call, or what a name is made equal to. Bytes by
# themselves are what Python prints of a text that was never decoded.
_STRING = re.compile(r"(?:[A-Za-z0-9_$]\(\s?|\$|[A-Za-z0-9_\])] \+?= ?)[bru]{0,2}([\"'`])")
_BYTES = re.compile(r"(?<![A-Za-z0-9_])[bB][rR]?(?:\"[^\"\n]*\"|'[^'\n]*')\.[a-z]")
_NEXT_STRING = re.compile(r"\s?[,+]\s?[bru]{0,2}([\"'`])")
_PROMPT = re.compile(r"^(?:>>>|In \[\d{1,4}\]:) .*", re.MULTILINE)
_CHINESE = re.compile("[\u3400-\u9fff]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
URL = re.compile(r"(?:https?|ftp)://[!-~]*|www\.[!-~]*", re.IGNORECASE)


def about_code(text: str) -> bool:
    """Whether ``text`` speaks of code or encodings."""
    return bool(_ABOUT_CODE.search(text))


def is_chinese(text: str) -> bool:
    """Whether ``text`` has hanzi, and neither kana nor hangul beyond a word or two of them."""
    hanzi = len(_CHINESE.findall(text))
    return hanzi > 4 * (len(_KANA.findall(text)) + len(_HANGUL.findall(text)))


def shown_on_purpose(text: str, edits: Sequence[Edit]) -> bool:
    """Whether what ``edits`` would change is an example in a text about such things.

    Damage does not stop at one word: where it holds most of the text's hanzi, it is damage.
    """
    return about_code(text) and _are_fewer(text, edits)


def _are_fewer(text: str, edits: Sequence[Edit]) -> bool:
    restored = sum(len(_CHINESE.findall(edit.text)) for edit in edits)
    return restored <= len(_CHINESE.findall(text))


def is_meant(text: str, edits: Sequence[Edit]) -> bool:
    """Whether ``text`` shows what ``edits`` would change: it explains it, or speaks of it by name."""
    joined = _joined(edits)
    return bool(joined) and (is_explained(text, joined) or _is_named(text, joined))


def is_explained(text: str, edits: Sequence[Edit]) -> bool:
    """Whether the text itself says what each of ``edits`` would write: ``鍛ㄦ姤`` is “周报”.

    Only a text about such things has both: the right words stand elsewhere in quotation marks,
    or behind an arrow or an “is”. Of a few short examples one is enough.
    """
    size = sum(edit.end - edit.start for edit in edits)
    if size > _EXPLAINED:
        return False
    rest = text
    for edit in reversed(edits):
        rest = f"{rest[: edit.start]}\0{rest[edit.end :]}"
    given = [_is_given(rest, edit.text) for edit in edits]
    return any(given) if size <= _EXAMPLE else all(given)


def _is_given(rest: str, words: str) -> bool:
    """Whether ``rest`` gives ``words`` as what other characters stand for."""
    bare = words.strip(_AROUND)
    if any(f"{a}{word}{b}" in rest for a, b in _PAIRS for word in {words, bare} if word):
        return True
    if len(bare) < 2 and not _CHINESE.search(bare):
        return False
    if f"{bare}." in rest:
        return True
    at = rest.find(bare)
    while at >= 0:
        end = at + len(bare)
        if _GIVEN.search(rest[max(0, at - _NEAR_BY) : at]) or _GIVES.match(rest, end):
            return True
        at = rest.find(bare, end)
    return False


def _is_named(text: str, edits: Sequence[Edit]) -> bool:
    """Whether all of ``edits`` are short examples: “变成ÈËÃñ就…”, “鑱斿悎是什么”."""
    return all(len(edit.text) <= _NAMED_LENGTH and _is_one_named(text, edit) for edit in edits)


def _is_one_named(text: str, edit: Edit) -> bool:
    old = text[edit.start : edit.end]
    # A wrong reading may take the quotation marks for bytes.
    start = edit.end - len(old.lstrip(_OPENING))
    end = edit.start + len(old.rstrip(_CLOSING))
    before = text[max(0, start - _NEAR_BY) : start]
    if _ASKED.match(text, end) or (old.isascii() and _WRITTEN.search(before)):
        return True
    if len(_CHINESE.findall(edit.text)) <= _SEEN_LENGTH and _SEEN.search(before):
        return old.isascii() or text[end : end + 1] in tuple(_CLOSING)
    return bool(_BROKEN_OFF.match(text, end) and _NAMED.search(before))


def _joined(edits: Sequence[Edit]) -> list[Edit]:
    """``edits`` with those in one that touch: a row of escapes is one word."""
    joined: list[Edit] = []
    for edit in edits:
        if joined and joined[-1].end == edit.start:
            last = joined.pop()
            joined.append(Edit(last.start, edit.end, last.text + edit.text))
        else:
            joined.append(edit)
    return joined


def is_example(text: str, edits: Sequence[Edit]) -> bool:
    """Whether ``edits`` would spoil a few words that show what a wrong codec does."""
    size = sum(edit.end - edit.start for edit in edits)
    if not 0 < size <= _EXAMPLE or not _ABOUT_DAMAGE.search(text):
        return False
    return _are_fewer(text, edits) or _CONVERTERS.search(text) is not None


def is_source(text: str, start: int) -> bool:
    """Whether a string begins at ``start`` in what is program code: ``printf '``, ``content: "``."""
    return _SOURCE.search(text[max(0, start - _NEAR_BY) : start]) is not None


def are_named_marks(text: str, edits: Sequence[Edit]) -> bool:
    """Whether ``text`` speaks of the marks that ``edits`` write: ``&nbsp;是空格``, “把 &amp; 写成 &”."""
    return all(
        not _CHINESE.search(edit.text)
        and (
            any(name in text for name in _MARK_NAMES.get(edit.text, ()))
            or _SPOKEN_OF.match(text, edit.end)
            or _USED.search(text[max(0, edit.start - _NEAR_BY) : edit.start])
            or _BEFORE_ANOTHER.match(text, edit.end)
            or _BEHIND_ANOTHER.search(text[max(0, edit.start - _NEAR_BY) : edit.start])
            or text[edit.start - 1 : edit.start] + text[edit.end : edit.end + 1] in _PAIRS
        )
        for edit in _joined(edits)
    )


def outside_urls(text: str, edits: Iterable[Edit]) -> list[Edit]:
    """Those of ``edits`` that touch no web address; an address is escaped on purpose."""
    return _elsewhere([found.span() for found in URL.finditer(text)] if "." in text else [], edits)


def _elsewhere(spans: Sequence[tuple[int, int]], edits: Iterable[Edit]) -> list[Edit]:
    """Those of ``edits`` that touch none of ``spans``; both are in order."""
    kept = []
    i = 0
    for edit in edits:
        while i < len(spans) and spans[i][1] <= edit.start:
            i += 1
        if i == len(spans) or edit.end <= spans[i][0]:
            kept.append(edit)
    return kept


def _strings(text: str) -> list[tuple[int, int]]:
    """What stands in quotation marks in program code, and behind an interpreter's prompt."""
    found = []
    at = _STRING.search(text)
    while at:
        start = at.end()
        end = text.find(at[1], start)
        if end < 0 or "\n" in text[start:end]:
            at = _STRING.search(text, start)
            continue
        found.append((start, end))
        at = _NEXT_STRING.match(text, end + 1) or _STRING.search(text, end + 1)
    lines = [line.span() for pattern in (_BYTES, _PROMPT) for line in pattern.finditer(text)]
    return sorted([*found, *lines])


def _outside_code(text: str, edits: Iterable[Edit]) -> list[Edit]:
    """Those of ``edits`` that are in no string of program code, where an escape is meant."""
    return _elsewhere(_strings(text), sorted(edits, key=lambda edit: edit.start))


RARE_WORDS: Final = 16.5
"""Bits a character of rare words and names: enough where the code is hardly ever chance."""

PLAUSIBLE: Final = 13.5
"""Bits a character of ordinary words, for codes that any bytes are."""

FORBIDDEN: Final = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that text must not have; an escape of one of them is left."""

HANZI: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")

_IN_CHINESE = re.compile(
    "[\u00a5-\u00b7\u00d7\u2010-\u203b\u2100-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffe5\U00020000-\U0003ffff]"
)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f\u200d]+")


def reads_well(new: str, limit: float = RARE_WORDS) -> bool:
    """Whether ``new`` is plausible Chinese, or typographic marks at least."""
    above = [char for char in _EMOJI.sub("", new) if char > "\u00a0"]
    if not any(map(_IN_CHINESE.match, above)):
        return False
    return cost("".join(above)) <= limit * max(2, len(above))


def is_emoji(new: str) -> bool:
    """Whether ``new`` is nothing but emoji."""
    return bool(new) and not _EMOJI.sub("", new)


def decoded(code: bytes, codecs: Iterable[str] = ("utf-8", "gb18030", "big5hkscs")) -> str:
    """The first plausible text of ``code``; empty if no codec gives one."""
    for codec in codecs:
        try:
            new = code.decode(codec)
        except UnicodeDecodeError:
            continue
        limit = RARE_WORDS if codec == "utf-8" else PLAUSIBLE
        if not FORBIDDEN.search(new.replace("\r", "")) and reads_well(new, limit):
            return new
    return ""


def unless_shown(text: str, edits: Sequence[Edit]) -> Sequence[Edit]:
    """``edits`` outside of code, unless they are examples in a text about such things."""
    edits = _outside_code(text, edits)
    if not edits or shown_on_purpose(text, edits) or is_meant(text, edits):
        return ()
    return edits


def unless_explained(text: str, edits: Sequence[Edit]) -> Sequence[Edit]:
    """The same for escapes that look like code themselves: they do not count as talk of code."""
    edits = _outside_code(text, edits)
    if not edits or is_meant(text, edits):
        return ()
    rest = outside(text, edits)
    restored = sum(len(HANZI.findall(edit.text)) for edit in edits)
    is_talk = about_code(rest) and restored <= len(HANZI.findall(rest))
    return () if is_talk else edits


def outside(text: str, edits: Sequence[Edit]) -> str:
    """What ``edits`` leave alone, a space for each of them."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += text[at : edit.start], " "
        at = edit.end
    return "".join((*parts, text[at:]))


def apart(found: Iterable[Edit]) -> list[Edit]:
    """In order, without what overlaps an earlier one: ``& #20154;`` ends in ``#20154;``."""
    kept: list[Edit] = []
    for edit in sorted(found, key=lambda edit: (edit.start, -edit.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def applied(text: str, edits: Sequence[Edit]) -> str:
    """``text`` after ``edits``."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += text[at : edit.start], edit.text
        at = edit.end
    return "".join((*parts, text[at:]))

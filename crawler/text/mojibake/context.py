"""Is the text about encodings, or in a language that is not Chinese? Then much is as it should be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from crawler.text.mojibake.rule import Edit

# Words of texts that explain escapes and mojibake, and signs of program code. Such a text shows
# the damage as an example, and a repair would spoil it.
_ABOUT_CODE = re.compile(
    r"编码|編碼|解码|解碼|正则|正則|转义|轉義|乱码|亂碼|字符集|字元集|码点|碼點|八进制|八進制|十六进制|十六進制|源代码|原始碼|实体字符|字符实体|部首|康熙|兼容汉字|相容漢字|零宽|全角|半角"
    r"|unicode|utf-?\d|gbk|gb2312|gb18030|big-?5|ascii|latin-?1|iso-8859|html|xml|json|javascript"
    r"|python|\bjava\b|\bphp\b|\bcss\b|\brtf\b|\bmime\b|quoted-printable|\brfc ?\d|\bsql\b|mojibake"
    r"|\b(?:print|printf|println|console|def|function|return|const|import|echo|char|string)\b"
    r"|=\s?[\"'“]|U\+[0-9A-F]{4}|</[a-z]|&lt;/?[a-z]",
    re.IGNORECASE,
)
_ABOUT_DAMAGE = re.compile("乱码|亂碼|编码|編碼|解码|解碼|mojibake", re.IGNORECASE)
_EXAMPLE: Final = 40  # characters that examples of damage have together
_EXPLAINED: Final = 400  # the same where each of them is explained
_AROUND: Final = " \t\r\n“”‘’「」『』\"'《》()（）。，、；："
_SAID: Final = (
    "“”",
    "‘’",
    "「」",
    "『』",
    '""',
    "''",
    "《》",
    "()",
    "（）",
    ("→", ""),
    ("=", ""),
    ("＝", ""),
)
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
    if not about_code(text):
        return False
    restored = sum(len(_CHINESE.findall(edit.text)) for edit in edits)
    return restored <= len(_CHINESE.findall(text))


def is_explained(text: str, edits: Sequence[Edit]) -> bool:
    """Whether the text itself says what each of ``edits`` would write: ``鍛ㄦ姤`` is “周报”.

    Only a text about such things has both: the right words stand elsewhere in quotation marks,
    or behind an arrow.
    """
    if not edits or sum(edit.end - edit.start for edit in edits) > _EXPLAINED:
        return False
    rest = text
    for edit in reversed(edits):
        rest = f"{rest[: edit.start]}\0{rest[edit.end :]}"
    words = [edit.text.strip(_AROUND) for edit in edits]
    return all(
        word and any(f"{a}{word}{b}" in rest or f"{a}{word}." in rest for a, b in _SAID)
        for word in words
    )


def is_example(text: str, edits: Sequence[Edit]) -> bool:
    """Whether ``edits`` would spoil a few words that show what a wrong codec does."""
    size = sum(edit.end - edit.start for edit in edits)
    return (
        0 < size <= _EXAMPLE
        and _ABOUT_DAMAGE.search(text) is not None
        and shown_on_purpose(text, edits)
    )


def outside_urls(text: str, edits: Iterable[Edit]) -> list[Edit]:
    """Those of ``edits`` that touch no web address; an address is escaped on purpose."""
    urls = [found.span() for found in URL.finditer(text)] if "." in text else []
    if not urls:
        return list(edits)
    kept = []
    i = 0
    for edit in edits:
        while i < len(urls) and urls[i][1] <= edit.start:
            i += 1
        if i == len(urls) or edit.end <= urls[i][0]:
            kept.append(edit)
    return kept

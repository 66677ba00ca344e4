"""Emoji of another time: SoftBank's private-use characters, and surrogates that were never joined.

Telephones of 2008 to 2011 wrote emoji as private-use characters, and WeChat kept them; the table
is ``data/softbank.tsv``. CESU-8, which MySQL and Java write, gives each emoji two surrogates of
three bytes; read as Latin-1 they are six letters, ``í`` the first and the fourth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from crawler.text.chinese.costs import cost
from crawler.text.mojibake.context import is_chinese
from crawler.text.mojibake.rule import Edit, Guess, Rule

_PRIVATE = re.compile("[\ue000-\uf8ff]+")
_SOFTBANK = re.compile(
    "[\ue001-\ue05a\ue101-\ue15a\ue201-\ue253\ue301-\ue34d\ue401-\ue44c\ue501-\ue537]"
)
_MOST_EMOJI: Final = 0.5  # share of a text; a table of private-use characters has more
_ORDINARY: Final = 12.0  # bits a character of the text around an emoji
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

"""The channels: a real charset, a wrong reader, and what became of the result on its way.

A row says exactly what a channel does to a text (:meth:`Channel.forward`); the way back is searched
by :mod:`~crawler.text.mojibake.decoder`, and believed only where the way there reproduces what is
seen. To teach the repair another channel, add its row: a test then asks for its proof.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crawler.text.mojibake.readers import READERS, SINGLE
from crawler.text.tables import LOST

WAYS: Final[dict[str, Callable[[str], str]]] = {
    "q": lambda text: text.replace(LOST, "?"),
    "pua": lambda text: re.sub("[\ue000-\uf8ff]", "", text),
    "c1": lambda text: re.sub("[\x80-\x9f]", "", text),
    "nbsp": lambda text: text.replace("\xa0", " "),
    "lower": str.lower,
    "cut": lambda text: text,
}
"""What may happen to a text that was read wrongly: ``?`` for U+FFFD, private-use or C1 characters
dropped, U+00A0 turned to a space, capital letters made small. The first byte may have been cut off
before it was read."""

_REAL: Final = {"utf-8": "utf8", "gbk": "gbk", "big5": "big5", "utf-16-le": "utf16",
                "latin-1": "latin1"}  # fmt: skip
_NAMED: Final = {
    ("gb18030", "gb2312"): ("gb2312-strict", "GB18030 read as strict GB 2312, which lacks 喆 and its like"),
    ("gb18030", "gbk"): ("gbk-shifted", "GBK read from the second byte on"),
}  # fmt: skip
_SAME: Final = {"gb18030": "gbk", "big5hkscs": "big5"}
_SHOWN: Final = {"latin-1": "latin1", "mac_roman": "mac-roman"}


@dataclass(frozen=True, slots=True)
class Channel:
    """One row: bytes of ``real`` that ``reader`` took for ``shown``.

    Attributes:
        real: The charset of the bytes, as Python's codec.
        shown: The code page in which they were read.
        reader: How: a name of :data:`crawler.text.mojibake.readers.READERS`.
        ways: What happened to the result, in order: ``q pua c1 nbsp lower``.
    """

    real: str
    shown: str
    reader: str = "python"
    ways: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The name of the repair that undoes it."""
        return rule_name(self.real, self.shown)

    @property
    def is_lossless(self) -> bool:
        """Whether every text comes through with all its bytes."""
        return self.shown in SINGLE and not self.ways

    def forward(self, text: str) -> str:
        """What the channel makes of ``text``; characters that ``real`` lacks are left out."""
        code = text.encode(self.real, "ignore")
        shown = READERS[self.reader](code[1:] if "cut" in self.ways else code, self.shown)
        for way in self.ways:
            shown = WAYS[way](shown)
        return shown


def rule_name(real: str, shown: str) -> str:
    """The name of the repair for bytes of ``real`` that were read as ``shown``."""
    if (real, shown) in _NAMED:
        return _NAMED[real, shown][0]
    real, shown = _SAME.get(real, real), _SAME.get(shown, shown)
    return f"{_REAL[real]}-read-as-{_SHOWN.get(shown, shown)}"


def describe(real: str, shown: str) -> str:
    """What a channel did, in a few words."""
    if (real, shown) in _NAMED:
        return _NAMED[real, shown][1]
    return f"{_TITLES[_SAME.get(real, real)]} read as {_TITLES[_SAME.get(shown, shown)]}"


def sample(real: str, shown: str) -> tuple[str, str]:
    """A damaged text and what it was, for the documentation and for the proof."""
    text = _SAMPLES.get(
        (real, shown),
        "人民日報記者從會議上獲悉" if real == "big5hkscs" else "人民日报记者从会议上获悉",
    )
    channel = next(row for row in CHANNELS if (row.real, row.shown) == (real, shown))
    return channel.forward(text), text


_TITLES: Final = {
    "utf-8": "UTF-8", "gb18030": "GBK", "big5hkscs": "Big5", "utf-16-le": "UTF-16", "gbk": "GBK",
    "latin-1": "Latin-1", "cp1252": "Windows-1252", "iso8859-15": "ISO 8859-15", "cp437": "cp437",
    "cp850": "cp850", "cp866": "cp866", "mac_roman": "Mac Roman", "koi8-r": "KOI8-R",
    "cp1251": "Windows-1251", "iso8859-5": "ISO 8859-5", "cp1250": "Windows-1250",
    "iso8859-2": "ISO 8859-2", "cp1254": "Windows-1254", "cp1258": "Windows-1258",
    "cp932": "Shift_JIS", "cp949": "Korean", "big5": "Big5", "gb2312": "GB 2312",
}  # fmt: skip
_SAMPLES: Final = {
    ("gb18030", "gb2312"): "（记者胡喆、侯文坤）",
    ("latin-1", "gbk"): "naïve art",
    ("gb18030", "gbk"): "人民日报记者从山东获悉",
    ("gb18030", "cp1252"): "囍的人民日报",
    ("gb18030", "cp1254"): "人民银行记者获悉",
    ("gb18030", "cp932"): "山村夜校又开课了，记者从会上获悉",
    ("big5hkscs", "cp1252"): "記者啱啱從會議上獲悉",
    ("big5hkscs", "cp1254"): "人民日報記者從教育會議上獲悉",
    ("utf-8", "cp1254"): "人民日报记者😀获悉",
    ("utf-8", "cp1258"): "人民日报记者获悉。",
    ("utf-8", "big5hkscs"): "人民日报",
}

_EVERYWHERE: Final = (
    "latin-1", "cp1252", "iso8859-15", "cp437", "cp850", "cp866", "mac_roman", "koi8-r", "cp1251",
    "iso8859-5", "cp1250", "iso8859-2", "cp1254", "cp1258", "cp932", "cp949", "big5", "big5hkscs",
)  # fmt: skip

CHANNELS: Final[tuple[Channel, ...]] = (
    *(Channel(real, shown) for real in ("utf-8", "gb18030") for shown in _EVERYWHERE),
    Channel("utf-8", "latin-1", ways=("nbsp",)),
    Channel("utf-8", "cp1252", ways=("nbsp",)),
    Channel("utf-8", "latin-1", ways=("c1",)),
    Channel("utf-8", "cp1252", ways=("c1",)),
    Channel("utf-8", "cp1252", ways=("lower",)),
    *(Channel("utf-8", "gbk", reader) for reader in READERS),
    Channel("utf-8", "gbk", "python", ("q",)),
    Channel("utf-8", "gbk", "java", ("q",)),
    Channel("utf-8", "gbk", "whatwg", ("pua",)),
    Channel("utf-8", "gbk", "windows", ("pua",)),
    Channel("utf-8", "gb18030"),
    Channel("utf-8", "gb18030", "ignore"),
    Channel("gb18030", "gb2312"),
    Channel("gb18030", "gbk", ways=("cut",)),
    Channel("gb18030", "big5", "java"),
    Channel("gb18030", "big5", "ignore"),
    Channel("gb18030", "big5hkscs", "whatwg"),
    *(
        Channel("big5hkscs", shown)
        for shown in ("latin-1", "cp1252", "cp437", "mac_roman", "cp1251", "gbk", "gb18030", "cp932",
                      "iso8859-15", "cp850", "cp866", "koi8-r", "iso8859-5", "cp1250", "iso8859-2",
                      "cp1254", "cp1258")
    ),
    *(Channel("big5hkscs", "gbk", reader) for reader in ("java", "whatwg", "windows")),
    Channel("big5hkscs", "gbk", "whatwg", ("pua",)),
    Channel("utf-16-le", "latin-1"),
    Channel("utf-16-le", "gb18030"),
    Channel("latin-1", "gbk"),
)  # fmt: skip

PAIRS: Final[tuple[tuple[str, str], ...]] = tuple(
    dict.fromkeys((channel.real, channel.shown) for channel in CHANNELS)
)
"""Every real charset with every code page in which it was read."""

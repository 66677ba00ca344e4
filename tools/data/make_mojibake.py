"""Make the mojibake benchmark: invented sentences through every channel of damage.

``python -m tools.data.make_mojibake tests/cases/mojibake`` reads ``sentences.tsv`` there and writes
``damaged.jsonl``. A channel is the charset that the bytes are in, the one that they were read in,
what the reader did with bytes that it did not know, and what happened to the result on its way.
The readers here are written from their documentation with Python's codecs alone; they share
nothing with the tables by which this project repairs.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LOST: Final = "\ufffd"
_UNSEEN: Final = re.compile(
    "[\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ue000-\uf8ff\ufeff]"
)
SINGLE_BYTE: Final = (
    "latin-1", "cp1252", "iso8859-15", "iso8859-2", "iso8859-5", "cp437", "cp850", "cp866",
    "cp1250", "cp1251", "cp1254", "cp1258", "koi8-r", "mac-roman",
)  # fmt: skip
Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to damage a text.

    Attributes:
        real: The charset that the bytes are in.
        shown: The charset that they were read in.
        reader: Whose reader it was: ``python``, ``ignore``, ``browser``, ``java`` or ``windows``.
        steps: What happened to the result, in order: a name of :data:`STEPS`.
        times: How often all that happened.
    """

    real: str
    shown: str
    reader: str = "python"
    steps: Steps = ()
    times: int = 1

    @property
    def name(self) -> str:
        """``utf-8>gbk:java+q``; ``*2`` behind it if it happened twice."""
        way = "+".join((self.reader, *self.steps))
        return f"{self.real}>{self.shown}:{way}" + (f"*{self.times}" if self.times > 1 else "")

    def damage(self, text: str) -> str:
        """What a reader of the damaged text sees."""
        for _ in range(self.times):
            text = read(text.encode(self.real), self.shown, self.reader)
            for step in self.steps:
                text = STEPS[step](text)
        return text


STEPS: Final[dict[str, Callable[[str], str]]] = {
    "q": lambda text: text.replace(LOST, "?"),  # a database or a codec without U+FFFD
    "pua": lambda text: re.sub("[\ue000-\uf8ff]", "", text),  # a form or a feed cleans it
    "c1": lambda text: re.sub("[\x80-\x9f]", "", text),
    "nbsp": lambda text: text.replace("\xa0", " "),
    "shy": lambda text: text.replace("\xad", ""),
    "lower": str.lower,  # a search index, an address
    "trim": lambda text: text[:-1],  # a column too short
}


def read(code: bytes, shown: str, reader: str) -> str:
    """Read ``code`` in the wrong charset, as that reader does."""
    if shown in SINGLE_BYTE:
        return "".join(_cell(bytes((byte,)), shown) for byte in code)
    if reader in ("python", "ignore"):
        return code.decode(shown, "replace" if reader == "python" else "ignore")
    parts = []
    at = 0
    while at < len(code):
        length, char = _STEP[reader](code, at, shown)
        parts.append(char)
        at += length
    return "".join(parts)


def _cell(byte: bytes, shown: str) -> str:
    """Windows code pages show a cell that they lack as the control character of its number."""
    try:
        return byte.decode(shown)
    except UnicodeDecodeError:
        return chr(byte[0]) if shown.startswith("cp125") else LOST


def _known(code: bytes, codec: str) -> str:
    try:
        char = code.decode(codec)
    except UnicodeDecodeError:
        return ""
    return char if len(char) == 1 else ""


def _browser(code: bytes, at: int, shown: str) -> tuple[int, str]:
    """WHATWG's decoders: private cells are kept, ASCII is never eaten, 0x80 is € in GBK."""
    lead, pair = code[at], code[at : at + 2]
    wide = "gb18030" if shown == "gbk" else shown
    if lead < 0x80:
        return 1, chr(lead)
    if lead == 0x80 and wide == "gb18030":
        return 1, "€"
    if lead in (0x80, 0xFF) or len(pair) < 2:
        return 1, LOST
    if wide == "gb18030" and 0x30 <= pair[1] <= 0x39:
        char = _known(code[at : at + 4], wide)
        return (4, char) if char else (1, LOST)
    if char := _known(pair, wide):
        return 2, char
    return (1 if pair[1] < 0x80 else 2), LOST


def _java(code: bytes, at: int, shown: str) -> tuple[int, str]:
    """Java drops the pair that its table lacks, both bytes of it."""
    lead, pair = code[at], code[at : at + 2]
    if lead < 0x80:
        return 1, chr(lead)
    if lead in (0x80, 0xFF) or len(pair) < 2 or pair[1] < 0x40 or pair[1] in (0x7F, 0xFF):
        return 1, LOST
    return 2, _known(pair, shown) or LOST


def _windows(code: bytes, at: int, shown: str) -> tuple[int, str]:
    """MultiByteToWideChar: any lead takes the next byte; a pair that means nothing is ``?``."""
    lead, pair = code[at], code[at : at + 2]
    if lead < 0x80:
        return 1, chr(lead)
    if lead == 0x80 and shown == "gbk":
        return 1, "€"
    if lead in (0x80, 0xFF) or len(pair) < 2:
        return 1, "?"
    private = _known(pair, "gb18030") if shown == "gbk" else ""
    private = private if "\ue000" <= private <= "\uf8ff" else ""
    return 2, _known(pair, shown) or private or "?"


_STEP: Final = {"browser": _browser, "java": _java, "windows": _windows}


def channels() -> Iterator[Channel]:
    """Every channel, for either script."""
    for real in ("utf-8", "gb18030", "big5hkscs"):
        yield from (Channel(real, shown) for shown in SINGLE_BYTE)
    for real in ("utf-8", "gb18030"):
        for shown in ("latin-1", "cp1252"):
            yield from (Channel(real, shown, steps=(step,)) for step in ("nbsp", "shy", "c1"))
        yield Channel(real, "cp1252", steps=("lower",))
        yield from (Channel(real, shown) for shown in ("big5", "big5hkscs", "cp932", "cp949"))
    for reader in ("python", "ignore", "browser", "java", "windows"):
        yield Channel("utf-8", "gbk", reader)
    for reader, steps in (
        ("python", ("q",)),
        ("java", ("q",)),
        ("browser", ("pua",)),
        ("browser", ("trim",)),
    ):
        yield Channel("utf-8", "gbk", reader, steps)
    yield Channel("utf-8", "gb18030")
    yield Channel("gb18030", "gb2312")
    yield from (Channel("gb18030", "big5hkscs", reader) for reader in ("browser", "java"))
    for reader in ("python", "browser", "java", "windows"):
        yield Channel("big5hkscs", "gbk", reader)
    yield from (Channel("big5hkscs", shown) for shown in ("gb18030", "cp932", "cp949"))
    yield from (Channel("utf-8", shown, times=2) for shown in ("latin-1", "cp1252", "gb18030"))
    yield Channel("utf-8", "gbk", "python", ("q",), times=2)
    yield Channel("utf-8", "cp1252", times=3)
    yield from (Channel("utf-16-le", shown) for shown in ("latin-1", "gb18030"))
    yield Channel("gb18030", "utf-8")


def cases(sentences: list[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    """Every sentence through every channel that can carry it, whole, and its middle third alone.

    Args:
        sentences: Their ids, scripts and texts.
    """
    for channel in channels():
        wanted = "Hant" if channel.real == "big5hkscs" else "Hans"
        for number, script, clean in sentences:
            if script != wanted or not _carries(clean, channel.real):
                continue
            yield from _cases_of(channel, number, clean)


def _cases_of(channel: Channel, number: str, clean: str) -> Iterator[dict[str, Any]]:
    third = len(clean) // 3
    cuts = ((0, len(clean)), (third, len(clean) - third)) if third > 3 else ((0, len(clean)),)
    for start, end in cuts:
        garbled = clean[:start] + channel.damage(clean[start:end]) + clean[end:]
        if garbled == clean:
            continue
        yield {
            "id": f"{channel.name}/{number}" + ("/inside" if start else ""),
            "channel": channel.name,
            "part": [start, end],
            "lossless": is_lossless(channel, clean[start:end]),
            "garbled": garbled,
            "clean": clean,
        }


def _carries(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def is_lossless(channel: Channel, text: str) -> bool:
    """Whether the damaged text still holds every byte, told by the way back with the same codec."""
    for _ in range(channel.times):
        code = text.encode(channel.real)
        shown = read(code, channel.shown, channel.reader)
        text = shown
        for step in channel.steps:
            text = STEPS[step](text)
        if text != shown or _back(shown, channel.shown) != code:
            return False
    return True


def _back(shown: str, codec: str) -> bytes | None:
    parts = []
    for char in shown:
        try:
            parts.append(char.encode("gb18030" if codec == "gbk" else codec))
        except UnicodeEncodeError:
            if not "\x80" <= char <= "\x9f":
                return None
            parts.append(bytes((ord(char),)))
    return b"".join(parts)


def read_sentences(folder: Path) -> list[tuple[str, str, str]]:
    """The ids, scripts and texts of ``sentences.tsv``."""
    lines = (folder / "sentences.tsv").read_text("utf-8").split("\n")
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [(row[0], row[1], row[3]) for row in rows]


def lines(folder: Path) -> str:
    """What ``damaged.jsonl`` holds; what no editor shows is escaped."""
    made = (json.dumps(case, ensure_ascii=False) for case in cases(read_sentences(folder)))
    return "".join(
        _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", line) + "\n" for line in made
    )


def main() -> None:
    """Write ``damaged.jsonl``."""
    folder = Path(sys.argv[1])
    (folder / "damaged.jsonl").write_text(lines(folder), "utf-8")


if __name__ == "__main__":
    main()

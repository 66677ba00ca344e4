"""What repair gives back, kind by kind, beside ftfy: ``python benchmarks/repair.py [TEXT...]``.

Takes sentences (its own, or those of text files, one paragraph a line), spoils each in every way,
and repairs it alone. Columns: share of the sentences that come back exact, share of characters,
the bound (characters of which no byte was lost), the same for ``ftfy.fix_encoding``, and the time
for one sentence. Below: how many clean texts were changed, and the time for those; the seconds for
a garbled page of 3,000 characters.
"""

from __future__ import annotations

import codecs
import difflib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable
from itertools import accumulate
from pathlib import Path
from typing import Final
from urllib.parse import quote

import ftfy

from crawler.text.chinese.script import to_traditional
from crawler.text.mojibake.detect import suspicious
from crawler.text.mojibake.forms import _HANZI, _LETTERS
from crawler.text.mojibake.repair import repair

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"
Spoil = Callable[[str], str]


def via(real: str, shown: str, errors: str = "replace") -> Spoil:
    """Bytes of ``real``, shown through ``shown``."""
    return lambda text: text.encode(real, "ignore").decode(shown, errors)


def browser(text: str) -> str:
    """UTF-8 in a browser's GBK decoder: 0x80 is the euro sign, ASCII is never eaten."""
    return text.encode().decode("gb18030", "browser-gbk")


def _browser_gbk(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start]
    return ("€" if byte == 0x80 else "\ufffd"), error.start + 1


codecs.register_error("browser-gbk", _browser_gbk)


def sloppy(text: str) -> str:
    """UTF-8 in a browser's Windows-1252, which keeps the five missing bytes."""
    code = text.encode()
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in code)


def strict_gb2312(text: str) -> str:
    return text.encode("gb18030").decode("gb2312", "replace")


def escaped_u(text: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if ord(c) > 0x7F else c for c in text)


def escaped_percent_u(text: str) -> str:
    return "".join(f"%u{ord(c):04X}" if ord(c) > 0x7F else c for c in text)


def named(text: str) -> str:
    marks = {"“": "&ldquo;", "”": "&rdquo;", "—": "&mdash;", "·": "&middot;", "…": "&hellip;"}
    return "".join(marks.get(char, char) for char in text)


def entities(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode()


def letters(text: str) -> str:
    return text.translate(str.maketrans(_LETTERS, _HANZI))


def questions(spoil: Spoil) -> Spoil:
    return lambda text: spoil(text).replace("\ufffd", "?")


LOSSLESS: dict[str, Spoil] = {
    "UTF-8 as Latin-1": via("utf-8", "latin-1"),
    "UTF-8 as cp1252, browser": sloppy,
    "UTF-8 as Latin-1, twice": lambda text: via("utf-8", "latin-1")(via("utf-8", "latin-1")(text)),
    "UTF-8 as cp1252, twice": lambda text: sloppy(sloppy(text)),
    "GBK as Latin-1": via("gb18030", "latin-1"),
    "Big5 as gb18030": lambda text: via("big5hkscs", "gb18030")(to_traditional(text)),
    "Big5 as Latin-1": lambda text: via("big5hkscs", "latin-1")(to_traditional(text)),
    "entities, decimal": entities,
    "entities, hexadecimal": lambda text: "".join(
        f"&#x{ord(c):X};" if ord(c) > 0x7F else c for c in text
    ),
    "entities, twice": lambda text: entities(text).replace("&", "&amp;"),
    "entities, named": named,
    "\\u escapes": escaped_u,
    "%u escapes": escaped_percent_u,
    "% escapes, UTF-8": lambda text: quote(text),
    "% escapes, GBK": lambda text: quote(text.encode("gb18030")),
    "zero width": lambda text: "\u200b".join(text),
    "entities of Latin-1": lambda text: entities(via("utf-8", "latin-1")(text)),
}
LOSSY: dict[str, Spoil] = {
    "UTF-8 as cp1252, strict": via("utf-8", "cp1252"),
    "UTF-8 as gbk, Python": via("utf-8", "gbk"),
    "UTF-8 as gb18030, Python": via("utf-8", "gb18030"),
    "UTF-8 as gbk, '?'": questions(via("utf-8", "gbk")),
    "UTF-8 as GBK, browser": browser,
    "UTF-8 as big5hkscs": via("utf-8", "big5hkscs"),
    "Big5 as gbk, Python": lambda text: via("big5hkscs", "gbk")(to_traditional(text)),
    "GBK as big5hkscs": via("gb18030", "big5hkscs"),
    "GBK as big5": via("gb18030", "big5"),
    "GBK, one byte off": lambda text: text.encode("gb18030")[1:].decode("gb18030", "replace"),
    "GB 18030 as strict gb2312": strict_gb2312,
}
PAGE_KINDS: Final = (
    "UTF-8 as gbk, Python",
    "UTF-8 as GBK, browser",
    "UTF-8 as Latin-1",
    "GBK as Latin-1",
    "GBK as big5",
    "Big5 as gb18030",
    "Big5 as gbk, Python",
)
_PAGE: Final = 3000  # characters
_PAGES: Final = 3
BYTES = {
    "UTF-8 as cp1252, strict": ("utf-8", "cp1252"),
    "UTF-8 as gbk, Python": ("utf-8", "gbk"),
    "UTF-8 as gb18030, Python": ("utf-8", "gb18030"),
    "UTF-8 as gbk, '?'": ("utf-8", "gbk"),
    "UTF-8 as GBK, browser": ("utf-8", "browser"),
    "UTF-8 as big5hkscs": ("utf-8", "big5hkscs"),
    "Big5 as gbk, Python": ("big5hkscs", "gbk"),
    "GBK as big5hkscs": ("gb18030", "big5hkscs"),
    "GBK as big5": ("gb18030", "big5"),
}


def intact(text: str, real: str, shown: str) -> float:
    """The bound: share of characters of which every byte survives in the damaged text."""
    if real == "big5hkscs":
        text = to_traditional(text)
    code = text.encode(real, "ignore")
    lost: set[int] = set()

    def note(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        if not (shown == "browser" and error.object[error.start] == 0x80):
            lost.add(error.start)
        return "\ufffd", error.start + 1

    codecs.register_error("note", note)
    code.decode("gb18030" if shown == "browser" else shown, "note")
    at = whole = 0
    for char in text:
        size = len(char.encode(real, "ignore"))
        whole += size > 0 and not lost & set(range(at, at + size))
        at += size
    return whole / len(text)


def same(a: str, b: str) -> float:
    blocks = difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(len(a), len(b), 1)


def normal(text: str) -> str:
    return "".join(text.split())


def sentences(names: list[str]) -> list[str]:
    if not names:
        rows = (CASES / "repair-sentences.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(row)["text"] for row in rows]
    lines = [line for name in names for line in Path(name).read_text("utf-8").splitlines()]
    pieces = (piece for line in lines for piece in re.findall("[^。；]+[。；]?", line.strip()))
    return [piece for piece in dict.fromkeys(pieces) if len(piece) > 5]


def measure(
    spoil: Spoil, texts: Iterable[str], is_big5: bool
) -> tuple[float, float, float, float, float]:
    exact = chars = peer = peer_chars = seconds = 0.0
    count = 0
    for text in texts:
        want = to_traditional(text) if is_big5 else text
        if is_big5:
            want = want.encode("big5hkscs", "ignore").decode("big5hkscs")
        spoilt = spoil(text)
        if spoilt == want:
            continue
        count += 1
        begin = time.process_time()
        got = repair(spoilt).text
        seconds += time.process_time() - begin
        theirs = ftfy.fix_encoding(spoilt)
        exact += normal(got) == normal(want)
        chars += same(normal(got), normal(want))
        peer += normal(theirs) == normal(want)
        peer_chars += same(normal(theirs), normal(want))
    count = count or 1
    return exact / count, chars / count, peer / count, peer_chars / count, seconds / count


def gate_time(text: str) -> float:
    """Microseconds of the gate for 3,000 characters; the best of 50 rounds."""
    article = (text * (3000 // len(text) + 1))[:3000]
    best = 1.0
    for _ in range(50):
        begin = time.process_time()
        for _ in range(20):
            suspicious(article)
        best = min(best, (time.process_time() - begin) / 20)
    return best * 1e6


def pages(texts: list[str]) -> list[str]:
    """Three pages of 3,000 characters, in paragraphs of a sentence or more; no two alike."""
    found = []
    for first in range(_PAGES):
        rows = texts[first * 5 :] + texts[: first * 5]
        sizes = list(accumulate(len(row) + 1 for row in rows * (1 + _PAGE // len("".join(rows)))))
        lines = [row for row, end in zip(rows * len(sizes), sizes, strict=False) if end <= _PAGE]
        found.append("\n".join(lines))
    return found


def page_time(spoil: Spoil, found: list[str]) -> float:
    """Seconds of the processor to repair one page, the mean of several."""
    spoilt = [spoil(text) for text in found]
    begin = time.process_time()
    for text in spoilt:
        repair(text)
    return (time.process_time() - begin) / len(spoilt)


def main(names: list[str]) -> None:
    texts = sentences(names)
    print(
        f"{len(texts)} sentences; exact and characters in %, bound: characters without a lost byte"
    )
    print(f"{'kind':28}{'exact':>8}{'chars':>8}{'bound':>8}{'ftfy':>8}{'chars':>8}{'ms':>8}")
    for kind, spoil in (LOSSLESS | LOSSY).items():
        exact, chars, peer, peer_chars, seconds = measure(spoil, texts, kind.startswith("Big5"))
        bound = 1.0
        if kind in BYTES:
            bound = sum(intact(text, *BYTES[kind]) for text in texts) / len(texts)
        print(
            f"{kind:28}{exact:8.1%}{chars:8.1%}{bound:8.1%}{peer:8.1%}{peer_chars:8.1%}"
            f"{seconds * 1e3:8.2f}"
        )
    clean = [*texts, *map(to_traditional, texts)]
    rows = (CASES / "repair-negative.jsonl").read_text(encoding="utf-8").splitlines()
    clean += [json.loads(row)["text"] for row in rows]
    begin = time.process_time()
    changed = [text for text in clean if repair(text).text != text]
    ours = time.process_time() - begin
    begin = time.process_time()
    theirs = sum(ftfy.fix_encoding(text) != text for text in clean)
    peer_time = time.process_time() - begin
    print(
        f"clean: {len(clean)} texts, changed {len(changed)} (ftfy.fix_encoding {theirs}); "
        f"alarms {sum(map(suspicious, clean))}; "
        f"{ours / len(clean) * 1e6:.0f} µs each (ftfy {peer_time / len(clean) * 1e6:.0f})"
    )
    for text in changed:
        print("  changed:", text[:60], "->", repair(text).text[:60])

    found = pages(texts)
    size = sum(map(len, found)) // len(found)
    print(f"garbled page of {size:,} characters in {found[0].count(chr(10)) + 1} paragraphs:")
    for kind in PAGE_KINDS:
        pages_found = list(map(to_traditional, found)) if kind.startswith("Big5") else found
        print(f"{kind:28}{page_time((LOSSLESS | LOSSY)[kind], pages_found):8.2f} s")
    article = "".join(texts)
    print(
        f"gate, 3,000 clean characters: simplified {gate_time(article):.0f} µs, "
        f"traditional {gate_time(to_traditional(article)):.0f} µs"
    )


if __name__ == "__main__":
    main(sys.argv[1:])

"""What can be read back at all, channel by channel: ``python benchmarks/repair_bounds.py [SENTENCES]``.

Some readers lose so many bytes that no repair gets the text back. The bound is a guess under better
conditions than a repair ever has: for every character that lost bytes it is told where the
character stands, which of its bytes are left, and what all its neighbours are, and it takes the
likeliest character by the same statistics. Columns: characters that lost a byte; characters that
come back so, of all; the same of what the repair itself gives back.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.prose import paragraphs, traditional
from crawler.text.chinese.costs import cost
from crawler.text.mojibake.channels import Channel
from crawler.text.mojibake.codes import options
from crawler.text.mojibake.readers import paired
from crawler.text.mojibake.repair import repair
from crawler.text.mojibake.shown import Code

CHANNELS = (
    Channel("big5hkscs", "gbk", "java"),
    Channel("big5hkscs", "gbk", "ignore"),
    Channel("big5hkscs", "gbk", "whatwg", ("pua",)),
    Channel("gb18030", "utf-8", "python"),
    Channel("utf-8", "latin-1", "python", ("c1",)),
    Channel("utf-8", "big5", "python"),
)
FIRST = frozenset(range(0x80, 0x100))
SECOND = frozenset(range(0x40, 0xFF))
AROUND = 3


def lost(code: bytes, channel: Channel) -> set[int]:
    """The places of the bytes that the channel loses."""
    if "c1" in channel.ways:
        return {at for at, byte in enumerate(code) if 0x80 <= byte < 0xA0}
    if channel.reader in ("java", "whatwg"):
        return set(_lost_in_pairs(code, channel))
    places: set[int] = set()
    at = 0
    while at < len(code):
        try:
            code[at:].decode(channel.shown)
            break
        except UnicodeDecodeError as error:
            places |= set(range(at + error.start, at + error.end))
            at += error.end
    return places


def _lost_in_pairs(code: bytes, channel: Channel) -> Iterator[int]:
    known = paired("gb18030" if channel.reader == "whatwg" else channel.shown)
    at = 0
    while at < len(code):
        if code[at] < 0x80:
            at += 1
            continue
        char = known.get(code[at : at + 2], "")
        if not char or ("pua" in channel.ways and "\ue000" <= char <= "\uf8ff"):
            yield from range(at, min(at + 2, len(code)))
        at += 2


def guessed(text: str, channel: Channel) -> tuple[str, int]:
    """The text with every character that lost bytes guessed, and how many did."""
    places = lost(text.encode(channel.real), channel)
    out, start, count = [], 0, 0
    for at, char in enumerate(text):
        code = char.encode(channel.real)
        known = range(start, start + len(code))
        start += len(code)
        if places.isdisjoint(known):
            out.append(char)
            continue
        count += 1
        left: Code = tuple(
            (SECOND if place > known[0] else FIRST) if place in places else code[place - known[0]]
            for place in known
        )
        before, behind = text[max(0, at - AROUND) : at], text[at + 1 : at + 1 + AROUND]
        chars = options(left, channel.real).chars
        out.append(min(chars, key=lambda one: cost(one + behind, before), default="\ufffd"))
    return "".join(out), count


def main(sentences: int) -> None:
    print(f"{'channel':38} lost   bound  repair")
    for channel in CHANNELS:
        texts = [
            "".join(char for char in text if char.encode(channel.real, "ignore"))
            for text in islice(paragraphs(), sentences)
        ]
        if channel.real == "big5hkscs":
            texts = [traditional(text) for text in texts]
            texts = ["".join(c for c in text if c.encode(channel.real, "ignore")) for text in texts]
        size = sum(map(len, texts))
        pairs = [guessed(text, channel) for text in texts]
        right = sum(
            a == b
            for text, (got, _) in zip(texts, pairs, strict=True)
            for a, b in zip(text, got, strict=True)
        )
        back = sum(_same(text, repair(channel.forward(text)).text) for text in texts)
        ways = "".join(f"+{way}" for way in channel.ways)
        name = f"{channel.real}>{channel.shown}:{channel.reader}{ways}"
        gone = sum(count for _, count in pairs)
        print(f"{name:38} {gone / size:5.1%} {right / size:6.1%} {back / size:6.1%}")


def _same(text: str, got: str) -> int:
    matcher = difflib.SequenceMatcher(None, text, got, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["5"])[0]))

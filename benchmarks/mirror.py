"""Garbled mirrors: what is restored, and how long it takes.

usage: PYTHONPATH=. python benchmarks/mirror.py [FILE...] [--alone] [--search NAME] [--shown N]

Damages text with :mod:`crawler.replica.answer` over a grid of kinds of mirrors and
restores it. Without a file the text is invented news; a file holds one paragraph a line. With
``--alone`` every paragraph is restored by itself instead of twelve as a document.

``--search`` takes another search than the mirrors' own ``lattice``: ``plain`` is the same without
persons' names and without the document's n-grams, ``decoder`` that of all other channels
(``mirror_channel.py``).

``before``: characters that the damaged text shares with the original, punctuation width folded.
``exact``: paragraphs restored to the last character. ``split``: the same for those in which a
character was broken. ``ms``: processor time per 3,000 characters.
"""

from __future__ import annotations

import argparse
import difflib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import mirror_channel
from crawler.replica.answer import MirrorSite, damage
from crawler.text.mirror import beam_search, restore, traditional
from crawler.text.mirror.converter import pairs
from crawler.text.mojibake.result import Repaired

FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
DOCUMENT = 12
SIGNS = re.compile(r"[?(]|,[,、。，；！？]")

PLACES = ("青石县", "临江区", "河湾镇", "柳泉街道", "云门村", "东岭乡", "沙洲市", "长堤社区")
PEOPLE = ("柳明远", "赵立新", "孙晓梅", "周国安", "吴海燕", "郑德才", "高建平", "谢玉兰")
TOPICS = (
    "留言办理",
    "春季灌溉",
    "危房改造",
    "养老服务",
    "就业培训",
    "道路养护",
    "防汛准备",
    "种粮补贴",
)
PATTERNS = (
    "“{t}是群众看得见、摸得着的实事，必须一件一件办好。”{p}在{a}调研时强调，要把责任落实到人。",
    "记者从{a}了解到，今年以来，当地{t}工作进展顺利，已有三百多户居民受益。“没想到这么快就有了回音。”居民{p}说。",
    "据介绍，{a}围绕{t}建立了专项工作机制，各部门分工协作；对推进不力的单位，及时提醒、限期整改。",
    "{p}告诉记者：“以前办一次手续要跑三趟，现在在家门口就能办。”开通窗口后，{a}群众的满意率明显提高。",
    "会议要求，各级各部门要加强统筹协调，总结{a}经验，把{t}与产业发展结合起来，让更多人得到实惠。",
    "“我们村的路修好了！”{p}高兴地说。可以看到，通往{a}的公路已经全线通车，两旁的路灯也安装到位。",
)


def invented() -> list[str]:
    """Short news that never happened."""
    return [
        pattern.format(
            t=TOPICS[(i * 3 + j) % len(TOPICS)],
            p=PEOPLE[(i + j * 5) % len(PEOPLE)],
            a=PLACES[(i * 7 + j) % len(PLACES)],
        )
        for i in range(8)
        for j, pattern in enumerate(PATTERNS)
    ]


def norm(text: str) -> str:
    """Width of punctuation folded, spaces dropped: how a restoration is judged."""
    return re.sub(r"\s+", "", text.translate(FOLD))


def to_traditional(text: str) -> str:
    """The text as the mirrors would show it if they only converted its script."""
    table = traditional.traditional()
    return "".join(table.get(char, char) for char in text)


def shared(one: str, other: str) -> int:
    """Characters that two texts share, in order."""
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


@dataclass
class Score:
    """Counts over one kind of mirror."""

    paragraphs: int = 0
    exact: int = 0
    broken: int = 0
    broken_exact: int = 0
    characters: int = 0
    kept: int = 0
    before: int = 0
    seconds: float = 0.0
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def add(self, clean: str, damaged: str, restored: str) -> None:
        """Compare one paragraph with its original."""
        if norm(to_traditional(clean)) == norm(damaged):
            return  # only its script differs: ordinary traditional text for all that one can see
        want, got, raw = norm(clean), norm(restored), norm(damaged)
        right = want == got
        self.paragraphs += 1
        self.exact += right
        self.broken += "?" in damaged
        self.broken_exact += right and "?" in damaged
        self.characters += max(len(want), len(got))
        self.kept += len(want) if right else shared(want, got)
        self.before += shared(want, raw)
        if not right:
            self.wrong.append((want, got))

    def row(self) -> str:
        """The figures as a line of the table."""
        size, broken = max(self.paragraphs, 1), max(self.broken, 1)
        chars = max(self.characters, 1)
        return (
            f"{self.paragraphs:5d} {100 * self.before / chars:7.2f} {100 * self.exact / size:6.1f} "
            f"{100 * self.kept / chars:7.2f} {self.broken:5d} {100 * self.broken_exact / broken:6.1f} "
            f"{3e6 * self.seconds / chars:6.0f}"
        )


def plain(texts: Sequence[str]) -> tuple[Repaired, ...]:
    """Restore each text by itself, with no surname cheap enough to begin a name."""
    kept, beam_search.SURNAMES = beam_search.SURNAMES, -1.0  # type: ignore[misc]
    try:
        return tuple(restore([text])[0] for text in texts)
    finally:
        beam_search.SURNAMES = kept  # type: ignore[misc]


SEARCHES: dict[str, Callable[[Sequence[str]], tuple[Repaired, ...]]] = {
    "lattice": restore,
    "plain": plain,
    "decoder": mirror_channel.restore,
}


def run(paragraphs: Sequence[str], size: int, search: str, **kind: object) -> Score:
    """Damage and restore documents of ``size`` paragraphs on one kind of mirror."""
    score = Score()
    for start in range(0, len(paragraphs), size):
        clean = paragraphs[start : start + size]
        damaged = damage(clean, MirrorSite(seed=start, **kind))  # type: ignore[arg-type]
        began = time.process_time()
        restored = SEARCHES[search](damaged)
        score.seconds += time.process_time() - began
        for one, two, three in zip(clean, damaged, restored, strict=True):
            score.add(one, two, three.text)
    return score


def differences(want: str, got: str) -> list[tuple[str, str]]:
    """The places where a restoration went wrong."""
    matcher = difflib.SequenceMatcher(None, want, got, autojunk=False)
    return [
        (want[max(a - 6, 0) : b + 6], got[max(c - 6, 0) : d + 6])
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--search", choices=SEARCHES, default="lattice")
    parser.add_argument("--shown", type=int, default=0, help="wrong paragraphs to print per row")
    options = parser.parse_args()
    lines = [line for path in options.files for line in path.read_text("utf-8").splitlines()]
    paragraphs = [line.strip() for line in lines if line.strip()] or invented()
    known = pairs()
    paragraphs = ["".join(c for c in p if c in known or c.isascii()) for p in paragraphs]
    restore(damage(paragraphs[:2], MirrorSite()))  # reads the tables

    print(f"{'mirror':42s}   par  before  exact   chars split  exact     ms")
    for commas in (False, True):
        for keep_private in (True, False):
            for annotated in (20, 60):
                kind = {"commas": commas, "keep_private": keep_private, "annotated": annotated}
                kind["flatten"] = not keep_private
                name = f"{'comma' if commas else 'silent'}, private-use "
                name += f"{'kept' if keep_private else 'dropped'}, {annotated} annotated"
                score = run(paragraphs, 1 if options.alone else DOCUMENT, options.search, **kind)
                print(f"{name:42s} {score.row()}", flush=True)
                for want, got in score.wrong[: options.shown]:
                    print("   ", differences(want, got))


if __name__ == "__main__":
    main()

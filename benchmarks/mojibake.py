"""Score any repair function on the mojibake benchmark: ``python benchmarks/mojibake.py [OPTIONS]``.

``--function MODULE:NAME`` names a function from damaged text to repaired text; it may be given
again, and without it renmin and ftfy are scored, beside doing nothing. What it returns is a str, or
an object whose ``text`` is one; where that has ``doubts`` (each with ``start`` and ``end``), a wrong
character under a doubt is not silent. ``--only PART`` takes the channels whose name contains it,
``--every N`` each Nth case, ``--json FILE`` writes the figures. docs/mojibake-benchmark.md says
what the columns mean. All cases take some minutes.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

FOLDER = Path(__file__).parent.parent / "tests" / "cases" / "mojibake"
DEFAULT = ("crawler.text:repair", "ftfy:fix_encoding", "benchmarks.mojibake:nothing")


@dataclass(slots=True)
class Score:
    """Sums over some cases."""

    cases: int = 0
    exact: int = 0
    same: int = 0
    size: int = 0
    silent: int = 0
    neighbours: int = 0
    seconds: float = 0.0

    def row(self) -> dict[str, float]:
        """The shares that are printed."""
        size, cases = max(1, self.size), max(1, self.cases)
        return {
            "cases": self.cases,
            "exact": self.exact / cases,
            "characters": self.same / size,
            "silent": 1000 * self.silent / size,
            "neighbours": self.neighbours / cases,
            "ms": 1000 * self.seconds / cases,
        }


def nothing(text: str) -> str:
    """The function that leaves every text as it is."""
    return text


def damaged() -> list[dict[str, Any]]:
    """The cases of damage: channel, part, lossless, garbled, clean."""
    lines = (FOLDER / "damaged.jsonl").read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def clean() -> list[tuple[str, str]]:
    """Kind and text of what must come back unchanged."""
    lines = (FOLDER / "clean.tsv").read_text("utf-8").split("\n")
    return [tuple(line.split("\t")[1:3]) for line in lines if line and line[0] != "#"]  # type: ignore[misc]


def score(
    function: Callable[[str], Any], cases: Iterable[dict[str, Any]]
) -> dict[tuple[str, bool], Score]:
    """Score ``function`` by channel, and by whether the channel lost anything of the text."""
    scores: dict[tuple[str, bool], Score] = defaultdict(Score)
    for case in cases:
        begin = time.process_time()
        answer = function(case["garbled"])
        seconds = time.process_time() - begin
        to = scores[case["channel"], case["lossless"]]
        add(to, case, _text(answer), getattr(answer, "doubts", ()))
        to.seconds += seconds
    return scores


def _text(answer: Any) -> str:
    return answer if isinstance(answer, str) else str(answer.text)


def add(to: Score, case: dict[str, Any], text: str, doubts: Iterable[Any]) -> None:
    """Count one answer."""
    want = case["clean"]
    start, end = case["part"]
    to.cases += 1
    to.exact += text == want
    to.size += max(len(text), len(want))
    to.neighbours += text.startswith(want[:start]) and text.endswith(want[end:])
    if text == want:
        to.same += len(want)
        return
    blocks = difflib.SequenceMatcher(None, want, text, autojunk=False).get_matching_blocks()
    right = {place for block in blocks for place in range(block.b, block.b + block.size)}
    to.same += len(right)
    if text != case["garbled"]:  # what is left is wrong, but nobody invented it
        doubtful = {place for doubt in doubts for place in range(doubt.start, doubt.end)}
        to.silent += len(set(range(len(text))) - right - doubtful)


def summed(scores: Iterable[Score]) -> Score:
    """The sums of several channels."""
    whole = Score()
    for each in scores:
        for name in Score.__slots__:
            setattr(whole, name, getattr(whole, name) + getattr(each, name))
    return whole


def touched(function: Callable[[str], Any]) -> list[tuple[str, str, str]]:
    """The clean texts that ``function`` changes: kind, text, answer."""
    answers = ((kind, text, _text(function(text))) for kind, text in clean())
    return [answer for answer in answers if answer[1] != answer[2]]


def load(name: str) -> Callable[[str], Any]:
    """The function ``module:name``."""
    module, _, attribute = name.partition(":")
    function: Callable[[str], Any] = getattr(importlib.import_module(module), attribute)
    return function


def report(name: str, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Score one function, print it, and give the figures back."""
    function = load(name)
    scores = score(function, cases)
    channels = dict.fromkeys(channel for channel, _ in scores)
    rows = {
        "nothing lost": summed(each for (_, lossless), each in scores.items() if lossless),
        "something lost": summed(each for (_, lossless), each in scores.items() if not lossless),
        **{
            name: summed(each for (of, _), each in scores.items() if of == name)
            for name in channels
        },
        "all": summed(scores.values()),
    }
    spoilt = touched(function)
    print(f"\n{name}\n{'':34}  cases   exact  chars  silent  neighbours     ms")
    for label, each in rows.items():
        row = each.row()
        print(
            f"{label:34} {row['cases']:6} {row['exact']:7.1%} {row['characters']:6.1%}"
            f" {row['silent']:7.2f} {row['neighbours']:11.1%} {row['ms']:6.1f}"
        )
    print(
        f"clean texts touched: {len(spoilt)} of {len(clean())} {', '.join(kind for kind, *_ in spoilt)}"
    )
    return {
        "touched": len(spoilt),
        **{label: each.row() for label, each in rows.items()},
    }


def main() -> None:
    """Score what the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--function", action="append", metavar="MODULE:NAME")
    parser.add_argument("--only", default="")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--json")
    options = parser.parse_args()
    cases = [case for case in damaged() if options.only in case["channel"]][:: options.every]
    figures = {name: report(name, cases) for name in options.function or DEFAULT}
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=1), "utf-8")


if __name__ == "__main__":
    main()

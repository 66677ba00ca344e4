"""What the canonical form joins and what it confuses: ``python benchmarks/canonical.py``.

Prints how many paragraphs have the same canonical form in simplified and in each traditional
orthography, how many different words fall together, and the time it takes.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.prose import paragraphs, traditional
from crawler.text.chinese.script import VERSION, canonical, classes, script_of, to_simplified
from tools.data.make_classes import unpack

ORTHOGRAPHIES = {
    "s2t": "OpenCC's own",
    "s2tw": "Taiwan",
    "s2hk": "Hong Kong",
    "s2twp": "Taiwan, with its words",
}


def main() -> None:
    texts = list(islice(paragraphs(7), 2000))
    print(
        f"classes.txt version {VERSION}: {sum(map(len, classes()))} characters in {len(classes())} classes\n"
    )
    print(
        f"{'simplified against':26}{'canonical':>10}{'tw2s only':>10}   of {len(texts)} paragraphs equal"
    )
    for config, name in ORTHOGRAPHIES.items():
        converted = [traditional(text, config) for text in texts]
        joined = sum(canonical(a) == canonical(b) for a, b in zip(texts, converted, strict=True))
        plain = sum(a == to_simplified(b) for a, b in zip(texts, converted, strict=True))
        print(f"{name:26}{joined / len(texts):10.2%}{plain / len(texts):10.2%}")
    print(f"\n{collisions()}\n\n{confused_hanzi()}\n")
    text = "".join(texts)[:3000]
    for label, call in (
        ("canonical", canonical),
        ("script_of", script_of),
        ("to_simplified", to_simplified),
    ):
        print(f"{label:14}{microseconds(call, text):8.0f} µs for 3,000 characters")


def collisions() -> str:
    """Count the simplified words of OpenCC's word list that only the canonical form confuses."""
    words = {key for key, _ in unpack("STPhrases") if len(key) > 1}
    same = defaultdict(set)
    for word in words:
        same[canonical(word)].add(word)
    groups = [sorted(group) for group in same.values() if len(group) > 1]
    confused = sum(map(len, groups))
    shown = ", ".join("=".join(group) for group in sorted(groups)[:: max(1, len(groups) // 12)])
    return f"{confused} of {len(words)} words share their canonical form with another: {shown}"


def confused_hanzi() -> str:
    """List the classes that hold more than one hanzi of everyday simplified writing."""
    everyday = ["".join(char for char in group if _is_level_1(char)) for group in classes()]
    confused = [group for group in everyday if len(group) > 1]
    return (
        f"{len(confused)} classes hold more than one level-1 hanzi of GB 2312: {' '.join(confused)}"
    )


def _is_level_1(char: str) -> bool:
    return b"\xb0" <= char.encode("gb2312", "ignore")[:1] <= b"\xd7"


def microseconds(call: Callable[[str], object], text: str) -> float:
    """Best of many, in CPU time."""
    call(text)
    times = []
    for _ in range(30):
        start = time.process_time()
        for _ in range(20):
            call(text)
        times.append((time.process_time() - start) / 20)
    return min(times) * 1e6


if __name__ == "__main__":
    main()

"""How far right and wrong readings of Chinese bytes lie apart: ``python benchmarks/readings.py``.

The charset decision rests on :attr:`crawler.text.chinese.characters.Shares.weight`. This prints its range
for texts of several lengths, read in their own codec and in wrong ones, and the confidence with
which chardet is right and wrong. The thresholds in ``crawler/text/charset/compare.py`` and
``crawler/text/charset/languages.py`` stand between the two.
"""

from __future__ import annotations

import re
import sys
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import chardet

from benchmarks.charset import OTHER_LANGUAGES
from benchmarks.prose import paragraphs, traditional
from crawler.text.charset.labels import family
from crawler.text.chinese.characters import measure

LENGTHS = (8, 16, 60)
CHINESE = ("gb18030", "big5hkscs", "utf-8")


def main() -> None:
    clauses = [
        clause
        for text in islice(paragraphs(3), 300)
        for clause in re.findall(r"[^，。”：]{8,}", text)
    ]
    texts = {False: clauses, True: [traditional(clause) for clause in clauses]}
    print(f"{'':34}" + "".join(f"{f'{length} characters':>24}" for length in LENGTHS))
    print(f"{'':34}" + f"{'least  median    most':>24}" * len(LENGTHS))
    for written, is_traditional in (
        ("gb18030", False),
        ("gb18030", True),
        ("big5hkscs", True),
        ("utf-8", False),
    ):
        for read in CHINESE:
            name = f"{'traditional' if is_traditional else 'simplified'} {written} as {read}"
            print(
                f"{name:34}"
                + "".join(weights(texts[is_traditional], written, read, size) for size in LENGTHS)
            )
    for text, written in OTHER_LANGUAGES:
        for read in ("gb18030", "big5hkscs"):
            print(
                f"{text[:6]:6} {written} as {read}".ljust(30)
                + weights([text * 3], written, read, 60).rjust(76)
            )
    print(f"\n{confidences(texts[False])}")


def weights(texts: list[str], written: str, read: str, length: int) -> str:
    """Write least, median and most weight of pieces of ``length`` characters."""
    joined = "".join(texts)
    pieces = [
        joined[start : start + length] for start in range(0, len(joined) - length + 1, length)
    ]
    found = sorted(
        measure(piece.encode(written, "ignore").decode(read, "replace")).weight for piece in pieces
    )
    return f"{found[0]:9.2f}{found[len(found) // 2]:8.2f}{found[-1]:7.2f}"


def confidences(texts: list[str]) -> str:
    """Ask chardet about undamaged and damaged pieces, and split its confidence by being right."""
    right, wrong = [], []
    joined = "".join(texts)
    for start in range(0, 12_000, 60):
        data = joined[start : start + 60].encode("gb18030")
        for sample in (data, data[:31] + b"\xff" + data[31:]):
            answer = chardet.detect(sample)
            bucket = right if family(answer["encoding"] or "") == "gb18030" else wrong
            bucket.append(answer["confidence"])
    return (
        f"chardet on GBK texts of 60 characters, whole and with one bad byte: right {len(right)} times "
        f"(confidence {min(right):.2f} to {max(right):.2f}), wrong {len(wrong)} times "
        f"({min(wrong):.2f} to {max(wrong):.2f})"
    )


if __name__ == "__main__":
    main()

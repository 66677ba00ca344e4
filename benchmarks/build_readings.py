"""Build ``crawler/text/data/readings.tsv``: the readings of traditional characters.

usage: python benchmarks/build_readings.py [--out FILE]

Needs the package pypinyin (MIT), whose data come from the pinyin-data project (MIT). One line a
character that OpenCC simplifies: the character, a tab, its readings, the usual one first.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pypinyin import Style, pinyin

from crawler.text.mirror import script


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("crawler/text/data/readings.tsv"))
    options = parser.parse_args()
    chars = sorted(
        {c for c, to in script.simplified().items() if to != c} | set(script.traditional().values())
    )
    lines = []
    for char in chars:
        readings = pinyin(char, style=Style.TONE, heteronym=True)[0]
        if readings and readings[0] != char:
            lines.append(f"{char}\t{' '.join(readings)}\n")
    options.out.write_text("".join(lines), encoding="utf-8")
    print(f"{len(lines)} characters")


if __name__ == "__main__":
    main()

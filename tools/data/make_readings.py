"""Build ``readings.tsv``: the readings of traditional characters.

usage: python -m tools.data.make_readings FILE

Needs the package pypinyin (MIT), whose data come from the pinyin-data project (MIT). One line a
character that OpenCC simplifies, also to one beyond the basic plane: the character, a tab, its
readings, the usual one first.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from opencc import OpenCC
from pypinyin import Style, pinyin

from crawler.text.mirror import converter, traditional

# In the table since its first edition, which had another list of forms: no line of it is lost.
KEPT: Final = frozenset("暱緪")


def characters() -> list[str]:
    """Give the characters of GBK that have a simplified form, or that a mirror shows."""
    hanzi = [char for char in converter.pairs() if "\u4e00" <= char <= "\u9fff"]
    # A line end between them keeps OpenCC from finding words.
    simple = OpenCC("t2s").convert("\n".join(hanzi)).split("\n")
    changed = {char for char, to in zip(hanzi, simple, strict=True) if to != char}
    known = {char for char, to in traditional.simplified().items() if to != char}
    return sorted(changed | known | KEPT | set(traditional.traditional().values()))


def main(target: str) -> None:
    """Write the table to ``target``."""
    lines = []
    for char in characters():
        readings = pinyin(char, style=Style.TONE, heteronym=True)[0]
        if readings and readings[0] != char:
            lines.append(f"{char}\t{' '.join(readings)}\n")
    Path(target).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

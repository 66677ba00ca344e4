"""Make ``words.txt`` of the extraction room from jieba's dictionary: ``make_words.py dict.txt words.txt``.

Words that begin with a surname and are no names: a text that ends in ``（高兴）`` names nobody.
The dictionary (MIT licence) tells most of its person names by a rule on surnames, not by
evidence, so a word marked as a name is kept as a word if it is frequent.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from crawler.extract.names import SURNAMES

LEAST_SEEN: Final = 5  # a rarer word is not worth its place
LEAST_SEEN_AS_NAME: Final = {2: 20, 3: 10}  # by length: 谢幕 and 金银花 are marked as names
WORD: Final = re.compile("[\u4e00-\u9fff]{2,3}")

HEADER: Final = (
    "# Words that begin with a surname and are no names: the first character, then the rests.\n"
    "# From the dictionary of jieba 0.42.1, copyright 2013 Sun Junyi, MIT licence; made by"
    " tools/data/make_words.py.\n"
)


def is_word(word: str, seen: int, kind: str) -> bool:
    """Tell a word that a bracket may hold from the name of a reporter."""
    if WORD.fullmatch(word) is None or word[0] not in SURNAMES:
        return False
    return seen >= (LEAST_SEEN_AS_NAME[len(word)] if kind.startswith("nr") else LEAST_SEEN)


def main(dictionary: str, target: str) -> None:
    """Write the table of the dictionary to ``target``."""
    rows: dict[str, list[str]] = {}
    for line in Path(dictionary).read_text(encoding="utf-8").splitlines():
        word, seen, kind = line.split(" ")
        if is_word(word, int(seen), kind):
            rows.setdefault(word[0], []).append(word[1:])
    table = "".join(f"{first} {' '.join(sorted(rests))}\n" for first, rests in sorted(rows.items()))
    Path(target).write_text(HEADER + table, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

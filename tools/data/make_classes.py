"""Build the frozen character tables of :mod:`crawler.text.chinese.script` and :mod:`crawler.text.chinese.script`.

    python -m tools.data.make_classes crawler/text/data

Run by hand, and only to make a new *version* of the tables: every stored fingerprint depends on
them. The pairs come from the dictionaries of the installed OpenCC (Apache-2.0), unpacked with
its own ``opencc_dict``. A class holds all characters that OpenCC takes for the same word's
character somewhere: simplified, traditional, and the variants of Taiwan and Hong Kong. (Not of
Japan: its 弁 is 辨, 瓣 and 辯, its 沪 is 濾.)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import opencc

from crawler.text.chinese.script import CLASSES_FILE, SCRIPTS_FILE, VERSION

# Which dictionaries say "the same character", and not "another word for it" (TWPhrases,
# HKPhrases: 软件 is 軟體 in Taiwan). Phrases give pairs that no single character has: 看著, 看着.
CHARACTERS = (
    *("STCharacters", "TSCharacters", "TSCharactersExt", "CJK_Compatibility_Ideographs"),
    *("TWVariants", "TWVariantsRev", "HKVariants", "HKVariantsRev"),
)
PHRASES = (
    *("STPhrases", "TSPhrases", "TWVariantsPhrases", "TWVariantsRevPhrases"),
    *("HKVariantsPhrases", "HKVariantsRevPhrases"),
)
JAPANESE = "JPShinjitaiCharacters"

HEADER = """\
# {what}
# Version {version}. Frozen: changing one line changes stored fingerprints; see docs/charsets.md.
# Derived from the dictionaries of OpenCC {opencc} (https://github.com/BYVoid/OpenCC),
# Copyright BYVoid and contributors, Apache License 2.0, by tools/data/make_classes.py.
"""

Tables = dict[str, list[tuple[str, list[str]]]]


def main() -> None:
    """Write both tables into the directory that is named on the command line."""
    target = Path(sys.argv[1])
    tables = {name: unpack(name) for name in (*CHARACTERS, *PHRASES, JAPANESE)}
    _write(
        target / CLASSES_FILE,
        "Classes of characters that compare as equal, one a line.",
        _classes(tables),
    )
    _write(
        target / SCRIPTS_FILE,
        "Characters of one script only: simplified, traditional, Japanese.",
        _scripts(tables),
    )


def unpack(name: str) -> list[tuple[str, list[str]]]:
    """Read one dictionary of the installed OpenCC: keys, each with its values, the preferred first."""
    clib = Path(opencc.__file__).parent / "clib"
    source = clib / "share" / "opencc" / f"{name}.ocd2"
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "dictionary.txt"
        command = [
            clib / "bin" / "opencc_dict",
            "-i",
            source,
            "-o",
            text,
            "-f",
            "ocd2",
            "-t",
            "text",
        ]
        subprocess.run([str(word) for word in command], check=True)
        rows = [line.split("\t") for line in text.read_text("utf-8").splitlines() if line]
    return [(key, values.split()) for key, values in rows]


def _classes(tables: Tables) -> list[str]:
    """Join the pairs to classes (union-find); the first of each class stands for it."""
    meant = Counter(values[0] for _, values in tables["TSCharacters"])
    parent: dict[str, str] = {}

    def root(character: str) -> str:
        while parent.setdefault(character, character) != character:
            parent[character] = parent[parent[character]]
            character = parent[character]
        return character

    def plainest(character: str) -> tuple[bool, int, str]:
        """Put unified before compatibility hanzi, and first what most others are simplified to."""
        unified = character in "0123456789" or "\u3400" <= character <= "\u9fff"
        return not unified, -meant[character], character

    for left, right in (*_pairs(tables), *_compatibility()):
        first, second = sorted((root(left), root(right)), key=plainest)
        parent[second] = first
    classes = defaultdict(list)
    for character in sorted(parent, key=plainest):
        classes[root(character)].append(character)
    return ["".join(members) for _, members in sorted(classes.items()) if len(members) > 1]


def _pairs(tables: Tables) -> Iterator[tuple[str, str]]:
    for name in CHARACTERS:
        for key, values in tables[name]:
            yield from ((key, value) for value in values if len(key) == len(value) == 1)
    for name in PHRASES:
        for key, values in tables[name]:
            for value in values:
                if len(key) == len(value):
                    yield from (
                        (left, right)
                        for left, right in zip(key, value, strict=True)
                        if left != right
                    )


def _compatibility() -> Iterator[tuple[str, str]]:
    """Pair Unicode's compatibility forms of hanzi, Kangxi radicals and digits with the plain ones."""
    for code in (
        *range(0x2E80, 0x2FD6),
        *range(0xF900, 0xFB00),
        *range(0x80, 0x2500),
        *range(0xFF10, 0xFF1A),
    ):
        plain = unicodedata.normalize("NFKC", chr(code))
        if (
            plain != chr(code)
            and len(plain) == 1
            and (plain in "0123456789" or "\u3400" <= plain <= "\u9fff")
        ):
            yield chr(code), plain


def _scripts(tables: Tables) -> list[str]:
    """Collect the characters that one script has and the others would always replace."""
    taiwan_and_hong_kong = _values(tables, "STCharacters", "TWVariants", "HKVariants")
    simplified = _keys(tables, "STCharacters") - taiwan_and_hong_kong
    traditional = _keys(tables, "TSCharacters", "TWVariants") - _values(tables, "TSCharacters")
    japanese = {
        character for character in _keys(tables, JAPANESE) if not _is_in_chinese_use(character)
    }
    rows = (simplified - traditional, traditional - simplified, japanese - simplified - traditional)
    return ["".join(sorted(row)) for row in rows]


def _keys(tables: Tables, *names: str) -> set[str]:
    return {key for name in names for key, _ in tables[name] if len(key) == 1}


def _values(tables: Tables, *names: str) -> set[str]:
    return {value for name in names for _, values in tables[name] for value in values}


def _is_in_chinese_use(character: str) -> bool:
    return any(character.encode(codec, "ignore") for codec in ("gb2312", "big5"))


def _write(path: Path, what: str, lines: list[str]) -> None:
    header = HEADER.format(what=what, version=VERSION, opencc=version("opencc"))
    path.write_text(header + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()

"""No regular expression of the house takes more than linear time, whatever it is given."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

import crawler
import pipelines
import spiders
from tests.patterns import excess

ROOTS = (crawler, spiders, pipelines)
# They import what only Scrapy's own process may, or start something.
LEFT_OUT = {"crawler.settings", "crawler.cli.__main__"}
# Tables hold a million of these.
PLAIN = {str, bytes, int, float, bool, type(None)}
CALLS = {"match", "search", "fullmatch", "findall", "finditer", "sub", "subn", "split"}


def modules() -> Iterator[ModuleType]:
    for root in ROOTS:
        yield root
        for found in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            if found.name not in LEFT_OUT:
                yield importlib.import_module(found.name)


def patterns_in(value: object, depth: int = 0) -> Iterator[re.Pattern]:
    """The patterns of a value: of tables, rules, functions' constants and classes too."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 5:
        for part in parts_of(value):
            if type(part) not in PLAIN:
                yield from patterns_in(part, depth + 1)


def parts_of(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, tuple | list | set | frozenset):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, each.name, None) for each in dataclasses.fields(value)]
    if isinstance(value, type) and value.__module__.startswith(tuple(r.__name__ for r in ROOTS)):
        return list(vars(value).values())
    closure = getattr(value, "__closure__", None) or ()
    bound = getattr(value, "__self__", None)
    return [
        *(cell.cell_contents for cell in closure),
        bound if isinstance(bound, re.Pattern) else None,
    ]


def written_in(path: Path) -> Iterator[re.Pattern]:
    """Patterns that are written where they are used: re.sub("a+", ...)."""
    text = path.read_text("utf-8")
    if not any(f"re.{call}(" in text for call in CALLS):
        return
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in CALLS
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield re.compile(node.args[0].value)


def all_patterns() -> dict[tuple[str | bytes, int], str]:
    """Every pattern with its flags, and where it is."""
    found: dict[tuple[str | bytes, int], str] = {}
    seen: set[int] = set()
    for module in modules():
        source = Path(module.__file__ or "")
        for name, value in vars(module).items():
            if id(value) in seen:  # a module's, imported by another
                continue
            seen.add(id(value))
            for pattern in patterns_in(value):
                found.setdefault((pattern.pattern, pattern.flags), f"{module.__name__}.{name}")
        for pattern in written_in(source):
            found.setdefault((pattern.pattern, pattern.flags), module.__name__)
    return found


def is_matched_whole(place: str) -> bool:
    """Whether a module ever asks for the pattern to fit a whole text."""
    module, _, name = place.rpartition(".")
    source = Path(importlib.import_module(module).__file__ or "").read_text("utf-8")
    return f"{name}.fullmatch" in source


PATTERNS = all_patterns()
# What the analysis cannot see.
LINEAR = {
    "crawler.extract.parts._OPENING": "is only asked of tags of at most 600 characters",
    "crawler.hooks.redirects._UNSEEN": "what it has begun always ends, at the end of the text at last",
    "crawler.secrets._USERINFO": "a user name and a password have 256 characters at most",
    "crawler.text.charset.labels._COMMENT": "what it has begun always ends, at the end of the text",
    "crawler.text.mojibake.code_escapes._CSS": "any number of its pieces is a match",
}


@pytest.mark.parametrize(
    "pattern",
    [
        *("a+", "(?<!a)a+b", r"\ba+b", "a{1,50}b", "^a+b", "<[^<>]*>", r"\s*x?\s*"),
        *("(?:ab)+", "a++b?", "(?:<U[0-9]{4}>)+"),
    ],
)
def test_linear_patterns_are_told(pattern):
    """Where a search stops at once, or cannot begin in the midst of a repetition."""
    assert excess(re.compile(pattern)) is None


@pytest.mark.parametrize(
    "pattern",
    [
        *("a+b", "<[^>]*>", "a*$", ".*?a.*?b", "(?=.*x)a", "(?:ab)+c", "x(?:a|ab|b)*y", r"\s+$"),
        *("a{1,400}b", "[ab]+c|a+d", "(?:a|b)*c"),
    ],
)
def test_square_patterns_are_told(pattern):
    """Where each place of a text is a new beginning, or a text can be parted anywhere."""
    assert excess(re.compile(pattern)) is not None


@pytest.mark.parametrize(
    ("pattern", "square"),
    [
        *((r"\s*x?\s*", True), ("(?:a+)+", True), ("(?:a|a)*b", True), ("(?:a+b?)*c", True)),
        *((r"\s*+x?\s*", False), ("[^,]*,[^,]*", False), (r"(?:\w+[.])*\w+", False), ("a+", False)),
    ],
)
def test_whole_texts_may_take_longer(pattern, square):
    """A fullmatch that fails at its end has gone all ways to get there."""
    assert (excess(re.compile(pattern), whole=True) is not None) is square


def test_patterns_are_found():
    """Those of modules, of tables, and those that are written where they are used."""
    assert len(PATTERNS) > 300
    assert set(LINEAR) <= set(PATTERNS.values())


@pytest.mark.parametrize(("pattern", "place"), PATTERNS.items(), ids=PATTERNS.values())
def test_a_pattern_is_linear(pattern, place):
    """Searched for and, if anybody asks so, matched with a whole text."""
    if place in LINEAR:
        return
    compiled = re.compile(*pattern)

    assert excess(compiled) is None
    if is_matched_whole(place):
        assert excess(compiled, whole=True) is None

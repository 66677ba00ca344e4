"""A guard for fields of days: a ``datetime`` is a ``date`` to Python, and breaks each comparison.

Type checkers let it pass, since the one class is derived from the other. So every field of a
dataclass that is annotated ``date`` is watched while the tests run.
"""

from __future__ import annotations

import ast
import functools
import importlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("crawler", "spiders", "pipelines")


def fields() -> Iterator[tuple[str, str, str]]:
    """Every field annotated ``date``, as module, class and name."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            source = path.read_text("utf-8")
            if ": date" not in source:
                continue
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for each in ast.walk(ast.parse(source)):
                if isinstance(each, ast.ClassDef):
                    yield from ((module, each.name, name) for name in _days(each))


def watch() -> None:
    """From now on, making a value with a ``datetime`` in such a field is an error."""
    by_class: dict[tuple[str, str], list[str]] = {}
    for module, name, field in fields():
        by_class.setdefault((module, name), []).append(field)
    for (module, name), names in by_class.items():
        made = getattr(importlib.import_module(module), name)
        made.__init__ = _watched(made.__init__, tuple(names))


def _days(found: ast.ClassDef) -> Iterator[str]:
    for line in found.body:
        if (
            isinstance(line, ast.AnnAssign)
            and isinstance(line.target, ast.Name)
            and "date" in ast.unparse(line.annotation).replace(" ", "").split("|")
        ):
            yield line.target.id


def _watched(init, names: tuple[str, ...]):
    @functools.wraps(init)
    def checked(self, *values, **named):
        init(self, *values, **named)
        for name in names:
            if isinstance(getattr(self, name), datetime):
                raise TypeError(f"{type(self).__name__}.{name} is a day, and was given a datetime")

    return checked

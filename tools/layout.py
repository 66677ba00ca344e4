"""Count the shape of the house: ``python -m tools.layout`` prints it, tests/test_layout.py limits it.

Frozen migrations are history and not counted.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("crawler", "spiders", "pipelines")
SHORT = 60
"""Lines below which a module is a part of its neighbour, or has a reason."""


@dataclass(frozen=True, slots=True)
class Module:
    """One product module: its dotted name, file, lines and syntax tree."""

    name: str
    path: Path
    lines: int
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """An ``__init__.py``: a room's door, which is not counted as a module."""
        return self.path.name == "__init__.py"


def modules(root: Path = ROOT) -> list[Module]:
    """Every module of the product below ``root``, packages included, frozen migrations left out."""
    found = []
    for path in sorted(path for room in ROOMS for path in (root / room).rglob("*.py")):
        if "versions" not in path.parts:
            text = path.read_text(encoding="utf-8")
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(part for part in parts if part != "__init__")
            found.append(Module(name, path, text.count("\n"), ast.parse(text)))
    return found


def imports(module: Module, names: set[str]) -> set[str]:
    """Which modules of ``names`` a module imports, also inside a function."""
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & names) or {node.module}
    return found & names


def counts(house: list[Module]) -> dict[str, int]:
    """The figures by name; :func:`shared` names what stands behind the last two."""
    own = [module for module in house if not module.is_package]
    names = {module.name for module in house}
    importers = Counter(name for module in house for name in imports(module, names))
    return {
        "modules": len(own),
        "modules with one importer": sum(importers[module.name] == 1 for module in own),
        "modules under 60 lines": sum(module.lines < SHORT for module in own),
        "modules over 400 lines": sum(module.lines > 400 for module in own),
        "imports inside functions": sum(1 for module in house for _ in late_imports(module)),
        "lines": sum(module.lines for module in house),
        "class names used twice": len(shared(classes(house))),
        "file names used twice": len(shared(files(own))),
    }


def late_imports(module: Module) -> Iterator[ast.stmt]:
    """The imports inside functions."""
    for function in ast.walk(module.tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield node


def classes(house: list[Module]) -> dict[str, list[str]]:
    """The modules in which a class of each name stands."""
    found: dict[str, list[str]] = defaultdict(list)
    for module in house:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(module.name)
    return found


def files(own: list[Module]) -> dict[str, list[str]]:
    """The modules whose files have one name."""
    found: dict[str, list[str]] = defaultdict(list)
    for module in own:
        found[module.path.name].append(module.name)
    return found


def shared(places: dict[str, list[str]]) -> dict[str, list[str]]:
    """The names that stand in several places."""
    return {name: places[name] for name in sorted(places) if len(places[name]) > 1}


def main() -> None:
    """Print the figures, then every name that stands in several places and each short module."""
    house = modules(Path(sys.argv[1]) if sys.argv[1:] else ROOT)
    own = [module for module in house if not module.is_package]
    for name, value in counts(house).items():
        print(f"{value:>7,}  {name}")
    for heading, places in (("classes", shared(classes(house))), ("files", shared(files(own)))):
        print(f"\n{heading} of one name")
        for name, found in places.items():
            print(f"  {name}: {', '.join(found)}")
    print(f"\nmodules under {SHORT} lines")
    for module in sorted(own, key=lambda module: module.lines):
        if module.lines < SHORT:
            print(f"  {module.lines:>3}  {module.name}")


if __name__ == "__main__":
    main()

"""Reading the command lines of the documents and of the help texts, as a reader finds them."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "README.zh.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
# What a line of a code block begins with if it is meant for a shell.
_COMMAND = re.compile(
    r"(?:\.venv/bin/|[A-Z_]+=\S+ )*(?:renmin|scrapy|make|python3?|curl|pip|docker) \S"
)
_OTHER = re.compile(r"export [A-Z_]+=|echo |renmin$|(?:\.venv/bin/)?renmin \|")
# In the source of a document or of a command: this line cannot run offline, and why.
_NOT_RUN = re.compile(r"(?:<!--|#) not run: (?P<line>.+?) -- (?P<reason>.+?)(?: -->)?$")


@dataclass(frozen=True, slots=True)
class Line:
    """A command line; ``reason`` says why it cannot run here, if its source says so."""

    where: str
    text: str
    reason: str = ""


def of_document(path: Path) -> list[Line]:
    """The command lines of a document's code blocks, in order."""
    text = path.read_text(encoding="utf-8")
    return _marked(text, list(_lines(path.name, text)))


def of_help(path: Path) -> list[Line]:
    """The command lines below ``Example:`` in the docstrings of a command's module."""
    module = importlib.import_module(f"crawler.cli.{path.stem}")
    found = []
    for _, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and function.__doc__:
            found += list(_examples(path.name, function.__doc__))
    return _marked(path.read_text(encoding="utf-8"), found)


def _lines(name: str, text: str) -> Iterator[Line]:
    language: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if fence := re.match(r" *```(\w*)", line):
            language = None if language is not None else fence[1]
        elif language in ("bash", "sh", "console") or (language is None and line[:4] == "    "):
            bare = line.strip().removeprefix("$ ")
            if _COMMAND.match(bare) or _OTHER.match(bare):
                yield Line(f"{name}:{number}", _without_remark(bare))


def _examples(name: str, text: str) -> Iterator[Line]:
    for line in inspect.cleandoc(text).splitlines():
        bare = line.strip()
        inline = bare.startswith("Example: ")
        bare = bare.removeprefix("Example: ")
        if (inline or line[:4] == "    ") and (_COMMAND.match(bare) or _OTHER.match(bare)):
            yield Line(name, _without_remark(bare))


def _without_remark(line: str) -> str:
    return re.sub(r"\s+# .*$", "", line)


def _marked(source: str, lines: list[Line]) -> list[Line]:
    marks = [
        match.groups() for row in source.splitlines() if (match := _NOT_RUN.search(row.strip()))
    ]
    unused = [begin for begin, _ in marks if not any(line.text.startswith(begin) for line in lines)]
    assert not unused, f"marked, but no line begins so: {unused}"
    return [
        Line(
            line.where,
            line.text,
            next((why for begin, why in marks if line.text.startswith(begin)), ""),
        )
        for line in lines
    ]

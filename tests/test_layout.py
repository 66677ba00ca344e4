"""The house itself: what every room, command and document owes to the others."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import typer
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings
from typer.testing import CliRunner

from crawler.cli.main import app, first_line, modules

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path
    for room in ("crawler", "spiders", "pipelines", "benchmarks")
    for path in (ROOT / room).rglob("*.py")
)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
COMMANDS = sorted(modules())


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_module_can_be_read_in_one_sitting(path):
    """No module has more than 400 lines, and each says at its top what it is."""
    text = path.read_text(encoding="utf-8")

    assert text.count("\n") <= 400
    assert text.lstrip().startswith(('"""', 'r"""', "#!"))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_late_import_says_why(path):
    """An import inside a function names its reason in its line (ruff finds those without a mark)."""
    lines = path.read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if "noqa: PLC0415" in line and not line.endswith(")")] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_explains_itself(command):
    """Every command has a help text with an example, and is named in the documents."""
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})

    assert shown.exit_code == 0, shown.output
    assert f"renmin {command}" in shown.output
    assert any(f"renmin {command}" in path.read_text(encoding="utf-8") for path in DOCUMENTS)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_between_documents_lead_somewhere(path):
    """A relative link names a file that exists."""
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))

    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_commands_in_the_documents_exist(path):
    """``renmin WORD`` in a code span is a command."""
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:\.venv/bin/)?renmin ([a-z][a-z-]+)", text))

    assert named <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_of_commands_says_what_each_does(command):
    """``renmin --help`` reads a first paragraph without an import; it is the command's own."""
    module = modules()[command]
    found = typer.main.get_command(importlib.import_module(f"crawler.cli.{module}").app)

    assert first_line(module)
    assert first_line(module) == " ".join((found.help or "").split("\n\n")[0].split())


def test_every_command_is_an_application():
    """A module of the folder offers a Typer application."""
    for command in COMMANDS:
        module = importlib.import_module(f"crawler.cli.{modules()[command]}")
        assert isinstance(module.app, typer.Typer), command


def test_every_spider_loads():
    """Scrapy finds the spiders, as for anybody who knows Scrapy."""
    loader = SpiderLoader.from_settings(get_project_settings())

    assert loader.list() == ["channel", "probe"]
    assert all(loader.load(spider).name == spider for spider in loader.list())

"""The house itself: what every room, command and document owes to the others."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
import typer
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings
from typer.testing import CliRunner

from crawler.cli.main import app, command_of, first_line, modules
from tools import layout

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path
    for room in ("crawler", "spiders", "pipelines", "benchmarks")
    for path in (ROOT / room).rglob("*.py")
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TOOLS = sorted((ROOT / "tools").rglob("*.py"))
ROOMS = ("crawler", "spiders", "pipelines", "benchmarks", "tests", "tools", "docs")
# What commands of the documents make.
MADE_LATER = {"benchmarks/results"}
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
COMMANDS = sorted(modules())

# Why a module has less than 60 lines. A folder stands for its modules.
SHORT = {
    "crawler/cli/": "a command is a file, and a file that is no command serves them all",
    "crawler/clock.py": "everything may import it, and it imports nothing",
    "crawler/text/tables.py": "facts of the character sets, for every reader of bytes",
    "crawler/store/migrations/passwords.py": "frozen: a migration of an old schema calls it",
    "crawler/extract/tidy.py": "the form of every text; imports nothing of the room",
}


# The shape of the house, by tools/layout.py. A limit is only ever lowered: a room that grows gives
# its siblings one file, or finds the word that no other class has.
LIMITS = {
    "modules": 260,
    "modules with one importer": 51,
    "modules under 60 lines": 5,
    "modules over 400 lines": 0,
    "imports inside functions": 14,
    "class names used twice": 5,
    "file names used twice": 22,
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_module_can_be_read_in_one_sitting(path):
    """No module has more than 400 lines, and each says at its top what it is."""
    text = path.read_text(encoding="utf-8")

    assert text.count("\n") <= 400
    assert text.lstrip().startswith(('"""', 'r"""', "#!"))


def test_a_short_module_has_a_reason():
    """Below 60 lines a module is a part of its neighbour, or says in SHORT why not."""
    short = {
        name(path)
        for path in SOURCES
        if path.read_text(encoding="utf-8").count("\n") < 60
        and path.name != "__init__.py"
        and "migrations/versions/" not in name(path)
    }

    assert {path for path in short if not path.startswith(tuple(SHORT))} == set()
    assert {
        reason for reason in SHORT if not any(path.startswith(reason) for path in short)
    } == set()


def test_the_house_keeps_its_shape():
    """No more modules, fragments, late imports or names of two meanings than the limits allow."""
    counted = layout.counts(layout.modules())

    assert {what: counted[what] for what in LIMITS if counted[what] > LIMITS[what]} == {}


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


@pytest.mark.parametrize("path", [*DOCUMENTS, *SOURCES, *TESTS], ids=name)
def test_named_files_are_there(path):
    """A path of ours that a document or a source names leads to a file or a folder."""
    named = re.findall(rf"(?<![\w/.-])(?:{'|'.join(ROOMS)})/[\w./-]*\w", path.read_text("utf-8"))

    gone = {each for each in named if not (ROOT / each).exists() and "NNNN" not in each}
    assert gone - MADE_LATER == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_named_modules_are_there(path):
    """``name.py`` alone is a file of some room."""
    named = set(re.findall(r"`(\w+\.py)`", path.read_text(encoding="utf-8")))

    assert named - {source.name for source in [*SOURCES, *TESTS, *TOOLS]} == set()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_named_objects_are_there(path):
    """What a docstring refers to, as in ``:func:`crawler.module.name```, exists."""
    text = path.read_text(encoding="utf-8")
    named = re.findall(
        r":(?:mod|class|func|data|attr|meth):`~?((?:crawler|spiders|pipelines)\.[\w.]+)`", text
    )

    assert [each for each in named if not is_there(each)] == []


def is_there(dotted):
    """Whether a dotted name is a module, or an object in one."""
    with contextlib.suppress(ImportError, AttributeError):
        pkgutil.resolve_name(dotted)
        return True
    module, _, attribute = dotted.rpartition(".")
    with contextlib.suppress(ImportError, AttributeError):
        # An attribute that only instances have is named in its class.
        return attribute in inspect.getsource(pkgutil.resolve_name(module))
    # A module that needs an extra which is not installed here is read and not run.
    path = ROOT / Path(*module.split(".")).with_suffix(".py")
    defined = re.compile(rf"^(?:class |def )?{attribute}\b", re.MULTILINE)
    return path.is_file() and bool(defined.search(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_commands_in_the_documents_exist(path):
    """``renmin WORD`` in a code span is a command."""
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:\.venv/bin/)?renmin ([a-z][a-z-]+)", text))

    assert named <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_of_commands_says_what_each_does(command):
    """``renmin --help`` reads a first paragraph without an import; it is the command's own."""
    assert first_line(command)
    assert first_line(command) == " ".join(
        (command_of(command).help or "").split("\n\n")[0].split()
    )


def test_every_command_is_an_application():
    """A module of the folder offers a Typer application."""
    for command in COMMANDS:
        module = importlib.import_module(f"crawler.cli.{modules()[command]}")
        assert isinstance(module.app, typer.Typer), command


def test_every_spider_loads():
    """Scrapy finds the spiders, as for anybody who knows Scrapy."""
    loader = SpiderLoader.from_settings(get_project_settings())

    assert loader.list() == ["channel", "photos", "probe"]
    assert all(loader.load(spider).name == spider for spider in loader.list())


def parameters(command):
    """Every option and argument of a command and of those below it."""
    yield from command.params
    for each in getattr(command, "commands", {}).values():
        yield from parameters(each)


def _kind(parameter):
    """What kind of value it takes; the options that every command has are of the library's own."""
    return parameter.bare_type() if hasattr(parameter, "bare_type") else None


@pytest.mark.parametrize("command", COMMANDS)
def test_no_number_is_larger_than_a_database_counts(command):
    """A whole number has a largest value, so that a huge one is bad use and no fault of ours."""
    found = command_of(command)

    whole = [each for each in parameters(found) if _kind(each) == "int"]
    assert [each.name for each in whole if each.max is None] == []

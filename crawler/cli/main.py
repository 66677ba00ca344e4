"""``renmin COMMAND``: every module of this folder is a command, named like its file.

One that names several in ``COMMANDS`` is each of them. A command is imported only when it is asked
for, so that ``renmin charset`` does not pay for Scrapy. A module offers ``app``, a Typer
application.

Of an error that nobody foresaw a user is told in one line, and where the traceback lies.
"""

from __future__ import annotations

import ast
import codecs
import errno
import importlib
import io
import os
import pkgutil
import re
import sqlite3
import sys
import tempfile
import textwrap
import traceback
from functools import cache
from pathlib import Path
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

import crawler.cli
from crawler import __version__
from crawler.config import sections as own_channels
from crawler.errors import RenminError, printable
from crawler.secrets import mask, mask_log, take_passwords
from crawler.store import troubles

_INTERRUPTED: Final = 130  # 128 + SIGINT, as shells count

NOT_COMMANDS = {"__main__", "main", "options", "output"}
_COMMANDS: Final = re.compile(r"^COMMANDS = \((.*?)\)", re.MULTILINE | re.DOTALL)
_NAME: Final = re.compile(r"\w+")
# Bytes of the command line that are no text in the locale's charset.
_NOT_READ: Final = re.compile("[\udc80-\udcff]")


@cache
def modules() -> dict[str, str]:
    """The module behind each command; ``_`` is typed as ``-``, ``import_`` as ``import``."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(crawler.cli.__path__):
        if module.name not in NOT_COMMANDS:
            several = _COMMANDS.search(source(module.name))
            names = _NAME.findall(several[1]) if several else [module.name]
            found |= {name.rstrip("_").replace("_", "-"): module.name for name in names}
    return found


def source(module: str) -> str:
    """The text of a module of this folder."""
    return Path(crawler.cli.__path__[0], f"{module}.py").read_text(encoding="utf-8")


def first_line(command: str) -> str:
    """What a command does: the first paragraph of its docstring, read without an import.

    Of a module with several commands it is the function of its name; else the callback, or the
    only function that is a command.
    """
    told = {
        key: ast.get_docstring(function) or ""
        for function in reversed(ast.parse(source(modules()[command])).body)
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute)
        for key in (decorator.func.attr, function.name.rstrip("_"))
    }
    text = told.get("callback") or told.get(command) or told.get("command", "")
    return " ".join(text.split("\n\n")[0].split())


def command_of(name: str) -> Any:
    """Import the command of that name."""
    module = importlib.import_module(f"crawler.cli.{modules()[name]}")
    found: Any = typer.main.get_command(module.app)
    if hasattr(module, "COMMANDS"):
        found = found.commands[name]
    found.name = name
    _print_as_meant(found)
    return found


class CommandFolder(TyperGroup):
    """The group whose commands are the modules of :mod:`crawler.cli`."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002
        """Name every module of the folder: see :func:`modules`."""
        return sorted(modules())

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ARG002
        """Print each command with its first sentence: see :func:`first_line`."""
        names = sorted(modules())
        room = formatter.width - 6 - max(map(len, names))
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (command, textwrap.shorten(first_line(command), room, placeholder="..."))
                    for command in names
                ]
            )

    def get_command(  # type: ignore[override]
        self,
        ctx: typer.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> TyperCommand | None:
        """Import the module behind ``cmd_name``; ``None`` if there is none."""
        return command_of(cmd_name) if cmd_name in modules() else None


def _print_as_meant(command: Any) -> None:
    r"""Help as it stands in the docstring: rich would take [brackets] for its own markup.

    A paragraph that begins with ``\b`` keeps its lines. In a raw docstring that is two
    characters, in another one: Click knows the one.
    """
    command.rich_markup_mode = None
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    for each in getattr(command, "commands", {}).values():
        _print_as_meant(each)


app = typer.Typer(
    cls=CommandFolder,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def renmin(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
    config: str = typer.Option(
        "", metavar="FILE", help="Instead of renmin.toml; also in RENMIN_CONFIG."
    ),
) -> None:
    """Crawl the regional channels of People's Daily Online and keep each article once, true to the letter.

    Exit codes: 0 done, 1 the answer is no, 2 bad use, 3 failed, 130 interrupted (Ctrl-C).
    """
    if version:
        typer.echo(f"renmin {__version__}")
        raise typer.Exit
    if config:
        # In the environment, so that a crawl that a schedule starts reads it too.
        os.environ["RENMIN_CONFIG"] = os.path.abspath(config)  # noqa: PTH100 - no link is followed
    own_channels.use(own_channels.load())


def main() -> None:
    """Run the command line; whatever goes wrong is one line on standard error, never a traceback."""
    _begin_in_utf8()
    mask_log()
    _hide_passwords()
    sys.argv[1:] = _config_first(sys.argv[1:])
    try:
        try:
            app()
        finally:
            sys.stdout.flush()  # here, where it can be told if that fails
    except RenminError as error:
        typer.echo(f"renmin: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _interrupted()
    except SystemExit as end:
        # Typer turns Ctrl-C into exit code 130, without a word.
        if isinstance(end.__context__, KeyboardInterrupt) or end.code == _INTERRUPTED:
            _interrupted()
        # Click turns a broken pipe into exit code 1.
        if isinstance(end.__context__, BrokenPipeError):
            sys.exit(0)
        raise
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough.
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        typer.echo(f"renmin: {printable(explain(error))}", err=True)
        sys.exit(3)


class _OutputError(RenminError):
    """Standard output takes no more."""


class _Output(io.FileIO):
    """Standard output, whose errors say that it is what they are about."""

    _is_broken = False

    def write(self, data: Any, /) -> int:
        """Write; once that has failed, what is left is dropped, at the interpreter's end too.

        Raises:
            _OutputError: It cannot be written.
            BrokenPipeError: Its reader has seen enough.
        """
        if self._is_broken:
            return memoryview(data).nbytes
        try:
            return super().write(data) or 0
        except OSError as error:
            self._is_broken = True
            if isinstance(error, BrokenPipeError):
                raise
            reason = error.strerror or error
            raise _OutputError(f"standard output: cannot be written ({reason})") from error


def _begin_in_utf8() -> None:
    """Let the locale neither spoil names of files nor forbid hanzi in what is printed.

    Where it knows ASCII alone, the command begins again in Python's UTF-8 mode. A terminal of another
    charset gets what it can show, and escapes for the rest.
    """
    if _charset() == "ascii" and not sys.flags.utf8_mode:
        os.execve(sys.executable, sys.orig_argv, {**os.environ, "PYTHONUTF8": "1"})
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.flush()
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(_Output(sys.stdout.fileno(), "wb", closefd=False)),
            encoding=sys.stdout.encoding,
            errors="backslashreplace",
            line_buffering=sys.stdout.line_buffering,
        )


def _unspeakable(error: UnicodeEncodeError) -> str:
    """Which text the locale cannot write; empty if it is not the locale's or the caller's fault."""
    if _charset() == "utf-8" and not any(map(_NOT_READ.search, sys.argv)):
        return ""
    return (
        f"{error.object[:80]!r}: cannot be written in {error.encoding}; write it in UTF-8, in a "
        "locale such as LC_ALL=C.UTF-8"
    )


def _charset() -> str:
    return codecs.lookup(sys.getfilesystemencoding()).name


def _interrupted() -> NoReturn:
    """Say what Ctrl-C has left: files are renamed when they are whole, tables are committed."""
    typer.echo(
        "renmin: interrupted; files are whole or not there, what was printed may be unfinished",
        err=True,
    )
    sys.exit(_INTERRUPTED)


def _hide_passwords() -> None:
    """Begin again without the passwords of the command line, where ``ps`` shows them to everybody.

    They go on in the environment, which only the owner of the process can read.
    """
    arguments, environment = take_passwords(sys.argv[1:])
    if environment:
        python = sys.orig_argv[: len(sys.orig_argv) - len(sys.argv[1:])]
        os.execve(sys.executable, [*python, *arguments], {**os.environ, **environment})


def _config_first(arguments: list[str]) -> list[str]:
    """``--config FILE`` belongs to no command; it may stand behind one all the same.

    >>> _config_first(["crawl", "sd", "--config", "/srv/renmin.toml"])
    ['--config=/srv/renmin.toml', 'crawl', 'sd']
    """
    first: list[str] = []
    left: list[str] = []
    waiting = list(reversed(arguments))
    while waiting:
        argument = waiting.pop()
        if argument == "--config" and waiting:
            first.append(f"--config={waiting.pop()}")
        else:
            (first if argument.startswith("--config=") else left).append(argument)
    return first + left


def explain(error: Exception) -> str:
    """One line: what is wrong, what to do, and the file that has the traceback."""
    if says := _forbidden(error) or _trouble(error):
        return mask(says)  # nothing of ours is to be looked for
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    says = f"a fault of renmin's own, please report it: {type(error).__name__}: {first[:200]}"
    return mask(f"{says} ({_kept(error)})")


def _trouble(error: Exception) -> str:
    """What is wrong with the database or the disk; empty if the error is of another kind."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, UnicodeEncodeError):
        return _unspeakable(cause)
    if isinstance(error, sqlite3.Error | OSError) or hasattr(error, "orig"):
        named = getattr(error, "filename", None)
        return str(troubles.explain(error, os.fsdecode(named) if named else "the database") or "")
    return ""


def _forbidden(error: Exception) -> str:
    """Which file may not be used; empty if the error is of another kind."""
    if not isinstance(error, PermissionError) or not error.filename:
        return ""
    path = os.fsdecode(error.filename)
    return (
        f"{path}: permission denied: look at the owner and the rights of it and of the folder "
        f"{Path(path).parent}"
    )


def _kept(error: Exception) -> str:
    text = mask("".join(traceback.format_exception(error)))
    for folder in (Path("output"), Path(tempfile.gettempdir())):
        if not folder.is_dir():
            continue
        try:
            number, name = tempfile.mkstemp(prefix="renmin-error-", suffix=".log", dir=folder)
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as trouble:
            if trouble.errno not in (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT):
                raise
            continue
        return f"details: {name}"
    return f"{type(error).__name__}; no disk to keep the details on"

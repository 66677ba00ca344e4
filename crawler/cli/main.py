"""``renmin COMMAND``: every module of this folder is one command, named like its file.

A command is imported only when it is asked for, so that ``renmin charset`` does not pay for
Scrapy. A module offers ``app``, a Typer application with one command, or with several.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

import crawler.cli
from crawler import __version__
from crawler.errors import RenminError

NOT_COMMANDS = {"__main__", "main", "options", "progress"}


class CommandFolder(TyperGroup):
    """The group whose commands are the modules of :mod:`crawler.cli`."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002
        """Name every module of the folder, ``_`` printed as ``-``."""
        names = (module.name for module in pkgutil.iter_modules(crawler.cli.__path__))
        return sorted(name.replace("_", "-") for name in names if name not in NOT_COMMANDS)

    def get_command(  # type: ignore[override]
        self, ctx: typer.Context, cmd_name: str
    ) -> TyperCommand | None:
        """Import the module behind ``cmd_name``; ``None`` if there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"crawler.cli.{cmd_name.replace('-', '_')}")
        command: TyperCommand | Any = typer.main.get_command(module.app)
        command.name = cmd_name
        return command


app = typer.Typer(cls=CommandFolder, add_completion=False, no_args_is_help=True)


@app.callback(invoke_without_command=True)
def renmin(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    """Crawl the regional channels of People's Daily Online and keep each article once, true to the letter.

    Exit codes: 0 done, 1 the answer is no, 2 bad use, 3 failed.
    """
    if version:
        typer.echo(f"renmin {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; a known error is one line on standard error, never a traceback."""
    try:
        app()
    except RenminError as error:
        typer.echo(f"renmin: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough.
        sys.stderr.close()
        sys.exit(0)

"""This installation: whether it is sound, and what is set, as rows for a person or an example file."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from crawler import clock
from crawler.cli.options import Database, Json
from crawler.cli.output import echo_json, show
from crawler.config import load, read, sections
from crawler.config import sections as channel_tables
from crawler.config.convert import Option, options
from crawler.config.resolve import Read, contents, table
from crawler.config.sections import ChannelTable
from crawler.config.top_level import Config
from crawler.secrets import MASK, mask
from crawler.watch.alerts import configuration as alerts
from crawler.watch.doctor import FAIL, examine

COMMANDS = ("doctor", "config")

app = typer.Typer(add_completion=False)


@app.command()
def doctor(database: Database = None, json: Json = False) -> None:
    """Look at Python, libraries, database, archive, disk and settings; say what to do.

    Nothing is fetched. A line is ok, warn (it works, with a risk) or fail (it does not).

    Exit codes: 0 nothing fails, 1 something does, 2 bad settings.

    \b
    Example:
        renmin doctor
        renmin doctor --json | jq '.[] | select(.state != "ok")'
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    lines = examine(load(database=database), clock.now())
    if json:
        echo_json([asdict(line) for line in lines])
    else:
        for line in lines:
            typer.echo(f"{line.state:4}  {line.subject:10}  {line.message}")
    raise typer.Exit(1 if any(line.state == FAIL for line in lines) else 0)


@app.command()
def config(
    *,
    example: Annotated[
        bool, typer.Option("--example", help="Print a commented renmin.toml instead.")
    ] = False,
    database: Database = None,
    json: Json = False,
) -> None:
    """Print every option, its value and where it comes from; a secret is printed as ***.

    The whole of renmin.toml is checked. Exit code 2 says that something in it cannot be used.

    \b
    Example:
        renmin config
        renmin config --example > example.toml
        renmin config --json | jq -r 'select(.from != "default") | .option'
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    if example:
        typer.echo(example_head())
        for prefix, values, names in _alert_tables(alerts.defaults()):
            typer.echo("\n".join(example_table(prefix, values, names)))
        typer.echo("\n".join(example_table(sections.TABLE, sections.Policy())))
        return
    found = read(database=database)
    show_value = typed if json else shown
    rows = [*top_level(found, show_value), *_tables(found, show_value)]
    if not json:
        typer.echo(f"file: {found.file or 'none (renmin config --example prints one)'}")
    show(rows, ["option", "value", "from"], as_json=json)


def _tables(found: Read, show_value: Show) -> Iterator[dict[str, Any]]:
    source = str(found.file)
    given = table(found.file, "channels")
    for name, channel in channel_tables.load(found.file).items():
        yield from of_table(f"channels.{name}", channel, given[name], source, show=show_value)
    given = table(found.file, "alerts")
    for prefix, values, names in _alert_tables(alerts.load(found.file)):
        changed = given.get(prefix.removeprefix("alerts."), {})
        yield from of_table(prefix, values, changed, source, names, show=show_value)
    kept, given = sections.load_policy(found.file), contents(found.file).get(sections.TABLE, {})
    yield from of_table(sections.TABLE, kept, given, source, show=show_value)


def _alert_tables(
    settings: alerts.AlertSettings,
) -> Iterator[tuple[str, Any, set[str]]]:
    yield "alerts.webhook", settings.webhook, set()
    yield "alerts.email", settings.email, set()
    yield "alerts.services", settings.services, set()
    yield "alerts.reminders", settings.reminders, set()
    for name, rule in settings.rules.items():
        yield f"alerts.{name}", rule, alerts.changeable(name)


Show = Callable[[Option, Any], Any]

_FILE_NOTE = "also {name}_file: a file whose first line holds it"
_HEAD = """\
# renmin.toml: all options, each with its default behind a # and as it comes without this file.
# It is looked for where --config or RENMIN_CONFIG says, in the working directory, in /etc/renmin/.
# RENMIN_<OPTION> in the environment wins over an option of the top level.
# Paths are relative to this file.
"""


def shown(option: Option, value: Any) -> str:
    """A value as TOML, for eyes that may not see a secret: ``***`` in its place."""
    if option.is_secret and value:
        return MASK
    return mask(toml(value))


def toml(value: Any) -> str:
    """A value as TOML writes it; nothing for ``None``, which TOML does not know.

    >>> toml(True), toml("a"), toml(("sd", "bj")), toml(1.0)
    ('true', '"a"', '["sd", "bj"]', '1.0')
    """
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def typed(option: Option, value: Any) -> Any:
    """A value as JSON has it, without what :func:`shown` hides; ``None`` if it is not set."""
    if option.is_secret and value:
        return MASK
    return None if value is None else json.loads(mask(toml(value)))


def top_level(found: Read, show: Show = shown) -> Iterator[dict[str, Any]]:
    """The options of the top level: option, value (:func:`shown` or :func:`typed`), source."""
    for name, option in options(Config).items():
        value = show(option, getattr(found.config, name))
        yield {"option": name, "value": value, "from": found.sources[name]}


def of_table(
    prefix: str,
    values: Any,
    given: Mapping[str, Any],
    source: str,
    names: Iterable[str] = (),
    *,
    show: Show = shown,
) -> Iterator[dict[str, Any]]:
    """The options of one table: option, value, source.

    Args:
        prefix: ``alerts.email``.
        values: A dataclass of options.
        given: What the file says of it.
        source: The file's path.
        names: So many of the options alone; empty for all.
        show: :func:`shown` or :func:`typed`.
    """
    for name, option in options(type(values)).items():
        if names and name not in names:
            continue
        yield {
            "option": f"{prefix}.{name}",
            "value": show(option, getattr(values, name)),
            "from": source if name in given else "default",
        }


def example_head() -> str:
    """The options of the top level and of a channel, commented out."""
    lines = [_HEAD, *example_table("", Config())]
    lines.append("\n# A channel that is known (renmin channels), changed; or a new one.")
    lines += example_table("channels.sd", ChannelTable())
    return "\n".join(lines)


def example_table(prefix: str, values: Any, names: Iterable[str] = ()) -> Iterator[str]:
    """One table of the example, line by line; see :func:`of_table`."""
    if prefix:
        yield f"\n# [{prefix}]"
    for name, option in options(type(values)).items():
        if names and name not in names:
            continue
        note = _FILE_NOTE.format(name=name) if option.in_file and "." not in prefix else ""
        remark = "; ".join(filter(None, (option.title, note)))
        yield from (f"## {line}" for line in textwrap.wrap(remark, 92))
        yield f"# {name} = {toml(getattr(values, name))}".rstrip()

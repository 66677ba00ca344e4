"""The configuration as rows for a person, and as an example file."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from crawler.config.convert import Option, options
from crawler.config.options import Config
from crawler.config.resolve import Read
from crawler.config.sections import ChannelTable
from crawler.secrets import MASK, mask

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

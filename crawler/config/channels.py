"""The tables ``[channels.NAME]``: what an operator changes about a channel, or a new channel."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from crawler.config.convert import converted, options, unknown
from crawler.config.file import find, table
from crawler.errors import ConfigError

_LISTS = "a list of addresses or paths; or of pairs [address, label]"
Lists = tuple[str | tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTable:
    """One table; each option's title says what it is."""

    enabled: Annotated[bool, Meta(title="false: no crawl asks this channel for anything")] = True
    delay: Annotated[
        float,
        Meta(
            title="Seconds between two requests to its host; 0.0 for the delay of all",
            description="0, or a number of seconds between 0.5 and 3600",
            ge=0,
            le=3600,
        ),
    ] = 0.0
    exclude: Annotated[
        tuple[str, ...],
        Meta(title="Addresses that are not fetched: * stands for anything, ? for one character"),
    ] = ()
    lists: Annotated[
        Lists, Meta(title="List pages to read instead of the known ones", description=_LISTS)
    ] = ()
    extra_lists: Annotated[
        Lists, Meta(title="List pages to read besides the known ones", description=_LISTS)
    ] = ()
    host: Annotated[str, Meta(title="Of a new channel: its host")] = ""
    name: Annotated[str, Meta(title="Of a new channel: its Chinese name")] = ""
    pinyin: Annotated[str, Meta(title="Of a new channel: the same in letters")] = ""
    region: Annotated[str, Meta(title="Of a new channel: 华东, 西南 ...")] = ""
    province: Annotated[str, Meta(title="Of a new channel: 山东省 ...")] = ""
    adcode: Annotated[str, Meta(title="Of a new channel: six digits of GB/T 2260")] = ""


def load(file: Path | None = None) -> Mapping[str, ChannelTable]:
    """Read ``[channels]``; empty without a file or a table.

    Args:
        file: Instead of the ``renmin.toml`` that is found.

    Raises:
        ConfigError: naming the channel and the option.
    """
    path = find(os.environ) if file is None else file
    return {name: _read(path, name, values) for name, values in table(path, "channels").items()}


def _read(path: Path | None, name: str, values: Mapping[str, Any]) -> ChannelTable:
    where = f"{path}: [channels.{name}]"
    if not re.fullmatch("[a-z][a-z0-9]{0,31}", name):
        raise ConfigError(f"{where}: a channel's id has small letters and digits alone")
    known = options(ChannelTable)
    changes = {}
    for option, value in values.items():
        if option not in known:
            raise unknown(where, option, known)
        changes[option] = converted(f"{where}: {option}", value, known[option])
    if 0 < changes.get("delay", 0) < 0.5:
        raise ConfigError(
            f"{where}: delay = {changes['delay']}: expected {known['delay'].expected}"
        )
    return replace(ChannelTable(), **changes)

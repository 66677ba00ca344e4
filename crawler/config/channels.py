"""The tables ``[channels.NAME]``: what an operator changes about a channel, or a new channel."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlsplit

from msgspec import Meta

from crawler.config.convert import converted, options, unknown
from crawler.config.reading import find, table
from crawler.errors import ConfigError
from crawler.site import channels as site

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


def use(tables: Mapping[str, ChannelTable]) -> None:
    """Let this process work with the channels as the operator wants them.

    Raises:
        ConfigError: A table is about no known channel, and names no host for a new one.
    """
    if not tables:
        site.use(None)
    else:
        found = dict(site.known())
        for name, table_ in tables.items():
            found[name] = (
                _new(name, table_, found) if name not in found else _changed(found[name], table_)
            )
        site.use(MappingProxyType(found))


def _changed(channel: site.Channel, own: ChannelTable) -> site.Channel:
    lists = _pages(channel.id, channel.host, own.lists) or channel.lists
    extra = _pages(channel.id, channel.host, own.extra_lists)
    return replace(
        channel,
        lists=(*lists, *(page for page in extra if page.url not in {one.url for one in lists})),
        enabled=own.enabled,
        delay=own.delay,
        exclude=own.exclude,
    )


def _new(name: str, own: ChannelTable, known: Mapping[str, site.Channel]) -> site.Channel:
    if not own.host or not own.lists:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise ConfigError(
            f"[channels.{name}]: no such channel{hint} (all of them: renmin channels); "
            "a new one needs host and lists"
        )
    host = own.host.lower()
    if not host.endswith(".people.com.cn"):
        raise ConfigError(
            f"[channels.{name}]: host = {own.host!r}: expected a host of the site, "
            "NAME.people.com.cn; for pages elsewhere: renmin crawl --mirror"
        )
    channel = site.Channel(
        id=name,
        host=host,
        name=own.name or name,
        pinyin=own.pinyin or name,
        region=own.region,
        province=own.province,
        adcode=own.adcode,
        as_of="renmin.toml",
        lists=(),
    )
    return _changed(channel, own)


def _pages(name: str, host: str, lists: Lists) -> tuple[site.ListPage, ...]:
    pages = []
    for row in lists:
        address, label = (row, "") if isinstance(row, str) else row
        parts = urlsplit(address)
        if (parts.hostname and parts.hostname != host) or not parts.path.startswith("/"):
            raise ConfigError(
                f"[channels.{name}]: list {address!r}: expected a page of {host}, "
                f"as /GB/1234/index.html"
            )
        try:
            pages.append(site.list_page(host, parts.path, label))
        except ValueError as error:
            raise ConfigError(f"[channels.{name}]: list {address!r}: {error}") from None
    return tuple(pages)


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

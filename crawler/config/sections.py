"""The tables of renmin.toml: ``[channels.NAME]`` and ``[prune]``.

What an operator changes about a channel, or a new channel; and how long what is kept, where nothing
goes that has no age.
"""

from __future__ import annotations

import dataclasses
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
from crawler.config.resolve import contents, find, table
from crawler.errors import ConfigError
from crawler.site import channels as site

TABLE = "prune"
_AGE = {"pattern": r"^(?:\d{1,5}[dw])?$", "description": 'an age like "90d" or "52w", or nothing'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What may go, and at which age; each option's title says what it is."""

    lists: Annotated[str, Meta(title="Raw list pages, but for the latest of each", **_AGE)] = ""
    versions: Annotated[
        str, Meta(title="Raw bytes of articles that other bytes have replaced", **_AGE)
    ] = ""
    answers: Annotated[str, Meta(title="Raw answers that were no page", **_AGE)] = ""
    looks: Annotated[str, Meta(title="Notes of looks that found nothing new", **_AGE)] = ""
    logs: Annotated[str, Meta(title="Logs of runs", **_AGE)] = ""
    runs: Annotated[str, Meta(title="Counters and curves of runs", **_AGE)] = ""
    planned: Annotated[str, Meta(title="What became of planned times", **_AGE)] = ""
    alerts: Annotated[str, Meta(title="Closed alerts", **_AGE)] = ""
    automatic: Annotated[
        bool, Meta(title="Whether renmin serve lets go of it once a day; else renmin prune --yes")
    ] = False

    @property
    def ages(self) -> dict[str, str]:
        """The age of each kind that may go."""
        found = {
            each.name: getattr(self, each.name)
            for each in dataclasses.fields(self)
            if each.name != "automatic"
        }
        return {name: age for name, age in found.items() if age}


def load_policy(file: Path | None = None) -> Policy:
    """Read the policy of ``file``, or of the file in force; without one nothing goes.

    Raises:
        ConfigError: naming the option as the user typed it.
    """
    path = find(os.environ) if file is None else file
    given = contents(path).get(TABLE, {})
    if not isinstance(given, dict):
        raise ConfigError(f"{path}: {TABLE}: expected a table: [{TABLE}]")
    known = options(Policy)
    for name in given:
        if name not in known:
            raise unknown(f"{path}: [{TABLE}]", name, known)
    return Policy(
        **{
            name: converted(f"{path}: {TABLE}.{name}", value, known[name])
            for name, value in given.items()
        }
    )


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

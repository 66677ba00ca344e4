"""The regional channels: which hosts there are, and which list pages a crawl starts from.

The facts stand in ``channels.toml``, one table a channel; nothing about a channel is in code.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from crawler.errors import ConfigError, UnknownChannelError

_HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9}(?::[0-9]{1,5})?", re.ASCII)
# What people add to a region's name when they mean its channel.
_NAME_ENDINGS = ("频道", "省", "市", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """One column of a channel: the page that lists its articles, newest first.

    Attributes:
        url: Absolute address of the first page of the list.
        node_id: The site's number of the column; digits.
        label: The column's Chinese name; ``·`` parts a column from its sub-column.
        primary: True for headlines and the channel's own reports: a short crawl starts there.
    """

    url: str
    node_id: str
    label: str
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One regional channel of the site.

    Attributes:
        id: Short name, the first label of the host: ``sd``.
        host: ``sd.people.com.cn``.
        name: Chinese name of the region, ``山东``.
        pinyin: The same in letters, ``shandong``.
        region: ``华北``, ``东北``, ``华东``, ``华中``, ``华南``, ``西南`` or ``西北``.
        province: Full name of the province that it belongs to, ``山东省``.
        adcode: Six digits of the division by GB/T 2260, of a city where the channel is a city's.
        as_of: When these facts were last seen, in words.
        lists: Columns to read, in order; never empty.
        disabled: Columns that are known and left out.
        enabled: False if the operator wants nothing asked of it.
        delay: Seconds between two requests that the operator wants here; 0 for the usual ones.
        exclude: Patterns of addresses that the operator does not want fetched.
    """

    id: str
    host: str
    name: str
    pinyin: str
    region: str
    province: str
    adcode: str
    as_of: str
    lists: tuple[ListPage, ...]
    disabled: tuple[ListPage, ...] = ()
    enabled: bool = True
    delay: float = 0.0
    exclude: tuple[str, ...] = ()

    @property
    def primary(self) -> tuple[ListPage, ...]:
        """The lists that a short crawl starts from; never empty."""
        return tuple(page for page in self.lists if page.primary)

    def excludes(self, url: str) -> bool:
        """Whether the operator does not want this address fetched."""
        return any(fnmatchcase(url, pattern) for pattern in self.exclude)


# What an operator has put in the place of the table below; only use() writes it.
_in_use: Mapping[str, Channel] | None = None


def load() -> Mapping[str, Channel]:
    """The channels in use, by id: those of the table, unless :func:`use` named others."""
    return known() if _in_use is None else _in_use


def use(channels: Mapping[str, Channel] | None) -> None:
    """Work with these channels from now on; ``None`` for those of the table.

    For the start of a program: what was read from addresses before keeps its channel.
    """
    global _in_use
    _in_use = channels
    for derived in (_columns, _by_host, _by_name):
        derived.cache_clear()


@cache
def known() -> Mapping[str, Channel]:
    """Read the table of channels, once.

    Returns:
        Channels by id, in the order of the file.

    Raises:
        ConfigError: A table lacks a field or holds one that cannot be read.
    """
    text = resources.files(__package__).joinpath("channels.toml").read_text("utf-8")
    return read(text)


def read(text: str) -> Mapping[str, Channel]:
    """Read channels from TOML text of the form of ``channels.toml``.

    Raises:
        ConfigError: The text is no TOML, or a table lacks a field.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"channels.toml: {error}") from error
    return MappingProxyType({id_: _channel(id_, table) for id_, table in tables.items()})


def find(name: str) -> Channel:
    """Find a channel by what a person calls it: id, host, Chinese name or pinyin.

    Raises:
        UnknownChannelError: Nothing matches; the error carries the nearest ids.

    >>> find("sd") is find("sd.people.cn") is find("山东省") is find("Shandong")
    True
    """
    wanted = _folded(name)
    found = _by_name().get(wanted)
    if found is None:
        near = difflib.get_close_matches(wanted, _by_name(), n=6, cutoff=0.5)
        ids = dict.fromkeys(_by_name()[key].id for key in near)
        raise UnknownChannelError(name, tuple(ids)[:3])
    return found


def name_in_rows(name: str) -> str:
    """What rows call a channel that a person names: its id; a host that is no channel's, itself.

    Pages of hosts that republish the channels (``renmin crawl --mirror``) are stored under the host.

    Raises:
        UnknownChannelError: It is the name of no channel, and no host.

    >>> name_in_rows("http://bj.people.cn/"), name_in_rows("北京"), name_in_rows("News.Example.org")
    ('bj', 'bj', 'news.example.org')
    """
    try:
        return find(name).id
    except UnknownChannelError:
        host = _folded(name)
        if _HOST.fullmatch(host):
            return host
        raise


def by_host(host: str) -> Channel | None:
    """Return the channel that lives on ``host`` (lower case), or ``None``."""
    return _by_host().get(host)


def is_excluded(channel_id: str, url: str) -> bool:
    """Whether the operator does not want this address of this channel fetched."""
    channel = load().get(channel_id)
    return channel is not None and channel.excludes(url)


def column(channel_id: str, node_id: str) -> str | None:
    """The label of a channel's column; ``None`` if the table does not have it.

    >>> column("bj", "82838")
    '十六区动态'
    """
    return _columns().get((channel_id, node_id))


@cache
def _columns() -> dict[tuple[str, str], str]:
    return {
        (channel.id, page.node_id): page.label
        for channel in load().values()
        # The first row with a number wins: a column before what is listed below it.
        for page in reversed((*channel.lists, *channel.disabled))
    }


@cache
def _by_host() -> dict[str, Channel]:
    return {channel.host: channel for channel in load().values()}


@cache
def _by_name() -> dict[str, Channel]:
    names: dict[str, Channel] = {}
    for channel in load().values():
        for name in (channel.host, channel.name, channel.pinyin):
            names[name] = channel
    # An id wins over any other name that is spelled alike.
    return names | dict(load())


def _folded(name: str) -> str:
    folded = name.strip().lower().removeprefix("http://").removeprefix("https://").rstrip("/")
    if folded.endswith(".people.cn"):
        folded = folded.removesuffix("cn") + "com.cn"
    for ending in _NAME_ENDINGS:
        if len(folded) > len(ending) + 1:
            folded = folded.removesuffix(ending)
    return folded


def _channel(id_: str, table: Mapping[str, Any]) -> Channel:
    try:
        primary = frozenset(table["primary"])
        host = str(table["host"])
        return Channel(
            id=id_,
            host=host,
            name=table["name"],
            pinyin=table["pinyin"],
            region=table["region"],
            province=table["province"],
            adcode=table["adcode"],
            as_of=table["as_of"],
            lists=tuple(_list_page(host, row, primary) for row in table["lists"]),
            disabled=tuple(_list_page(host, row, primary) for row in table.get("disabled", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"channels.toml: [{id_}]: missing or unreadable: {error}") from error


def list_page(host: str, path: str, label: str) -> ListPage:
    """A list page that an operator names.

    Raises:
        ValueError: The path holds no column number.
    """
    return _list_page(host, (path, label), frozenset())


def _list_page(host: str, row: tuple[str, str], primary: frozenset[str]) -> ListPage:
    path, label = row
    # The column's number is the innermost folder: /GB/82838/337124/index.html is 337124.
    node = next((part for part in reversed(path.split("/")) if part.isdigit()), None)
    if node is None:
        raise ValueError(
            f"no column number in {path}; name a list page like http://HOST/GB/166192/index.html"
        )
    return ListPage(url=f"http://{host}{path}", node_id=node, label=label, primary=node in primary)

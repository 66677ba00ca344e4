"""From a spider's arguments to a plan and to the pages that it begins with."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.crawl.plan import Plan, read_day
from crawler.errors import ConfigError
from crawler.hooks.guard import objection
from crawler.items import Link
from crawler.site.channels import find, load
from crawler.site.urls import classify


def plan_of(
    channels: str, *, since: str, limit: str, mirrors: str, command: str, until: str = ""
) -> Plan:
    """Check the arguments of a crawl.

    Raises:
        ConfigError: An argument cannot be used; its message names it.
        UnknownChannelError: A channel is not known.
    """
    names = [name.strip() for name in channels.split(",") if name.strip()]
    if names == ["all"]:
        names = [channel.id for channel in load().values() if channel.enabled]
    if not names and not mirrors:
        raise ConfigError(
            "no channel named; try: renmin crawl sd bj (all of them: renmin channels)"
        )
    ids = dict.fromkeys(find(name).id for name in names)
    first = read_day("since", since) if since else None
    last = read_day("until", until) if until else None
    if first and last and last <= first:
        raise ConfigError(f"until={until}: not after since={since}: no article is between them")
    hosts = dict.fromkeys(_mirror_host(url) for url in _split(mirrors))
    return Plan(
        command=command,
        channels=(*ids, *hosts),
        since=first,
        until=last,
        limit=_number(limit),
    )


def start_links(plan: Plan, mirrors: str) -> tuple[Link, ...]:
    """The list pages that a crawl begins with."""
    known = load()
    pages = (
        page.url
        for name in plan.channels
        if name in known
        for page in known[name].lists
        if not known[name].excludes(page.url)
    )
    links = [_list_link(url) for url in pages]
    mirrored = [
        Link(url=url, fetch_url=url, kind="list", channel=_mirror_host(url))
        for url in _split(mirrors)
    ]
    return (*links, *mirrored)


def _mirror_host(url: str) -> str:
    """The host of a mirror's list page.

    Raises:
        ConfigError: It may never be asked, or is no address.
    """
    if reason := objection(url):
        raise ConfigError(
            f"mirror {url!r}: cannot be asked ({reason}); name the address of a public page: "
            "http://host/path"
        )
    return urlsplit(url).hostname or ""


def _list_link(url: str) -> Link:
    address = classify(url)
    return Link(
        url=address.canonical,
        fetch_url=address.fetch_url,
        kind="list",
        channel=address.channel or address.host,
    )


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ConfigError(f"limit={text}: expected a number of articles, 1 or more")
    return int(text)

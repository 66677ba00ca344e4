"""The pages of the frontier: what waits, is due or held, what gave nothing; all of one address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.report import runs
from crawler.report.table import Row, Table, rows_of, table
from crawler.site import channels
from crawler.site.urls import classify
from crawler.store.requests import paused
from crawler.store.tables import article, frontier, host, page, request

STATES = ("PENDING", "LEASED", "DONE", "FAILED")
COLUMNS = "state kind channel url attempts reason due_at held_by"
BY_CHANNEL = "channel name waiting due hand failing given_up next_at paused_at run"
_SETTLED = ("DONE", "FAILED")
FAILED_COLUMNS = "id reason channel host kind url detail attempts state settled_at due_at"

# As the view "failures": what is still waiting after a failure counts until it goes well.
OPEN = sa.and_(frontier.c.reason.is_not(None), frontier.c.state.in_(("FAILED", "PENDING")))
# Not looked at again by itself; see: renmin queue retry.
GIVEN_UP = sa.and_(frontier.c.state == "FAILED", frontier.c.due_at.is_(None))
# The parts of the queue that the dashboard counts, as conditions at a moment.
_WAITS: Mapping[str, Callable[[datetime], sa.ColumnElement[bool]]] = MappingProxyType(
    {
        "waiting": lambda _now: frontier.c.state == "PENDING",
        "due": lambda now: sa.and_(frontier.c.state.in_(_SETTLED), frontier.c.due_at <= now),
        "hand": lambda _now: frontier.c.state == "LEASED",
        "failing": lambda _now: OPEN,
        "given_up": lambda _now: GIVEN_UP,
    }
)
_NOTHING: Row = dict.fromkeys(_WAITS, 0) | {"next_at": None}
_SUMMARY = "channel state kind reason pages due first_due_at"


def summary(connection: Connection, now: datetime, **which: str | None) -> Table:
    """How many pages are in which state, why, how many of them are due, and when the first is.

    Args:
        connection: To the database.
        now: What is due by then.
        which: ``channel``, ``state`` and ``reason``, see :func:`listed`.
    """
    c = frontier.c
    ripe = sa.or_(c.state == "PENDING", c.due_at <= now)
    query = (
        sa.select(
            c.channel,
            c.state,
            c.kind,
            c.reason,
            sa.func.count().label("pages"),
            sa.func.sum(sa.case((ripe, 1), else_=0)).label("due"),
            sa.func.min(c.due_at, type_=c.due_at.type).label("first_due_at"),
        )
        .where(*_conditions(which))
        .group_by(c.channel, c.state, c.kind, c.reason)
        .order_by(c.channel, c.state, sa.desc("pages"), c.kind, c.reason)
    )
    return table(_SUMMARY, rows_of(connection.execute(query).mappings()))


def listed(connection: Connection, limit: int, **which: str | None) -> Table:
    """The pages themselves: those in hand first, then as they would be fetched.

    Args:
        connection: To the database.
        limit: So many at most; ``total`` says how many there are.
        which: ``channel``; ``state``, one of :data:`STATES`; ``reason``, with ``*`` at its end
            for all that begin so. What is ``None`` chooses nothing.
    """
    c = frontier.c
    conditions = _conditions(which)
    columns = [c[name] for name in COLUMNS.split() if name != "held_by"]
    query = (
        sa.select(*columns, c.leased_by.label("held_by"))
        .where(*conditions)
        .order_by(c.leased_by.is_(None), c.due_at.is_(None), c.due_at, c.priority.desc(), c.id)
        .limit(limit)
    )
    total = connection.scalar(sa.select(sa.func.count()).select_from(frontier).where(*conditions))
    return table(COLUMNS, rows_of(connection.execute(query).mappings()), total or 0)


def by_channel(connection: Connection, now: datetime) -> Table:
    """What waits for each known channel (and host of a mirror), most first.

    Returns:
        ``waiting``: found and not fetched yet; ``due``: fetched before, and to be looked at again
        by now; ``hand``: a run is fetching it; ``failing``: brought nothing so far; ``given_up``:
        of these, not tried again by itself; ``next_at``: when the next page will be due;
        ``paused_at``: since when the channel rests; ``run``: the one that crawls it now.
    """
    counted = _counted(connection, now)
    known, resting = channels.load(), paused(connection)
    going = {name: run["id"] for run in runs.going_on(connection, now) for name in run["channels"]}
    rows: list[Row] = [
        {"channel": name, "name": known[name].name if name in known else name}
        | counted.get(name, _NOTHING)
        | {"paused_at": resting.get(name), "run": going.get(name)}
        for name in dict.fromkeys([*known, *counted])
    ]
    rows.sort(key=lambda row: -row["waiting"] - row["due"] - row["hand"])
    return table(BY_CHANNEL, rows)


def _counted(connection: Connection, now: datetime) -> dict[str, Row]:
    c = frontier.c
    parts = [
        sa.func.sum(sa.case((condition(now), 1), else_=0)).label(name)
        for name, condition in _WAITS.items()
    ]
    later = sa.case((sa.and_(c.state.in_(_SETTLED), c.due_at > now), c.due_at))
    next_at = sa.func.min(later, type_=c.due_at.type).label("next_at")
    query = sa.select(c.channel, *parts, next_at).group_by(c.channel)
    return {row["channel"]: row for row in rows_of(connection.execute(query).mappings())}


def waits(
    connection: Connection,
    now: datetime,
    part: str,
    channel: str | None = None,
    slice_: tuple[int, int] = (50, 0),
) -> Table:
    """The pages of one part of the queue, see :func:`by_channel`, as they would be fetched."""
    c = frontier.c
    conditions = [_WAITS[part](now), *_conditions({"channel": channel})]
    limit, offset = slice_
    columns = [c[name] for name in COLUMNS.split() if name != "held_by"]
    query = (
        sa.select(c.id, *columns, c.leased_by.label("held_by"))
        .where(*conditions)
        .order_by(c.due_at.is_(None), c.due_at, c.priority.desc(), c.id)
        .limit(limit)
        .offset(offset)
    )
    total = connection.scalar(sa.select(sa.func.count()).select_from(frontier).where(*conditions))
    return table(f"id {COLUMNS}", rows_of(connection.execute(query).mappings()), total or 0)


def requests(connection: Connection, limit: int = 50, offset: int = 0) -> Table:
    """What was asked of the processes that run crawls, the newest first."""
    query = sa.select(request).order_by(request.c.id.desc()).limit(limit).offset(offset)
    rows = rows_of(connection.execute(query).mappings())
    total = connection.scalar(sa.select(sa.func.count()).select_from(request))
    names = "id kind channels run_id asked_at taken_at taken_by ended_at outcome detail"
    return table(names, rows, total or 0)


def about(connection: Connection, url: str) -> Row | None:
    """All that the database knows of one address, in any spelling; ``None`` if nothing.

    Returns:
        The row of the frontier; ``status``, ``fetched_at``, ``changed_at``, ``checks`` of its last
        good answer; ``robots`` and ``robots_detail`` of its host; ``article_id``, ``title`` and
        ``revision`` if it is stored. Absent facts are ``None``.
    """
    c = frontier.c
    query = (
        sa.select(
            frontier,
            page.c.status,
            page.c.fetched_at,
            page.c.changed_at,
            page.c.checks,
            host.c.robots,
            host.c.robots_detail,
            host.c.crawl_delay,
            article.c.id.label("article_id"),
            article.c.title,
            article.c.revision,
        )
        .outerjoin(page, page.c.frontier_id == c.id)
        .outerjoin(host, host.c.host == c.host)
        .outerjoin(article, article.c.url == c.url)
        .where(c.url.in_({url, classify(url).canonical}))
    )
    found = rows_of(connection.execute(query.limit(1)).mappings())
    return found[0] if found else None


def _conditions(which: dict[str, str | None]) -> list[sa.ColumnElement[bool]]:
    c = frontier.c
    chosen = [c[name] == which[name] for name in ("channel", "state") if which.get(name)]
    reason = which.get("reason")
    if reason and reason.endswith("*"):
        return [*chosen, c.reason.startswith(reason[:-1], autoescape=True)]
    return [*chosen, c.reason == reason] if reason else chosen


def failures_by_reason(connection: Connection, channel: str | None = None) -> Table:
    """How many pages fail for each reason, in how many channels, and when last."""
    c = frontier.c
    last = sa.func.max(c.settled_at, type_=c.settled_at.type).label("last_at")
    query = sa.select(
        c.reason,
        sa.func.count().label("pages"),
        sa.func.count(sa.distinct(c.channel)).label("channels"),
        sa.func.sum(sa.case((GIVEN_UP, 1), else_=0)).label("given_up"),
        last,
    ).where(OPEN)
    if channel:
        query = query.where(c.channel == channel)
    query = query.group_by(c.reason).order_by(sa.desc("pages"), c.reason)
    rows = rows_of(connection.execute(query).mappings())
    return table("reason pages channels given_up last_at", rows)


def failed_pages(
    connection: Connection,
    *,
    reason: str | None = None,
    channel: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Table:
    """The pages that fail, the last tried first."""
    conditions = [OPEN]
    if reason:
        conditions.append(frontier.c.reason == reason)
    if channel:
        conditions.append(frontier.c.channel == channel)
    total = connection.scalar(sa.select(sa.func.count()).where(*conditions)) or 0
    columns = (frontier.c[name] for name in FAILED_COLUMNS.split())
    query = sa.select(*columns).where(*conditions)
    query = query.order_by(frontier.c.settled_at.desc(), frontier.c.id.desc())
    found = connection.execute(query.limit(limit).offset(offset)).mappings()
    return table(FAILED_COLUMNS, rows_of(found), total)


def url_of(connection: Connection, frontier_id: int) -> str | None:
    """The canonical address of a row of the frontier."""
    return connection.scalar(sa.select(frontier.c.url).where(frontier.c.id == frontier_id))

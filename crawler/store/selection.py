"""Which articles a data set holds: the questions that ``renmin export`` asks of the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Select

from crawler.clock import SHANGHAI
from crawler.items import Article
from crawler.site import channels
from crawler.store.articles import SELECT, from_row
from crawler.store.tables import article, run

Split = Literal["year", "month", "channel"]

_day = sa.func.coalesce(
    article.c.published_at, article.c.first_seen_at, type_=article.c.published_at.type
)
_other = article.alias("other")
# How much of 2026-03-25T… names the part.
_LENGTHS = {"year": 4, "month": 7}
UNDATED = "undated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is asked for.

    Attributes:
        channels: Only these; all if there are none.
        since: Published then or later. An article without a date counts by its first fetch.
        until: Published before.
        include_duplicates: Whether articles that are marked as copies come too.
        as_of: Only what was there before this moment. A copy whose original came later was no
            copy then.
    """

    channels: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    include_duplicates: bool = False
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class SplitPart:
    """A part of a data set that is split.

    Attributes:
        name: ``2026``, ``2026-03``, ``sd`` or ``undated``; empty for a whole that is not split.
        split: By what; ``None`` for a whole.
    """

    name: str = ""
    split: Split | None = None

    @property
    def folder(self) -> str:
        """The name as that of a folder: a host is somebody else's word.

        >>> SplitPart("../etc", "channel").folder
        '_etc'
        """
        return self.name.replace("/", "_").replace("\\", "_").lstrip(".")


WHOLE = SplitPart()


def select(
    connection: Connection, selection: Selection, part: SplitPart = WHOLE
) -> Iterator[tuple[int, Article]]:
    """Every article that fits, with its row, by url and without holding them all in memory.

    Args:
        connection: Of the reading engine; its transaction is the snapshot.
        selection: What is asked for.
        part: Only this part of it.
    """
    found = narrowed(connection, SELECT, selection, part)
    rows = connection.execution_options(yield_per=500).execute(found).mappings()
    return ((row["id"], from_row(row)) for row in rows)


def require_channels(
    connection: Connection,
    names: Iterable[str],
    column: ColumnElement[str] = article.c.channel,
) -> None:
    """Refuse a host that nothing was stored under: one that is spelled wrong would find nothing.

    Args:
        connection: Reading.
        names: Channels, as rows name them.
        column: Where they would stand.

    Raises:
        UnknownChannelError: One is neither a channel's id nor a host with rows.
    """
    for name in set(names).difference(channels.load()):
        if connection.scalar(sa.select(column).where(column == name).limit(1)) is None:
            channels.find(name)  # raises, with the nearest names


def narrowed(
    connection: Connection, query: Select[Any], selection: Selection, part: SplitPart = WHOLE
) -> Select[Any]:
    """A query of the table ``article`` with the conditions of a selection, by url."""
    require_channels(connection, selection.channels)
    query = query.where(*conditions(selection)).order_by(_url(connection))
    return query.where(_in(connection, part)) if part.split else query


def by_ids(connection: Connection, ids: Sequence[int]) -> Iterator[tuple[int, Article]]:
    """The articles with these rows, in this order."""
    for start in range(0, len(ids), 500):
        chunk = ids[start : start + 500]
        rows = connection.execute(SELECT.where(article.c.id.in_(chunk))).mappings()
        found = {row["id"]: row for row in rows}
        yield from ((each, from_row(found[each])) for each in chunk if each in found)


def urls(connection: Connection, selection: Selection) -> Iterator[str]:
    """The addresses of every article that fits, in no order."""
    require_channels(connection, selection.channels)
    query = sa.select(article.c.url).where(*conditions(selection))
    return iter(connection.execution_options(yield_per=5000).scalars(query))


def parts(connection: Connection, selection: Selection, split: Split | None) -> list[SplitPart]:
    """The parts of a selection that have an article in them, by name; one part if not split."""
    if split is None:
        return [SplitPart()]
    name = _part(connection, split)
    found = connection.scalars(sa.select(name).where(*conditions(selection)).distinct())
    return [SplitPart(each, split) for each in sorted(found)]


def copies_left_out(connection: Connection, selection: Selection) -> int:
    """How many articles would come too if copies were asked for."""
    if selection.include_duplicates:
        return 0
    query = sa.select(sa.func.count()).select_from(article)
    return int(connection.scalar(query.where(*_bounds(selection), _is_copy(selection))) or 0)


def became_copies(connection: Connection, selection: Selection, moment: datetime) -> Iterator[str]:
    """Addresses of articles that were marked as copies from ``moment`` on, and known before."""
    query = sa.select(article.c.url).where(
        *_bounds(selection),
        article.c.duplicate_of_id.is_not(None),
        article.c.changed_at >= moment,
        article.c.first_seen_at < moment,
    )
    return iter(connection.scalars(query.order_by(_url(connection))))


def runs_behind(connection: Connection, selection: Selection) -> list[dict[str, Any]]:
    """The runs that brought the articles as they stand, oldest first."""
    which = sa.select(article.c.run_id).where(*conditions(selection)).distinct()
    query = sa.select(run.c.id, run.c.command, run.c.version, run.c.started_at)
    rows = connection.execute(query.where(run.c.id.in_(which)).order_by(run.c.id)).mappings()
    return [dict(row) for row in rows]


def high_water(connection: Connection) -> datetime | None:
    """The latest moment of which the store knows; ``None`` for an empty one."""
    columns = (article.c.fetched_at, article.c.first_seen_at)
    found = [connection.scalar(sa.select(sa.func.max(column))) for column in columns]
    return max(filter(None, found), default=None)


def conditions(selection: Selection) -> list[ColumnElement[bool]]:
    """What a query of the table ``article`` must ask for."""
    found = _bounds(selection)
    if not selection.include_duplicates:
        found.append(sa.not_(_is_copy(selection)))
    return found


def _is_copy(selection: Selection) -> ColumnElement[bool]:
    marked = article.c.duplicate_of_id.is_not(None)
    if selection.as_of is None:
        return marked
    there = sa.select(_other.c.id).where(_other.c.first_seen_at < selection.as_of)
    return sa.and_(marked, article.c.duplicate_of_id.in_(there))


def _bounds(selection: Selection) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if selection.channels:
        found.append(article.c.channel.in_(selection.channels))
    if selection.since:
        found.append(_day >= selection.since)
    if selection.until:
        found.append(_day < selection.until)
    if selection.as_of:
        found.append(article.c.first_seen_at < selection.as_of)
    return found


def _url(connection: Connection) -> ColumnElement[Any]:
    # By bytes, as everybody who merges two data sets expects; a server sorts by its language.
    if connection.dialect.name == "postgresql":
        return article.c.url.collate("C")
    return article.c.url


def _part(connection: Connection, split: Split) -> ColumnElement[str]:
    if split == "channel":
        return article.c.channel
    return period(connection, _LENGTHS[split])


def _in(connection: Connection, part: SplitPart) -> ColumnElement[bool]:
    """Whether an article is of a part; periods as spans, for which there is an index."""
    if part.split is None or part.split == "channel" or part.name == UNDATED:
        return _part(connection, part.split or "channel") == part.name
    year, month = int(part.name[:4]), int(part.name[5:7] or 1)
    first = datetime(year, month, 1, tzinfo=SHANGHAI)
    months = 12 if part.split == "year" else 1
    last = datetime(year + (month + months > 12), (month + months - 1) % 12 + 1, 1, tzinfo=SHANGHAI)
    return sa.and_(article.c.published_at >= first, article.c.published_at < last)


def period(connection: Connection, length: int) -> ColumnElement[str]:
    """When an article was published, by its day in Shanghai, as so many characters of it.

    ``2026`` is of length 4, ``2026-03`` of 7; articles without a date are :data:`UNDATED`.
    """
    if connection.dialect.name == "postgresql":
        moment: ColumnElement[Any] = sa.func.to_char(
            sa.func.timezone("Asia/Shanghai", article.c.published_at), "YYYY-MM-DD"
        )
    else:
        moment = sa.type_coerce(article.c.published_at, sa.String)
    return sa.func.coalesce(sa.func.substr(moment, 1, length), UNDATED)

"""Which articles a question is asked of: the options that search, kwic, trend and coverage share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.errors import ConfigError

if TYPE_CHECKING:
    from crawler.store.selection import Selection

Channels = Annotated[
    list[str] | None,
    typer.Option("--channel", help="Only this channel; give it again for several."),
]
Since = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Published on this day or later.")
]
Until = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Published before this day.")
]
Copies = Annotated[
    bool, typer.Option("--include-duplicates", help="Also articles that are copies of others.")
]


def selection(
    channels: list[str] | None, since: datetime | None, until: datetime | None, copies: bool
) -> Selection:
    """What was asked for.

    Raises:
        ConfigError: A channel is unknown, or the days stand the wrong way round.
    """
    from crawler.clock import midnight
    from crawler.site.channels import find
    from crawler.store.selection import Selection

    if since and until and until <= since:
        raise ConfigError(f"--until {until:%Y-%m-%d}: not after --since {since:%Y-%m-%d}")
    return Selection(
        channels=tuple(find(name).id if "." not in name else name for name in channels or ()),
        since=midnight(since) if since else None,
        until=midnight(until) if until else None,
        include_duplicates=copies,
    )

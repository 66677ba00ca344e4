"""Opening a database to look at it, never to change it.

Whoever only asks reads beside a crawl that writes. SQLite is opened read-only, so that nobody can
write or checkpoint, and a copy in a folder where nothing can be written opens as well. The
dashboard waits two seconds at most: a page that says "locked" now is worth more than the right
page in half a minute.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.migrations import require_today
from crawler.store.open import checked_url, looking_engine, path_of, see_to, server_engine
from crawler.store.troubles import explained

WAIT_SECONDS = 2
LONGEST_SECONDS = 10
HELD = "another program holds it; close that program, or wait and reload"


class Reader:
    """A database that need not be there yet.

    Args:
        database: SQLAlchemy URL.
        wait: Seconds after which a database that somebody holds is told as busy.
        longest: Seconds after which a server gives up a question; 0 is never.

    Raises:
        ConfigError: The URL cannot be used.
    """

    def __init__(
        self, database: str, *, wait: float = WAIT_SECONDS, longest: int = LONGEST_SECONDS
    ) -> None:
        url = checked_url(database)
        self.name = url.render_as_string(hide_password=True)
        self.path = path_of(url)
        options = f"-c default_transaction_read_only=on -c statement_timeout={longest * 1000}"
        self._engine = (
            looking_engine(self.path, wait)
            if self.path
            else server_engine(url, connect_timeout=5, options=options)
        )

    @contextlib.contextmanager
    def connect(self) -> Iterator[Connection]:
        """Give a connection whose transaction is one snapshot.

        Raises:
            SchemaError: The database is missing, empty, of another version or not renmin's.
            BusyError: Another program holds it.
            StoreError: It cannot be reached.
        """
        if self.path:
            see_to(self.path, create=False)
        try:
            with self._engine.connect() as connection:
                require_today(connection, self.name)
                yield connection
        except sa.exc.DBAPIError as error:
            raise explained(error, self.name, held=HELD) from error

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

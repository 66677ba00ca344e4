"""What the errors of SQLite, PostgreSQL and the operating system mean, in words for people.

One table for whoever opens, reads or writes: the sign in the driver's text, the kind of error that
it is here, and what is to be done. A driver's own text follows in brackets.
"""

from __future__ import annotations

import errno
from typing import Final

from crawler.errors import BusyError, DiskFullError, SchemaError, StoreError

HELD: Final = "held by another program"
_FULL: Final = "cannot be written; make room and run it again"
_AWAY: Final = "cannot be reached"
_FORBIDDEN: Final = (
    "cannot be made or written there; look at the owner and the rights of its folder and at how its "
    "disk is mounted, or name "
    "another file with --database"
)

_NO_RIGHT: Final = (
    "this user may not do that; let the owner of the database GRANT it (docs/scale.md says what), "
    "or name another user"
)

# Everything that is not a statement's fault.
_TROUBLES: Final[dict[str, tuple[type[StoreError], str]]] = {
    "disk is full": (DiskFullError, _FULL),
    "disk I/O error": (DiskFullError, _FULL),
    "No space left": (DiskFullError, _FULL),
    # Like a full disk, it does not pass by itself: nobody waits for it.
    "readonly database": (DiskFullError, _FORBIDDEN),
    "unable to open": (StoreError, _FORBIDDEN),
    "not a database": (SchemaError, "is not an SQLite database"),
    "malformed": (SchemaError, "is not an SQLite database, or is damaged"),
    # Two processes entered the same links in another order; the loser tries again.
    "deadlock detected": (BusyError, "two writers got in each other's way"),
    "locked": (BusyError, HELD),
    # Neither does a right that is missing.
    "permission denied for": (StoreError, _NO_RIGHT),
    "must be owner of": (StoreError, _NO_RIGHT),
    "connection failed": (StoreError, _AWAY),
    "connection refused": (StoreError, _AWAY),
    "the database system is": (StoreError, _AWAY),
    "terminating connection": (StoreError, _AWAY),
    "server closed the connection": (StoreError, _AWAY),
    "connection is closed": (StoreError, _AWAY),
}


def explain(error: Exception, where: str, *, held: str = HELD) -> StoreError | None:
    """Name the trouble with the database or the disk; ``None`` if the statement is to blame.

    Args:
        error: From SQLAlchemy, sqlite3 or the operating system.
        where: The file or the database's name.
        held: What is said of a database that somebody else holds: for how long, what to do.
    """
    if isinstance(error, StoreError):
        return error
    text = _first_line(error)
    if getattr(error, "errno", None) == errno.ENOSPC:
        return DiskFullError(f"{where}: {_FULL} ({text})")
    for sign, (kind, what) in _TROUBLES.items():
        if sign in text:
            return kind(f"{where}: {held if what is HELD else what} ({text})")
    if getattr(error, "connection_invalidated", False):
        return StoreError(f"{where}: the connection was lost ({text})")
    return None


def explained(error: Exception, where: str, *, held: str = HELD) -> StoreError:
    """The same where every error is one of the store: what no row of the table knows is quoted."""
    return explain(error, where, held=held) or StoreError(f"{where}: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).partition("\n")[0]

"""Where a database file lies: seen to before SQLite is asked, whose errors name no folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from crawler.errors import ConfigError, SchemaError, StoreError

BEGIN_HINT = "begin with: renmin crawl CHANNEL"
# For what works on a database that there must be.
NAME_HINT = (
    "see that it is named right (sqlite:///file.db lies in this folder, sqlite:////srv/file.db "
    "in /srv)"
)
_ELSEWHERE = "or name another file with --database sqlite:///path/file.db"


def see_to(path: Path, *, create: bool, missing: str = BEGIN_HINT) -> None:
    """See that a database file can be opened where it is to lie; nothing is made.

    Args:
        path: The file.
        create: Whether it may be missing, and is made then.
        missing: What to do if it is missing and may not be.

    Raises:
        ConfigError: It cannot be a file: it is a folder, or lies below a file.
        SchemaError: It is missing, and ``create`` is false.
        StoreError: A folder may not be entered or written into, or the file may not be read.
    """
    if str(path) == ":memory:":
        return
    folder = _last_folder(path)
    if (mode := _mode(path)) is not None:
        _see_to_the_file(path, mode)
    elif not create:
        raise SchemaError(f"{path}: no such database; {missing}")
    elif not os.access(folder, os.W_OK):
        raise _forbidden(folder, f"folder may not be written into, to make {path}", "u+rwx")


def _last_folder(path: Path) -> Path:
    """The nearest folder above ``path`` that there is."""
    last = Path(path.anchor or ".")
    for folder in reversed(path.absolute().parents):
        if (mode := _mode(folder)) is None:
            break
        if not stat.S_ISDIR(mode):
            raise ConfigError(f"{folder}: is no folder, so {path} cannot lie in it")
        if not os.access(folder, os.X_OK):
            raise _forbidden(folder, "folder may not be entered", "u+rwx")
        last = folder
    return last


def _see_to_the_file(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise ConfigError(f"{path}: is a folder; name a file in it: sqlite:///{path}/renmin.db")
    if not stat.S_ISREG(mode):
        raise ConfigError(f"{path}: is no file that can hold a database, {_ELSEWHERE}")
    if not os.access(path, os.R_OK):
        raise _forbidden(path, "file may not be read", "u+rw")


def _forbidden(path: Path, what: str, wanted: str) -> StoreError:
    mode = stat.filemode(_mode(path) or 0)
    return StoreError(
        f"{path}: this {what} (permission denied: {mode}); let its owner allow it "
        f"(chmod {wanted} {path}), {_ELSEWHERE}"
    )


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be looked at: {error.strerror}") from None
    except ValueError:  # a zero byte
        raise ConfigError(f"{str(path)!r}: is no name of a file") from None

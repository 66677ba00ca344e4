"""What a user is told of an error that nobody foresaw: one line, and where the traceback lies."""

from __future__ import annotations

import errno
import os
import tempfile
import traceback
from pathlib import Path

from crawler.secrets import mask

# What libraries say, in words that name what to do. Tried in order, on the text of the error.
_KNOWN = (
    ("database or disk is full", "the disk is full: make room, then run the command again"),
    ("No space left", "the disk is full: make room, then run the command again"),
    ("disk I/O error", "the disk is full or broken: look at it (df, dmesg), then run it again"),
    ("readonly database", "the database cannot be written here: look at its owner and its disk"),
    ("unable to open database file", "a database cannot be opened: look at its folder's rights"),
    ("database is locked", "another program holds the database: wait for it, then run it again"),
)


def explain(error: Exception) -> str:
    """One line: what is wrong, what to do, and the file that has the traceback."""
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    says = next(
        (what for sign, what in _KNOWN if sign in str(error)),
        _forbidden(error)
        or f"a fault of renmin's own, please report it: {type(error).__name__}: {first[:200]}",
    )
    return mask(f"{says} ({_kept(error)})")


def _forbidden(error: Exception) -> str:
    """Which file may not be used; empty if the error is of another kind."""
    if not isinstance(error, PermissionError) or not error.filename:
        return ""
    path = os.fsdecode(error.filename)
    return (
        f"{path}: permission denied: look at the owner and the rights of it and of the folder "
        f"{Path(path).parent}"
    )


def _kept(error: Exception) -> str:
    text = mask("".join(traceback.format_exception(error)))
    for folder in (Path("output"), Path(tempfile.gettempdir())):
        if not folder.is_dir():
            continue
        try:
            number, name = tempfile.mkstemp(prefix="renmin-error-", suffix=".log", dir=folder)
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as trouble:
            if trouble.errno not in (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT):
                raise
            continue
        return f"details: {name}"
    return f"{type(error).__name__}; no disk to keep the details on"

"""What a user is told of an error that nobody foresaw: one line, and where the traceback lies."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
import traceback
from pathlib import Path

from crawler.secrets import mask
from crawler.store import troubles


def explain(error: Exception) -> str:
    """One line: what is wrong, what to do, and the file that has the traceback."""
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    says = (
        _forbidden(error)
        or _trouble(error)
        or f"a fault of renmin's own, please report it: {type(error).__name__}: {first[:200]}"
    )
    return mask(f"{says} ({_kept(error)})")


def _trouble(error: Exception) -> str:
    """What is wrong with the database or the disk; empty if the error is of another kind."""
    if isinstance(error, sqlite3.Error | OSError) or hasattr(error, "orig"):
        return str(troubles.explain(error, "the database") or "")
    return ""


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

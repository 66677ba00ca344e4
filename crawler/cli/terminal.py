"""What stands between a command and whoever typed it: the locale's charset, and standard output.

A bare environment (cron, ``LC_ALL=C``) knows ASCII alone, a terminal may be GBK, and what is printed
may lead into a file on a full disk. None of that is a fault of renmin's, and none ends in a traceback.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
from typing import Any, Final

from crawler.errors import RenminError

# Bytes of the command line that are no text in the locale's charset.
_NOT_READ: Final = re.compile("[\udc80-\udcff]")


class OutputError(RenminError):
    """Standard output takes no more."""


class _Output(io.FileIO):
    """Standard output, whose errors say that it is what they are about."""

    _is_broken = False

    def write(self, data: Any, /) -> int:
        """Write; once that has failed, what is left is dropped, at the interpreter's end too.

        Raises:
            OutputError: It cannot be written.
            BrokenPipeError: Its reader has seen enough.
        """
        if self._is_broken:
            return memoryview(data).nbytes
        try:
            return super().write(data) or 0
        except OSError as error:
            self._is_broken = True
            if isinstance(error, BrokenPipeError):
                raise
            reason = error.strerror or error
            raise OutputError(f"standard output: cannot be written ({reason})") from error


def begin_in_utf8() -> None:
    """Let the locale neither spoil names of files nor forbid hanzi in what is printed.

    Where it knows ASCII alone, the command begins again in Python's UTF-8 mode. A terminal of another
    charset gets what it can show, and escapes for the rest.
    """
    if _charset() == "ascii" and not sys.flags.utf8_mode:
        os.execve(sys.executable, sys.orig_argv, {**os.environ, "PYTHONUTF8": "1"})
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.flush()
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(_Output(sys.stdout.fileno(), "wb", closefd=False)),
            encoding=sys.stdout.encoding,
            errors="backslashreplace",
            line_buffering=sys.stdout.line_buffering,
        )


def unspeakable(error: UnicodeEncodeError) -> str:
    """Which text the locale cannot write; empty if it is not the locale's or the caller's fault."""
    if _charset() == "utf-8" and not any(map(_NOT_READ.search, sys.argv)):
        return ""
    return (
        f"{error.object[:80]!r}: cannot be written in {error.encoding}; write it in UTF-8, in a "
        "locale such as LC_ALL=C.UTF-8"
    )


def _charset() -> str:
    return codecs.lookup(sys.getfilesystemencoding()).name

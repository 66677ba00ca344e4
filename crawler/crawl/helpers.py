"""Processes that help with reading: started at once, and ended whenever their parent ends.

A forked helper begins to work in milliseconds; one that is started anew imports the house first,
half a second of its core. Forking is safe only while no other thread runs and no database file
is open: SQLite keeps a process's locks in memory that the helper would inherit.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import Any


def pool(
    helpers: int, start: Callable[..., None], arguments: tuple[Any, ...]
) -> ProcessPoolExecutor:
    """A pool of ``helpers``, each of which calls ``start(*arguments)`` first.

    The caller has closed its databases. Helpers are forked when the first work is handed in.
    """
    alone = threading.active_count() == 1 and sys.platform == "linux"
    context = multiprocessing.get_context("fork" if alone else "spawn")
    return ProcessPoolExecutor(helpers, context, _begin, (start, arguments))


def _begin(start: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    start(*arguments)


def _end_with_parent() -> None:
    """End when the parent does, also when it is killed: nobody else would tell."""
    if parent := multiprocessing.parent_process():
        wait([parent.sentinel])
    os._exit(1)

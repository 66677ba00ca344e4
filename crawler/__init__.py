"""renmin: the regional channels of People's Daily Online, every article once, in its true characters.

For a notebook or a script, these names are enough (docs/python.md)::

    from crawler import open_store, read_page, repair_text

They are imported when they are asked for: whoever repairs a text does not pay for a database.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.dataset.library import Library, open_store
    from crawler.dataset.record import read_page
    from crawler.text import repair as repair_text

__all__ = ["SCHEMA_VERSION", "Library", "__version__", "open_store", "read_page", "repair_text"]

__version__ = "0.5.0"

SCHEMA_VERSION = 2
"""Version of the exported record; it grows when a field changes its meaning or goes."""

_PLACES = {
    "Library": ("crawler.dataset.library", "Library"),
    "open_store": ("crawler.dataset.library", "open_store"),
    "read_page": ("crawler.dataset.record", "read_page"),
    "repair_text": ("crawler.text", "repair"),
}


def __getattr__(name: str) -> Any:
    """Import a name of the interface when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _PLACES[name]
    return getattr(importlib.import_module(module), attribute)

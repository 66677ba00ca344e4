"""Text truth: bytes in, text that can be trusted out. No I/O, no Scrapy, only values.

::

    bytes ── charset.decide() ──> Verdict ── charset.decode() ──> str ── mojibake.repair() ──> Repaired
               ├ labels     what it says       ├ decoder              ├ detect    is it suspicious?
               ├ utf16      no zero bytes      └ mixed: two charsets  ├ misread   wrong readers of bytes
               ├ text_runs  its text                                  ├ escapes   what escapes left over
               ├ compare    which reading?                            ├ forms     parts and variants
               └ detector   chardet                                   └ mirror/   garbled mirrors

    str ── chinese.script, chinese.canonical: simplified or traditional; the form for comparing texts

A researcher with a pile of old files needs three names::

    from crawler.text import decide, decode, repair

They are imported when they are asked for: a search for a word does not pay for the decoder.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.text.charset.decide import decide, decode
    from crawler.text.mojibake.repair import repair, repair_all

__all__ = ["decide", "decode", "repair", "repair_all"]

_PLACES = {
    "decide": "crawler.text.charset.decide",
    "decode": "crawler.text.charset.decide",
    "repair": "crawler.text.mojibake.repair",
    "repair_all": "crawler.text.mojibake.repair",
}


def __getattr__(name: str) -> Any:
    """Import a name of the interface when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PLACES[name]), name)

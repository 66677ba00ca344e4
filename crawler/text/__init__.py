"""Text truth: bytes in, text that can be trusted out. No I/O, no Scrapy, only values.

::

    bytes ── charset.decide ──> Verdict ── charset.decode ──> str ── repair.repair ──> Repaired
                │                              │                        │
                ├ labels     what it says      ├ decoding  codecs,      ├ gate    is it suspicious?
                ├ wide       UTF-16            │           mended       ├ rules   one row an undoing
                ├ runs       its text          └ blocks    mixed pages  └ mirror/ garbled mirrors
                ├ frequency  is it Chinese?
                ├ weigh      which reading?    str ──> script     simplified or traditional
                └ opinion    chardet               └─> canonical  the form for comparing texts

A researcher with a pile of old files needs three names:

    from crawler.text import decide, decode, repair
"""

from __future__ import annotations

from crawler.text.charset.decide import decide, decode
from crawler.text.mojibake.repair import repair, repair_all

__all__ = ["decide", "decode", "repair", "repair_all"]

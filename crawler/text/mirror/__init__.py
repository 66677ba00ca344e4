"""Undo what the garbled mirrors do: copies whose bytes were searched and replaced half-way through.

A mirror turns a page into GBK and traditional characters, hangs readings on common characters,
puts separators before punctuation, all without looking where a character begins, and decodes the
result. ``docs/mirrors.md`` tells the whole story; :mod:`crawler.replica.answer` does it on
purpose.

Everything that is written here reproduces, damaged again, what was read. What several originals
reproduce is decided by statistics and handed over as a doubt with its candidates.
"""

from __future__ import annotations

from crawler.text.mirror.garbled import looks_garbled
from crawler.text.mirror.restore import align, restore

__all__ = ["align", "looks_garbled", "restore"]

"""Undo what mis-encodings did to an article's text."""

from __future__ import annotations

from dataclasses import replace

from crawler.crawl.archived import mend
from crawler.items import Visit


class RepairPipeline:
    """Repairs the article of a visit and notes what was done."""

    def process_item(self, item: Visit) -> Visit:
        """Give the visit back with its article repaired."""
        if item.article is None:
            return item
        return replace(item, article=mend(item.article, item.fetches[0]))

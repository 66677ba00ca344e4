"""What each figure counts, in one sentence.

The names are the columns of every table, CSV and JSON; ``docs/dashboard.md`` prints this table.
"""

from __future__ import annotations

from types import MappingProxyType

FIGURES = MappingProxyType(
    {
        "pages": "Visits that ended well: list, article and unchanged pages (page/*).",
        "articles": "Held: rows of article, copies included. Counted: articles stored for the "
        "first time (article/new).",
        "changed": "Articles whose text the site has changed (held: revision > 1; counted: "
        "article/changed).",
        "duplicates": "Articles that are marked as a copy of another one (held: duplicate_of is "
        "set; counted: article/duplicate).",
        "repaired": "Articles in which at least one repair rule fired (held: repairs is not "
        "empty; counted: article/repaired).",
        "damaged": "Articles in which a kind of mis-encoding was found, undone or not (damage is "
        "not empty).",
        "doubtful": "Articles with at least one place that was inferred or could not be restored "
        "(doubts is not empty).",
        "failures": "Visits that brought nothing, whatever the reason (failure/*).",
        "bytes": "Bytes of the bodies that were fetched (bytes/fetched).",
        "per_minute": "Pages divided by the minutes of the runs that crawled the channel.",
        "mean_ms": "Time from request to answer (time/download_ms) divided by the answers "
        "(status/*).",
        "newest": "The latest date of publication among the articles held.",
    }
)

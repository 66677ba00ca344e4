"""What a run counts: the names of its counters, ``noun/what``.

docs/design.md has the table of them. They are added up per channel, in the transaction of the
pages that they count.
"""

from __future__ import annotations

from collections import Counter

from crawler.items import Article, Visit

# Fields whose share of filled articles is watched: when it drops, the site changed its pages.
MISREAD = ("text_short", "text_cut", "title_unlike")
WATCHED = ("title", "source", "published_at", "dateline", "authors", "editors", "photos")


def of_visit(visit: Visit) -> Counter[str]:
    """Count a visit: the page, its answers and their time, what was skipped, why it failed."""
    counts: Counter[str] = Counter()
    for fetch in visit.fetches:
        counts["bytes/fetched"] += len(fetch.body)
        counts[f"status/{fetch.status}"] += 1
        counts["time/download_ms"] += round(1000 * fetch.seconds)
    for reason, number in visit.skipped.items():
        counts[f"skipped/{reason}"] += number
    if visit.failure and visit.failure.wait:
        counts[f"wait/{visit.failure.reason}"] += 1
    elif visit.failure:
        counts[f"failure/{visit.failure.reason}"] += 1
    else:
        counts["page/unchanged" if visit.unchanged else f"page/{visit.kind}"] += 1
    return counts


def of_article(item: Article, event: str) -> Counter[str]:
    """Count an article that was met.

    Args:
        item: As it was stored.
        event: ``new``, ``changed``, ``reread`` or ``unchanged``; only the first two count its
            contents, so that the shares are those of what came in.
    """
    counts = Counter({f"article/{event}": 1})
    if event not in ("new", "changed"):
        return counts
    counts[f"template/{item.template}"] += 1
    counts.update(f"field/{name}" for name in WATCHED if getattr(item, name))
    counts["field/captions"] += any(photo.caption for photo in item.photos)
    counts.update(_of_text(item))
    if item.duplicate_of:
        counts["article/duplicate"] += 1
        counts[f"duplicate/{item.relation}"] += 1
    return +counts


def _of_text(item: Article) -> Counter[str]:
    """Count what is known of the truth of its characters."""
    counts: Counter[str] = Counter()
    if item.charset:
        counts[f"charset/{item.charset.decided}"] += 1
        counts["charset/disagrees"] += not item.charset.agrees
        counts["charset/mixed"] += item.charset.mixed
    counts["article/repaired"] += bool(item.repairs)
    for repair in item.repairs:
        counts[f"repair/{repair.rule}"] += repair.count
    counts.update(f"damage/{kind}" for kind in item.damage)
    misread = Counter(doubt.reason for doubt in item.doubts if doubt.reason in MISREAD)
    counts.update({f"doubt/{reason}": number for reason, number in misread.items()})
    counts["article/misread"] += bool(misread)
    counts["doubt/count"] += len(item.doubts) - misread.total()
    counts["article/doubtful"] += len(item.doubts) > misread.total()
    counts["text/characters"] += sum(map(len, item.paragraphs))
    counts["text/fffd"] += sum(text.count("\ufffd") for text in (item.title, *item.paragraphs))
    return counts

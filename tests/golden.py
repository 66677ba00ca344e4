"""Saved pages: read them, and write what is expected of them for a person to check.

A saved page is a folder ``tests/pages/<design>/<slug>/``::

    body.html       the raw bytes, as they would come off the wire (body.txt for plain text)
    meta.json       {"url": ..., "headers": {...}}
    expected.json   what extraction must give, field by field

``python -m tests.golden tests/pages/<design>/<slug>`` writes ``expected.json``. Read the diff: it
is a claim about the page, and nothing but a person can tell whether it is true.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from crawler.dataset.record import as_record
from crawler.extract import Page, read
from tests.crawl.visits import fetch

PAGES = Path(__file__).parent / "pages"

# What a page alone decides. The rest of the record comes from its fetch, from repair and the store.
FIELDS = [
    "url",
    "channel",
    "node_id",
    "content_id",
    "title",
    "kicker",
    "subtitle",
    "source",
    "published_at",
    "dateline",
    "authors",
    "editors",
    "paragraphs",
    "photos",
    "template",
    "duplicate_of",
    "relation",
]


# What is known of a photo once its file has been fetched.
_OF_A_FILE = ("sha256", "width", "height")


def saved_pages() -> list[Path]:
    """Return the folders of all saved pages, in a fixed order."""
    return sorted(meta.parent for meta in PAGES.glob("*/*/meta.json"))


def read_saved(folder: Path) -> Page:
    """Extract a saved page, from its bytes."""
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    body = next(folder.glob("body.*")).read_bytes()
    headers = {name.lower(): value for name, value in meta["headers"].items()}
    return read(fetch(meta["url"], body, headers=headers))


def outcome(page: Page) -> dict[str, Any]:
    """Return what a page gave, in the form of ``expected.json``."""
    record = as_record(page.article)
    for photo in record["photos"]:
        for name in _OF_A_FILE:
            photo.pop(name, None)
    return {name: record[name] for name in FIELDS} | {
        "pages": list(page.further),
        "page": page.number,
    }


def main(folders: list[str]) -> None:
    """Write ``expected.json`` of each folder."""
    for folder in map(Path, folders):
        text = json.dumps(outcome(read_saved(folder)), ensure_ascii=False, indent=1)
        (folder / "expected.json").write_text(f"{text}\n", "utf-8")
        print(f"wrote {folder / 'expected.json'}; read it: git diff {folder}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""A page as the lines that a reader sees, for pages whose markup says nothing about their parts."""

from __future__ import annotations

from crawler.extract.body import Image, Line, read_body
from crawler.extract.setting import Setting
from crawler.extract.tidy import tidy
from crawler.extract.tree import Document


def lines_of(page: Document) -> list[Line | Image]:
    """Return the lines and images of a whole page, in reading order."""
    return read_body(page, page.root.xpath("/html/body") or [page.root]).blocks


def lines_of_text(lines: list[str]) -> list[Line | Image]:
    """Return lines of plain text as lines of a page; empty ones are left out."""
    tidied = map(tidy, lines)
    return [Line(text, Setting()) for text in tidied if text]

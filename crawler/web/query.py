"""What a request asks for: the part of an address behind the question mark, read with bounds."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

LARGEST_PAGE = 400
PAGE_SIZE = 50
LARGEST_SIZE = 200
# For files: more is what renmin export is for.
FILE_SIZE = 1000
LARGEST_FILE = 10_000
LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked for; an absent or unreadable part has its default.

    Attributes:
        channel: Channel id; empty for all.
        reason: Failure reason; empty for all.
        q: Words to search for.
        run: Run id; 0 for the last.
        article: Article id.
        days: How far to look back, 1 to 90.
        page: 1 to 400.
        size: Rows a page.
    """

    channel: str = ""
    reason: str = ""
    q: str = ""
    run: int = 0
    article: int = 0
    days: int = 30
    page: int = 1
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.page - 1) * self.size

    def query(self, **other: object) -> str:
        """This question as the end of an address, with ``other`` parts; nothing for defaults."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "size"} | other
        said = {name: value for name, value in values.items() if value and value != _DEFAULT[name]}
        return f"?{urlencode(said)}" if said else ""


_DEFAULT = {"days": 30, "page": 1} | dict.fromkeys(("channel", "reason", "q"), "")
_DEFAULT |= {"run": 0, "article": 0, "size": PAGE_SIZE}


def read(request: Request, size: int = PAGE_SIZE, largest: int = LARGEST_SIZE) -> Ask:
    """Read the question of a request; no value of it can make the answer unbounded.

    Args:
        request: The request; parts of its path count as well.
        size: Rows a page, if the request does not say.
        largest: Most rows a page.
    """
    given = {**request.query_params, **request.path_params}
    return Ask(
        channel=str(given.get("channel", ""))[:LONGEST],
        reason=str(given.get("reason", ""))[:LONGEST],
        q=str(given.get("q", ""))[:LONGEST],
        run=_whole(given.get("run"), 0, 0, 2**62),
        article=_whole(given.get("article"), 0, 0, 2**62),
        days=_whole(given.get("days"), 30, 1, 90),
        page=_whole(given.get("page"), 1, 1, LARGEST_PAGE),
        size=_whole(given.get("size"), size, 1, largest),
    )


def _whole(text: object, default: int, least: int, most: int) -> int:
    text = str(text or "")[:20]
    value = int(text) if text.isascii() and text.isdigit() else default
    return min(max(value, least), most)

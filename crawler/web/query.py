"""What a request asks for: the part of an address behind the question mark, read with bounds."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

from crawler.errors import UnknownChannelError
from crawler.site.channels import name_in_rows

LARGEST_PAGE = 400
PAGE_SIZE = 50
LARGEST_SIZE = 200
# For files: more is what renmin export is for.
FILE_SIZE = 1000
LARGEST_FILE = 10_000
LONGEST = 200
LARGEST_ID = 2**53

# Words that only these values make sense for; empty is all of them.
CHOICES = {
    "relation": ("original", "copy"),
    "severity": ("critical", "warning", "notice"),
    "state": ("open", "closed", "running", "well", "badly"),
    "list": ("good", "failing", "quiet", "unseen"),
    "waits": ("waiting", "due", "hand", "failing", "given_up"),
}
# What a page may say was just done; each is a message, and with _none behind it another one.
SAID = frozenset(
    [
        "run_asked",
        "stop_asked",
        "request_cancelled",
        "channels_paused",
        "channels_resumed",
        "pages_wait_again",
        "alerts_acknowledged",
        "alerts_silenced",
    ]
)
_TEXTS = ("channel", "reason", "design", "q", "done")
_NUMBERS = ("run", "article", "n", "year")
_DEFAULTS: dict[str, object] = {
    **dict.fromkeys((*_TEXTS, *CHOICES), ""),
    **dict.fromkeys(_NUMBERS, 0),
    "day": None,
    "days": 30,
    "page": 1,
}
# Control characters and halves of pairs: no database takes them all.
_UNSPEAKABLE = ("Cc", "Cs")
# What a link to another page of the same list leaves behind.
_PASSING = ("done", "n", "size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked for; an absent part has its default.

    Attributes:
        channel: Channel id; empty for all.
        reason: Failure reason; empty for all.
        design: Page design; empty for all.
        relation: ``original`` or ``copy``; empty for both.
        severity: Of alerts; empty for all.
        state: Of alerts or runs; empty for all.
        list: State of list pages; empty for all.
        waits: Part of the queue; empty for all.
        day: Only of this day; ``None`` for all.
        q: Words to search for.
        run: Run id; 0 for the last.
        article: Article id.
        year: Of coverage; 0 for all.
        days: How far to look back, 1 to 90.
        page: 1 to 400.
        size: Rows a page.
        done: What was just done, to be said on the page; and ``n``, to how many.
    """

    channel: str = ""
    reason: str = ""
    design: str = ""
    relation: str = ""
    severity: str = ""
    state: str = ""
    list: str = ""
    waits: str = ""
    day: date | None = None
    q: str = ""
    run: int = 0
    article: int = 0
    year: int = 0
    days: int = 30
    page: int = 1
    size: int = PAGE_SIZE
    done: str = ""
    n: int = 0

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.page - 1) * self.size

    @property
    def filters(self) -> dict[str, object]:
        """What narrows a list, by name; empty if all is asked for."""
        names = ("channel", "reason", "design", *CHOICES, "day")
        return {name: value for name in names if (value := getattr(self, name))}

    def query(self, **other: object) -> str:
        """This question as the end of an address, with ``other`` parts; nothing for defaults."""
        values = {name: getattr(self, name) for name in _DEFAULTS if name not in _PASSING} | other
        said = {
            name: value for name, value in values.items() if value and value != _DEFAULTS.get(name)
        }
        return f"?{urlencode(said)}" if said else ""


def read(request: Request, size: int = PAGE_SIZE, largest: int = LARGEST_SIZE) -> Ask:
    """Read the question of a request; no value of it can make the answer unbounded.

    Args:
        request: The request; parts of its path count as well.
        size: Rows a page, if the request does not say.
        largest: Most rows a page.

    Raises:
        HTTPException: 400, a value cannot be read; says which and what it should be.
    """
    given = {**request.query_params, **request.path_params}
    values: dict[str, object] = {name: _text(name, given.get(name)) for name in _TEXTS}
    values |= {name: _choice(name, given.get(name)) for name in CHOICES}
    values |= {name: _whole(name, given.get(name), 0, (0, LARGEST_ID)) for name in _NUMBERS}
    values["channel"] = _channel(str(values["channel"]))
    return Ask(
        **values,  # type: ignore[arg-type]
        day=_day(given.get("day")),
        days=_whole("days", given.get("days"), 30, (1, 90)),
        page=_whole("page", given.get("page"), 1, (1, LARGEST_PAGE)),
        size=_whole("size", given.get("size"), size, (1, largest)),
    )


def refuse(name: str, value: object, wanted: str) -> HTTPException:
    """What to raise for a value that cannot be read."""
    return HTTPException(400, f"{name}={str(value)[:60]!r}: {wanted}")


def _text(name: str, value: object) -> str:
    text = str(value or "")
    if len(text) > LONGEST:
        raise refuse(name, text, f"has more than {LONGEST} characters")
    if any(unicodedata.category(each) in _UNSPEAKABLE and not each.isspace() for each in text):
        raise refuse(name, text, "has characters that cannot be written")
    return text


def _channel(text: str) -> str:
    try:
        return name_in_rows(text) if text else ""
    except UnknownChannelError:
        return text  # one that is known no more may still have rows


def _choice(name: str, value: object) -> str:
    text = str(value or "")
    if text and text not in CHOICES[name]:
        raise refuse(name, text, f"there is {', '.join(CHOICES[name])}")
    return text


def _whole(name: str, value: object, default: int, span: tuple[int, int]) -> int:
    text = str(value if value is not None else "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise refuse(name, text, "is no whole number")
    if len(text) >= 20 or not span[0] <= int(text) <= span[1]:
        raise refuse(name, text, f"must be from {span[0]} to {span[1]}")
    return int(text)


def _day(value: object) -> date | None:
    text = str(value or "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refuse("day", text, "is no day; write 2026-11-27") from None

"""Forms that were sent: whether they are ours, what they say, and the way back."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse

from crawler.web import guard

# A channel has a box of its own on the page of the queue.
MOST_FIELDS = 200


async def read(request: Request, *, may_change: bool = False) -> FormData:
    """The form that was sent.

    Args:
        request: A POST.
        may_change: Whether it is about the crawl, and not only about how a page looks.

    Raises:
        HTTPException: It does not bring back what our own form gave it; or nothing may be changed
            here.
    """
    form = await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=4096)
    if not guard.same(text(form, "csrf"), guard.form_token(request)):
        raise HTTPException(403, "csrf")
    if may_change and request.app.state.settings.read_only:
        raise HTTPException(403, "read-only")
    return form


def text(form: FormData, name: str) -> str:
    """The value of a field; empty if there is none."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def back(path: str, done: str = "", number: int = 0) -> RedirectResponse:
    """Lead to a page of ours, which says what was done."""
    if not guard.is_own_path(path):
        path = "/"
    parts = urlsplit(path)
    asked = [pair for pair in parse_qsl(parts.query) if pair[0] not in ("done", "n")]
    if done:
        asked += [("done", done), ("n", str(number))]
    query = f"?{urlencode(asked)}" if asked else ""
    return RedirectResponse(quote(parts.path) + query, 303)

"""What a person may do: let themselves in, choose how it looks, extract a page again."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.crawl.reparse import reextract_url
from crawler.errors import RenminError
from crawler.report import articles, failures
from crawler.store import frontier
from crawler.store.engine import crawl_lock, open_store
from crawler.web import bodies, forms, guard
from crawler.web.forms import back, text
from crawler.web.language import COOKIE as LANGUAGE
from crawler.web.language import LANGUAGES
from crawler.web.rendering import THEME, render

YEAR = 365 * 24 * 3600
# Guessing a token costs this long a guess.
WRONG_TOKEN_SECONDS = 1.0


async def login(request: Request) -> Response:
    """Ask for the token; who knows it gets a cookie."""
    wanted = request.query_params.get("next", "/")
    if request.method == "GET":
        return render(request, "login.html", next=wanted, wrong=False)
    form = await forms.read(request)
    settings = request.app.state.settings
    if not guard.is_token(settings, text(form, "token")):
        await asyncio.sleep(WRONG_TOKEN_SECONDS)
        return render(request, "login.html", 403, next=text(form, "next"), wrong=True)
    response = back(text(form, "next"))
    value = guard.token_cookie(settings)
    response.set_cookie(guard.TOKEN, value, max_age=YEAR, httponly=True, samesite="strict")
    return response


async def prefer(request: Request) -> Response:
    """Keep the chosen language or theme in a cookie."""
    form = await forms.read(request)
    response = back(text(form, "back"))
    for field, cookie, known in (
        ("language", LANGUAGE, LANGUAGES),
        ("theme", THEME, ("light", "dark", "auto")),
    ):
        if (value := text(form, field)) in known:
            response.set_cookie(cookie, value, max_age=YEAR, httponly=True, samesite="strict")
    return response


async def extract(request: Request) -> Response:
    """Run extraction again on the stored bytes of a page that failed."""
    await forms.read(request, may_change=True)
    return await run_in_threadpool(_extract, request)


def _extract(request: Request) -> Response:
    number = request.path_params["failure"]
    with request.app.state.reader.connect() as connection:
        url = failures.url_of(connection, number)
    if url is None:
        raise HTTPException(404)
    try:
        error = _reextract(request, number, url)
    except RenminError as refused:
        return render(request, "extracted.html", 409, url=url, error=str(refused), article=None)
    with request.app.state.reader.connect() as connection:
        article = articles.id_of(connection, url)
    return render(request, "extracted.html", url=url, error=error, article=article)


def _reextract(request: Request, frontier_id: int, url: str) -> str | None:
    """Extract a page from the archive; the reason if it still gives no article.

    Writing is the exception here: the store is opened for this one page, behind the lock that
    keeps a second writer away from a SQLite file.
    """
    settings = request.app.state.settings
    store = open_store(settings.database, create=False)
    try:
        with crawl_lock(store), bodies.opened(settings.archive) as archive:
            reading = reextract_url(store, archive, url)
            if reading.error is None:
                with store.writing.begin() as connection:
                    frontier.settle_done(connection, [(frontier_id, None)], settings.clock())
        return reading.error
    finally:
        store.close()

"""What a person may do: let themselves in, choose how it looks, ask for something.

Nothing is crawled here. A crawl or its end is asked for (see :mod:`crawler.store.requests`); the
rest are a few rows, written beside a running crawl. Only to extract a page again takes the lock of
a crawl.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.crawl.reparse import reextract_url
from crawler.errors import RenminError
from crawler.report import articles, queue, runs
from crawler.site import channels
from crawler.store import frontier, requests
from crawler.store.engine import crawl_lock, open_store
from crawler.store.troubles import explain
from crawler.watch.alerts import check
from crawler.watch.alerts.check import Silence
from crawler.web import article_page, guard
from crawler.web.guard import DashboardSettings, back, field
from crawler.web.rendering import COOKIE as LANGUAGE
from crawler.web.rendering import LANGUAGES, THEME, render

YEAR = 365 * 24 * 3600
# Guessing a token costs this long a guess.
WRONG_TOKEN_SECONDS = 1.0
# So long nobody is told of what was silenced by a button.
SILENT = timedelta(hours=8)

# Changes rows; gives how many, for the page that is shown next.
Order = Callable[[Request, Connection, FormData], int]


async def login(request: Request) -> Response:
    """Ask for the token; who knows it gets a cookie."""
    wanted = request.query_params.get("next", "/")
    if request.method == "GET":
        return render(request, "login.html", next=wanted, wrong=False)
    form = await guard.read_form(request)
    settings = request.app.state.settings
    if not guard.is_token(settings, field(form, "token")):
        await asyncio.sleep(WRONG_TOKEN_SECONDS)
        return render(request, "login.html", 403, next=field(form, "next"), wrong=True)
    response = back(field(form, "next"))
    value = guard.token_cookie(settings)
    response.set_cookie(guard.TOKEN, value, max_age=YEAR, httponly=True, samesite="strict")
    return response


async def prefer(request: Request) -> Response:
    """Keep the chosen language or theme in a cookie."""
    form = await guard.read_form(request)
    response = back(field(form, "back"))
    for name, cookie, known in (
        ("language", LANGUAGE, LANGUAGES),
        ("theme", THEME, ("light", "dark", "auto")),
    ):
        if (value := field(form, name)) in known:
            response.set_cookie(cookie, value, max_age=YEAR, httponly=True, samesite="strict")
    return response


async def extract(request: Request) -> Response:
    """Run extraction again on the stored bytes of a page that failed."""
    await guard.read_form(request, may_change=True)
    return await run_in_threadpool(_extract, request)


def _extract(request: Request) -> Response:
    number = request.path_params["failure"]
    with request.app.state.reader.connect() as connection:
        url = queue.url_of(connection, number)
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
    store = open_store(settings.database, create=False, wait=settings.order_wait)
    try:
        with crawl_lock(store), article_page.opened(settings.archive) as archive:
            reading = reextract_url(store, archive, url)
            if reading.error is None:
                with store.writing.begin() as connection:
                    frontier.settle_done(connection, [(frontier_id, None)], settings.clock())
        return reading.error
    finally:
        store.close()


def order(done: str, work: Order) -> Callable[[Request], Awaitable[Response]]:
    """A view that does ``work`` in one transaction and leads back with a sentence about it.

    Args:
        done: The key of the sentence.
        work: What is done.
    """

    async def view(request: Request) -> Response:
        form = await guard.read_form(request, may_change=True)
        number = await run_in_threadpool(_do, request, form, work)
        return back(field(form, "back"), done, number)

    return view


def _do(request: Request, form: FormData, work: Order) -> int:
    settings = request.app.state.settings
    store = open_store(settings.database, create=False, wait=settings.order_wait)
    try:
        with store.writing.begin() as connection:
            return work(request, connection, form)
    except sa.exc.DBAPIError as error:
        if problem := explain(error, store.url):
            raise problem from error
        raise
    finally:
        store.close()


def _run_now(request: Request, connection: Connection, form: FormData) -> int:
    names = _channels(form)
    resting = requests.paused(connection)
    names = [name for name in names if name not in resting]
    if names:
        requests.ask(connection, requests.RUN, _now(request), names)
    return len(names)


def _stop(request: Request, connection: Connection, _form: FormData) -> int:
    now, number = _now(request), request.path_params["run"]
    if number not in {row["id"] for row in runs.going_on(connection, now)}:
        return 0
    requests.ask(connection, requests.STOP, now, run_id=number)
    return 1


def _cancel(request: Request, connection: Connection, _form: FormData) -> int:
    return int(requests.cancel(connection, request.path_params["request"], _now(request)))


def _pause(request: Request, connection: Connection, form: FormData) -> int:
    names = _channels(form)
    for name in names:
        requests.rest(connection, name, _now(request))
    return len(names)


def _resume(_request: Request, connection: Connection, form: FormData) -> int:
    return sum(requests.resume(connection, name) for name in _channels(form))


def _retry(_request: Request, connection: Connection, form: FormData) -> int:
    reason, channel = field(form, "reason"), field(form, "channel")
    if not (reason or channel):
        raise HTTPException(400, "reason or channel: say what is to be tried again")
    return frontier.retry(connection, reason=_literal(reason), channel=channel or None)


def _retry_one(request: Request, connection: Connection, _form: FormData) -> int:
    return int(frontier.retry_one(connection, request.path_params["failure"]))


def _acknowledge(request: Request, connection: Connection, form: FormData) -> int:
    return check.acknowledge(connection, field(form, "rule"), field(form, "subject"), _now(request))


def _silence(request: Request, connection: Connection, form: FormData) -> int:
    now = _now(request)
    wanted = Silence(field(form, "rule")[:64], field(form, "subject")[:128], now + SILENT)
    check.silence_for(connection, wanted, now)
    return 1


run_now = order("run_asked", _run_now)
stop = order("stop_asked", _stop)
cancel = order("request_cancelled", _cancel)
pause = order("channels_paused", _pause)
resume = order("channels_resumed", _resume)
retry = order("pages_wait_again", _retry)
retry_one = order("pages_wait_again", _retry_one)
acknowledge = order("alerts_acknowledged", _acknowledge)
silence = order("alerts_silenced", _silence)


def _channels(form: FormData) -> Sequence[str]:
    """The known channels that the form names.

    Raises:
        HTTPException: It names none, or one that is not known.
    """
    names = [str(name) for name in form.getlist("channel")]
    unknown = [name for name in names if name not in channels.load()]
    if unknown or not names:
        raise HTTPException(400, f"channel={', '.join(unknown)[:60]!r}: name a known channel")
    return list(dict.fromkeys(names))


def _literal(reason: str) -> str | None:
    """A reason as it is: only the command line knows a * at its end."""
    return reason.rstrip("*") or None


def _now(request: Request) -> datetime:
    settings: DashboardSettings = request.app.state.settings
    return settings.clock()

"""What a person may ask for: crawl now, stop, let rest, try again; and say that they know.

Nothing is crawled here. A request is written down for whoever runs crawls (see
:mod:`crawler.store.requests`); the rest are a few rows, which are written beside a running crawl.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.report import runs
from crawler.site import channels
from crawler.store import frontier, pauses, requests
from crawler.store.engine import open_store
from crawler.store.writer import explain
from crawler.watch.alerts import silences
from crawler.watch.alerts.silences import Silence
from crawler.web import forms
from crawler.web.forms import back, text
from crawler.web.settings import Settings

SILENT = timedelta(hours=8)

# Changes rows; gives how many, for the page that is shown next.
Order = Callable[[Request, Connection, FormData], int]


def order(done: str, work: Order) -> Callable[[Request], Awaitable[Response]]:
    """A view that does ``work`` in one transaction and leads back with a sentence about it.

    Args:
        done: The key of the sentence.
        work: What is done.
    """

    async def view(request: Request) -> Response:
        form = await forms.read(request, may_change=True)
        number = await run_in_threadpool(_do, request, form, work)
        return back(text(form, "back"), done, number)

    return view


def _do(request: Request, form: FormData, work: Order) -> int:
    store = open_store(request.app.state.settings.database, create=False)
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
    resting = pauses.paused(connection)
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
        pauses.add(connection, name, _now(request))
    return len(names)


def _resume(_request: Request, connection: Connection, form: FormData) -> int:
    return sum(pauses.end(connection, name) for name in _channels(form))


def _retry(_request: Request, connection: Connection, form: FormData) -> int:
    reason, channel = text(form, "reason"), text(form, "channel")
    if not (reason or channel):
        raise HTTPException(400, "reason or channel: say what is to be tried again")
    return frontier.retry(connection, reason=_literal(reason), channel=channel or None)


def _retry_one(request: Request, connection: Connection, _form: FormData) -> int:
    return int(frontier.retry_one(connection, request.path_params["failure"]))


def _acknowledge(request: Request, connection: Connection, form: FormData) -> int:
    return silences.acknowledge(
        connection, text(form, "rule"), text(form, "subject"), _now(request)
    )


def _silence(request: Request, connection: Connection, form: FormData) -> int:
    now = _now(request)
    wanted = Silence(text(form, "rule")[:64], text(form, "subject")[:128], now + SILENT)
    silences.add(connection, wanted, now)
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
    settings: Settings = request.app.state.settings
    return settings.clock()

"""Who may look at the dashboard: what it is told when it starts, and what every request passes.

Every answer passes too, before it leaves.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler import clock
from crawler.errors import ConfigError
from crawler.store.engine import WAIT_SECONDS
from crawler.store.open import LOCK_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSettings:
    """What the dashboard is told when it starts.

    Attributes:
        database: SQLAlchemy URL of the store.
        archive: File of the raw bodies; need not exist.
        host: Address that is listened on.
        token: Who knows it may look; empty asks for none, which only loopback allows.
        names: Host names by which the dashboard may be called, besides those of ``host``.
        read_only: Whether nobody may ask for anything, only look.
        wait: Seconds after which a page says that another program holds the database.
        order_wait: The same for what is asked of the database: seconds.
        clock: Tells the time.
        secret: Signs forms; made anew when the process starts.
    """

    database: str
    archive: Path
    host: str = "127.0.0.1"
    token: str = ""
    names: tuple[str, ...] = ()
    read_only: bool = False
    wait: float = WAIT_SECONDS
    order_wait: float = LOCK_SECONDS
    clock: Callable[[], datetime] = clock.now
    secret: bytes = dataclasses.field(default_factory=lambda: secrets.token_bytes(32), repr=False)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``: ``localhost``, ``127.0.0.1``, ``::1``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def checked_settings(settings: DashboardSettings) -> DashboardSettings:
    """Refuse to be open to a network without a token.

    Raises:
        ConfigError: saying what to do.
    """
    if not is_loopback(settings.host) and not settings.token:
        raise ConfigError(
            f"--host {settings.host}: others can reach this address, so a token is needed: set "
            "RENMIN_DASHBOARD_TOKEN (or --token), or listen on 127.0.0.1"
        )
    if settings.token and len(settings.token) < 16:
        raise ConfigError("the dashboard's token has fewer than 16 characters: it can be guessed")
    return settings


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not "no-referrer": browsers then send forms with Origin: null.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
SESSION = "renmin_session"
TOKEN = "renmin_token"
# What may be seen without a token: the form that asks for it, and whether we live.
OPEN = ("/login", "/static/", "/healthz")
FOR_PROGRAMS = ("/data/", "/metrics", "/raw/")
# A channel has a box of its own on the page of the queue.
MOST_FIELDS = 200


class Guard:
    """Checks host name and token, gives each browser a session, adds the headers of safety.

    The host name is checked against DNS rebinding: a page elsewhere can point its own name at
    127.0.0.1, but then its name stands in the request. An IP address cannot be rebound.
    """

    # Not Starlette's TrustedHostMiddleware: it knows exact names and *.name, so that "any IP
    # address" cannot be said, and it parts [::1]:8800 at the first colon, which is no name at all.

    def __init__(self, app: ASGIApp, settings: DashboardSettings) -> None:
        self._app = app
        self._settings = settings
        self._names = _names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cookies = _cookies(Headers(scope=scope).get("cookie", ""))
        session = cookies.get(SESSION, "")
        fresh = not (len(session) == 43 and session.isascii())
        scope.setdefault("state", {})["session"] = secrets.token_urlsafe(32) if fresh else session

        async def finish(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message, scope["state"]["session"] if fresh else None)
            await send(message)

        answer = self._refusal(scope, cookies) or self._app
        await answer(scope, receive, finish)

    def _refusal(self, scope: Scope, cookies: dict[str, str]) -> Response | None:
        headers = Headers(scope=scope)
        if not self._is_our_name(headers.get("host", "")):
            return PlainTextResponse(
                "This host name is not the dashboard's; start it with --name to allow it.\n", 421
            )
        path = scope["path"]
        if path.startswith(OPEN) or self._is_known(headers, cookies):
            return None
        if path.startswith(FOR_PROGRAMS) or scope["method"] != "GET":
            return PlainTextResponse(
                "A token is needed: Authorization: Bearer ...\n",
                401,
                {"www-authenticate": 'Bearer realm="renmin"'},
            )
        return RedirectResponse(f"/login?next={quote(path)}", 303)

    def _is_our_name(self, host: str) -> bool:
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        name = name.strip("[]").lower().rstrip(".")
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not is_loopback(self._settings.host)

    def _is_known(self, headers: Headers, cookies: dict[str, str]) -> bool:
        if not self._settings.token:
            return True
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and is_token(self._settings, given.strip()):
            return True
        return same(cookies.get(TOKEN, ""), token_cookie(self._settings))


def same(given: str, wanted: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def is_token(settings: DashboardSettings, given: str) -> bool:
    """Whether ``given`` is the token; never true if none is set."""
    return bool(settings.token) and same(given, settings.token)


def token_cookie(settings: DashboardSettings) -> str:
    """What a browser keeps of the token: enough to be known again, not the token."""
    return hmac.new(settings.token.encode(), b"renmin dashboard", hashlib.sha256).hexdigest()


def form_token(request: Request) -> str:
    """What a form of this browser must bring back."""
    settings: DashboardSettings = request.app.state.settings
    session: str = request.state.session
    return hmac.new(settings.secret, session.encode(), hashlib.sha256).hexdigest()


def is_own_path(path: str) -> bool:
    """Whether a redirect to ``path`` stays on this server."""
    plain = path.isprintable() and "\\" not in path
    return plain and path.startswith("/") and not path.startswith("//")


async def read_form(request: Request, *, may_change: bool = False) -> FormData:
    """The form that was sent.

    Args:
        request: A POST.
        may_change: Whether it is about the crawl, and not only about how a page looks.

    Raises:
        HTTPException: It does not bring back what our own form gave it; or nothing may be changed
            here.
    """
    form = await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=4096)
    if not same(field(form, "csrf"), form_token(request)):
        raise HTTPException(403, "csrf")
    if may_change and request.app.state.settings.read_only:
        raise HTTPException(403, "read-only")
    return form


def field(form: FormData, name: str) -> str:
    """The value of a field; empty if there is none."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def back(path: str, done: str = "", number: int = 0) -> RedirectResponse:
    """Lead to a page of ours, which says what was done."""
    if not is_own_path(path):
        path = "/"
    parts = urlsplit(path)
    asked = [pair for pair in parse_qsl(parts.query) if pair[0] not in ("done", "n")]
    if done:
        asked += [("done", done), ("n", str(number))]
    query = f"?{urlencode(asked)}" if asked else ""
    return RedirectResponse(quote(parts.path) + query, 303)


def _names(settings: DashboardSettings) -> frozenset[str]:
    own = {"localhost"} if is_loopback(settings.host) else {settings.host.lower()}
    return frozenset(own | {name.lower() for name in settings.names})


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _add_headers(message: Message, session: str | None) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if session:
        cookie = f"{SESSION}={session}; Path=/; HttpOnly; SameSite=Strict"
        headers.append("set-cookie", cookie)

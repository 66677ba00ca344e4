"""The ways of telling people: e-mail, an HTTP server, and the services that apprise knows.

Each maker gives the function that sends one batch of notices; a refusal is an error. What a person
reads, :func:`title` and :func:`text`, is the same everywhere.

The receiver of a webhook checks ``X-Renmin-Signature``: ``sha256=`` and the hexadecimal
HMAC-SHA256, under the shared secret, of the value of ``X-Renmin-Timestamp``, a full stop, and the
body as received. The time is part of it, so that an old message cannot be sent again by somebody
else.

`apprise <https://github.com/caronc/apprise>`_ (BSD-2-Clause) knows Slack, DingTalk, Feishu, WeCom,
Telegram, ntfy and many others; a service is one address, as ``ntfy://topic``.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import smtplib
import ssl
import urllib.error
import urllib.request
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

import orjson

from crawler import __version__
from crawler.config.convert import secret_in
from crawler.errors import ConfigError
from crawler.watch import wording
from crawler.watch.alerts.configuration import Email, Services, Webhook
from crawler.watch.alerts.notices import Batch, Notice, Send

EVENTS_ZH = {"opened": "告警", "closed": "恢复", "reminder": "仍未恢复", "test": "测试"}
# More are counted; the dashboard and renmin alerts have them all.
MOST_LINES = 40
_NAMED = 3


def title(batch: Sequence[Notice]) -> str:
    """One line: what happened, to whom, and what it is.

    A rule or a schedule has no line break in its name; a host or a path could.
    """
    about = list(dict.fromkeys(" ".join(one.about.split()) for one in batch))
    rules = list(dict.fromkeys(one.rule.title_zh for one in batch))
    counts = Counter(EVENTS_ZH[one.event] for one in batch)
    events = "，".join(f"{name} {n}" if len(batch) > 1 else name for name, n in counts.items())
    more = f" 等 {len(about)} 项" if len(about) > _NAMED else ""
    return f"[renmin] {events}：{'、'.join(about[:_NAMED])}{more} {'、'.join(rules[:_NAMED])}"


def text(batch: Sequence[Notice]) -> str:
    """The body, in both languages; the times are of Beijing."""
    if len(batch) == 1:
        return _one(batch[0])
    lines = [
        f"{EVENTS_ZH[one.event]} ({one.rule.severity}, {one.event})  {one.about}  {one.rule.title_zh}\n"
        f"{_chinese(one, '    ')}    {one.rule.title}: {one.message}"
        for one in batch[:MOST_LINES]
    ]
    if len(batch) > MOST_LINES:
        lines.append(f"... {len(batch) - MOST_LINES} more: renmin alerts")
    return "\n".join(lines) + "\n"


def _chinese(one: Notice, indent: str = "") -> str:
    """What is wrong, as a Chinese line; nothing if it cannot be said."""
    said = wording.said(one.message)
    return f"{indent}{said}\n" if said else ""


def _one(one: Notice) -> str:
    about = " ".join(one.about.split())
    closed = f"closed    {one.closed_at:%Y-%m-%d %H:%M} +08:00\n" if one.closed_at else ""
    return (
        f"{EVENTS_ZH[one.event]}：{about} {one.rule.title_zh}\n"
        f"{one.rule.title} ({one.rule.severity}, {one.event})\n\n"
        f"{_chinese(one)}{one.message}\n\n"
        f"rule      {one.rule.name}\n"
        f"subject   {one.subject}\n"
        f"opened    {one.opened_at:%Y-%m-%d %H:%M} +08:00\n"
        f"{closed}"
    )


# By e-mail, through the operator's own SMTP server.

MAIL_SECONDS = 10.0


def email_sender(email: Email, now: Callable[[], datetime]) -> Send:
    """Make the function that mails notices; a refusal by the server is an error."""
    password = read_secret(email.password, email.password_file)

    def send(batch: Batch) -> None:
        message = email_message(email, batch, now())
        with _connected(email) as server:
            if email.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if email.user:
                server.login(email.user, password)
            server.send_message(message)

    return send


def email_message(email: Email, batch: Batch, now: datetime) -> EmailMessage:
    """The message: a Chinese subject, the rest in both languages."""
    message = EmailMessage()
    message["Subject"] = title(batch)
    message["From"] = email.sender
    message["To"] = ", ".join(email.to)
    message["Date"] = format_datetime(now)
    # The same for every attempt: readers drop what they have.
    domain = email.sender.rpartition("@")[2].strip("<> ") or "localhost"
    message["Message-ID"] = f"<renmin-notice-{batch[0].id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    # Base64: not every server on the way takes eight bits.
    message.set_content(text(batch), cte="base64")
    return message


def _connected(email: Email) -> smtplib.SMTP:
    if email.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(email.host, email.port, timeout=MAIL_SECONDS, context=context)
    return smtplib.SMTP(email.host, email.port, timeout=MAIL_SECONDS)


# To an HTTP server: JSON, signed.

WEBHOOK_SECONDS = 5.0


def webhook_sender(webhook: Webhook, now: Callable[[], datetime]) -> Send:
    """Make the function that posts notices; any answer but 2xx is an error."""
    secret = read_secret(webhook.secret, webhook.secret_file)

    def send(batch: Batch) -> None:
        request = webhook_request(webhook.url, secret, batch, now())
        # A redirect would turn the POST into a GET that tells nobody anything.
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            opener.open(request, timeout=WEBHOOK_SECONDS).close()
        except urllib.error.HTTPError as error:
            error.close()
            raise

    return send


def webhook_request(url: str, secret: str, batch: Batch, now: datetime) -> urllib.request.Request:
    """The request that tells of one notice, or of several under ``notices``."""
    one = batch[0]
    body = orjson.dumps(
        payload(one)
        if len(batch) == 1
        else {"notice": one.id, "event": "several", "notices": [payload(each) for each in batch]}
    )
    timestamp = str(int(now.timestamp()))
    return urllib.request.Request(
        url,
        data=body,
        method="POST",
        headers={
            "Content-Type": "application/json",
            "User-Agent": f"renmin/{__version__}",
            "X-Renmin-Notice": str(one.id),
            "X-Renmin-Timestamp": timestamp,
            "X-Renmin-Signature": signature(secret, timestamp, body),
        },
    )


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the receiver has to compare.

    >>> signature("geheim", "1772380800", b"{}")
    'sha256=ceaa7046f7d378c2f09dd25d3d4315a7a63d7ec0c73c4d3f5e2d5c957c2c1ee8'
    """
    text = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def payload(one: Notice) -> dict[str, object]:
    """The body before it becomes JSON; ``closed_at`` is null while the alert is open."""
    return {
        "notice": one.id,
        "event": one.event,
        "rule": one.rule.name,
        "title": one.rule.title,
        "title_zh": one.rule.title_zh,
        "severity": one.rule.severity,
        "subject": one.subject,
        "about": one.about,
        "message": one.message,
        "value": one.value,
        "threshold": one.threshold,
        "opened_at": one.opened_at,
        "closed_at": one.closed_at,
    }


def read_secret(text: str, file: str) -> str:
    """The secret itself, or the first line of the file that holds it.

    Raises:
        ConfigError: The file cannot be read, or is empty.
    """
    return secret_in(file) if file else text


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """Refuse: the caller gets the redirect as an HTTPError."""


# Where people read.


def services_sender(services: Services) -> Send:
    """Make the function that sends to every service; one that does not take it is an error.

    Raises:
        ConfigError: apprise is not installed, or an address is not one of its forms.
    """
    urls = secret_in(services.urls_file).split() if services.urls_file else services.urls
    # Its log names addresses, which are secrets.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        # It uses modules of Python that newer ones no longer have, where they are there.
        warnings.simplefilter("ignore", DeprecationWarning)
        known = _known(urls)

    def send(batch: Batch) -> None:
        if not known.notify(title=title(batch), body=text(batch)):
            raise OSError("a service did not take the message")

    return send


def _known(urls: Sequence[str]) -> Any:
    try:
        import apprise  # noqa: PLC0415 (an extra)
    except ImportError:
        raise ConfigError(
            "[alerts.services] needs apprise: pip install 'renmin[services]'"
        ) from None
    known = apprise.Apprise()
    for number, url in enumerate(urls, 1):
        if not known.add(url):
            scheme = url.partition("://")[0]
            raise ConfigError(
                f"[alerts.services] urls: number {number} ({scheme}://...) is no address that "
                "apprise knows; docs/operations.md has the forms"
            )
    return known


# Tell a service elsewhere that all goes on: it tells people when that stops. A machine that is off,
# a timer that was never installed, a disk that is gone: none of these can send an alert. So
# ping_url is fetched after each good check and each good run.

PING_SECONDS = 10.0

logger = logging.getLogger(__name__)


def ping(url: str) -> bool:
    """Fetch ``url``, if there is one; whether it was taken. What goes wrong is logged alone."""
    if not url:
        return False
    request = urllib.request.Request(url, headers={"User-Agent": f"renmin/{__version__}"})
    try:
        urllib.request.urlopen(request, timeout=PING_SECONDS).close()
    except (OSError, HTTPException, ValueError) as error:
        # The address is a secret: it is not named.
        logger.warning("failed ping_url: %s", getattr(error, "reason", type(error).__name__))
        return False
    return True

"""Tell an HTTP server of an alert: JSON, signed.

The receiver checks ``X-Renmin-Signature``: ``sha256=`` and the hexadecimal HMAC-SHA256, under the
shared secret, of the value of ``X-Renmin-Timestamp``, a full stop, and the body as received. The
time is part of it, so that an old message cannot be sent again by somebody else.
"""

from __future__ import annotations

import hashlib
import hmac
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPMessage
from typing import IO

import orjson

from crawler import __version__
from crawler.config.convert import secret_in
from crawler.watch.alerts.notices import Batch, Notice, Send
from crawler.watch.alerts.settings import Webhook

TIMEOUT_SECONDS = 5.0


def sender(webhook: Webhook, now: Callable[[], datetime]) -> Send:
    """Make the function that posts notices; any answer but 2xx is an error."""
    secret = read_secret(webhook.secret, webhook.secret_file)

    def send(batch: Batch) -> None:
        request = signed(webhook.url, secret, batch, now())
        # A redirect would turn the POST into a GET that tells nobody anything.
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            opener.open(request, timeout=TIMEOUT_SECONDS).close()
        except urllib.error.HTTPError as error:
            error.close()
            raise

    return send


def signed(url: str, secret: str, batch: Batch, now: datetime) -> urllib.request.Request:
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

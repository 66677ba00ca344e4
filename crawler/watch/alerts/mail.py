"""Tell people of an alert by e-mail, through the operator's own SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from crawler.watch.alerts import message as words
from crawler.watch.alerts.notices import Batch, Send
from crawler.watch.alerts.settings import Email
from crawler.watch.alerts.webhook import read_secret

TIMEOUT_SECONDS = 10.0


def sender(email: Email, now: Callable[[], datetime]) -> Send:
    """Make the function that mails notices; a refusal by the server is an error."""
    password = read_secret(email.password, email.password_file)

    def send(batch: Batch) -> None:
        message = written(email, batch, now())
        with _connected(email) as server:
            if email.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if email.user:
                server.login(email.user, password)
            server.send_message(message)

    return send


def written(email: Email, batch: Batch, now: datetime) -> EmailMessage:
    """The message: a Chinese subject, the rest in both languages."""
    message = EmailMessage()
    message["Subject"] = words.title(batch)
    message["From"] = email.sender
    message["To"] = ", ".join(email.to)
    message["Date"] = format_datetime(now)
    # The same for every attempt: readers drop what they have.
    domain = email.sender.rpartition("@")[2].strip("<> ") or "localhost"
    message["Message-ID"] = f"<renmin-notice-{batch[0].id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    # Base64: not every server on the way takes eight bits.
    message.set_content(words.text(batch), cte="base64")
    return message


def _connected(email: Email) -> smtplib.SMTP:
    if email.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(email.host, email.port, timeout=TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(email.host, email.port, timeout=TIMEOUT_SECONDS)

"""Tell people of an alert by e-mail, through the operator's own SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from crawler.watch.alerts.notices import Notice, Send
from crawler.watch.alerts.settings import Email
from crawler.watch.alerts.webhook import read_secret

TIMEOUT_SECONDS = 10.0
EVENTS_ZH = {"opened": "告警", "closed": "恢复"}


def sender(email: Email, now: Callable[[], datetime]) -> Send:
    """Make the function that mails a notice; a refusal by the server is an error."""
    password = read_secret(email.password, email.password_file)

    def send(one: Notice) -> None:
        message = written(email, one, now())
        with _connected(email) as server:
            if email.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if email.user:
                server.login(email.user, password)
            server.send_message(message)

    return send


def written(email: Email, one: Notice, now: datetime) -> EmailMessage:
    """The message: a Chinese subject, the rest in both languages."""
    message = EmailMessage()
    # A rule or a schedule has no line break in its name; a host or a path could.
    about = " ".join(one.about.split())
    message["Subject"] = f"[renmin] {EVENTS_ZH[one.event]}：{about} {one.rule.title_zh}"
    message["From"] = email.sender
    message["To"] = ", ".join(email.to)
    message["Date"] = format_datetime(now)
    # The same for every message of one alert's two events and every attempt: readers thread them.
    domain = email.sender.rpartition("@")[2].strip("<> ") or "localhost"
    message["Message-ID"] = f"<renmin-notice-{one.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    # Base64: not every server on the way takes eight bits.
    message.set_content(_text(one, about), cte="base64")
    return message


def _text(one: Notice, about: str) -> str:
    closed = f"closed    {one.closed_at:%Y-%m-%d %H:%M}\n" if one.closed_at else ""
    return (
        f"{EVENTS_ZH[one.event]}：{about} {one.rule.title_zh}\n"
        f"{one.rule.title} ({one.rule.severity}, {one.event})\n\n"
        f"{one.message}\n\n"
        f"rule      {one.rule.name}\n"
        f"subject   {one.subject}\n"
        f"opened    {one.opened_at:%Y-%m-%d %H:%M}\n"
        f"{closed}"
    )


def _connected(email: Email) -> smtplib.SMTP:
    if email.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(email.host, email.port, timeout=TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(email.host, email.port, timeout=TIMEOUT_SECONDS)

"""E-mail, against an SMTP server on loopback."""

import email
import email.policy
import smtplib
import socketserver
import threading

import pytest

from crawler.watch.alerts import configuration, notifiers
from crawler.watch.alerts.notices import Notice


class Smtp(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321 for one message."""

    def handle(self):
        self.say("220 loopback ESMTP")
        while line := self.rfile.readline().decode().strip():
            command = line.split()[0].upper()
            self.server.commands.append(line)
            if command == "DATA":
                self.say("354 go on")
                self.server.messages.append(self.data())
            self.say(self.server.answers.get(command, "250 ok"))
            if command == "QUIT":
                return

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def data(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)


@pytest.fixture
def server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp) as server:
        server.commands, server.messages, server.answers = [], [], {"QUIT": "221 bye"}
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def one(monday):
    return Notice(
        id=7,
        event="opened",
        rule=configuration.default_rules()["articles_low"],
        subject="sd",
        message="3 new articles, where such runs bring 30",
        value=3,
        threshold=15,
        opened_at=monday,
        closed_at=None,
    )


def send(server, one, monday, **options):
    given = {"security": "none", "sender": "renmin@example.org", "to": ("a@example.org", "b@c.cn")}
    where = configuration.Email(
        host="127.0.0.1", port=server.server_address[1], **(given | options)
    )
    notifiers.email_sender(where, lambda: monday)([one])


def test_the_mail_arrives_at_everybody(server, one, monday):
    """One message, all addresses, sender and date as configured."""
    send(server, one, monday)

    (message,) = server.messages
    recipients = [line for line in server.commands if line.upper().startswith("RCPT")]
    assert len(recipients) == 2
    assert message["From"] == "renmin@example.org"
    assert message["Date"] == "Mon, 02 Mar 2026 00:00:00 +0800"


def test_the_chinese_subject_is_encoded_and_comes_back(server, one, monday):
    """On the wire it is ASCII (RFC 2047); the reader sees 山东."""
    send(server, one, monday)

    (message,) = server.messages
    assert message["Subject"] == "[renmin] 告警：山东 sd 文章数不足"
    assert "3 new articles" in message.get_content()
    notifiers.email_message(
        configuration.Email(sender="a@b.cn", to=("c@d.cn",)), [one], monday
    ).as_bytes().decode("ascii")


def test_a_line_break_in_a_subject_makes_no_header(one, monday):
    """A path may hold one; the mail must not grow a Bcc by it."""
    from dataclasses import replace

    odd = replace(one, subject="/srv/a\nBcc: x@example.org")

    message = notifiers.email_message(
        configuration.Email(sender="a@b.cn", to=("c@d.cn",)), [odd], monday
    )

    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]


def test_a_server_without_starttls_gets_no_mail(server, one, monday):
    """Asked to encrypt, renmin does not fall back to plain text."""
    with pytest.raises(smtplib.SMTPNotSupportedError):
        send(server, one, monday, security="starttls")

    assert server.messages == []


def test_a_refused_recipient_is_an_error(server, one, monday):
    """The notice is tried again later."""
    server.answers["RCPT"] = "550 no such user"

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(server, one, monday)


def test_the_password_comes_from_its_file(server, one, monday, tmp_path):
    """A user without encryption is logged in as told; the secret is no setting in clear."""
    file = tmp_path / "password"
    file.write_text("geheim\n", encoding="utf-8")
    server.answers |= {"EHLO": "250-loopback\r\n250 AUTH PLAIN", "AUTH": "235 welcome"}

    send(server, one, monday, user="ops", password_file=str(file))

    assert any(line.startswith("AUTH PLAIN") for line in server.commands)
    assert len(server.messages) == 1

"""The webhook, against servers on loopback."""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError

import pytest

from crawler.errors import ConfigError
from crawler.watch.alerts import configuration, notifiers
from crawler.watch.alerts.notices import Notice

SECRET = "geheim"


@pytest.fixture
def one(monday):
    return Notice(
        id=7,
        event="opened",
        rule=configuration.default_rules()["field_missing"],
        subject="sd/captions",
        message="captions: in 0% of 20 articles with photos, usually in 93%",
        value=0.0,
        threshold=0.7,
        opened_at=monday,
        closed_at=None,
    )


@pytest.fixture
def server(monkeypatch):
    """A receiver that keeps what it gets, and answers with the status it is told."""
    monkeypatch.setenv("no_proxy", "*")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.got.append((dict(self.headers), body))
            self.send_response(self.server.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - http.server's name

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.status = [], 204
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def post(url, one, monday):
    notifiers.webhook_sender(configuration.Webhook(url=url, secret=SECRET), lambda: monday)([one])


def test_the_message_is_json_that_says_all(server, one, monday):
    """Rule, subject, sentence, figures and times, in both languages."""
    post(server.url, one, monday)

    ((headers, body),) = server.got
    message = json.loads(body)
    assert headers["Content-Type"] == "application/json"
    assert (headers["X-Renmin-Notice"], message["notice"]) == ("7", 7)
    assert message["about"] == "山东 sd/captions"
    assert (message["title_zh"], message["severity"]) == ("字段缺失", "warning")
    assert (message["opened_at"], message["closed_at"]) == ("2026-03-02T00:00:00+08:00", None)


def test_the_receiver_can_check_who_sent_it(server, one, monday):
    """The signature covers the time and the body as received."""
    post(server.url, one, monday)

    ((headers, body),) = server.got
    timestamp = headers["X-Renmin-Timestamp"]
    expected = hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    assert headers["X-Renmin-Signature"] == f"sha256={expected.hexdigest()}"
    assert int(timestamp) == monday.timestamp()


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 500, 503])
def test_any_answer_but_success_is_an_error(server, one, monday, status):
    """A redirect too: it is not followed, and nobody else learns of the alert."""
    server.status = status

    with pytest.raises(HTTPError) as error:
        post(server.url, one, monday)

    assert error.value.code == status
    assert len(server.got) == 1


def test_a_server_that_says_nothing_is_left(one, monday, monkeypatch):
    """A receiver that accepts and never answers ends in a time-out."""
    import socket

    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(notifiers, "WEBHOOK_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
        post(f"http://127.0.0.1:{silent.getsockname()[1]}/", one, monday)


def test_a_secret_is_read_from_its_file(tmp_path):
    """The first line counts, without the line break."""
    file = tmp_path / "secret"
    file.write_text("geheim\n", encoding="utf-8")

    assert notifiers.read_secret("", str(file)) == "geheim"


@pytest.mark.parametrize("text", [None, "", "\n"])
def test_a_secret_that_is_not_there_is_named(tmp_path, text):
    """A missing or empty file is a wrong setting, not an unsigned message."""
    file = tmp_path / "secret"
    if text is not None:
        file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=str(file)):
        notifiers.read_secret("", str(file))

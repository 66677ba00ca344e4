"""Services through apprise, a test of every way, and a ping that somebody misses when it stops."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from typer.testing import CliRunner

from crawler import clock
from crawler.cli.main import app
from crawler.config import resolve
from crawler.errors import ConfigError
from crawler.watch.alerts import check, configuration, notifiers

ADDRESSES = [
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops",
    "dingtalk://abcdefghijkl/",
    "feishu://abcdefghijkl/",
    "wecombot://abcdefghijkl/",
    "tgram://123456789:abcdefg_hijklmnop/12315544/",
    "ntfy://renmin",
    "json://localhost/hook",
]


@pytest.fixture
def receiver():
    """A server on loopback that keeps what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.server.got.append((self.path, body))
            self.send_response(self.server.status)
            self.end_headers()

        def do_GET(self):
            self.do_POST()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.got, server.status = [], 200
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_every_documented_service_is_known():
    """An address of each form is taken."""
    notifiers.services_sender(configuration.Services(urls=tuple(ADDRESSES)))


def test_an_address_that_is_none_is_named_without_its_secret():
    """By its place in the list."""
    with pytest.raises(ConfigError, match="number 1") as error:
        notifiers.services_sender(configuration.Services(urls=("nosuch://s3kr1t",)))

    assert "s3kr1t" not in str(error.value)


def test_a_test_notice_goes_out_by_every_way(receiver, tmp_path, monkeypatch):
    """And says of each whether it was taken; a secret that is missing stops no other way."""
    port = receiver.server_address[1]
    path = tmp_path / resolve.FILE
    path.write_text(
        f'[alerts.services]\nurls = ["json://127.0.0.1:{port}/hook"]\n'
        f'[alerts.webhook]\nurl = "http://127.0.0.1:{port}/own"\nsecret_file = "gone"\n'
    )
    monkeypatch.setenv(resolve.VARIABLE, str(path))

    result = CliRunner().invoke(app, ["check", "--test-notice"])

    assert result.exit_code == 1
    assert "services: ok" in result.output
    assert "gone: the secret cannot be read" in result.output
    ((where, body),) = receiver.got
    assert (where, "测试" in json.loads(body)["message"]) == ("/hook", True)
    assert check.wrong_ways(configuration.load(), clock.now).keys() == {"webhook"}


@pytest.mark.parametrize(("status", "taken"), [(200, True), (500, False)])
def test_a_ping_is_fetched_and_never_in_the_way(receiver, caplog, status, taken):
    """What goes wrong is logged without the address, which is a secret."""
    receiver.status = status

    assert notifiers.ping(f"http://127.0.0.1:{receiver.server_address[1]}/s3kr1t") is taken
    assert notifiers.ping("") is False
    assert receiver.got[0][0] == "/s3kr1t"
    assert "s3kr1t" not in caplog.text

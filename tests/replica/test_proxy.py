"""Rules of :mod:`crawler.replica.proxy`, over real sockets on loopback."""

import http.client
import os
import signal
import socket
import subprocess
import sys

import pytest

from crawler.replica import Site
from crawler.replica.proxy import LOOPBACK, in_thread


@pytest.fixture(scope="module")
def served():
    site = Site(articles=300, seed=1)
    with in_thread(site) as port:
        yield site, port


def talk(port, text, *, answers=1):
    """Send raw requests and read the raw answers until so many have come whole."""
    with socket.create_connection((LOOPBACK, port), timeout=10) as connection:
        connection.sendall(text.replace("\n", "\r\n").encode())
        stream = connection.makefile("rb")
        return [_read(stream) for _ in range(answers)]


def _read(stream):
    status = int(stream.readline().split()[1])
    headers = {}
    while line := stream.readline().strip():
        name, _, value = line.decode().partition(": ")
        headers[name] = value
    return status, headers, stream


def test_a_proxy_request_gets_the_page_of_its_host(served):
    """The absolute form of a request is answered as the site would answer it."""
    site, port = served
    url = next(e.url for e in site.plan.entries() if e.kind == "article")
    client = http.client.HTTPConnection(LOOPBACK, port, timeout=10)

    client.request("GET", url)
    answer = client.getresponse()

    assert answer.status == 200
    assert answer.read() == site.respond("GET", url, {}).body
    client.request("GET", url, headers={"If-None-Match": answer.headers["ETag"]})
    again = client.getresponse()
    assert (again.status, again.read()) == (304, b"")
    client.close()


def test_the_host_header_serves_a_plain_request(served):
    """A request by path is for the host that it names."""
    _, port = served

    ((status, headers, _),) = talk(port, "GET /robots.txt HTTP/1.1\nHost: sd.people.com.cn\n\n")

    assert (status, headers["Content-Type"]) == (200, "text/plain")


def test_several_requests_share_a_connection(served):
    """Requests that arrive at once are answered in order."""
    _, port = served
    one = "HEAD http://{}/robots.txt HTTP/1.1\n\n"
    hosts = ("sd.people.com.cn", "xz.people.com.cn", "nowhere.example")

    answers = talk(port, "".join(map(one.format, hosts)), answers=3)

    assert [status for status, *_ in answers] == [200, 404, 502]


def test_head_has_the_length_and_no_body(served):
    """HEAD announces what GET would send."""
    _, port = served
    request = "HEAD http://sd.people.com.cn/ HTTP/1.1\nConnection: close\n\n"

    ((status, headers, stream),) = talk(port, request)

    assert status == 200
    assert int(headers["Content-Length"]) > 1_000
    assert stream.read() == b""


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("CONNECT sd.people.com.cn:443 HTTP/1.1\n\n", 501),
        ("nonsense\n\n", 400),
        ("GET http://sd.people.com.cn/ HTTP/2\n\n", 400),
        ("POST http://sd.people.com.cn/ HTTP/1.1\nContent-Length: 4\n\nabcd", 405),
        ("GET /" + "a" * 70_000, 431),
    ],
)
def test_what_is_not_served_is_refused_and_closed(served, request_, status):
    """A tunnel, a body, nonsense and an endless request get their status, and the end."""
    _, port = served

    ((found, headers, stream),) = talk(port, request_)

    assert found == status
    assert headers["Connection"] == "close"
    assert stream.read(int(headers["Content-Length"]))
    assert stream.read() == b""


def test_a_page_that_never_answers_keeps_the_line_open(served):
    """Nothing comes, and other connections are served all the same."""
    site, port = served
    url = next(e.url for e in site.plan.entries() if e.kind == "hang")

    with socket.create_connection((LOOPBACK, port), timeout=0.2) as connection:
        connection.sendall(f"GET {url} HTTP/1.1\r\n\r\n".encode())
        with pytest.raises(TimeoutError):
            connection.recv(1)

    assert talk(port, "GET http://sd.people.com.cn/robots.txt HTTP/1.1\n\n")[0][0] == 200


def test_latency_delays_and_still_answers_in_order():
    """With a latency, two requests at once get both answers, in order."""
    with in_thread(Site(articles=1), latency=0.02) as port:
        one = "HEAD http://{}/robots.txt HTTP/1.1\n\n"

        answers = talk(
            port, one.format("sd.people.com.cn") + one.format("xz.people.com.cn"), answers=2
        )

    assert [status for status, *_ in answers] == [200, 404]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_prints_its_address_and_ends_when_told(number):
    """``renmin replica --port 0`` names its port, serves, and leaves with exit code 0."""
    command = [sys.executable, "-m", "crawler.cli", "replica", "--port", "0", "--articles", "9"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
    try:
        address = process.stdout.readline().strip()
        port = int(address.rsplit(":", 1)[1])
        status = talk(port, "GET http://sd.people.com.cn/robots.txt HTTP/1.1\n\n")[0][0]
        process.send_signal(number)
        code = process.wait(10)
    finally:
        process.kill()
        process.stdout.close()

    assert address.startswith(f"http://{LOOPBACK}:")
    assert (status, code) == (200, 0)

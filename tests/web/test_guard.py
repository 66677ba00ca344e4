"""What every request and every answer passes."""

import pytest

from crawler.errors import ConfigError
from crawler.web import guard
from crawler.web.guard import DashboardSettings, checked_settings, is_loopback
from tests.web.addresses import pages
from tests.web.conftest import csrf_of, settings_of

TOKEN = "a-token-of-some-length"


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/static/paper.css", "/data/runs.json", "/healthz", "/metrics"]
)
def test_every_answer_has_the_headers_of_safety(client, path):
    """Policy, nosniff and no framing, also on errors and files."""
    headers = client.get(path).headers

    assert headers["content-security-policy"] == guard.POLICY
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


def test_a_raw_page_is_plain_text_in_a_sandbox(client, story):
    """The bytes as they came, in the charset that was decided, and no browser runs them."""
    answer = client.get(f"/raw/{story.failure_body}")

    assert answer.headers["content-type"] == "text/plain; charset=gb18030"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "没有标题的一页" in answer.content.decode("gb18030")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8800", 200),
        ("localhost", 200),
        ("LOCALHOST:80", 200),
        ("[::1]:8800", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8800", 421),
        ("10.0.0.7", 421),
        ("", 421),
    ],
)
def test_only_our_own_names_are_answered(client, host, status):
    """A name that somebody pointed at 127.0.0.1 is refused."""
    assert client.get("/", headers={"host": host}).status_code == status


def test_a_name_that_was_given_is_answered(own, serve):
    """Behind a proxy the dashboard has the proxy's name."""
    client = serve(settings_of(own.folder, names=("board.example",)))

    assert client.get("/", headers={"host": "Board.Example"}).status_code == 200


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("board.example", False),
    ],
)
def test_only_loopback_may_go_without_a_token(tmp_path, host, loopback):
    """Anywhere else the dashboard refuses to start without one, and with a short one."""
    assert is_loopback(host) is loopback
    if loopback:
        assert checked_settings(settings_of(tmp_path, host=host))
    else:
        with pytest.raises(ConfigError, match="RENMIN_DASHBOARD_TOKEN"):
            checked_settings(settings_of(tmp_path, host=host))
    with pytest.raises(ConfigError, match="16"):
        checked_settings(settings_of(tmp_path, host=host, token="short"))


def test_without_the_token_nothing_is_shown(own, serve):
    """Pages lead to the form, programs get 401, and neither shows anything."""
    client = serve(settings_of(own.folder, token=TOKEN))

    for path in pages(own.story).values():
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")
    for path in ("/data/runs.json", "/metrics", f"/raw/{own.story.failure_body}"):
        assert client.get(path).status_code == 401
    assert client.post("/preference").status_code == 401
    assert client.get("/healthz").status_code == 200


def test_a_program_shows_the_token_as_bearer(own, serve):
    """Authorization: Bearer TOKEN; another token is refused."""
    client = serve(settings_of(own.folder, token=TOKEN))

    good = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    bad = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}x"})

    assert (good.status_code, bad.status_code) == (200, 401)


def test_a_person_signs_in_once(own, serve, monkeypatch):
    """The cookie that is set is not the token, and is not read by scripts or sent by others."""
    monkeypatch.setattr("crawler.web.actions.WRONG_TOKEN_SECONDS", 0)
    client = serve(settings_of(own.folder, token=TOKEN))
    form = {"csrf": csrf_of(client.get("/login")), "next": "/runs"}

    wrong = client.post("/login", data=form | {"token": "something-else-entirely"})
    right = client.post("/login", data=form | {"token": TOKEN})

    assert wrong.status_code == 403
    assert guard.TOKEN not in wrong.headers.get("set-cookie", "")
    assert (right.status_code, right.headers["location"]) == (303, "/runs")
    cookie = right.headers["set-cookie"]
    assert TOKEN not in cookie
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert client.get("/runs").status_code == 200


@pytest.mark.parametrize(
    ("path", "own_path"),
    [
        ("/runs?page=2", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("http://evil.example", False),
        ("", False),
        ("/a\nb", False),
    ],
)
def test_a_redirect_stays_here(path, own_path):
    """What a form names as the way back is followed only on this server."""
    assert guard.is_own_path(path) is own_path


def test_settings_do_not_print_their_secret(tmp_path):
    """The secret that signs forms is in no log."""
    assert "secret" not in repr(DashboardSettings(database="sqlite:///x", archive=tmp_path))

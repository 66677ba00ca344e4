"""What a person asks for on the pages is written down, and nothing is done for anybody else."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from crawler import clock
from crawler.cli.main import app
from crawler.store import requests, tables
from crawler.store.engine import crawl_lock
from tests.report.sample import NOW
from tests.web.conftest import csrf_of, settings_of

ORDERS = [
    "/queue/run",
    "/queue/pause",
    "/queue/resume",
    "/run/1/stop",
    "/request/1/cancel",
    "/failures/retry",
    "/failures/1/retry",
    "/alerts/acknowledge",
    "/alerts/silence",
]


@pytest.fixture
def ask(own, serve):
    """Sends a form of ours, and gives the page that it leads to."""
    client = serve(
        settings_of(own.folder), follow_redirects=True, headers={"accept-language": "en"}
    )

    with own.store.writing.begin() as connection:
        connection.execute(sa.delete(tables.request))

    def send(path, page="/queue", **data):
        csrf = csrf_of(client.get(page))
        return client.post(path, data={"csrf": csrf, "back": page} | data)

    return send


def rows(own, query):
    with own.store.reading.connect() as connection:
        return list(connection.execute(query).mappings())


@pytest.mark.parametrize("path", ORDERS)
@pytest.mark.parametrize("csrf", [None, "", "0" * 64])
def test_an_order_from_elsewhere_is_refused(client, path, csrf):
    """Without the token that our page gave this browser, nothing is asked for."""
    data = {"channel": "sd"} | ({"csrf": csrf} if csrf is not None else {})

    assert client.post(path, data=data).status_code == 403


@pytest.mark.parametrize("path", ORDERS)
def test_an_order_is_not_given_by_following_a_link(client, path):
    """Only POST."""
    assert client.get(path).status_code == 405


@pytest.mark.parametrize("path", ORDERS)
def test_where_all_may_only_look_no_order_is_taken(own, serve, path):
    """The form is refused, and the pages have no buttons for it."""
    client = serve(settings_of(own.folder, read_only=True))
    page = client.get("/queue")

    answer = client.post(path, data={"csrf": csrf_of(page), "channel": "sd"})

    assert answer.status_code == 403
    assert "formaction" not in page.text
    assert 'class="act"' not in client.get("/failures").text


def test_a_crawl_is_asked_for(own, ask):
    """The request waits with its channels; a paused channel is left out; twice is once."""
    with own.store.writing.begin() as connection:
        requests.rest(connection, "gd", NOW)

    ask("/queue/run", channel=["sd", "bj", "gd"])
    page = ask("/queue/run", channel=["bj", "sd"])

    (row,) = rows(own, sa.select(tables.request))
    assert (row["kind"], row["channels"], row["taken_at"]) == ("run", ["sd", "bj"], None)
    assert "Asked for a crawl of 2 channels." in page.text


def test_the_page_says_whether_somebody_takes_requests(own, serve):
    """Nobody: how to begin; `renmin serve`: where it runs; one that left minutes ago: nobody."""
    client = serve(settings_of(own.folder), headers={"accept-language": "en"})
    nobody = client.get("/queue").text
    with own.store.writing.begin() as connection:
        requests.attend(connection, "serve", NOW - timedelta(seconds=20))
    there = client.get("/queue").text
    with own.store.writing.begin() as connection:
        requests.attend(connection, "serve", NOW - timedelta(minutes=5))

    assert "Nothing is there to take requests." in nobody
    assert "somebody is there" in there
    assert "Nothing is there to take requests." in client.get("/queue").text


def test_a_run_is_asked_to_stop(own, ask):
    """The one that is going on; one that is lost cannot hear it."""
    live, lost = own.story.live_run, own.story.lost_run

    told = ask(f"/run/{live}/stop", page=f"/run/{live}")
    deaf = ask(f"/run/{lost}/stop", page=f"/run/{lost}")

    (row,) = rows(own, sa.select(tables.request))
    assert (row["kind"], row["run_id"]) == ("stop", live)
    assert "obeys within seconds" in told.text
    assert "not going on any more" in deaf.text


def test_a_request_is_taken_back_while_nobody_has_taken_it(own, ask):
    """Afterwards it is too late."""
    ask("/queue/run", channel="sd")
    first = ask("/request/1/cancel")
    second = ask("/request/1/cancel")

    assert "The request was taken back." in first.text
    assert "Too late" in second.text


def test_channels_are_paused_and_resumed(own, ask):
    """As by renmin channels pause."""
    ask("/queue/pause", channel=["sd", "bj"])
    ask("/queue/resume", channel="bj")

    with own.store.reading.connect() as connection:
        assert set(requests.paused(connection)) == {"sd", "gz"}


def test_failed_pages_wait_again_by_reason_and_one_by_one(own, ask):
    """What was given up too; the page says how many."""
    c = tables.frontier.c
    failed = sa.select(c.id, c.reason).where(c.state == "FAILED")
    before = rows(own, failed)
    reason = next(row["reason"] for row in before if row["reason"] != "extraction_title")
    many = sum(row["reason"] == reason for row in before)

    answer = ask("/failures/retry", page="/failures", reason=reason)
    one = ask(f"/failures/{own.story.failure}/retry", page="/failures")

    assert f"{many} pages wait again." in answer.text
    assert "1 pages wait again." in one.text
    assert len(rows(own, failed)) == len(before) - many - 1


def test_alerts_are_acknowledged_and_silenced(own, ask):
    """As by renmin alerts --acknowledge and --silence."""
    known = ask("/alerts/acknowledge", page="/alerts", rule="source_stale", subject="xj")
    quiet = ask("/alerts/silence", page="/alerts", rule="run_lost", subject="")

    assert "Acknowledged 1 alerts" in known.text
    assert "Silenced for 8 hours." in quiet.text
    (row,) = rows(own, sa.select(tables.silence))
    assert (row["rule"], row["until"]) == ("run_lost", NOW + timedelta(hours=8))


@pytest.mark.parametrize("data", [{}, {"channel": "nosuch"}, {"channel": "<script>"}])
def test_an_order_for_no_known_channel_is_refused(ask, data):
    """400, and a sentence that says what is missing."""
    answer = ask("/queue/run", **data)

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")


def test_orders_are_taken_beside_a_crawl(own, ask):
    """They are a few rows: the lock of a crawl does not stand in their way."""
    with crawl_lock(own.store):
        answer = ask("/queue/run", channel="sd")

    assert answer.status_code == 200
    assert len(rows(own, sa.select(tables.request))) == 1


def test_the_command_line_asks_for_the_same(own, ask):
    """`renmin schedule run-now` and `stop` write the same rows, and say who is not there."""
    database = ["--database", f"sqlite:///{own.folder}/renmin.db"]
    with own.store.writing.begin() as connection:
        alive = {"heartbeat_at": clock.now()}
        connection.execute(
            sa.update(tables.run).where(tables.run.c.id == own.story.live_run).values(alive)
        )

    asked = CliRunner().invoke(app, ["schedule", "run-now", "山东", "bj", *database])
    stopped = CliRunner().invoke(app, ["schedule", "stop", str(own.story.live_run), *database])
    deaf = CliRunner().invoke(app, ["schedule", "stop", "999", *database])

    kinds = [(row["kind"], row["channels"]) for row in rows(own, sa.select(tables.request))]
    assert kinds == [("run", ["sd", "bj"]), ("stop", [])]
    assert "nothing is there to take it" in asked.output
    assert (asked.exit_code, stopped.exit_code, deaf.exit_code) == (0, 0, 1)

"""A run that is going is followed by server-sent events."""

import json
from datetime import timedelta

import sqlalchemy as sa

from crawler.store import tables
from crawler.web import feeds
from tests.report.sample import NOW
from tests.web.conftest import settings_of


def events(lines):
    """Names and data of the events of a stream."""
    name = None
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_what_the_run_does_is_sent_until_it_ends(own, serve, monkeypatch):
    """First how it stands, then each change, then the end."""
    monkeypatch.setattr(feeds, "SECONDS", 0.05)
    client = serve(settings_of(own.folder))
    run_id = own.story.live_run

    with client.stream("GET", f"/run/{run_id}/live") as answer:
        stream = events(answer.iter_lines())
        first = next(stream)
        with own.store.writing.begin() as connection:
            tick = {
                "run_id": run_id,
                "at": NOW,
                "pages": 777,
                "articles": 9,
                "failures": 0,
                "bytes": 0,
                "queue": 31,
            }
            connection.execute(sa.insert(tables.run_tick), tick)
        second = next(stream)
        with own.store.writing.begin() as connection:
            connection.execute(
                sa.update(tables.run)
                .where(tables.run.c.id == run_id)
                .values(ended_at=NOW + timedelta(seconds=1), finish_reason="finished", exit_code=0)
            )
        rest = list(stream)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert first[0] == second[0] == "progress"
    assert set(first[1]["parts"]) == {"run-head", "run-body"}
    assert second[1]["curve"][-1]["queue"] == 31
    assert rest[-2][1]["state"] == "finished"
    assert rest[-1][0] == "end"


def test_a_run_that_is_over_is_sent_once(client):
    """Its state, then the end."""
    with client.stream("GET", "/run/1/live") as answer:
        names = [name for name, _ in events(answer.iter_lines())]

    assert names == ["progress", "end"]


def test_the_number_of_watchers_is_bounded(own, serve, monkeypatch):
    """Who comes too late is told to come again later, and a place that was left is free again."""
    monkeypatch.setattr(feeds, "MOST_WATCHERS", 0)
    client = serve(settings_of(own.folder))

    answer = client.get(f"/run/{own.story.live_run}/live")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"


def test_hostile_text_is_escaped_in_the_stream_too(client, story):
    """What the browser puts into the page is escaped by the server."""
    with client.stream("GET", f"/run/{story.live_run}/live") as answer:
        _, news = next(events(answer.iter_lines()))

    assert "<script>" not in news["parts"]["run-body"]
    assert "&lt;script&gt;" in news["parts"]["run-body"]


def test_an_unknown_run_has_no_stream(client):
    """There is no run 999."""
    assert client.get("/run/999/live").status_code == 404

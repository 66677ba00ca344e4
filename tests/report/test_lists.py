"""How each list page does is noted with every visit, shown, and told if it is dead."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from crawler.items import Failure, Link, Visit
from crawler.report.channels import list_pages
from crawler.site.channels import find
from crawler.site.urls import classify
from crawler.store import frontier, last_visits, tables
from crawler.store.engine import open_store
from crawler.watch.alerts import configuration, rules
from crawler.watch.alerts.inputs import gather
from tests.crawl.visits import NOW, fetch, link

PAGE = find("sd").lists[0]
URL = classify(PAGE.url).canonical


@pytest.fixture
def store(any_database):
    store = open_store(any_database)
    yield store
    store.close()


def look(store, days=0, links=(), new=0, **brought):
    """One visit to the list, so many days after the first."""
    now = NOW + timedelta(days=days)
    with store.writing.begin() as connection:
        entry = Link(url=URL, fetch_url=URL, kind="list", channel="sd")
        frontier.add(connection, [entry], NOW, None)
        row = connection.scalar(sa.select(tables.frontier.c.id))
        fetched = {"fetches": (fetch(URL, b"<a>", now),), **brought}
        visit = Visit(
            url=URL, frontier_id=row, kind="list", channel="sd", links=tuple(links), **fetched
        )
        last_visits.note_list(connection, visit, new, now)
    return now


def shown(store, now):
    with store.reading.connect() as connection:
        return list_pages(connection, now, "sd").rows[0]


def dead(store, now):
    """What the rule says, by subject."""
    with store.reading.connect() as connection:
        found = rules.findings(gather(connection, now), configuration.default_rules())
    return {each.subject: each.message for each in found if each.rule == "list_dead"}


def test_a_look_that_brings_something_is_remembered(store):
    """Status, links, newest link and when it brought something stay, also when nothing changed since."""
    now = look(store, links=[link(1), link(2)], new=2)
    later = look(store, days=1, unchanged=True)
    row = shown(store, later)

    assert (row["state"], row["status"], row["links"]) == ("good", 200, 2)
    assert (row["brought_at"], row["looked_at"]) == (now, later)
    assert (row["newest_url"], row["newest_at"].date()) == (link(2).url, NOW.date())
    assert dead(store, later) == {}


@pytest.mark.parametrize(
    ("brought", "words"),
    [
        ({"failure": Failure(reason="http_404")}, "http_404"),
        ({"failure": Failure(reason="timeout"), "fetches": ()}, "timeout"),
        ({}, "leads to no article"),
    ],
)
def test_a_list_that_leads_to_nothing_for_days_is_dead(store, brought, words):
    """Gone, silent or empty: told after two days in a row, and over with the next good look."""
    look(store, links=[link(1)], new=1)
    first = look(store, days=1, **brought)
    assert dead(store, first) == {}

    now = look(store, days=4, **brought)
    assert words in dead(store, now)[f"sd/{PAGE.node_id}"]
    assert shown(store, now)["state"] == "failing"

    now = look(store, days=5, links=[link(1)])
    assert dead(store, now) == {}


def test_a_column_that_has_ended_is_dead(store):
    """The page is there with its old articles; nothing new came for a month."""
    look(store, links=[link(1)], new=1)
    now = look(store, days=31, links=[link(1)])

    assert "nothing new for 31 days" in dead(store, now)[f"sd/{PAGE.node_id}"]
    assert shown(store, now)["state"] == "quiet"


def test_a_page_that_was_not_asked_for_changes_nothing(store):
    """A host whose robots.txt cannot be read says nothing of its lists; robots_refused tells of it."""
    now = look(store, links=[link(1)], new=1)
    look(store, days=3, failure=Failure(reason="robots_unreadable", wait=True), fetches=())

    assert shown(store, now)["looked_at"] == now


def test_every_list_of_a_channel_is_shown(store):
    """Those that were never looked at, too."""
    look(store)
    with store.reading.connect() as connection:
        rows = list_pages(connection, NOW, "sd").rows

    assert len(rows) == len(find("sd").lists)
    assert {row["state"] for row in rows[1:]} == {"unseen"}

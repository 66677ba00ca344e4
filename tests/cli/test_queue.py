"""renmin queue and renmin why: what waits, and all that is known of one address."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from crawler import clock
from crawler.cli.main import app
from crawler.items import Failure, Link
from crawler.store import frontier, leases
from crawler.store.engine import open_store

HOST = "http://sd.people.com.cn"
LOST, GONE, WAITS = (f"{HOST}/n2/2026/1004/c364532-4170000{n}.html" for n in (1, 2, 3))


def invoke(*arguments):
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def filled(database):
    """A queue with a page that we broke on, one that was given up, and one that waits."""
    now = clock.now()
    store = open_store(database)
    with store.writing.begin() as connection:
        links = [
            Link(url=url, fetch_url=url, kind="article", channel="sd")
            for url in (LOST, GONE, WAITS)
        ]
        frontier.add(connection, links, now, f"{HOST}/GB/364532/index.html")
        taken = leases.lease(
            connection,
            None,
            ["sd.people.com.cn"],
            per_host=2,
            ranks=(0, frontier.LIST_PRIORITY),
        )
        ids = {each.url: each.id for each in taken}
        fault = Failure(reason="error_KeyError", detail="'verdict'")
        frontier.settle_failed(connection, ids[LOST], fault, now)
        gone = Failure(reason="http_410", detail="status 410", retry=False)
        frontier.settle_failed(connection, ids[GONE], gone, now)
    store.close()
    return database


def test_the_queue_is_shown_by_channel_and_page_by_page(filled):
    """Figures alone; with a state or a reason the pages too; nothing found is exit code 1."""
    figures = json.loads(invoke("queue", "--json", "--database", filled).stdout)["figures"]
    pages = json.loads(
        invoke("queue", "sd", "--state", "failed", "--json", "--database", filled).stdout
    )["pages"]

    assert {(row["state"], row["reason"], row["due"]) for row in figures} == {
        ("FAILED", "error_KeyError", 1),
        ("FAILED", "http_410", 0),
        ("PENDING", None, 1),
    }
    assert {row["url"] for row in pages} == {LOST, GONE}
    assert LOST in invoke("queue", "--reason", "error_*", "--database", filled).stdout
    assert invoke("queue", "bj", "--database", filled).exit_code == 1


def test_what_failed_waits_again(filled):
    """As if it had never been tried; only what was named, and once."""
    first = invoke("queue", "retry", "--reason", "error_*", "--channel", "sd", "--database", filled)
    again = invoke("queue", "retry", "--reason", "error_*", "--database", filled)
    rest = invoke("queue", "retry", "--database", filled)

    assert (first.exit_code, again.exit_code, rest.exit_code) == (0, 1, 0)
    assert first.stdout.startswith("1 page waits again")
    rows = json.loads(invoke("queue", "sd", "--json", "--database", filled).stdout)["pages"]
    assert {(row["state"], row["attempts"]) for row in rows} == {("PENDING", 0)}


def test_an_address_is_explained_in_any_spelling(filled):
    """State, tries, last answer, next look, where it was found."""
    spelled = GONE.replace("http://sd.people.com.cn", "https://sd.people.cn/BIG5") + "?from=x"
    found = invoke("why", spelled, "--database", filled)

    assert found.exit_code == 0
    for said in (
        "FAILED",
        "http_410: status 410",
        "1 in a row",
        "/GB/364532/",
        "renmin queue retry",
    ):
        assert said in found.stdout
    assert json.loads(invoke("why", WAITS, "--json", "--database", filled).stdout)["archived"] == 0


@pytest.mark.parametrize(
    ("url", "said"), [(LOST + "x", "left alone"), (LOST.replace("0001.", "0009."), "not known")]
)
def test_an_unknown_address_is_told_why(filled, url, said):
    """Never followed, or never found."""
    found = invoke("why", url, "--database", filled)

    assert found.exit_code == 1
    assert said in found.stderr


def test_a_forgotten_address_is_told_as_such(filled):
    """When and why, in any spelling; not that it was never found."""
    url = LOST.replace("0001.", "0009.")
    store = open_store(filled)
    with store.writing.begin() as connection:
        frontier.remove_for_good(connection, url, "asked by the person named", clock.now())
    store.close()

    found = invoke("why", url.replace("http:", "https:"), "--database", filled)

    assert found.exit_code == 1
    assert f"removed for good on {clock.now():%Y-%m}" in found.stderr
    assert "asked by the person named" in found.stderr

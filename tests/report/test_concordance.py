"""Questions asked of the text: every place, every period, every gap."""

import csv
import io
import json
from datetime import datetime

import pytest
from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.clock import SHANGHAI
from crawler.crawl.record import finish, keep
from crawler.report import concordance
from crawler.report.concordance import places
from crawler.store.articles import By
from crawler.store.selection import Selection
from tests.crawl.visits import NOW, article, prose

MARCH, MAY = (datetime(2026, month, 1, 8, tzinfo=SHANGHAI) for month in (3, 5))
TEXTS = (
    (1, MARCH, (prose(1), "合作社晒秋粮。邻村的合，作社也来了。")),
    (2, MAY, (prose(2), "合作社年底分红。")),
    (3, None, (prose(3), "没有日期的合作社。")),
    (4, MAY, (prose(4), "這個合作社在香港。")),
)


@pytest.fixture
def asked(any_store):
    with any_store.writing.begin() as connection:
        kept = [
            keep(connection, article(number, *text, published_at=day), NOW, By(None, "1"))
            for number, day, text in TEXTS
        ]
        finish(connection, kept)
    with any_store.reading.connect() as connection:
        yield connection


def test_every_place_is_given_with_what_is_around_it(asked):
    """Twice in one article is two rows; punctuation between the characters counts for nothing."""
    rows = list(concordance.kwic(asked, "合作社", Selection(), width=3))

    assert len(rows) == 5
    assert ("邻村的", "合，作社", "也来了") in [
        (row["before"], row["match"], row["after"]) for row in rows
    ]


def test_the_latest_articles_come_first_and_filters_hold(asked):
    """Days bound by the day of publication; channels by their id."""
    found = [row["date"] for row in concordance.articles(asked, "合作社", Selection())]

    assert found[:3] == ["2026-05-01", "2026-05-01", "2026-03-01"]
    assert [row["date"] for row in concordance.articles(asked, "合作社", Selection(until=MAY))] == [
        "2026-03-01"
    ]
    assert not list(concordance.articles(asked, "合作社", Selection(channels=("bj",))))


def test_a_word_is_found_in_both_scripts(asked):
    """这个 finds 這個."""
    assert [row["match"] for row in concordance.kwic(asked, "这个", Selection())] == ["這個"]


def test_a_trend_counts_places_against_all_characters(asked):
    """Places in a million characters of the period; articles without a date stand apart."""
    rows = {row["period"]: row for row in concordance.trend(asked, ["合作社"], Selection())}

    assert {period: row["places"] for period, row in rows.items()} == {
        "2026-03": 2,
        "2026-04": 0,
        "2026-05": 2,
        "undated": 1,
    }
    march = rows["2026-03"]
    assert march["per_million"] == round(2e6 / march["characters"], 2)


def test_a_month_without_articles_is_a_gap(asked):
    """The empty months between the first and the last are there, with 0."""
    rows = concordance.coverage(asked, Selection())

    assert [(row["month"], row["articles"]) for row in rows] == [
        ("2026-03", 1),
        ("2026-04", 0),
        ("2026-05", 2),
        ("undated", 1),
    ]


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("ＡＢＣ和abc", "abc", ["abc"]),
        ("合作社合作社", "合作社", ["合作社", "合作社"]),
        ("", "合作社", []),
        ("。。。", "合", []),
    ],
)
def test_places_are_slices_of_the_text(text, word, found):
    """What is given back is what stands there."""
    assert [text[start:end] for start, end in places(text, [word])] == found


def test_the_commands_print_tables_json_and_csv(database, store):
    """A row of CSV has the names of JSON's fields; nothing found is exit code 1 and a hint."""
    with store.writing.begin() as connection:
        item = article(1, prose(1), "合作社晒秋粮。", published_at=MARCH)
        finish(connection, [keep(connection, item, NOW, By(None, "1"))])

    def ask(*words):
        return CliRunner().invoke(app, [*words, "--database", database])

    as_json = [json.loads(line) for line in ask("kwic", "合作社", "--json").stdout.splitlines()]
    as_csv = list(csv.DictReader(io.StringIO(ask("kwic", "合作社", "--csv").stdout)))
    missing = ask("search", "冰川")

    assert as_json == as_csv
    assert "2026-03" in ask("trend", "合作社").stdout
    assert "2026-03" in ask("coverage").stdout
    assert missing.exit_code == 1
    assert "renmin coverage" in missing.stderr

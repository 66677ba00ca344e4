"""Channels, text health, failures, alerts and schedules as tables."""

from datetime import timedelta

import pytest

from crawler.report import articles, channels, queue, stats, watch
from crawler.site import channels as known
from tests.report.sample import NOW


def test_today_shows_every_known_channel_in_its_order(connection):
    """Also those that were never crawled, which say so."""
    rows = channels.today(connection, NOW).rows

    assert [row["channel"] for row in rows] == list(known.load())
    assert {row["channel"] for row in rows if row["run"] is None} == set(known.load()) - {
        "sd",
        "bj",
        "sh",
        "gd",
        "xj",
        "ah",
    }


def test_today_tells_the_last_run_of_each_channel(connection, story):
    """A channel's last run is the last that was told to crawl it."""
    rows = {row["channel"]: row for row in channels.today(connection, NOW).rows}

    assert (rows["sd"]["run"], rows["sd"]["state"]) == (story.live_run, "running")
    assert (rows["xj"]["run"], rows["xj"]["state"]) == (story.lost_run, "lost")
    assert rows["sd"]["failures"] == 9
    assert rows["xj"]["alerts"] == 1


def test_the_curve_of_a_channel_ends_today(connection):
    """Thirty days, the sum of which is what came in, today last."""
    rows = {row["channel"]: row for row in channels.today(connection, NOW).rows}

    assert len(rows["sd"]["daily"]) == 30
    assert rows["sd"]["daily"][-1] == rows["sd"]["new_today"] == 4


def test_one_channel_has_the_figures_of_the_whole(connection):
    """The page of a channel says what the table of all channels says of it."""
    whole = {
        row["channel"]: row for row in stats.held_by("channel", stats.held_counts(connection)).rows
    }

    about = channels.one(connection, "sd", NOW)

    assert {name: about[name] for name in stats.KINDS} == {
        name: whole["sd"][name] for name in stats.KINDS
    }


def test_text_health_counts_each_kind_on_its_day(connection):
    """Kinds are columns, and their sum over all days is what is held, if nothing was changed."""
    found = stats.health_over_time(connection, NOW, days=90)
    kinds = {
        row["kind"]: row["articles"]
        for row in stats.damage_kinds(stats.held_damage(connection)).rows
    }

    sums = {kind: sum(row[kind] for row in found.rows) for kind in found.notes["kinds"]}

    assert sums == kinds
    assert found.rows[0]["day"] == NOW.date()


def test_the_worst_design_comes_first(connection):
    """Designs are sorted by the share of damaged articles."""
    shares = [row["share"] for row in stats.health_by(connection, "design").rows]

    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0


def test_failures_are_grouped_by_reason(connection, story):
    """The groups are the pages, and a group's pages are found by its reason."""
    groups = queue.failures_by_reason(connection)
    everything = queue.failed_pages(connection)

    assert sum(row["pages"] for row in groups.rows) == everything.total
    some = queue.failed_pages(connection, reason="extraction_title", limit=1)
    assert some.rows[0]["id"] == story.failure
    assert some.total == {row["reason"]: row["pages"] for row in groups.rows}["extraction_title"]


def test_open_alerts_come_first(connection):
    """Then the closed ones; the newest first in each part."""
    rows = watch.alerts(connection).rows

    assert [row["rule"] for row in rows] == ["source_stale", "run_lost", "requests_refused"]
    assert watch.alerts(connection, state="open").total == 2
    assert [row["rule"] for row in watch.alerts(connection, subject="xj").rows] == ["source_stale"]


def test_schedules_have_a_history(connection):
    """What was planned, and what became of it, newest first."""
    assert [row["name"] for row in watch.schedules(connection).rows] == ["morning"]
    assert [row["outcome"] for row in watch.history(connection).rows] == ["overlap", "done"]


def test_articles_are_listed_newest_first(connection):
    """By date of publication; the total is that of the channel."""
    found = articles.latest(connection, articles.Narrowed(channel="sd"), limit=20)
    dates = [row["published_at"] for row in found.rows]

    assert dates == sorted(dates, reverse=True)
    assert found.total == channels.one(connection, "sd", NOW)["articles"]


def test_a_search_result_shows_where_the_word_stands(connection):
    """The first place of the word with what is around it."""
    row = articles.found(connection, "会议", limit=1).rows[0]

    assert row["match"] == "会议"
    assert row["before"] or row["after"]


@pytest.mark.parametrize(
    ("texts", "words", "place"),
    [
        (["昨日，会，议召开"], ["会议"], ("昨日，", "会，议", "召开")),
        (["没有", "GDP增长"], ["gdp"], ("", "GDP", "增长")),
        (["没有"], ["别的"], ("没有", "", "")),
        ([], ["词"], ("", "", "")),
        (["前" * 50 + "词" + "后" * 50], ["词"], ("…" + "前" * 36, "词", "后" * 36 + "…")),
    ],
)
def test_the_place_of_a_word(texts, words, place):
    """A word is found across punctuation and in either case, and cut out with its surroundings."""
    assert articles.place(texts, words) == place


def test_an_article_comes_with_its_copies_and_revisions(connection, story):
    """The original knows its copies, a copy its original, a changed text the one before."""
    original = articles.whole(connection, story.original)
    changed = articles.whole(connection, story.changed)

    assert original.copies.total >= 1
    copy = articles.whole(connection, original.copies.rows[0]["id"])
    assert copy.original.id == story.original
    assert [row["revision"] for row in changed.revisions] == [2, 1]
    assert articles.whole(connection, 10**9) is None


def test_age_is_in_hours():
    """Half a day is twelve hours; without a moment there is no age."""
    assert channels.age(NOW - timedelta(hours=12), NOW) == 12.0
    assert channels.age(None, NOW) is None

"""What narrows a list stands in the address, and narrows the file of the list as well."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crawler.store import tables
from crawler.web import pages
from tests.report.sample import NOW
from tests.web.conftest import settings_of


def rows(client, table, **ask):
    answer = client.get(f"/data/{table}.json", params=ask)
    assert answer.status_code == 200
    return answer.json()["rows"]


def test_articles_are_narrowed_by_channel_day_design_and_relation(client):
    """Each filter alone, and all of them together; the total counts what is left."""
    everything = rows(client, "articles")
    day = everything[30]["published_at"][:10]

    assert {row["channel"] for row in rows(client, "articles", channel="sd")} == {"sd"}
    assert {row["template"] for row in rows(client, "articles", design="wb2010")} == {"wb2010"}
    assert all(row["relation"] for row in rows(client, "articles", relation="copy"))
    assert not any(row["relation"] for row in rows(client, "articles", relation="original"))
    assert {row["published_at"][:10] for row in rows(client, "articles", day=day)} == {day}
    narrow = {"channel": "sd", "relation": "original", "day": day}
    expected = [
        row
        for row in everything
        if row["channel"] == "sd" and not row["relation"] and row["published_at"][:10] == day
    ]
    assert rows(client, "articles", **narrow) == expected


def test_a_search_is_narrowed_without_losing_its_order(client):
    """The hits that fit, latest first, and how many they are."""
    everything = rows(client, "search", q="会议", size=1000)
    narrow = client.get("/data/search.json", params={"q": "会议", "channel": "bj", "size": 3})

    wanted = [row["id"] for row in everything if row["channel"] == "bj"]
    assert [row["id"] for row in narrow.json()["rows"]] == wanted[:3]
    assert narrow.json()["total"] == len(wanted)


def test_runs_are_narrowed_by_channel_state_and_day(client, story):
    """A lost run ended badly, one that is going on is running."""
    assert {row["state"] for row in rows(client, "runs", state="running")} == {"running"}
    assert [row["run"] for row in rows(client, "runs", state="badly")] == [story.lost_run]
    assert {row["state"] for row in rows(client, "runs", state="well")} == {"finished"}
    assert story.lost_run in [row["run"] for row in rows(client, "runs", channel="xj")]
    assert story.live_run not in [row["run"] for row in rows(client, "runs", channel="xj")]
    assert rows(client, "runs", channel="%") == []
    day = f"{NOW:%Y-%m-%d}"
    assert {row["started_at"][:10] for row in rows(client, "runs", day=day)} == {day}


def test_alerts_are_narrowed_by_severity_state_channel_and_day(client):
    """The severity is that of the rule."""
    by_rule = lambda **ask: sorted(row["rule"] for row in rows(client, "alerts", **ask))  # noqa: E731

    assert by_rule(severity="warning") == ["run_lost", "source_stale"]
    assert by_rule(state="closed") == ["requests_refused"]
    assert by_rule(channel="xj", state="open") == ["source_stale"]
    assert by_rule(day=f"{NOW - timedelta(hours=30):%Y-%m-%d}") == ["requests_refused"]


@pytest.mark.parametrize(
    "address",
    [
        "/articles?channel=sd&day=2026-11-19&relation=original&design=wb2016",
        "/runs?state=well&day=2026-11-19",
    ],
)
def test_a_filter_stays_in_the_form_and_in_the_links(client, address):
    """The chosen values are shown as chosen, and the files and pages keep them."""
    text = client.get(address).text
    asked = dict(pair.split("=") for pair in address.partition("?")[2].split("&"))

    for name, value in asked.items():
        chosen = rf'value="{value}" selected|selected>{value}|name="{name}" value="{value}"'
        assert re.search(chosen, text)
        assert re.search(rf'href="/data/\w+\.csv\?[^"]*{name}={value}', text)


def test_a_page_behind_the_first_keeps_the_filter(client):
    """Newer and older lead through what was asked for."""
    text = client.get("/articles?relation=original&size=20&page=2").text

    assert re.search(r'rel="next" href="/articles\?relation=original&amp;page=3"', text)


def test_a_date_of_another_year_has_its_year(own, serve):
    """What is of this year has none; a list of years could not be read otherwise."""
    client = serve(settings_of(own.folder))
    with own.store.writing.begin() as connection:
        old = NOW - timedelta(days=4000)
        connection.execute(
            sa.update(tables.article).where(tables.article.c.id == 3).values(published_at=old)
        )

    text = client.get("/articles").text

    assert f"{old:%Y-%m-%d %H:%M}" in text
    assert f">{NOW:%Y-%m}" not in text.replace('title="', "")


def test_a_runs_page_shows_the_end_of_its_log(own, serve):
    """Bounded, escaped; without a log the page says where it is."""
    client = serve(settings_of(own.folder), headers={"accept-language": "en"})
    run = own.story.live_run
    before = client.get(f"/run/{run}").text
    folder = own.folder / "logs"
    folder.mkdir()
    lines = [f"line {n} <script>alert(1)</script>" for n in range(5000)]
    (folder / f"renmin-run-{run}.log").write_text("\n".join(lines))

    after = client.get(f"/run/{run}").text

    assert "The log is on the machine that crawled, press-room" in before
    assert "line 4999 &lt;script&gt;" in after
    assert "line 100 " not in after
    assert "<script>alert" not in after


def test_a_lost_run_says_what_happened_and_what_to_do(client, story):
    """Its last word, and that nothing is lost; a button goes on from there."""
    text = client.get(f"/run/{story.lost_run}", headers={"accept-language": "en"}).text

    assert "stood still: the process was killed" in text
    assert "Go on from there now" in text


def test_a_schedule_says_when_it_is_next(client):
    """The next planned time by the clock; a year is not needed."""
    (row,) = rows(client, "schedule")

    assert row["next_at"] == "2026-11-21T06:30:00+08:00"


def test_coverage_shows_gaps_by_month_and_long_spans_by_year(own, serve, monkeypatch):
    """A month without articles between the first and the last is framed; many months are years."""
    client = serve(settings_of(own.folder), headers={"accept-language": "en"})
    with own.store.writing.begin() as connection:
        old = NOW - timedelta(days=100)
        row = sa.select(sa.func.min(tables.article.c.id)).where(tables.article.c.channel == "sd")
        change = sa.update(tables.article).where(tables.article.c.id == connection.scalar(row))
        connection.execute(change.values(published_at=old))
    months = client.get("/coverage").text

    monkeypatch.setattr(pages, "MOST_MONTHS", 2)
    years = client.get("/coverage").text

    assert 'class="n h0 gap"' in months
    assert '<th scope="col" class="n">2026-08</th>' in months
    assert 'href="/coverage?year=2026"' in years


def test_lists_are_shown_by_their_state(client):
    """All list pages that a crawl starts from; a filter leaves those of one state."""
    whole = client.get("/lists").text
    failing = client.get("/lists?list=failing").text

    assert whole.count("<tr>") > 37
    assert failing.count("<tr>") < whole.count("<tr>")


def test_a_copy_shows_what_it_changed(client, story):
    """Against its original, word by word."""
    copies = rows(client, "copies", article=story.original)
    text = client.get(f"/article/{copies[-1]['id']}").text

    assert 'id="copied"' in text
    assert "<ins>" in text.partition('id="copied"')[2]


def test_an_article_lists_the_addresses_of_its_pictures(client, story):
    """Also of those that have none."""
    text = client.get(f"/article/{story.repaired}").text.partition('id="pictures"')[2]

    assert "http://sd.people.com.cn/NMediaFile/2026/1120/a.jpg" in text
    assert "林秋摄" in text

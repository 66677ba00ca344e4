"""Each rule opens when its kind of trouble comes, once, and closes when it has gone."""

from collections import Counter

import pytest
import sqlalchemy as sa

from crawler.store.tables import host, run, schedule, schedule_run
from tests.watch.alerts.conftest import USUAL


def changed(**values):
    """An ordinary run but for some counters; ``_`` stands for ``/``, ``__`` for ``_``."""
    names = {
        name.replace("__", " ").replace("_", "/").replace(" ", "_"): value
        for name, value in values.items()
    }
    return {**USUAL, **names}


SITE_GONE = {"failure/http_404": 4, "status/404": 4}
REFUSED = {"failure/http_403": 4, "status/403": 4}
SILENT = {"page/list": 4, "page/unchanged": 0, "status/200": 4}
NEW_DESIGN = changed(template_rm__txt=2, template_generic=28)
UNREADABLE = {
    **changed(template_rm__txt=3, template_text__con=0, article_new=3, field_title=3),
    "failure/extraction_title": 27,
}

TROUBLES = [
    ("design changed", NEW_DESIGN, ("design_shift", "sd")),
    ("pages cannot be read", UNREADABLE, ("design_shift", "sd")),
    ("source gone", SITE_GONE, ("pages_failing", "sd")),
    ("all is 403", REFUSED, ("requests_refused", "sd")),
    ("some are 429", changed(status_429=3), ("requests_refused", "sd")),
    ("captions gone", changed(field_captions=0), ("field_missing", "sd/captions")),
    ("photos gone", changed(field_photos=0, field_captions=0), ("field_missing", "sd/photos")),
    ("sources gone", changed(field_source=15), ("field_missing", "sd/source")),
    ("few articles", changed(article_new=14), ("articles_low", "sd")),
    ("nothing new", SILENT, ("articles_low", "sd")),
    ("garbled", changed(article_repaired=20), ("text_shift", "sd/repaired")),
    ("undecidable", changed(article_doubtful=20), ("text_shift", "sd/doubtful")),
    ("mislabelled", changed(charset_disagrees=30), ("text_shift", "sd/mislabelled")),
    ("bodies cut", changed(text_characters=30 * 100), ("text_short", "sd")),
    ("own fault", {**USUAL, "failure/error_KeyError": 1}, ("own_faults", "sd")),
    ("characters lost", changed(text_fffd=1), ("text_lost", "sd")),
]


@pytest.mark.parametrize(("trouble", "counts", "alert"), TROUBLES)
def test_an_alert_opens_once_and_closes_by_itself(history, trouble, counts, alert):
    """A bad run opens it, a second look changes nothing, good runs close it."""
    history.days(12)
    assert history.look() == ([], [])

    history.run(counts)
    opened, _ = history.look()
    assert alert in opened
    assert history.look() == ([], [])

    # Two, since a sample of photos needs more than one run.
    history.days(2)
    _, closed = history.look()
    assert closed == opened


def test_a_source_without_news_is_stale_until_something_comes(history):
    """36 hours without a new article open the alert, the next article closes it."""
    history.days(3)
    assert history.look() == ([], [])

    history.days(2, publish=False)
    assert history.look() == ([("source_stale", "sd")], [])

    history.run()
    assert history.look() == ([], [("source_stale", "sd")])


def test_a_channel_that_brought_nothing_at_all_is_stale(history):
    """It was crawled and holds no article: nobody waits for a base line."""
    history.run({"page/list": 3}, publish=False)

    assert history.look() == ([("source_stale", "sd")], [])


def test_a_date_in_the_future_does_not_hide_silence(history, store):
    """An article of next year is a slip of the pen, not news."""
    history.days(3)
    with store.writing.begin() as connection:
        history.publish(connection, "sd", 999, history.now.replace(year=2027))

    history.days(2, publish=False)

    assert history.look() == ([("source_stale", "sd")], [])


def test_a_killed_run_is_lost_until_its_channels_were_crawled(history):
    """The heart of the run stands still; the next whole crawl of its channels makes it good."""
    history.days(3, channels=("sd", "bj"))
    lost = history.run(channels=("sd", "bj"), reason=None)
    assert history.look() == ([("run_lost", f"run {lost}")], [])

    history.run(channels=("sd",))
    assert history.look() == ([], [])

    history.run(channels=("bj",))
    assert history.look() == ([], [("run_lost", f"run {lost}")])


def test_a_run_that_is_going_on_is_not_lost(history, store):
    """As long as its heart beats, a run without an end is running."""
    run_id = history.run(reason=None)
    with store.writing.begin() as connection:
        at = history.now.replace(hour=11, minute=59, second=30)
        connection.execute(sa.update(run).where(run.c.id == run_id).values(heartbeat_at=at))

    assert history.look() == ([], [])


@pytest.mark.parametrize("reason", ["error", "database", "disk_full", "start_error"])
def test_a_run_that_broke_is_told(history, reason):
    """It closes when the channel was crawled to the end."""
    history.days(3)
    broke = history.run(reason=reason)
    assert ("run_failed", f"run {broke}") in history.look()[0]

    history.run()
    assert ("run_failed", f"run {broke}") in history.look()[1]


@pytest.mark.parametrize("reason", ["shutdown", "limit", "finished", "closespider_timeout"])
def test_a_run_that_somebody_stopped_is_no_alert(history, reason):
    """Whoever stopped it knows."""
    history.days(3)
    history.run(reason=reason)

    assert history.look() == ([], [])


def test_a_host_whose_robots_txt_forbids_is_told(history, store):
    """It closes when robots.txt allows again."""
    history.run()
    row = {"host": "sd.people.com.cn", "robots": "forbidden", "robots_at": history.now}
    with store.writing.begin() as connection:
        connection.execute(sa.insert(host), row)
    assert history.look() == ([("robots_refused", "sd.people.com.cn")], [])

    with store.writing.begin() as connection:
        connection.execute(sa.update(host).values(robots="allowed"))
    assert history.look() == ([], [("robots_refused", "sd.people.com.cn")])


def plan(store, at):
    row = {"name": "east", "channels": ["sd"], "cron": "15 6 * * *", "jitter_seconds": 0}
    row |= {"max_seconds": 3600, "options": {}, "enabled": True}
    with store.writing.begin() as connection:
        connection.execute(sa.insert(schedule), {**row, "created_at": at, "settled_until": at})


def settle(store, at, outcome):
    at = at.replace(hour=6, minute=15)
    started = None if outcome == "overlap" else at
    row = {"schedule_id": 1, "planned_at": at, "outcome": outcome, "missed": 0}
    with store.writing.begin() as connection:
        connection.execute(sa.insert(schedule_run), {**row, "started_at": started})
        connection.execute(sa.update(schedule).values(settled_until=at))


def test_a_schedule_that_does_not_run_is_missed(history, store, monday):
    """After a day and a half without a start the dead-man's switch speaks; a start silences it."""
    plan(store, monday)
    settle(store, monday, "done")
    history.now = monday.replace(day=3)  # noon: 30 hours
    assert history.look() == ([], [])

    history.now = monday.replace(day=4)
    assert history.look() == ([("run_missing", "east")], [])

    settle(store, history.now, "running")
    assert history.look() == ([], [("run_missing", "east")])


@pytest.mark.parametrize("outcome", ["failed", "timeout", "lost", "overlap"])
def test_a_schedule_that_ends_badly_is_told(history, store, monday, outcome):
    """It closes with the next run that ends well."""
    plan(store, monday)
    settle(store, monday, "done")
    settle(store, monday.replace(day=3), outcome)
    history.now = monday.replace(day=3)
    assert history.look() == ([("schedule_failed", "east")], [])

    settle(store, monday.replace(day=4), "done")
    history.now = monday.replace(day=4)
    assert history.look() == ([], [("schedule_failed", "east")])


@pytest.mark.parametrize("outcome", ["failed", "lost"])
def test_a_planned_time_whose_run_is_told_is_not_told_again(history, store, monday, outcome):
    """Neither while the run's own alert is open, nor after somebody made it good by hand."""
    plan(store, monday)
    history.now = monday
    broke = history.run(reason=None if outcome == "lost" else "error")
    settle(store, history.now, outcome)
    with store.writing.begin() as connection:
        connection.execute(sa.update(schedule_run).values(run_id=broke))
    opened = history.look()[0]

    history.run()
    history.now = history.now.replace(hour=7)
    afterwards = history.look()

    assert [rule for rule, _ in opened if rule != "articles_low"] == [f"run_{outcome}"]
    assert [rule for rule, _ in afterwards[0]] == []


def test_an_outage_is_one_alert(history, store):
    """A run that reached nothing is told, and not each host that it could not ask."""
    history.days(3)
    broke = history.run({}, reason="unreachable", publish=False)
    with store.writing.begin() as connection:
        at = connection.scalar(sa.select(run.c.ended_at).where(run.c.id == broke))
        for name in ("sd", "bj"):
            row = {"host": f"{name}.people.com.cn", "robots": "unreadable", "robots_at": at}
            connection.execute(sa.insert(host), row)

    assert history.look()[0] == [("run_failed", f"run {broke}")]


def test_a_site_that_refuses_us_is_one_alert_a_channel(history):
    """That no list could be read, that pages fail and articles are few is said by it."""
    history.days(12)
    history.run({"failure/http_403": 13, "status/403": 13}, reason="lists_failed", publish=False)

    assert [rule for rule, _ in history.look()[0]] == ["requests_refused"]


def test_a_small_sample_does_not_shout(history):
    """Three articles without captions prove nothing."""
    history.days(12)

    few = Counter({"article/new": 3, "field/title": 3, "field/photos": 3, "page/article": 3})
    history.run(few + Counter({"template/generic": 3, "page/list": 4, "article/repaired": 3}))

    assert history.look() == ([("articles_low", "sd")], [])


def test_small_runs_add_up(history):
    """Three runs without captions prove together what the first of them does not."""
    small = Counter({name: value // 5 for name, value in USUAL.items()})
    small |= {"field/photos": 6, "field/captions": 4}
    history.days(14, small)

    opened = []
    for _ in range(4):
        history.run({**small, "field/captions": 0})
        opened.append(("field_missing", "sd/captions") in history.look()[0])

    assert opened == [False, False, True, False]


def test_a_quiet_sunday_is_compared_with_sundays(history):
    """A weekday with few articles is usual if it always has few."""
    for day in range(42):
        sunday = (history.now.weekday() + 1) % 7 == 6
        history.run({name: value // 3 for name, value in USUAL.items()} if sunday else USUAL)
        if day > 28:
            opened, _ = history.look()
            assert ("articles_low", "sd") not in opened


def test_what_goes_on_where_a_killed_run_stopped_is_not_judged_by_number(history):
    """The rest of an interrupted crawl is small, and nothing is wrong with that."""
    history.days(12)
    history.run({**USUAL, "article/new": 25}, reason=None)
    history.look()
    history.now = history.now.replace(hour=0)
    began = history.now
    history.run({**USUAL, "article/new": 5})
    # As if it had begun an hour after the one that was killed.
    with history.store.writing.begin() as connection:
        connection.execute(
            sa.update(run).where(run.c.id == 14).values(started_at=began.replace(hour=7))
        )

    opened, _ = history.look()

    assert ("articles_low", "sd") not in opened

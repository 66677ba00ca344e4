"""Notices are delivered once, retried with patience, and never in the way."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crawler.store.tables import notice
from crawler.watch.alerts import check, configuration, notices, notifiers
from crawler.watch.alerts.check import Silence
from crawler.watch.alerts.facts import Finding

RULES = configuration.default_rules()
STALE = Finding(
    rule="source_stale", subject="sd", message="the newest is old", value=40, threshold=36
)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def outbox(store, monday):
    """Open one alert with a notice by webhook, and collect what is sent."""
    return Outbox(store, monday)


class Outbox:
    def __init__(self, store, now):
        self.store, self.now, self.sent, self.error = store, now, [], None
        self.messages = []

    def enter(self, *findings, ways=("webhook",)):
        with self.store.writing.begin() as connection:
            check.enter(connection, findings, ways, self.now)

    def send(self, batch):
        if self.error:
            raise self.error
        self.sent.extend(batch)
        self.messages.append(len(batch))

    def deliver(self, after=timedelta(0), **ways):
        self.now += after
        return notices.deliver(self.store, ways or {"webhook": self.send}, RULES, self.now)

    def remind(self, after):
        self.now += after
        with self.store.writing.begin() as connection:
            check.remind(connection, ("webhook",), self.now, timedelta(hours=24))
        self.deliver()

    def rows(self):
        with self.store.reading.connect() as connection:
            return connection.execute(sa.select(notice).order_by(notice.c.id)).all()


def test_an_alert_is_told_once(outbox):
    """What was delivered is not delivered again, however often somebody looks."""
    outbox.enter(STALE)
    outbox.enter(STALE)

    assert [outbox.deliver(), outbox.deliver(), outbox.deliver(60 * MINUTE)] == [1, 0, 0]
    (sent,) = outbox.sent
    assert (sent.event, sent.subject, sent.about) == ("opened", "sd", "山东 sd")
    assert outbox.rows()[0].sent_at is not None


def test_its_end_is_told_too(outbox):
    """The second notice says that it closed, and when."""
    outbox.enter(STALE)
    outbox.enter()

    outbox.deliver()

    assert [one.event for one in outbox.sent] == ["opened", "closed"]
    assert outbox.sent[1].closed_at == outbox.now


def test_a_failure_is_tried_again_later_each_time(outbox):
    """One minute, five, fifteen: and then it comes through under the same number."""
    outbox.enter(STALE)
    outbox.error = ConnectionRefusedError("nobody there")

    assert outbox.deliver() == 0
    assert outbox.deliver(0.5 * MINUTE) == 0
    assert outbox.rows()[0].attempts == 1
    outbox.deliver(1 * MINUTE)
    outbox.deliver(4 * MINUTE)
    assert (outbox.rows()[0].attempts, outbox.rows()[0].error) == (
        2,
        "ConnectionRefusedError: nobody there",
    )
    outbox.error = None
    assert outbox.deliver(2 * MINUTE) == 1
    assert outbox.rows()[0].error is None


def test_what_is_hopeless_is_given_up(outbox):
    """After a day of failures the notice rests, with its error."""
    outbox.enter(STALE)
    outbox.error = OSError("no")

    for _ in range(len(notices.BACK_OFF) + 3):
        outbox.deliver(timedelta(days=1))

    (row,) = outbox.rows()
    assert (row.attempts, row.next_at, row.sent_at) == (len(notices.BACK_OFF) + 1, None, None)


def test_a_way_that_hangs_costs_its_patience_once(outbox, monkeypatch):
    """The notices behind it wait, and the other ways are told."""
    import threading

    monkeypatch.setattr(notices, "PATIENCE_SECONDS", 0.05)
    release = threading.Event()
    tried = []

    def hang(one):
        tried.append(one)
        release.wait(30)

    others = [
        Finding(rule="source_stale", subject=name, message="", value=1, threshold=1)
        for name in ("sd", "bj", "sh")
    ]
    outbox.enter(*others, ways=("webhook", "email"))

    delivered = outbox.deliver(webhook=hang, email=outbox.send)
    release.set()

    assert (delivered, len(tried)) == (3, 1)
    assert "no end within" in outbox.rows()[0].error


def test_a_way_that_is_no_longer_configured_is_given_up(outbox):
    """Notices for it do not pile up."""
    outbox.enter(STALE, ways=("email",))

    outbox.deliver()

    assert outbox.rows()[0].next_at is None


def test_an_outage_is_one_message(outbox):
    """However many channels it struck; and its end is another one."""
    outbox.enter(*(replace(STALE, subject=f"host{n}") for n in range(41)))
    outbox.deliver()
    outbox.enter()
    outbox.deliver()

    assert outbox.messages == [41, 41]
    title, text = notifiers.title(outbox.sent[:41]), notifiers.text(outbox.sent[:41])
    assert ("告警 41" in title, "等 41 项" in title, "\n" in title) == (True, True, False)
    assert "... 1 more: renmin alerts" in text


def test_an_open_alert_is_told_again_until_it_is_acknowledged(outbox):
    """Once a day, with everything else of that moment."""
    outbox.enter(STALE)
    outbox.deliver()
    outbox.remind(after=timedelta(hours=23))
    assert outbox.messages == [1]
    outbox.remind(after=timedelta(hours=2))
    outbox.remind(after=timedelta(hours=2))
    assert [one.event for one in outbox.sent] == ["opened", "reminder"]

    with outbox.store.writing.begin() as connection:
        assert check.acknowledge(connection, "", "sd", outbox.now) == 1
    outbox.remind(after=timedelta(hours=48))

    assert outbox.messages == [1, 1]


def test_a_silence_keeps_its_alerts_quiet_and_no_others(outbox):
    """They are entered; what lasts beyond the silence is told then, an end that nobody waits for never."""
    gone = replace(STALE, subject="sd/x")
    with outbox.store.writing.begin() as connection:
        check.silence_for(
            connection, Silence("", "sd", outbox.now + timedelta(hours=1)), outbox.now
        )
    outbox.enter(STALE, gone, replace(STALE, subject="bj"))
    outbox.enter(STALE, replace(STALE, subject="bj"))
    outbox.deliver()
    assert [one.subject for one in outbox.sent] == ["bj"]

    outbox.remind(after=timedelta(hours=2))

    assert [(one.event, one.subject) for one in outbox.sent[1:]] == [("reminder", "sd")]


def test_the_log_is_a_way(outbox, caplog):
    """An opened alert is a warning that names rule and subject."""
    outbox.enter(STALE, ways=("log",))

    outbox.deliver(log=notices.log)

    assert "alert opened rule=source_stale subject=sd the newest is old" in caplog.text

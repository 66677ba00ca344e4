"""The tables of schedule, alerts, upkeep, and of what an operator says: part of :mod:`.tables`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from crawler.store.columns import Id, Instant, Json, Masked, MaskedJson, metadata

schedule = Table(
    "schedule",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("channels", Json, nullable=False),
    # Five fields, read in Asia/Shanghai.
    Column("cron", String(64), nullable=False),
    Column("jitter_seconds", Integer, nullable=False),
    Column("max_seconds", Integer, nullable=False),
    Column("options", MaskedJson, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    # The planned time up to which everything is settled: run, caught up, or refused.
    Column("settled_until", Instant, nullable=False),
)

schedule_run = Table(
    "schedule_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("schedule_id", Id, ForeignKey("schedule.id", ondelete="CASCADE"), nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    # running, done, failed, timeout, lost, overlap
    Column("outcome", String(16), nullable=False),
    Column("exit_code", Integer),
    Column("missed", Integer, nullable=False),
    Column("run_id", Id, ForeignKey("run.id", ondelete="SET NULL")),
    Column("detail", Masked),
    UniqueConstraint("schedule_id", "planned_at"),
)

alert = Table(
    "alert",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rule", String(64), nullable=False),
    # What it is about: a channel, a run, a field; "" for all.
    Column("subject", String(128), nullable=False),
    Column("message", Masked, nullable=False),
    Column("value", Float),
    Column("threshold", Float),
    Column("opened_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("closed_at", Instant),
    # Since then nobody is reminded of it.
    Column("acknowledged_at", Instant),
    Index("ix_alert_open", "closed_at", "rule", "subject"),
)

silence = Table(
    "silence",
    metadata,
    # Alerts that are entered and not told, until then. An empty rule or subject stands for all.
    Column("id", Id, primary_key=True),
    Column("rule", String(64), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("note", Masked, nullable=False),
)

pause = Table(
    "pause",
    metadata,
    # Channels of which nothing is asked until somebody resumes them.
    Column("channel", String(128), primary_key=True),
    Column("paused_at", Instant, nullable=False),
)

request = Table(
    "request",
    metadata,
    # What a person asked for on the dashboard or the command line: see store/requests.py.
    Column("id", Id, primary_key=True),
    # run, stop
    Column("kind", String(8), nullable=False),
    Column("channels", Json, nullable=False),
    # The run to stop; or the one that came of it.
    Column("run_id", Id, ForeignKey("run.id", ondelete="SET NULL")),
    Column("asked_at", Instant, nullable=False),
    Column("taken_at", Instant),
    # machine:process
    Column("taken_by", String(128)),
    Column("ended_at", Instant),
    # done, failed, timeout, lost, cancelled
    Column("outcome", String(16)),
    Column("detail", Masked),
    Index("ix_request_taken_at", "taken_at", "kind"),
)

runner = Table(
    "runner",
    metadata,
    # Processes that take requests, as long as they are there.
    Column("machine", String(128), primary_key=True),
    Column("pid", Integer, primary_key=True),
    # serve, timer, worker
    Column("kind", String(8), nullable=False),
    Column("seen_at", Instant, nullable=False),
)

notice = Table(
    "notice",
    metadata,
    # What is to be said of an alert, by which way, until it was said or given up.
    Column("id", Id, primary_key=True),
    Column("alert_id", Id, ForeignKey("alert.id", ondelete="CASCADE"), nullable=False),
    Column("event", String(8), nullable=False),
    Column("way", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant),
    Column("sent_at", Instant),
    Column("error", Masked),
)

storage_sample = Table(
    "storage_sample",
    metadata,
    # How large what was then, on which machine: see crawler.store.sizes for the names.
    Column("machine", String(128), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

backfill = Table(
    "backfill",
    metadata,
    # A range of days that is fetched slice by slice, the latest days first.
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("channels", Json, nullable=False),
    # Days, 2019-01-01: the first, and the one after the last.
    Column("since", String(10), nullable=False),
    Column("until", String(10), nullable=False),
    Column("slice_days", Integer, nullable=False),
    Column("options", MaskedJson, nullable=False),
    # active, paused, done
    Column("state", String(8), nullable=False),
    # All days from here on are fetched: the next slice ends before it.
    Column("reached", String(10), nullable=False),
    # How often in a row the slice that is next did not end well, and when it is tried again.
    Column("failures", Integer, nullable=False),
    Column("next_at", Instant),
    Column("detail", Masked),
    # Of the last slice.
    Column("run_id", Id, ForeignKey("run.id", ondelete="SET NULL")),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

fact = Table(
    "fact",
    metadata,
    # What is so of the database as a whole: see crawler.store.facts.
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

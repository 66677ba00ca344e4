"""What a row is: one schema for SQLite and PostgreSQL.

Plain names, foreign keys and views, so that the file opens well in any database tool. Times are
ISO 8601 text with +08:00 on SQLite (they sort as text), ``timestamptz`` on PostgreSQL. Lists and
nested values are JSON in the form of the exported record. There are no blobs: raw bodies are in
the archive.

This is what a row is today. A database gets there by the frozen steps of
:mod:`crawler.store.migrations`; a test holds both to the same.
"""

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
    text,
)

from crawler.store.columns import Id, Instant, Json, Masked, MaskedJson, metadata
from crawler.store.watch_tables import (
    alert,
    backfill,
    fact,
    notice,
    pause,
    request,
    runner,
    schedule,
    schedule_run,
    silence,
    storage_sample,
)

__all__ = [
    "VIEWS",
    "alert",
    "article",
    "backfill",
    "fact",
    "fingerprint",
    "frontier",
    "host",
    "list_health",
    "notice",
    "page",
    "pause",
    "request",
    "revision",
    "run",
    "run_counter",
    "run_tick",
    "runner",
    "schedule",
    "schedule_run",
    "silence",
    "storage_sample",
    "tombstone",
]

run = Table(
    "run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("command", Masked, nullable=False),
    Column("version", String(32), nullable=False),
    Column("machine", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("channels", Json, nullable=False),
    # Settings that differ from renmin's default.
    Column("settings", MaskedJson, nullable=False),
    Column("started_at", Instant, nullable=False),
    # Moved every few seconds: a run without end whose heart stands still is lost.
    Column("heartbeat_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("finish_reason", String(64)),
    Column("exit_code", Integer),
    Index("ix_run_started_at", "started_at"),
)

run_counter = Table(
    "run_counter",
    metadata,
    Column("run_id", Id, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    # "" counts for the run as a whole (bytes of robots.txt and the like).
    Column("channel", String(64), primary_key=True),
    # noun/what: article/new, failure/http_404, template/wb2016 ...
    Column("name", String(128), primary_key=True),
    Column("value", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

run_tick = Table(
    "run_tick",
    metadata,
    Column("run_id", Id, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Instant, primary_key=True),
    # Sums since the start of the run.
    Column("pages", Integer, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    # Rows still waiting when the tick was written.
    Column("queue", Integer, nullable=False),
    sqlite_with_rowid=False,
)

host = Table(
    "host",
    metadata,
    Column("host", String(255), primary_key=True),
    # allowed, forbidden (robots.txt says no), unreadable (it could not be read: wait)
    Column("robots", String(16)),
    Column("robots_detail", Masked),
    Column("robots_at", Instant),
    Column("crawl_delay", Float),
)

frontier = Table(
    "frontier",
    metadata,
    Column("id", Id, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("fetch_url", Text, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("host", String(255), nullable=False),
    # PENDING -> LEASED -> DONE | FAILED
    Column("state", String(8), nullable=False),
    # Lists before articles, newest articles first: see frontier.priority().
    Column("priority", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("reason", String(64)),
    Column("detail", Masked),
    Column("leased_by", Id, ForeignKey("run.id", ondelete="SET NULL")),
    Column("found_at", Instant, nullable=False),
    Column("found_on", Text),
    Column("settled_at", Instant),
    # A failure that may pass, or a page that may change, is looked at again from then on.
    Column("due_at", Instant),
    Index("ix_frontier_next", "host", "state", "priority", "id"),
    Index("ix_frontier_due", "state", "due_at"),
    Index("ix_frontier_reason", "reason"),
)

page = Table(
    "page",
    metadata,
    Column("frontier_id", Id, ForeignKey("frontier.id", ondelete="CASCADE"), primary_key=True),
    Column("status", Integer, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_sha256", String(64)),
    Column("fetched_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("checks", Integer, nullable=False),
    # How many checks in a row found nothing new: the next one waits longer.
    Column("unchanged", Integer, nullable=False),
)

list_health = Table(
    "list_health",
    metadata,
    Column("frontier_id", Id, ForeignKey("frontier.id", ondelete="CASCADE"), primary_key=True),
    Column("looked_at", Instant, nullable=False),
    # Of the last look: its answer, and why it brought nothing.
    Column("status", Integer),
    Column("reason", String(64)),
    # Of the last look that could read the page.
    Column("links", Integer, nullable=False),
    Column("newest_at", Instant),
    Column("newest_url", Text),
    # When a look last found a link that was new.
    Column("brought_at", Instant),
    # The first of the looks in a row that found no link; null if the last one did.
    Column("failing_since", Instant),
)

article = Table(
    "article",
    metadata,
    Column("id", Id, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("fetched_url", Text),
    Column("channel", String(64), nullable=False),
    Column("node_id", String(16)),
    Column("content_id", String(16)),
    Column("title", Text, nullable=False),
    Column("kicker", Text),
    Column("subtitle", Text),
    Column("source", Text),
    Column("published_at", Instant),
    Column("published_precision", String(8)),
    Column("published_from", String(8)),
    Column("dateline", Json),
    Column("authors", Json, nullable=False),
    Column("editors", Json, nullable=False),
    Column("paragraphs", Json, nullable=False),
    Column("photos", Json, nullable=False),
    Column("script", String(4)),
    Column("text_is_captions", Boolean),
    Column("template", String(32), nullable=False),
    Column("charset", Json),
    Column("damage", Json, nullable=False),
    Column("repairs", Json, nullable=False),
    Column("doubts", Json, nullable=False),
    Column("quality", Json),
    Column("duplicate_of_id", Id, ForeignKey("article.id")),
    Column("relation", String(16)),
    Column("similarity", Float),
    Column("revision", Integer, nullable=False, default=1),
    Column("extraction", Integer, nullable=False, default=1),
    Column("fetched_at", Instant, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    # When text, reading or marks last changed here, by our clock; null while it stands as it came.
    Column("changed_at", Instant),
    Column("code_version", String(32)),
    Column("body_sha256", String(64)),
    # blake2b-128 of the canonical text, hexadecimal.
    Column("text_hash", String(32), nullable=False),
    Column("characters", Integer, nullable=False),
    # The run that stored it first, and the one that changed it last.
    Column("first_run_id", Id, ForeignKey("run.id", ondelete="SET NULL")),
    Column("run_id", Id, ForeignKey("run.id", ondelete="SET NULL")),
    Index("ix_article_text_hash", "text_hash"),
    Index("ix_article_channel_published", "channel", "published_at"),
    Index("ix_article_published_at", "published_at"),
    Index("ix_article_first_seen_at", "first_seen_at"),
    Index(
        "ix_article_changed_at",
        "changed_at",
        sqlite_where=text("changed_at IS NOT NULL"),
        postgresql_where=text("changed_at IS NOT NULL"),
    ),
    Index("ix_article_duplicate_of_id", "duplicate_of_id"),
    Index("ix_article_content_id", "content_id"),
)

revision = Table(
    "revision",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    # 1 as first extracted from these bytes; one more each time better code reads them otherwise.
    Column("extraction", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("paragraphs", Json, nullable=False),
    Column("photos", Json, nullable=False),
    Column("body_sha256", String(64)),
    Column("fetched_at", Instant, nullable=False),
    Column("code_version", String(32), nullable=False),
    # All else that was known of this text, in the form of the columns of article; null for texts
    # that were stored before it was kept.
    Column("facts", Json),
    UniqueConstraint("article_id", "revision", "extraction"),
)

tombstone = Table(
    "tombstone",
    metadata,
    # SHA-256 of the canonical address: what was removed is not to be read from here.
    Column("url_hash", String(64), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("removed_at", Instant, nullable=False),
    Index("ix_tombstone_removed_at", "removed_at"),
    sqlite_with_rowid=False,
)

fingerprint = Table(
    "fingerprint",
    metadata,
    # publication quarter | 30 bits of hash | 26 bits of article.id: see dedup/keys.py
    Column("key", Id, primary_key=True, autoincrement=False),
)

# How many articles of each page design a channel has; and the few that something was done to:
# small, and cheap to keep since most articles are clean. SQLite answers from such an index alone
# only if the column of its condition is in it; on PostgreSQL a long list would be more than an
# index can hold, and it is not needed.
Index("ix_article_channel_template", article.c.channel, article.c.template)
for _name, _column, _condition in (
    ("ix_article_repaired", article.c.repairs, "repairs <> '[]'"),
    ("ix_article_damaged", article.c.damage, "damage <> '[]'"),
    ("ix_article_doubtful", article.c.doubts, "doubts <> '[]'"),
    ("ix_article_copies", article.c.duplicate_of_id, "duplicate_of_id IS NOT NULL"),
    ("ix_article_changed", article.c.revision, "revision > 1"),
):
    Index(
        _name,
        article.c.channel,
        article.c.template,
        _column,
        sqlite_where=text(_condition),
    ).ddl_if(dialect="sqlite")
    Index(
        _name,
        article.c.channel,
        article.c.template,
        postgresql_where=text(_condition),
    ).ddl_if(dialect="postgresql")
# What a run brought last.
Index("ix_article_run_id", article.c.run_id)
# One counter over many runs: curves, and the medians of the alerts.
Index(
    "ix_run_counter_name",
    run_counter.c.name,
    run_counter.c.run_id,
    run_counter.c.channel,
    run_counter.c.value,
)
# Pages that fail, the last tried first.
Index(
    "ix_frontier_failing",
    frontier.c.settled_at,
    frontier.c.id,
    frontier.c.reason,
    frontier.c.channel,
    frontier.c.state,
    sqlite_where=frontier.c.reason.is_not(None),
    postgresql_where=frontier.c.reason.is_not(None),
)

VIEWS = {
    "article_unique": "SELECT * FROM article WHERE duplicate_of_id IS NULL",
    "duplicate_pairs": (
        "SELECT copy.url AS url, original.url AS duplicate_of, copy.relation AS relation, "
        "copy.similarity AS similarity, copy.channel AS channel, "
        "original.channel AS original_channel, copy.title AS title, "
        "original.title AS original_title, copy.published_at AS published_at, "
        "original.published_at AS original_published_at "
        "FROM article AS copy JOIN article AS original ON original.id = copy.duplicate_of_id"
    ),
    "failures": (
        "SELECT url, kind, channel, reason, detail, attempts, settled_at, due_at "
        "FROM frontier WHERE reason IS NOT NULL AND state IN ('FAILED', 'PENDING')"
    ),
}

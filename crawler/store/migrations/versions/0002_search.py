"""Full text, and the indexes that answer the dashboard's questions without reading articles."""

import sqlalchemy as sa
from alembic import op

from crawler.store import search

revision = "0002"
down_revision = "0001"

INDEXES = {
    # How many articles of each page design a channel has.
    "ix_article_channel_template": "article (channel, template)",
    # The few that something was done to: small, and cheap to keep since most articles are clean.
    "ix_article_repaired": "article (channel, template) WHERE repairs <> '[]'",
    "ix_article_damaged": "article (channel, template, damage) WHERE damage <> '[]'",
    "ix_article_doubtful": "article (channel, template) WHERE doubts <> '[]'",
    "ix_article_copies": "article (channel, template) WHERE duplicate_of_id IS NOT NULL",
    "ix_article_changed": "article (channel, template) WHERE revision > 1",
    # One counter over many runs: curves, and the medians of the alerts.
    "ix_run_counter_name": "run_counter (name, run_id, channel)",
    # What a run brought last.
    "ix_article_run_id": "article (run_id)",
}


def upgrade() -> None:
    """Create the index of words and fill it."""
    for name, what in INDEXES.items():
        op.execute(sa.text(f"CREATE INDEX {name} ON {what}"))
    search.create(op.get_bind())
    search.rebuild(op.get_bind())


def downgrade() -> None:
    """Drop them again."""
    search.drop(op.get_bind())
    for name in INDEXES:
        op.execute(sa.text(f"DROP INDEX {name}"))

"""Full text, and the indexes that answer the dashboard's questions without reading articles."""

import sqlalchemy as sa
from alembic import op

from crawler.store import search

revision = "0002"
down_revision = "0001"

# How many articles of each page design a channel has; and the few that something was done to:
# small, and cheap to keep since most articles are clean. SQLite answers from such an index alone
# only if the column of its condition is in it.
PARTIAL = {
    "ix_article_repaired": ("repairs", "repairs <> '[]'"),
    "ix_article_damaged": ("damage", "damage <> '[]'"),
    "ix_article_doubtful": ("doubts", "doubts <> '[]'"),
    "ix_article_copies": ("duplicate_of_id", "duplicate_of_id IS NOT NULL"),
    "ix_article_changed": ("revision", "revision > 1"),
}
WHOLE = {
    "ix_article_channel_template": "article (channel, template)",
    # One counter over many runs: curves, and the medians of the alerts.
    "ix_run_counter_name": "run_counter (name, run_id, channel, value)",
    # Pages that fail, the last tried first.
    "ix_frontier_failing": "frontier (settled_at, id, reason, channel, state) "
    "WHERE reason IS NOT NULL",
    # What a run brought last.
    "ix_article_run_id": "article (run_id)",
}


def upgrade() -> None:
    """Create the index of words and fill it."""
    connection = op.get_bind()
    for name, what in WHOLE.items():
        op.execute(sa.text(f"CREATE INDEX {name} ON {what}"))
    for name, (column, condition) in PARTIAL.items():
        columns = f"channel, template, {column}"
        if connection.dialect.name == "postgresql":
            # A long list would be more than an index can hold there, and it is not needed.
            columns = "channel, template"
        op.execute(sa.text(f"CREATE INDEX {name} ON article ({columns}) WHERE {condition}"))
    search.create(connection)
    search.rebuild(connection)


def downgrade() -> None:
    """Drop them again."""
    search.drop(op.get_bind())
    for name in (*WHOLE, *PARTIAL):
        op.execute(sa.text(f"DROP INDEX {name}"))

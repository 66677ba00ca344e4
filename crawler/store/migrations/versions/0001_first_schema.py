"""The first schema: every table of :mod:`crawler.store.tables`, and its views."""

import sqlalchemy as sa
from alembic import op

from crawler.store.columns import metadata
from crawler.store.tables import VIEWS

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create tables and views."""
    metadata.create_all(op.get_bind(), checkfirst=False)
    for name, query in VIEWS.items():
        op.execute(sa.text(f"CREATE VIEW {name} AS {query}"))


def downgrade() -> None:
    """Drop them again."""
    for name in reversed(VIEWS):
        op.execute(sa.text(f"DROP VIEW {name}"))
    metadata.drop_all(op.get_bind(), checkfirst=False)

"""What SQLite and PostgreSQL do alike for us: times, JSON, row numbers and upserts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    JSON,
    TIMESTAMP,
    BigInteger,
    Connection,
    Dialect,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from crawler.clock import SHANGHAI
from crawler.secrets import mask, mask_all


class Instant(TypeDecorator[datetime]):
    """An aware datetime, to the second: ``2026-11-23T08:15:00+08:00`` as text on SQLite."""

    impl = String(25)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """``timestamptz`` where the database has it."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(25))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse a naive time: its hour would depend on the machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without its zone: {value}")
        value = value.astimezone(SHANGHAI).replace(microsecond=0)
        return value if dialect.name == "postgresql" else value.isoformat()

    def process_result_value(
        self,
        value: Any,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """Give every time back in +08:00."""
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(SHANGHAI)


class Masked(TypeDecorator[str]):
    """Text that may quote an address: stored with ``***`` for its password."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Mask it."""
        return None if value is None else mask(value)


class MaskedJson(TypeDecorator[Any]):
    """JSON whose strings are masked like :class:`Masked`."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """``jsonb`` where the database has it."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Mask every string in it."""
        return mask_all(value)


Json = JSON().with_variant(JSONB(), "postgresql")
# SQLite's rowid alias must be spelt INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Upsert: TypeAlias = sqlite.Insert | postgresql.Insert
_INSERT: dict[str, Callable[[Table], Upsert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert_for(connection: Connection, table: Table) -> Upsert:
    """An INSERT into ``table`` that knows ``on_conflict_do_nothing`` and ``..._do_update``."""
    return _INSERT[connection.dialect.name](table)

"""The tables. Times are UTC; a person is (channel, id). A change here needs a migration beside it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

HEAD = "0001"  # the newest migration; a test compares it with the scripts


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime on both engines; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)
_ID = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself on SQLite
_WAITING = text("status = 'received'")
_PENDING = text("status = 'pending'")

# What arrived, kept before it is acknowledged. The hash is there because ids begin anew after a quiet week.
inbox = Table(
    "inbox",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    Column("event", String(128), nullable=False),
    Column("hash", LargeBinary(16), nullable=False),
    Column("status", String(12), nullable=False),  # received, done, quarantined
    Column("sender", String(128), nullable=False),  # wiped when done, as the payload is
    Column("payload", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("received_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),  # later than received for a sender over the rate
    UniqueConstraint("channel", "account", "event", "hash"),
    Index("ix_inbox_due", "due_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    sqlite_autoincrement=True,
)

# What must be sent, kept until it is.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("dedup_key", String(128), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    Column("chat", String(128), nullable=False),
    Column("thread", String(64)),
    Column("body", Text, nullable=False),  # wiped when sent, as the chat is
    Column("status", String(16), nullable=False),  # pending, sent, undeliverable
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    UniqueConstraint("dedup_key"),
    Index("ix_outbox_pending", "id", sqlite_where=_PENDING, postgresql_where=_PENDING),
    sqlite_autoincrement=True,
)

# Where each conversation stands: one for each person in each chat.
dialogues = Table(
    "dialogues",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("chat", String(128), primary_key=True),
    Column("person", String(128), primary_key=True),
    Column("state", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

# Questions without an answer, without who asked.
misses = Table(
    "misses",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("candidates", Text, nullable=False),  # JSON list of codes
    Column("count", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    UniqueConstraint("key"),
)

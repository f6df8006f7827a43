"""The clock of the running program; everything else is given one."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """This moment, aware."""
    return datetime.now(UTC)

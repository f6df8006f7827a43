"""Questions that went unanswered, counted by likeness, without who asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from bot.database import Database, Unit, storable
from bot.schema import misses
from bot.turn import Miss

_TEXT_LETTERS = 1000
_KEY_LETTERS = 400  # PostgreSQL's index takes 2,700 bytes


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One likeness: the last wording, how often, the nearest codes, first and last day."""

    text: str
    key: str
    outcome: str
    count: int
    candidates: tuple[str, ...]
    first_day: date
    last_day: date


class Misses:
    """The store of unanswered questions; days are UTC, for no more is needed."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(self, unit: Unit, found: Iterable[Miss]) -> None:
        """Counts each question under its key; the newest wording stands."""
        rows = list(self._rows(found).values())
        if not rows:
            return
        insert = self._database.insert(misses)
        fresh = {name: insert.excluded[name] for name in ("text", "outcome", "candidates", "last_day")}
        count = misses.c.count + insert.excluded["count"]
        unit.execute(
            insert.on_conflict_do_update(index_elements=[misses.c.key], set_={**fresh, "count": count}), rows
        )

    def _rows(self, found: Iterable[Miss]) -> dict[str, dict[str, object]]:
        today = self._clock().date()
        rows: dict[str, dict[str, object]] = {}
        counts: dict[str, int] = {}
        for miss in found:
            key = storable(miss.key)[:_KEY_LETTERS]
            counts[key] = counts.get(key, 0) + 1
            rows[key] = {
                "key": key,
                "text": storable(miss.text)[:_TEXT_LETTERS],
                "outcome": miss.outcome,
                "candidates": json.dumps(miss.candidates),
                "count": counts[key],
                "first_day": today,
                "last_day": today,
            }
        return rows

    async def purge(self, days: int) -> int:
        """Deletes questions that nobody has asked for so many days; how many."""
        old = delete(misses).where(misses.c.last_day < self._clock().date() - timedelta(days=days))
        return await self._database.write(lambda unit: unit.execute(old).rowcount)

    async def list(self, limit: int = 1000) -> list[Unanswered]:
        """The most frequent first."""
        columns = [misses.c[field.name] for field in fields(Unanswered)]
        query = (
            select(*columns)
            .order_by(misses.c.count.desc(), misses.c.last_day.desc(), misses.c.id)
            .limit(limit)
        )
        rows = await self._database.read(lambda unit: unit.execute(query).mappings().all())
        return [Unanswered(**{**row, "candidates": tuple(json.loads(row["candidates"]))}) for row in rows]

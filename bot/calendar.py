"""Working time of an office: days, hours, holidays, make-up Saturdays and when a dossier is due. Pure.

Counting rules: the day of receipt is not counted; a limit in calendar days that ends on a day off ends on the
next working day (Civil Code 2015, articles 147, 148); what comes in after the cut-off is received on the next
working day.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

import holidays

from bot.knowledge.quantities import Duration

_DAY = timedelta(days=1)
_HALF = Decimal("0.5")
Session = tuple[time, time]


@lru_cache(maxsize=128)
def named_holidays(year: int) -> Mapping[date, str]:
    """Days off of a year and their Vietnamese names, from the `holidays` package; weekends may be among them."""
    return dict(holidays.country_holidays("VN", years=year, language="vi"))


@lru_cache(maxsize=128)
def public_holidays(year: int) -> frozenset[date]:
    """The same days without their names."""
    return frozenset(named_holidays(year))


@lru_cache(maxsize=128)
def makeup_days(year: int) -> frozenset[date]:
    """Saturdays and Sundays of a year that the package counts as working days."""
    return frozenset(
        day for day in holidays.country_holidays("VN", years=year).weekend_workdays if day.year == year
    )


@dataclass(frozen=True, slots=True)
class Year:
    """What an office knows about a year beyond the package; only a confirmed year is certain."""

    confirmed: bool = False
    days_off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()  # make-up days, and holidays of the package that are none


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due."""

    at: datetime  # aware, in the office's zone; the end of the office's day when not timed
    received: date  # the day on which the dossier counts as handed in
    timed: bool = False  # the hour counts, not only the day
    provisional: bool = False  # a day of the span lies in a year whose holidays nobody has confirmed

    @property
    def day(self) -> date:
        """The last day."""
        return self.at.date()


@dataclass(frozen=True)
class Calendar:
    """The working time of one office."""

    zone: tzinfo
    sessions: tuple[Session, ...] = (
        (time(8), time(12)),
        (time(13, 30), time(17, 30)),
    )  # ascending, of every day
    weekdays: frozenset[int] = frozenset(range(5))  # Monday is 0
    cutoff: time | None = time(15)
    years: Mapping[int, Year] = field(default_factory=dict)

    def is_confirmed(self, year: int) -> bool:
        """Whether the holidays of a year are official."""
        return self.years.get(year, Year()).confirmed

    def is_working_day(self, day: date) -> bool:
        """Whether the office is open that day; the office's corrections go before the package."""
        known = self.years.get(day.year, Year())
        if day in known.working:
            return True
        if day in known.days_off or day in public_holidays(day.year):
            return False
        return day.weekday() in self.weekdays or day in makeup_days(day.year)

    def days_off(self, after: date, last: date) -> tuple[date, ...]:
        """The days after `after` and up to `last` on which the office is closed."""
        days = (after + count * _DAY for count in range(1, (last - after).days + 1))
        return tuple(day for day in days if not self.is_working_day(day))

    def holiday(self, day: date) -> str:
        """The name of a public holiday; empty for any other day, and for a holiday on a weekend."""
        return named_holidays(day.year).get(day, "") if day.weekday() in self.weekdays else ""

    def working_day_from(self, day: date) -> date:
        """That day, or the first working day after it."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; `day` itself for 0."""
        for _ in range(count):
            day = self.working_day_from(day + _DAY)
        return day

    def add_days(self, day: date, count: int) -> date:
        """`count` calendar days after `day`, or the next working day when that is a day off."""
        return self.working_day_from(day + count * _DAY)

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """When the office has been open for `amount` since `start`; breaks and days off do not count."""
        moment = start.astimezone(self.zone)
        day = moment.date()
        while True:
            for opens, closes in self._sessions_of(day):
                begin = max(opens, moment)
                if begin >= closes:
                    continue
                if amount <= closes - begin:
                    return begin + amount
                amount -= closes - begin
            day += _DAY

    def received(self, submitted_at: datetime, cutoff: time | None = None) -> date:
        """The day a dossier counts as handed in; the `cutoff` of a field goes before the office's own."""
        local = submitted_at.astimezone(self.zone)
        last = cutoff or self.cutoff
        day = local.date()
        late = local.time() > (min(last, self.sessions[-1][1]) if last else self.sessions[-1][1])
        return self.working_day_from(day + _DAY if late and self.is_working_day(day) else day)

    def due(self, duration: Duration, submitted_at: datetime, cutoff: time | None = None) -> Due:
        """When a dossier handed in at a moment (aware) must be done.

        Half a working day after whole ones ends at the midday of the next working day. ValueError for a time
        that nobody published.
        """
        received = self.received(submitted_at, cutoff)
        at, timed = self._due(duration, self._start(received, submitted_at), received)
        first = submitted_at.astimezone(self.zone).year
        provisional = not all(self.is_confirmed(year) for year in range(first, at.year + 1))
        return Due(at, received, timed, provisional)

    def _due(self, duration: Duration, start: datetime, received: date) -> tuple[datetime, bool]:
        match duration.unit:
            case "same_day":
                return self._closing(received), False
            case "working_day":
                whole = int(duration.quantity)
                last = self.add_working_days(received, whole)
                if duration.quantity - whole == _HALF:
                    return self._midday(self.add_working_days(last, 1)), True
                return self._closing(last), False
            case "day":
                return self._closing(self.add_days(received, math.ceil(duration.quantity))), False
            case "working_hour":
                return self.add_working_time(start, _hours(duration)), True
            case "hour":
                return self._open_by(start + _hours(duration)), True
            case _:
                raise ValueError("no time limit is published")

    def _start(self, received: date, submitted_at: datetime) -> datetime:
        """When hours begin to run: at once, or when the office opens on the day of receipt."""
        opens = datetime.combine(received, self.sessions[0][0], self.zone)
        return max(opens, submitted_at.astimezone(self.zone))

    def _open_by(self, moment: datetime) -> datetime:
        """The moment, or the end of the next working day when it falls on a day off."""
        day = self.working_day_from(moment.date())
        return moment if day == moment.date() else self._closing(day)

    def _sessions_of(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        if not self.is_working_day(day):
            return ()
        return tuple(
            (datetime.combine(day, opens, self.zone), datetime.combine(day, closes, self.zone))
            for opens, closes in self.sessions
        )

    def _closing(self, day: date) -> datetime:
        return datetime.combine(day, self.sessions[-1][1], self.zone)

    def _midday(self, day: date) -> datetime:
        return datetime.combine(day, self.sessions[0][1], self.zone)


def _hours(duration: Duration) -> timedelta:
    return timedelta(hours=float(duration.quantity))

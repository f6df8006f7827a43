"""Working time: hand-checked days and the laws that every calendar keeps."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.calendar import Calendar, Year
from bot.knowledge.quantities import Duration

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = Calendar(
    HANOI,
    years={
        2025: Year(confirmed=True),
        2026: Year(True, frozenset({date(2026, 1, 2)}), frozenset({date(2026, 1, 10)})),
        2027: Year(confirmed=False),
    },
)

days = st.dates(date(2025, 1, 1), date(2027, 6, 30))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 30)).map(lambda at: at.replace(tzinfo=HANOI))  # noqa: DTZ001
counts = st.integers(0, 60)
durations = st.one_of(
    st.integers(1, 80).map(lambda halves: Duration(Decimal(halves) / 2, "working_day")),
    st.integers(1, 90).map(lambda count: Duration(Decimal(count), "day")),
    st.integers(1, 40).map(lambda count: Duration(Decimal(count), "working_hour")),
    st.integers(1, 96).map(lambda count: Duration(Decimal(count), "hour")),
    st.just(Duration(Decimal(0), "same_day")),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-01-01", False),
        ("2026-01-02", False),  # the office's correction
        ("2026-01-10", True),  # its make-up Saturday
        ("2026-01-17", False),
        ("2026-02-16", False),  # Tết
        ("2026-02-21", False),
        ("2026-02-23", True),
        ("2026-04-27", False),  # in lieu of a Sunday
        ("2026-08-22", True),  # make-up Saturday of the package
        ("2026-08-31", False),
        ("2026-11-24", False),
        ("2026-11-25", True),
    ],
)
def test_days(day: str, works: bool) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("time_limit", "submitted", "due", "received"),
    [
        ("5 ngày làm việc", "2026-11-20T09:00", "2026-11-30T17:30", "2026-11-20"),
        (
            "5 ngày làm việc",
            "2026-11-20T15:00",
            "2026-11-30T17:30",
            "2026-11-20",
        ),  # the cut-off itself is in time
        ("5 ngày làm việc", "2026-11-20T15:01", "2026-12-01T17:30", "2026-11-23"),
        ("5 ngày làm việc", "2026-11-21T09:00", "2026-12-01T17:30", "2026-11-23"),  # handed in on a Saturday
        ("0,5 ngày làm việc", "2026-11-16T09:00", "2026-11-17T12:00", "2026-11-16"),
        ("1,5 ngày làm việc", "2026-11-20T09:00", "2026-11-25T12:00", "2026-11-20"),
        ("trong ngày", "2026-11-20T09:00", "2026-11-20T17:30", "2026-11-20"),
        ("trong ngày", "2026-11-20T16:00", "2026-11-23T17:30", "2026-11-23"),
        ("4 ngày", "2026-11-20T09:00", "2026-11-25T17:30", "2026-11-20"),  # 24/11 is off
        ("10 ngày", "2026-11-16T09:00", "2026-11-26T17:30", "2026-11-16"),
        ("4 giờ làm việc", "2026-11-16T10:00", "2026-11-16T15:30", "2026-11-16"),  # over the lunch break
        ("4 giờ làm việc", "2026-11-20T16:30", "2026-11-23T12:00", "2026-11-23"),  # Friday after the cut-off
        ("24 giờ", "2026-11-16T09:00", "2026-11-17T09:00", "2026-11-16"),
        ("24 giờ", "2026-11-20T09:00", "2026-11-23T17:30", "2026-11-20"),
    ],
)
def test_due(time_limit: str, submitted: str, due: str, received: str) -> None:
    found = CALENDAR.due(Duration.parse(time_limit), at(submitted))
    assert found.at == at(due)
    assert found.received == date.fromisoformat(received)
    assert not found.provisional


def test_a_report_on_friday_afternoon_with_four_hours_is_due_on_monday() -> None:
    assert CALENDAR.add_working_time(at("2026-11-20T16:30"), timedelta(hours=4)) == at("2026-11-23T11:00")


def test_tet_2027_is_provisional() -> None:
    found = CALENDAR.due(Duration.parse("5 ngày làm việc"), at("2027-02-02T09:00"))
    assert (found.day, found.provisional) == (date(2027, 2, 16), True)
    assert CALENDAR.due(Duration.parse("10 ngày làm việc"), at("2026-12-25T09:00")).provisional
    assert not CALENDAR.due(Duration.parse("2 ngày làm việc"), at("2026-12-28T09:00")).provisional


def test_a_field_may_have_its_own_cutoff() -> None:
    same_day = Duration.parse("trong ngày")
    assert CALENDAR.due(same_day, at("2026-11-20T16:00"), time(16, 30)).day == date(2026, 11, 20)
    assert CALENDAR.due(same_day, at("2026-11-20T17:31"), time(23)).day == date(2026, 11, 23)


def test_utc_is_turned_into_the_office_s_time() -> None:
    utc = datetime.fromisoformat("2026-11-20T01:30:00+00:00")
    assert CALENDAR.add_working_time(utc, timedelta(hours=1)) == at("2026-11-20T09:30")


def test_without_a_cutoff_closing_time_counts() -> None:
    calendar = Calendar(HANOI, cutoff=None, years=CALENDAR.years)
    assert calendar.received(at("2026-11-20T17:00")) == date(2026, 11, 20)
    assert calendar.received(at("2026-11-20T18:00")) == date(2026, 11, 23)


def test_an_unpublished_time_has_no_date() -> None:
    with pytest.raises(ValueError, match="published"):
        CALENDAR.due(Duration.parse("chưa công bố"), at("2026-11-20T09:00"))


@given(days, counts, counts)
def test_adding_in_two_parts_is_adding_at_once(day: date, first: int, second: int) -> None:
    once = CALENDAR.add_working_days(day, first + second)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(day, first), second) == once


@given(days, st.integers(1, 60))
def test_days_added_land_on_working_days(day: date, count: int) -> None:
    assert CALENDAR.is_working_day(CALENDAR.add_working_days(day, count))
    assert CALENDAR.is_working_day(CALENDAR.add_days(day, count))
    between = [day + timedelta(days=i + 1) for i in range((CALENDAR.add_working_days(day, count) - day).days)]
    assert sum(map(CALENDAR.is_working_day, between)) == count


@given(durations, moments)
def test_due_is_after_receipt_on_a_working_day(duration: Duration, submitted: datetime) -> None:
    due = CALENDAR.due(duration, submitted)
    assert CALENDAR.is_working_day(due.day)
    assert CALENDAR.is_working_day(due.received)
    assert submitted.date() <= due.received <= due.day
    assert due.at >= submitted


@given(durations, moments, st.timedeltas(timedelta(0), timedelta(days=20)))
@example(Duration(Decimal(64), "hour"), datetime(2025, 1, 1, tzinfo=HANOI), timedelta(days=2))
def test_later_is_never_due_earlier(duration: Duration, submitted: datetime, wait: timedelta) -> None:
    sooner, later = CALENDAR.due(duration, submitted), CALENDAR.due(duration, submitted + wait)
    assert sooner.day <= later.day
    # Hours that end on a day off end with the next working day (Civil Code, article 148.5), so within that day they
    # may end after hours that began later.
    assert duration.unit == "hour" or sooner.at <= later.at


@given(moments)
def test_longer_is_never_due_earlier(submitted: datetime) -> None:
    halves = [
        CALENDAR.due(Duration(Decimal(count) / 2, "working_day"), submitted).at for count in range(1, 12)
    ]
    assert all(earlier < later for earlier, later in pairwise(halves))


@given(moments, st.integers(1, 3000), st.integers(1, 3000))
def test_working_minutes_add_up(start: datetime, first: int, second: int) -> None:
    step, rest = timedelta(minutes=first), timedelta(minutes=second)
    once = CALENDAR.add_working_time(start, step + rest)
    assert CALENDAR.add_working_time(CALENDAR.add_working_time(start, step), rest) == once

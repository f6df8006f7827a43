"""One office's settings (config.yaml) and the machine's (environment), typed; all faults named at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot import texts
from bot.calendar import Calendar, Session, Year
from bot.knowledge.strict_yaml import Count, Day, Fault, Number, Plain, Text, Tree, build, read

Purpose = Literal[
    "general", "complaint", "harassment", "land", "street", "emergency", "fire", "medical", "police"
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Certainty = Literal["confirmed", "unconfirmed"]

_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_VIETNAM = "Asia/Ho_Chi_Minh"
_VIETNAM_TIME = timezone(
    timedelta(hours=7), _VIETNAM
)  # also for machines without zone data; it has no summer time


def _clock(value: object) -> object:
    if isinstance(value, Plain):
        raise ValueError(texts.fault_quote_clock(value))
    if not isinstance(value, str):
        return value
    if not _CLOCK.fullmatch(value):
        raise ValueError(texts.fault_clock(value))
    return time.fromisoformat(value)


def _unpublished(value: object) -> object:
    return None if isinstance(value, Plain) and value.lower() in {"null", "~", ""} else value


Clock = Annotated[time, BeforeValidator(_clock)]
MaybeText = Annotated[Text | None, BeforeValidator(_unpublished)]
MaybeDay = Annotated[Day | None, BeforeValidator(_unpublished)]
MaybeClock = Annotated[Clock | None, BeforeValidator(_unpublished)]
HalfDay = tuple[Clock, Clock]
MaybeHalfDay = Annotated[HalfDay | None, BeforeValidator(_unpublished)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Office(_Part):
    """Who serves; None is not published."""

    name: Text
    city: Text
    kind: Literal["ward", "commune", "city"]
    place: Text
    address: MaybeText = None
    address_checked: MaybeDay = None
    mailbox: MaybeText = None


class Desk(_Part):
    """Who receives the dossiers of a field; None is not published."""

    desk: MaybeText = None
    officer: MaybeText = None
    phone: MaybeText = None
    address: MaybeText = None


class Contact(_Part):
    """A number, address or application that citizens may turn to."""

    name: Text
    value: Text
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    note: Text = ""
    checked: Day
    source: Text


class OfficeHours(_Part):
    """When the office is open."""

    days: tuple[Weekday, ...] = Field(min_length=1)
    morning: HalfDay
    afternoon: MaybeHalfDay = None
    status: Certainty
    note: Text = ""

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Opening and closing times of a working day, in order."""
        return (self.morning, self.afternoon) if self.afternoon else (self.morning,)

    @property
    def weekdays(self) -> tuple[int, ...]:
        """Days of the week, Monday is 0, ascending."""
        return tuple(sorted({_WEEKDAYS.index(day) for day in self.days}))


class Dossier(_Part):
    """After this hour a dossier counts as received on the next working day."""

    cutoff: MaybeClock = None
    source: Text = ""
    checked: MaybeDay = None


class CalendarYear(_Part):
    """What differs from the holidays package in a year, and whether the year is officially announced."""

    status: Certainty
    days_off_extra: tuple[Day, ...] = ()
    working_extra: tuple[Day, ...] = ()


class Appeal(_Part):
    """Figures of khiếu nại."""

    limit_days: Count
    accept_working_days: Count
    resolve_days: Count
    source: Text
    checked: Day


class Denunciation(_Part):
    """Figures of tố cáo."""

    accept_working_days: Count
    resolve_days: Count
    source: Text
    checked: Day


class Guides(_Part):
    """The law's figures for what the bot only explains."""

    appeal: Appeal
    denunciation: Denunciation


class Conversation(_Part):
    """How long a dialogue is remembered, how many choices a list shows."""

    expires_minutes: Annotated[Count, Field(ge=1)] = 1440
    choices: Annotated[Count, Field(ge=2, le=6)] = 6


class Telegram(_Part):
    """Rates; `seconds_per_chat` is the pause between two messages to one chat."""

    messages_per_minute: Annotated[Count, Field(ge=1)] = 30
    burst: Annotated[Count, Field(ge=1)] = 20
    sends_in_flight: Annotated[Count, Field(ge=1, le=256)] = 24
    seconds_per_chat: Annotated[Number, Field(gt=0, le=60)] = 1.0


class Retention(_Part):
    """Days that things are kept."""

    done_days: Annotated[Count, Field(ge=1)] = 3  # Telegram may repeat an update for a day
    quarantine_days: Annotated[Count, Field(ge=1)] = 30
    sent_days: Annotated[Count, Field(ge=1)] = 3
    unanswered_days: Annotated[Count, Field(ge=1)] = 180  # since a question was last asked


class InvalidConfigError(Exception):
    """The settings have faults; none of them is used."""

    def __init__(self, faults: Collection[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class Config(_Part):
    """The whole of config.yaml."""

    office: Office
    desks: Mapping[Text, Desk] = Field(default_factory=dict)
    contacts: tuple[Contact, ...]
    office_hours: OfficeHours
    dossier: Dossier = Dossier()
    time_zone: Text = _VIETNAM
    calendar: Mapping[str, CalendarYear] = Field(default_factory=dict)
    guides: Guides
    conversation: Conversation = Conversation()
    telegram: Telegram = Telegram()
    retention: Retention = Retention()

    @staticmethod
    def load(
        path: Path, today: date, fields: Collection[str] | None = None, *, lenient: bool = False
    ) -> Config:
        """The settings of a file, whole and valid, or InvalidConfigError with all faults.

        `fields` are the knowledge base's field ids; desks of other fields are then faults. `lenient` lets pass what
        the calendar alone makes a fault: a wrong clock must not leave an office without its assistant.
        """
        tree = read(path)
        config = build(tree, Config)
        if config is None:
            raise InvalidConfigError(sorted(tree.faults))
        faults = sorted(_cross_check(tree, config, today, fields))
        if not all(lenient and fault.ages for fault in faults):
            raise InvalidConfigError(faults)
        return config

    @property
    def zone(self) -> tzinfo:
        """The office's time zone; ZoneInfoNotFoundError for one that does not exist."""
        try:
            return ZoneInfo(self.time_zone)
        except ZoneInfoNotFoundError:
            if self.time_zone != _VIETNAM:
                raise
            return _VIETNAM_TIME

    def working_calendar(self) -> Calendar:
        """The office's working time."""
        years = {
            int(year): Year(
                known.status == "confirmed", frozenset(known.days_off_extra), frozenset(known.working_extra)
            )
            for year, known in self.calendar.items()
        }
        hours = self.office_hours
        return Calendar(self.zone, hours.sessions, frozenset(hours.weekdays), self.dossier.cutoff, years)

    def contacts_for(self, purpose: Purpose) -> tuple[Contact, ...]:
        """Contacts of a purpose, in the order of the file."""
        return tuple(contact for contact in self.contacts if purpose in contact.purposes)

    def desk(self, field_id: str) -> Desk:
        """The desk of a field, with everything unpublished when the file has none."""
        return self.desks.get(field_id, Desk())


def today_in_vietnam(now: datetime) -> date:
    """The day of an aware moment, for whom no office's time zone is known yet."""
    return now.astimezone(_VIETNAM_TIME).date()


def _cross_check(tree: Tree, config: Config, today: date, fields: Collection[str] | None) -> Iterator[Fault]:
    yield from _hours_faults(tree, config.office_hours)
    yield from _calendar_faults(tree, config.calendar)
    yield from _date_faults(tree, config, today)
    try:
        _ = config.zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield tree.fault(("time_zone",), texts.fault_zone(config.time_zone))
    for purpose in ("general", "complaint", "emergency"):
        if not config.contacts_for(purpose):
            yield tree.fault(("contacts",), texts.fault_no_contact(purpose))
    for name in config.desks:
        if fields is not None and name not in fields:
            yield tree.fault(("desks", name), texts.fault_desk_field(name))


def _hours_faults(tree: Tree, hours: OfficeHours) -> Iterator[Fault]:
    if hours.morning[0] >= hours.morning[1]:
        yield tree.fault(("office_hours", "morning"), texts.FAULT_HOURS_ORDER)
    if hours.afternoon and hours.afternoon[0] >= hours.afternoon[1]:
        yield tree.fault(("office_hours", "afternoon"), texts.FAULT_HOURS_ORDER)
    if hours.afternoon and hours.morning[1] > hours.afternoon[0]:
        yield tree.fault(("office_hours", "afternoon"), texts.FAULT_HOURS_OVERLAP)


def _calendar_faults(tree: Tree, calendar: Mapping[str, CalendarYear]) -> Iterator[Fault]:
    for name, year in calendar.items():
        if not re.fullmatch(r"20\d\d", name):
            yield tree.fault(("calendar", name), texts.fault_year(name))
            continue
        for part in ("days_off_extra", "working_extra"):
            for i, day in enumerate(getattr(year, part)):
                if day.year != int(name):
                    yield tree.fault(("calendar", name, part, i), texts.fault_day_of_year(day, name))
        for day in sorted(set(year.days_off_extra) & set(year.working_extra)):
            yield tree.fault(("calendar", name), texts.fault_day_twice(day))


def _date_faults(tree: Tree, config: Config, today: date) -> Iterator[Fault]:
    days: list[tuple[tuple[str | int, ...], date | None]] = [
        *((("contacts", i, "checked"), contact.checked) for i, contact in enumerate(config.contacts)),
        (("guides", "appeal", "checked"), config.guides.appeal.checked),
        (("guides", "denunciation", "checked"), config.guides.denunciation.checked),
        (("dossier", "checked"), config.dossier.checked),
        (("office", "address_checked"), config.office.address_checked),
    ]
    for path, day in days:
        if day and day > today:
            yield tree.fault(path, texts.fault_future(day), ages=True)


TELEGRAM_API = "https://api.telegram.org"


@dataclass(frozen=True, slots=True)
class Settings:
    """What runs the doors: the machine's environment, the office's rates and days. repr has no secret."""

    database_url: str = field(default="", repr=False)  # may hold a password
    telegram_token: str = field(default="", repr=False)
    telegram_api_url: str = field(default=TELEGRAM_API, repr=False)  # may hold the token
    data_dir: Path = Path("data")
    telegram: Telegram = field(default_factory=Telegram)
    retention: Retention = field(default_factory=Retention)
    conversation: Conversation = field(default_factory=Conversation)

    @staticmethod
    def from_env(environ: Mapping[str, str], config: Config | None = None) -> Settings:
        """TELEGRAM_BOT_TOKEN, TELEGRAM_API_URL, DATABASE_URL, BOT_DATA_DIR; blank means not set.

        Without DATABASE_URL it is a SQLite file in the data directory.
        """
        given = {name: value.strip() for name, value in environ.items() if value.strip()}
        data_dir = Path(given.get("BOT_DATA_DIR", "data"))
        return Settings(
            database_url=given.get("DATABASE_URL", _sqlite_in(data_dir)),
            telegram_token=given.get("TELEGRAM_BOT_TOKEN", ""),
            telegram_api_url=given.get("TELEGRAM_API_URL", TELEGRAM_API),
            data_dir=data_dir,
            telegram=config.telegram if config else Telegram(),
            retention=config.retention if config else Retention(),
            conversation=config.conversation if config else Conversation(),
        )


def _sqlite_in(directory: Path) -> str:
    return f"sqlite+aiosqlite:///{quote(str(directory / 'bot.db'), safe=' /')}"

"""config.yaml: the shipped one serves, and every fault is named with its line."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.config import Config, InvalidConfigError, Settings
from bot.courier import Delivery
from bot.doors import delivery_of

SHIPPED = Path(__file__).parent.parent / "config.yaml"
TODAY = date(2026, 11, 22)


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The shipped file with some text replaced."""
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path, fields: set[str] | None = None) -> list[str]:
    with pytest.raises(InvalidConfigError) as caught:
        Config.load(path, TODAY, fields)
    assert str(caught.value) == "\n".join(map(str, caught.value.faults))
    return [str(fault) for fault in caught.value.faults]


def test_the_shipped_file_serves() -> None:
    config = Config.load(SHIPPED, TODAY, {"civil_status", "residence"})
    assert [contact.value for contact in config.contacts_for("emergency")] == ["113", "114", "115"]
    assert [contact.value for contact in config.contacts_for("harassment")] == ["0768.221.221"]
    assert config.dossier.cutoff == time(15)
    assert config.desk("civil_status").officer is None
    assert config.desk("land").phone is None
    assert config.office_hours.weekdays == (0, 1, 2, 3, 4)


def test_the_calendar_has_the_corrections() -> None:
    calendar = Config.load(SHIPPED, TODAY).working_calendar()
    assert not calendar.is_working_day(date(2026, 1, 2))
    assert calendar.is_working_day(date(2026, 1, 10))
    assert calendar.is_confirmed(2026)
    assert not calendar.is_confirmed(2027)
    assert not calendar.is_confirmed(2028)


def test_a_day_may_be_open_that_the_package_closes(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        (
            '"2027": {status: unconfirmed}',
            '"2027": {status: confirmed, days_off_extra: [2027-02-11], working_extra: [2027-02-04]}',
        ),
    )
    calendar = Config.load(path, TODAY).working_calendar()
    assert calendar.is_working_day(date(2027, 2, 4))
    assert not calendar.is_working_day(date(2027, 2, 11))


def test_all_faults_at_once_with_lines(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        ("  city: Hà Nội", "  ctiy: Hà Nội"),
        ('cutoff: "15:00"', "cutoff: 15:00"),
        ("burst: 20", "burst: 020"),
        ("status: unconfirmed              #", "status: maybe              #"),
        ("days_off_extra: [2026-01-02]", "days_off_extra: [2026-02-30]"),
    )
    found = faults(path)
    text = "\n".join(found)
    assert 'có phải "city"?' in text
    assert 'dấu nháy: "15:00"' in text
    assert "020" in text
    assert "confirmed, 'unconfirmed'" in text or "'confirmed', 'unconfirmed'" in text
    assert "2026-02-30" in text
    assert len(found) == 5
    assert all(fault.startswith("config.yaml:") for fault in found)
    line = SHIPPED.read_text(encoding="utf-8").splitlines().index("  city: Hà Nội") + 1
    assert any(fault.startswith(f"config.yaml:{line}: ") for fault in found)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('morning: ["08:00", "12:00"]', 'morning: ["12:00", "08:00"]', "trước giờ đóng cửa"),
        ('morning: ["08:00", "12:00"]', 'morning: ["08:00", "14:00"]', "buổi chiều bắt đầu"),
        ('morning: ["08:00", "12:00"]', 'morning: ["08:00", "25:00"]', '"08:00"'),
        ("Asia/Ho_Chi_Minh", "Asia/Hanoi", "múi giờ"),
        ("working_extra: [2026-01-10]", "working_extra: [2025-01-10]", "không thuộc năm 2026"),
        ("working_extra: [2026-01-10]", "working_extra: [2026-01-02]", "vừa ghi nghỉ vừa ghi làm"),
        ('"2025": {', "năm ngoái: {", "phải là một năm"),
        ("purposes: [general, complaint, land]", "purposes: [land, rude]", "chỉ nhận một trong"),
        ("days: [mon, tue, wed, thu, fri]", "days: []", "days"),
        ("checked: 2026-11-22", "checked: 2026-12-22", "tương lai"),
        ("  mailbox: null", '  mailbox: ""', "để trống"),
        ("  mailbox: null", "  mailbox: no", "dấu nháy"),
        ("limit_days: 90", "limit_days: ninety", "số nguyên"),
        ("choices: 6", "choices: 60", "choices"),
    ],
)
def test_faults(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = faults(changed(tmp_path, (old, new)))
    assert any(said in fault for fault in found), found


def test_missing_contacts_and_unknown_desks(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("[emergency,", "[street,")
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    found = faults(path, {"residence"})
    assert len(found) == 2
    assert any("emergency" in fault for fault in found)
    assert any("civil_status" in fault for fault in found)


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path / "config.yaml")[0].startswith("config.yaml:1: ")


def test_no_afternoon_and_no_cutoff(tmp_path: Path) -> None:
    path = changed(
        tmp_path, ('afternoon: ["13:30", "17:30"]', "afternoon: null"), ('cutoff: "15:00"', "cutoff: null")
    )
    config = Config.load(path, TODAY)
    assert config.office_hours.sessions == ((time(8), time(12)),)
    assert config.working_calendar().cutoff is None


def test_settings_come_from_the_environment_and_hide_secrets() -> None:
    settings = Settings.from_env(
        {
            "TELEGRAM_BOT_TOKEN": " 12:secret ",
            "TELEGRAM_API_URL": "http://localhost:1/bot12:secret",
            "DATABASE_URL": "postgresql+asyncpg://a:secret@b/c",
            "BOT_DATA_DIR": "/srv/bot",
        }
    )
    assert settings.telegram_token == "12:secret"  # noqa: S105
    assert settings.data_dir == Path("/srv/bot")
    assert "secret" not in repr(settings)


def test_the_office_decides_rates_and_days(tmp_path: Path) -> None:
    path = changed(tmp_path, ("sends_in_flight: 24", "sends_in_flight: 16"), ("sent_days: 3", "sent_days: 9"))
    settings = Settings.from_env({}, Config.load(path, TODAY))
    assert settings.telegram.sends_in_flight == 16
    assert settings.retention.sent_days == 9
    assert settings.conversation.expires_minutes == 1440
    assert delivery_of(settings) == Delivery(in_flight=16, per_chat_second=1.0)


def test_a_data_directory_with_odd_letters_is_kept() -> None:
    url = Settings.from_env({"BOT_DATA_DIR": "/srv/a b?c%41#d"}).database_url
    assert make_url(url).database == "/srv/a b?c%41#d/bot.db"


def test_settings_without_an_environment() -> None:
    settings = Settings.from_env({"TELEGRAM_BOT_TOKEN": " "})
    assert settings.telegram_token == ""
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.database_url == "sqlite+aiosqlite:///data/bot.db"
    absolute = Settings.from_env({"BOT_DATA_DIR": "/srv/bot"})
    assert absolute.database_url == "sqlite+aiosqlite:////srv/bot/bot.db"

"""The check of both files and the report: what is published, what has grown old, what is saved."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot import check
from bot.knowledge.procedures import Knowledge, load
from bot.knowledge.publication import THINGS, Contacts, missing_things, saved_days, savings
from bot.knowledge.publication import report as written
from tests.knowledge.cards import TODAY, VALID, changed

CONFIG = Path(__file__).parent.parent / "config.yaml"
ALL = Contacts(officers=frozenset({"civil_status"}), hotline=True, mailbox=True)


def put(folder: Path, text: str, name: str = "procedures.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def known(folder: Path, *swaps: tuple[str, str]) -> Knowledge:
    return load(put(folder, changed(*swaps)), TODAY)


def config(folder: Path, *swaps: tuple[str, str]) -> Path:
    """The shipped settings, without desks of fields that the small knowledge does not have."""
    text = CONFIG.read_text(encoding="utf-8")
    for old, new in (("  residence: {", "  # residence: {"), *swaps):
        assert old in text, old
        text = text.replace(old, new, 1)
    return put(folder, text, "config.yaml")


def test_two_valid_files_have_no_faults(tmp_path: Path) -> None:
    knowledge, settings = put(tmp_path, VALID), config(tmp_path)
    assert check.faults(knowledge, settings, TODAY) == []
    assert check.run(knowledge, settings, TODAY) == ("Không có lỗi: 2 thủ tục, 1 lĩnh vực.", 0)


def test_the_faults_of_both_files_are_told_together(tmp_path: Path) -> None:
    knowledge = put(
        tmp_path, changed(("where: Tòa án", "where: no"), ("until: 2027-12-31", "until: 2026-01-02"))
    )
    settings = config(tmp_path, ("kind: ward", "kind: town"))
    text, status = check.run(knowledge, settings, TODAY)
    lines = text.splitlines()
    assert status == 1
    assert [line.split(" ")[0] for line in lines[:-1]] == [
        "config.yaml:8:",
        "procedures.yaml:19:",
        "procedures.yaml:34:",
    ]
    assert lines[-1] == "3 lỗi."


def test_a_desk_of_no_field_is_found_beside_other_faults(tmp_path: Path) -> None:
    knowledge = put(tmp_path, changed(("where: Tòa án", "where: no")))
    settings = config(tmp_path, ("  civil_status: {", "  civil: {"))
    assert [fault.file for fault in check.faults(knowledge, settings, TODAY)] == [
        "config.yaml",
        "procedures.yaml",
    ]


def test_missing_files_are_faults(tmp_path: Path) -> None:
    text, status = check.run(tmp_path / "a.yaml", tmp_path / "b.yaml", TODAY, with_report=True)
    assert status == 1
    assert text.splitlines()[-3:] == ["a.yaml:1: không có tệp này", "b.yaml:1: không có tệp này", "2 lỗi."]
    assert "Chưa lập được báo cáo" in text


def test_an_expired_fee_is_a_fault_beside_a_report(tmp_path: Path) -> None:
    text, status = check.run(put(tmp_path, VALID), config(tmp_path), date(2028, 1, 1), with_report=True)
    assert status == 1
    assert text.startswith("BÁO CÁO DỮ LIỆU, ngày 01/01/2028")
    assert text.endswith("mức phí đã hết hạn ngày 2027-12-31; hãy bỏ hoặc cập nhật\n1 lỗi.")


def test_settings_that_cannot_be_read_publish_nothing(tmp_path: Path) -> None:
    assert check.contacts_of(None) == Contacts()


def test_the_settings_publish_officer_hotline_and_mailbox(tmp_path: Path) -> None:
    settings = config(
        tmp_path,
        (
            "  civil_status: {desk: null, officer: null",
            "  civil_status: {desk: null, officer: Bà Nguyễn Thị Lan",
        ),
        ("mailbox: null", "mailbox: gopy@example.vn"),
    )
    found = check.check(put(tmp_path, VALID), settings, TODAY)
    assert check.contacts_of(found.config) == ALL


@pytest.mark.parametrize(
    ("swap", "missing"),
    [
        (("miễn phí}", "miễn phí}"), {"quy trình"}),
        (("  confidence: A", "  steps: [Nộp]\n  confidence: A"), set()),
        (("time: trong ngày", "time: chưa công bố"), {"quy trình", "thời gian trả"}),
        (
            ("time: trong ngày", "time: [{case: a, time: trong ngày}, {case: b, time: chưa công bố}]"),
            {"quy trình", "thời gian trả"},
        ),
        (("fee: miễn phí", "fee: chưa công bố"), {"quy trình"}),  # a local fee stands for all channels
    ],
)
def test_the_seven_things(tmp_path: Path, swap: tuple[str, str], missing: set[str]) -> None:
    birth = known(tmp_path, swap).procedures["1.001193"]
    assert set(missing_things(birth, ALL, TODAY)) == missing


@pytest.mark.parametrize(
    "swap",
    [
        ("{fee: 5.000 đồng,", "{case: quá hạn, fee: 5.000 đồng,"),
        ("{fee: 5.000 đồng,", "{channels: [online], fee: 5.000 đồng,"),
    ],
)
def test_a_local_fee_stands_only_for_what_it_covers(tmp_path: Path, swap: tuple[str, str]) -> None:
    birth = known(tmp_path, ("fee: miễn phí", "fee: chưa công bố"), swap).procedures["1.001193"]
    assert "phí, lệ phí" in missing_things(birth, ALL, TODAY)


def test_nothing_published_by_the_office(tmp_path: Path) -> None:
    again = known(tmp_path).procedures["1.004884"]
    nothing = (*THINGS[:2], *THINGS[4:])
    assert missing_things(again, Contacts(), TODAY) == nothing


def test_completeness_adds_up(tmp_path: Path) -> None:
    text = written(known(tmp_path, ("  confidence: A", "  steps: [Nộp]\n  confidence: A")), ALL, TODAY)
    assert "  Đủ 7/7: 1 trên 2 thủ tục\n  Cộng: 12/14 nội dung\n" in text
    assert "  7/7  1.001193 Đăng ký khai sinh\n" in text
    assert "  5/7  1.004884 Đăng ký lại khai sinh: thiếu quy trình; thành phần hồ sơ\n" in text


def test_what_has_grown_old(tmp_path: Path) -> None:
    text = written(
        known(
            tmp_path,
            ("checked: 2026-11-22", "checked: 2026-05-01"),
            ("where: Tòa án", "where: Tòa án\n  confidence: C\n  checked: 2026-11-01"),
            ("until: 2027-12-31", "until: 2027-01-22"),
            ("confidence: B", "confidence: B\n  status: stale_suspected"),
        ),
        ALL,
        TODAY,
    )
    assert "  Nghi đã cũ (stale_suspected): 1\n    1.004884 Đăng ký lại khai sinh\n" in text
    assert "  Độ tin cậy C: 1\n    Ly hôn\n" in text
    assert "  Kiểm tra đã quá 180 ngày: 2\n    01/05/2026  1.001193 Đăng ký khai sinh\n" in text
    assert "hết hạn trong 60 ngày: 1\n    22/01/2027  1.001193 Đăng ký khai sinh\n" in text


def test_half_a_year_and_two_months_are_not_yet_over(tmp_path: Path) -> None:
    text = written(
        known(
            tmp_path,
            ("checked: 2026-11-22", "checked: 2026-05-27"),
            ("until: 2027-12-31", "until: 2027-01-23"),
        ),
        ALL,
        TODAY,
    )
    assert "  Kiểm tra đã quá 180 ngày: 0\n" in text
    assert "hết hạn trong 60 ngày: 0\n" in text


@pytest.mark.parametrize(
    ("statutory", "committed", "saved"),
    [
        ("3 ngày làm việc", "2,5 ngày làm việc", "0.5"),
        ("1 ngày làm việc", "4 giờ làm việc", "0.5"),
        ("2 ngày làm việc", "trong ngày", "1"),
        ("trong ngày", "trong ngày", "0"),
        ("30 ngày", "20 ngày", None),
        ("30 ngày", "20 ngày làm việc", None),
        ("chưa công bố", "2 ngày làm việc", None),
        ("[{case: a, time: 3 ngày làm việc}]", "2 ngày làm việc", None),
        (
            "[{case: a, time: 3 ngày làm việc}, {case: b, time: 9 ngày làm việc}]",
            "[{case: b, time: 8 ngày làm việc}, {case: a, time: 1 ngày làm việc}]",
            "1",
        ),
    ],
)
def test_days_saved(tmp_path: Path, statutory: str, committed: str, saved: str | None) -> None:
    both = f"confidence: A\n  statutory: {statutory}\n  committed: {committed}"
    birth = known(tmp_path, ("confidence: A", both)).procedures["1.001193"]
    assert saved_days(birth) == (None if saved is None else Decimal(saved))


def test_days_and_hours_saved_per_level(tmp_path: Path) -> None:
    knowledge = known(
        tmp_path,
        ("confidence: A", "confidence: A\n  statutory: 3 ngày làm việc\n  committed: 1,5 ngày làm việc"),
        (
            "confidence: B",
            "confidence: B\n  level: province\n  statutory: 10 ngày làm việc\n  committed: 8 ngày làm việc",
        ),
    )
    found = savings(knowledge.procedures.values())
    assert {
        str(level): (saving.procedures, saving.days, saving.hours) for level, saving in found.items()
    } == {
        "commune": (1, Decimal("1.5"), Decimal(12)),
        "province": (1, Decimal(2), Decimal(16)),
    }
    text = written(knowledge, ALL, TODAY)
    assert "  Có cả hai thời hạn: 2 trên 2 thủ tục; so được: 2\n" in text
    assert "  Cấp xã: 1 thủ tục, 1,5 ngày = 12 giờ\n" in text
    assert text.endswith("  Cộng: 2 thủ tục, 3,5 ngày = 28 giờ")


def test_abolished_procedures_do_not_count(tmp_path: Path) -> None:
    gone = 'confidence: B\n  status: abolished\n  successor: "1.001193"'
    text = written(known(tmp_path, ("confidence: B", gone)), ALL, TODAY)
    assert "  1 thủ tục đang dùng, 1 thủ tục đã bãi bỏ" in text
    assert "1.004884" not in text

"""The knowledge file: each class of fault with its line and entry, and what loading fills in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.procedures import (
    CaseFee,
    CaseTime,
    InvalidKnowledgeError,
    LocalFee,
    Submission,
    examine,
    load,
)
from bot.knowledge.quantities import Duration, Fee
from tests.knowledge.cards import TODAY, VALID, changed, faults_of, line_of, shown

BIRTH = "1.001193 Đăng ký khai sinh"
FREE_SINCE = "{fee: miễn phí, from: 2026-01-01, source: PORTAL}"
AGAIN = "1.004884 Đăng ký lại khai sinh"


def test_a_valid_file_has_no_faults(tmp_path: Path) -> None:
    assert shown(tmp_path, VALID) == []


def test_a_procedure_is_completed_from_its_field(tmp_path: Path) -> None:
    path = tmp_path / "procedures.yaml"
    path.write_text(
        changed(
            ("    name: Hộ tịch\n", f"    name: Hộ tịch\n    local_fees: [{FREE_SINCE}]\n"),
            ("  confidence: B\n", "  confidence: B\n  place: Nơi khác\n"),
        )
    )
    knowledge = load(path, TODAY)
    birth, again = knowledge.procedures["1.001193"], knowledge.procedures["1.004884"]
    assert (birth.body, birth.level, birth.checked) == ("UBND cấp xã", "commune", date(2026, 11, 22))
    assert (birth.place, again.place) == ("Điểm phục vụ hành chính công", "Nơi khác")
    assert [str(fee.fee) for fee in birth.local_fees] == ["5.000 đồng", "miễn phí"]
    assert [str(fee.fee) for fee in again.local_fees] == ["miễn phí"]
    assert knowledge.fields[birth.field].name == "Hộ tịch"
    assert birth.channels["direct"].fee == (CaseFee(fee=Fee("free")),)
    assert len(knowledge.version) == 12


def test_the_version_is_that_of_the_content(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one.yaml", "same.yaml", "other.yaml"))
    one.write_text(VALID)
    same.write_text(VALID)
    other.write_text(VALID + "# changed\n")
    assert load(one, TODAY).version == load(same, TODAY).version != load(other, TODAY).version


# Each: a text and what is put in its place, the text whose line is named, entry · field, and the words.
FAULTS = {
    "code twice": (
        'code: "1.004884"',
        'code: "1.001193"',
        'code: "1.001193"\n  name: Đăng ký lại',
        "1.001193 Đăng ký lại khai sinh · code",
        "mã 1.001193 đã có ở dòng 21",
    ),
    "bare code": (
        'code: "1.001193"',
        "code: 1.001193",
        "code: 1.001193",
        f"{BIRTH} · code",
        'hãy đặt trong dấu nháy: "1.001193"',
    ),
    "alias of another": (
        "aliases: [đăng ký lại khai sinh]",
        "aliases: [Khai Sinh]",
        "aliases: [Khai",
        f"{AGAIN} · aliases[1]",
        f'cách gọi "Khai Sinh" đã thuộc {BIRTH} (dòng 25)',
    ),
    "alias without marks": (
        "aliases: [đăng ký lại khai sinh]",
        "aliases: [con moi sinh]",
        "aliases: [con moi",
        f"{AGAIN} · aliases[1]",
        'cách gọi "con moi sinh" đã thuộc',
    ),
    "alias of a topic": (
        "aliases: [khai sinh,",
        "aliases: [hộ tịch,",
        "aliases: [hộ tịch, con",
        f"{BIRTH} · aliases[1]",
        'cách gọi "hộ tịch" đã thuộc fields.civil_status (dòng 6)',
    ),
    "alias is a name": (
        "aliases: [đăng ký lại khai sinh]",
        "aliases: [dang ky khai sinh]",
        "aliases: [dang",
        f"{AGAIN} · aliases[1]",
        f'cách gọi "dang ky khai sinh" là tên của {BIRTH} (dòng 21)',
    ),
    "alias of signs": (
        "aliases: [ly hôn]",
        'aliases: ["!!!"]',
        'aliases: ["!!!',
        "Ly hôn · aliases[1]",
        "không có chữ nào",
    ),
    "no aliases": (
        "aliases: [ly hôn]",
        "aliases: []",
        "aliases: []",
        "Ly hôn · aliases",
        "phải có ít nhất 1 mục",
    ),
    "unknown field": (
        "official: Thủ tục đăng ký khai",
        "offical: Thủ tục đăng ký khai",
        "offical",
        f"{BIRTH} · offical",
        'trường này không có trong định dạng; có phải "official"?',
    ),
    "unknown nested": (
        "{name: Giấy chứng sinh, original: 1}",
        "{name: Giấy chứng sinh, orignal: 1}",
        "orignal",
        f"{BIRTH} · documents[1].orignal",
        'có phải "original"?',
    ),
    "unknown channel": (
        "    direct: {time: trong",
        "    dirct: {time: trong",
        "dirct",
        f"{BIRTH} · channels.dirct",
        "chỉ nhận một trong: 'direct', 'post', 'online'",
    ),
    "impossible day": (
        "until: 2027-12-31",
        "until: 2027-02-30",
        "until: 2027",
        f"{BIRTH} · local_fees[1].until",
        "ngày không có thật",
    ),
    "checked in the future": (
        "checked: 2026-11-22",
        "checked: 2062-11-22",
        "checked",
        "fields.civil_status · checked",
        "ngày kiểm tra ở tương lai: 2062-11-22",
    ),
    "expired fee": (
        "until: 2027-12-31",
        "until: 2026-11-22",
        "until",
        f"{BIRTH} · local_fees[1].until",
        "mức phí đã hết hạn ngày 2026-11-22",
    ),
    "fee ends before it begins": (
        "until: 2027-12-31",
        "until: 2025-12-31",
        "until",
        f"{BIRTH} · local_fees[1].until",
        "ngày hết hạn 2025-12-31 trước ngày bắt đầu 2026-01-01",
    ),
    "fee": (
        "fee: miễn phí",
        "fee: mien phi",
        "fee: mien",
        f"{BIRTH} · channels.direct.fee",
        "mức phí không đúng dạng: mien phi",
    ),
    "zero fee": (
        "fee: miễn phí",
        "fee: 0 đồng",
        "fee: 0",
        f"{BIRTH} · channels.direct.fee",
        "số 0 không có nghĩa",
    ),
    "blank fee": ("fee: miễn phí", "fee: ", "fee: }", f"{BIRTH} · channels.direct.fee", "đang để trống"),
    "case without fee": (
        "fee: miễn phí",
        "fee: [{case: a}]",
        "fee: [{case",
        f"{BIRTH} · channels.direct.fee[1].fee",
        "thiếu trường",
    ),
    "time": (
        "time: 5 ngày làm việc",
        "time: 5 ngày làm",
        "time: 5",
        f"{AGAIN} · channels.direct.time",
        "thời hạn không đúng dạng",
    ),
    "clock as time": (
        "time: 5 ngày làm việc",
        "time: 12:30",
        "time: 12",
        f"{AGAIN} · channels.direct.time",
        "không đúng dạng: 12:30",
    ),
    "no channels": (
        "    direct: {time: 5 ngày làm việc, fee: 8.000 đồng/bản}\n",
        "",
        "  channels:\n  confidence",
        f"{AGAIN} · channels",
        "đang để trống",
    ),
    "case not declared": (
        "case: sinh ở nhà}",
        "case: sinh tại nhà}",
        "case: sinh tại",
        f"{BIRTH} · documents[2].case",
        "trường hợp chưa khai ở mục cases: sinh tại nhà",
    ),
    "trap as text": (
        "where: Tòa án",
        "where: no",
        "where: no",
        "Ly hôn · where",
        'hãy đặt trong dấu nháy: "no"',
    ),
    "leading zeros": (
        "original: 1}",
        "original: 0100}",
        "original: 0100",
        f"{BIRTH} · documents[1].original",
        "không có số 0 đứng đầu",
    ),
    "cut-off unquoted": (
        "    checked:",
        "    cutoff: 15:00\n    checked:",
        "cutoff",
        "fields.civil_status · cutoff",
        'hãy đặt trong dấu nháy: "15:00"',
    ),
    "cut-off impossible": (
        "    checked:",
        '    cutoff: "25:00"\n    checked:',
        "cutoff",
        "fields.civil_status · cutoff",
        "giờ không có thật",
    ),
    "abolished without successor": (
        "confidence: B",
        "confidence: B\n  status: abolished",
        'code: "1.004884"',
        f"{AGAIN} · successor",
        "phải ghi mã thủ tục thay thế",
    ),
    "successor unknown": (
        "confidence: B",
        'confidence: B\n  successor: "9"',
        "successor",
        f"{AGAIN} · successor",
        "không có thủ tục thay thế mang mã 9",
    ),
    "own successor": (
        "confidence: B",
        'confidence: B\n  successor: "1.004884"',
        "successor",
        f"{AGAIN} · successor",
        "thay thế vòng tròn: 1.004884 → 1.004884",
    ),
    "related unknown": (
        'related: ["1.004884"]',
        'related: ["1.9"]',
        "related",
        f"{BIRTH} · related[1]",
        "không có thủ tục mang mã 1.9",
    ),
    "topic unknown": (
        'procedures: ["1.001193",',
        'procedures: ["1.2",',
        "procedures: [",
        "Giấy tờ cho con · procedures[1]",
        "không có thủ tục mang mã 1.2",
    ),
    "topic of one": (
        ', "1.004884"]\nelse',
        "]\nelse",
        "procedures: [",
        "Giấy tờ cho con · procedures",
        "phải có ít nhất 2 mục",
    ),
    "field unknown": (
        "field: civil_status\n  aliases: [đăng",
        "field: civil\n  aliases: [đăng",
        "field: civil\n",
        f"{AGAIN} · field",
        "lĩnh vực không có trong mục fields: civil",
    ),
    "field left out by a sign": (
        "field: civil_status\n  aliases: [đăng",
        "field: ~\n  aliases: [đăng",
        "field: ~",
        f"{AGAIN} · field",
        'hãy đặt trong dấu nháy: "~"',
    ),
    "source unknown": (
        "sources: [PORTAL]",
        "sources: [PORTL]",
        "sources: [",
        "fields.civil_status · sources[1]",
        "nguồn không có",
    ),
    "fee source unknown": (
        "source: PORTAL}",
        "source: X}",
        "source: X",
        f"{BIRTH} · local_fees[1].source",
        "nguồn không có",
    ),
    "nobody says where": (
        "    place: Điểm phục vụ hành chính công\n",
        "",
        'code: "1.001193"',
        f"{BIRTH} · place",
        "thiếu: phải ghi",
    ),
    "slower than the law": (
        "confidence: B",
        "confidence: B\n  statutory: 3 ngày làm việc\n  committed: 4 ngày làm việc",
        "committed",
        f"{AGAIN} · committed",
        "cam kết 4 ngày làm việc lại dài hơn luật định 3 ngày làm việc",
    ),
    "plain link": (
        "confidence: B",
        "confidence: B\n  online: http://a.vn",
        "online",
        f"{AGAIN} · online",
        "phải bắt đầu bằng https://",
    ),
    "plain form link": (
        "confidence: B",
        "confidence: B\n  forms: [{name: a, url: ftp://a}]",
        "forms",
        f"{AGAIN} · forms[1].url",
        "phải bắt đầu bằng https://",
    ),
    "confidence": (
        "confidence: B",
        "confidence: D",
        "confidence: D",
        f"{AGAIN} · confidence",
        "chỉ nhận một trong: 'A', 'B', 'C'",
    ),
    "no confidence": (
        "  confidence: B\n",
        "",
        'code: "1.004884"',
        f"{AGAIN} · confidence",
        "thiếu trường bắt buộc",
    ),
    "sources without group": (
        "  PORTAL: {title: Cổng Dịch vụ công quốc gia, date: 2026-07-18}",
        "  PORTAL: {title: a, date: }",
        "PORTAL:",
        "sources.PORTAL · date",
        "đang để trống",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(tmp_path: Path, name: str) -> None:
    old, new, at, where, told = FAULTS[name]
    text = changed((old, new))
    found = faults_of(tmp_path, text)
    # A code that is gone dangles where it was named, a field's gap shows at each of its procedures.
    others = {"code twice": 2, "nobody says where": 1}.get(name, 0)
    assert len(found) == 1 + others
    (fault,) = (fault for fault in found if told in fault.message and fault.line == line_of(text, at))
    assert str(fault).startswith(f"procedures.yaml:{line_of(text, at)}: {where}: ")


def test_all_faults_are_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = changed(
        ("where: Tòa án", "where: off"),
        ("fee: miễn phí", "fee: 0"),
        ('related: ["1.004884"]', 'related: ["7"]'),
        ("confidence: A", "confidence: A\n  confidence: B"),
        ("until: 2027-12-31", "until: 2020-12-31"),
        ("aliases: [đăng ký lại khai sinh]", "aliases: [khai sinh]"),
    )
    found = faults_of(tmp_path, text)
    assert len(found) == 6
    assert found == sorted(found)
    assert [fault.field for fault in found] == [
        "where", "channels.direct.fee", "local_fees[1].until", "related[1]", "confidence", "aliases[1]",
    ]  # fmt: skip


def test_a_circle_of_successors_is_told_once(tmp_path: Path) -> None:
    text = changed(
        ("confidence: A", 'confidence: A\n  successor: "1.004884"'),
        ("confidence: B", 'confidence: B\n  successor: "1.001193"'),
    )
    (told,) = shown(tmp_path, text)
    assert told.endswith(": thay thế vòng tròn: 1.001193 → 1.004884 → 1.001193")


def test_a_way_into_a_circle_is_not_part_of_it(tmp_path: Path) -> None:
    text = changed(
        ("confidence: A", 'confidence: A\n  successor: "1.004884"'),
        ("confidence: B", 'confidence: B\n  successor: "1.004884"'),
    )
    (told,) = shown(tmp_path, text)
    assert "1.004884 → 1.004884" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "procedures.yaml:1: tệp đang trống"),
        (
            "- a",
            "procedures.yaml:1: tệp phải gồm các mục ở đầu dòng: "
            "sources, fields, topics, elsewhere, procedures",
        ),
        ("sources: {}", "procedures.yaml:1: procedures: thiếu trường bắt buộc này"),
        ("procedures: []", "procedures.yaml:1: procedures: phải có ít nhất 1 mục"),
        (
            "procedures: [a]",
            "procedures.yaml:1: procedures[1]: phải là một nhóm trường (mỗi dòng một cặp tên: giá trị)",
        ),
        (
            "procedures: {a: b}",
            "procedures.yaml:1: procedures: phải là một danh sách (mỗi dòng bắt đầu bằng dấu -, hoặc [a, b])",
        ),
        (
            "procedures: abc",
            "procedures.yaml:1: procedures: phải là một danh sách (mỗi dòng bắt đầu bằng dấu -, hoặc [a, b])",
        ),
    ],
)
def test_files_of_another_shape(tmp_path: Path, text: str, told: str) -> None:
    assert shown(tmp_path, text) == [told]


def test_an_expired_fee_is_told_but_the_office_keeps_its_bot(tmp_path: Path) -> None:
    path = tmp_path / "procedures.yaml"
    path.write_text(VALID)
    later = date(2028, 1, 1)
    knowledge = load(path, later)
    assert [fault.message for fault in knowledge.aged] == [
        "mức phí đã hết hạn ngày 2027-12-31; hãy bỏ hoặc cập nhật"
    ]
    assert not knowledge.procedures["1.001193"].local_fees[0].valid(later)
    assert examine(path, later).faults == knowledge.aged


def test_an_invalid_file_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "procedures.yaml"
    path.write_text(changed(("where: Tòa án", "where: no"), ("until: 2027-12-31", "until: 2020-12-31")))
    with pytest.raises(InvalidKnowledgeError, match=r"procedures\.yaml:19: Ly hôn · where") as caught:
        load(path, TODAY)
    assert len(caught.value.faults) == 2


def test_values_made_in_code_are_taken_as_they_are() -> None:
    time, fee = Duration.parse("trong ngày"), Fee.parse("miễn phí")
    whole = Submission(time=(CaseTime(time=time),), fee=(CaseFee(fee=fee),))
    assert whole == Submission.model_validate({"time": "trong ngày", "fee": [{"fee": "miễn phí"}]})
    assert (
        Submission.model_validate({"time": [CaseTime(time=time)], "fee": {"case": "a", "fee": "miễn phí"}})
        .fee[0]
        .case
        == "a"
    )


def test_both_ends_of_a_fee_count() -> None:
    fee = LocalFee.model_validate(
        {"fee": "5.000 đồng", "from": "2026-01-01", "until": "2026-12-31", "source": "X"}
    )
    assert [fee.valid(date(2026, *day)) for day in ((1, 1), (12, 31))] == [True, True]
    assert [fee.valid(day) for day in (date(2025, 12, 31), date(2027, 1, 1))] == [False, False]
    assert fee.model_copy(update={"until": None}).valid(date(2099, 1, 1))


def test_three_thousand_levels_in_a_card(tmp_path: Path) -> None:
    (told,) = shown(tmp_path, changed(("where: Tòa án", "where: " + "[" * 3000)))
    assert told == "procedures.yaml:19: lồng sâu quá 12 mức"


def test_the_card_in_the_clerks_guide_is_valid(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "sua-du-lieu.md").read_text(encoding="utf-8")
    card = guide.partition("```yaml\n")[2].partition("```")[0]
    head = VALID.partition("topics:\n")[0].replace("  PORTAL:", "  HN_NQ77: {title: Nghị quyết}\n  PORTAL:")
    assert shown(tmp_path, f"{head}procedures:\n{card}") == []

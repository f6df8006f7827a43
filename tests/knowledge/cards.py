"""A small valid knowledge file, and what tests put in its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.knowledge.procedures import examine
from bot.knowledge.strict_yaml import Fault

TODAY = date(2026, 11, 23)

# The tests name lines: count from `sources` = 1.
VALID = """\
sources:
  PORTAL: {title: Cổng Dịch vụ công quốc gia, date: 2026-07-18}
fields:
  civil_status:
    name: Hộ tịch
    aliases: [hộ tịch]
    body: UBND cấp xã
    level: commune
    place: Điểm phục vụ hành chính công
    sources: [PORTAL]
    checked: 2026-11-22
topics:
- name: Giấy tờ cho con
  aliases: [giấy tờ cho con]
  procedures: ["1.001193", "1.004884"]
elsewhere:
- name: Ly hôn
  aliases: [ly hôn]
  where: Tòa án
procedures:
- code: "1.001193"
  name: Đăng ký khai sinh
  official: Thủ tục đăng ký khai sinh
  field: civil_status
  aliases: [khai sinh, con mới sinh]
  channels:
    direct: {time: trong ngày, fee: miễn phí}
  cases:
    sinh ở nhà: [đẻ ở nhà]
  documents:
  - {name: Giấy chứng sinh, original: 1}
  - {name: Giấy cam đoan, original: 1, case: sinh ở nhà}
  local_fees:
  - {fee: 5.000 đồng, from: 2026-01-01, until: 2027-12-31, source: PORTAL}
  related: ["1.004884"]
  confidence: A
- code: "1.004884"
  name: Đăng ký lại khai sinh
  official: Thủ tục đăng ký lại khai sinh
  field: civil_status
  aliases: [đăng ký lại khai sinh]
  channels:
    direct: {time: 5 ngày làm việc, fee: 8.000 đồng/bản}
  confidence: B
"""


def changed(*swaps: tuple[str, str]) -> str:
    """The valid file with the first place of each text replaced."""
    text = VALID
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def line_of(text: str, part: str) -> int:
    """The line in which a part stands, from 1."""
    return text[: text.index(part)].count("\n") + 1


def faults_of(folder: Path, text: str | bytes, today: date = TODAY) -> list[Fault]:
    """The faults of a knowledge file with that content."""
    path = folder / "procedures.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(examine(path, today).faults)


def shown(folder: Path, text: str | bytes, today: date = TODAY) -> list[str]:
    """The same as the clerk sees them."""
    return [str(fault) for fault in faults_of(folder, text, today)]

"""What an office publishes, what has grown old and what it saves: the report on a knowledge base.

Seven things are published for every procedure (as Hanoi's offices must): the steps, the papers, the time, the
fee, who receives the dossier, a hotline and a mailbox.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot import texts
from bot.knowledge.procedures import CaseTime, Knowledge, Level, Procedure
from bot.knowledge.quantities import HOURS_A_DAY
from bot.knowledge.strict_yaml import Fault

THINGS = (
    "quy trình",
    "thành phần hồ sơ",
    "thời gian trả",
    "phí, lệ phí",
    "công chức tiếp nhận",
    "đường dây nóng",
    "hòm thư góp ý",
)
_LEVELS: dict[Level | None, str] = {
    "commune": "Cấp xã",
    "province": "Cấp tỉnh",
    "ministry": "Cấp bộ",
    None: "Chưa rõ cấp",
}
OLD_AFTER = timedelta(days=180)  # since the day an entry was checked
ENDS_WITHIN = timedelta(days=60)  # of a local fee: time enough for a decision to be found


@dataclass(frozen=True, slots=True)
class Contacts:
    """What the settings publish: fields with a named officer; whether there is a hotline, a mailbox."""

    officers: frozenset[str] = frozenset()
    hotline: bool = False
    mailbox: bool = False


# --- the seven things


def missing_things(procedure: Procedure, contacts: Contacts, day: date) -> tuple[str, ...]:
    """Those of THINGS that are not published for a procedure, in their order."""
    published = (
        bool(procedure.steps),
        bool(procedure.documents),
        all(part.time.known for submission in procedure.channels.values() for part in submission.time),
        _fee_published(procedure, day),
        procedure.field in contacts.officers,
        contacts.hotline,
        contacts.mailbox,
    )
    return tuple(thing for thing, known in zip(THINGS, published, strict=True) if not known)


def _fee_published(procedure: Procedure, day: date) -> bool:
    """Whether every channel has a fee for all its cases, of its own or a local one that covers all cases."""
    local = {
        channel
        for fee in procedure.local_fees
        if fee.valid(day) and not fee.case and fee.fee.kind != "unpublished"
        for channel in fee.channels
    }
    return all(
        channel in local or all(part.fee.kind != "unpublished" for part in submission.fee)
        for channel, submission in procedure.channels.items()
    )


def _completeness(procedures: Sequence[Procedure], contacts: Contacts, day: date) -> Iterator[str]:
    missing = {procedure.code: missing_things(procedure, contacts, day) for procedure in procedures}
    total = len(THINGS) * len(procedures)
    lacking = Counter(thing for things in missing.values() for thing in things)
    yield f"CÔNG KHAI ({len(THINGS)} nội dung mỗi thủ tục)"
    whole = sum(not things for things in missing.values())
    yield f"  Đủ {len(THINGS)}/{len(THINGS)}: {whole} trên {len(procedures)} thủ tục"
    yield f"  Cộng: {total - lacking.total()}/{total} nội dung"
    for thing in THINGS:
        if lacking[thing]:
            yield f"  Thiếu {thing}: {lacking[thing]} thủ tục"
    for procedure in procedures:
        things = missing[procedure.code]
        lack = f": thiếu {'; '.join(things)}" if things else ""
        yield f"  {len(THINGS) - len(things)}/{len(THINGS)}  {_named(procedure)}{lack}"


# --- what has grown old


def _stale(knowledge: Knowledge, procedures: Sequence[Procedure], day: date) -> Iterator[str]:
    yield "CẦN KIỂM TRA LẠI"
    entries = [(_named(each), each.confidence, each.checked) for each in procedures]
    entries += [(each.name, each.confidence, each.checked) for each in knowledge.elsewhere]
    yield from _listed(
        "Nghi đã cũ (stale_suspected)",
        (_named(procedure) for procedure in procedures if procedure.status == "stale_suspected"),
    )
    yield from _listed("Độ tin cậy C", (name for name, sure, _ in entries if sure == "C"))
    old = sorted((on, name) for name, _, on in entries if on and on < day - OLD_AFTER)
    yield from _listed(
        f"Kiểm tra đã quá {OLD_AFTER.days} ngày", (f"{texts.day(on)}  {name}" for on, name in old)
    )
    ending = sorted(
        (fee.until, _named(procedure))
        for procedure in procedures
        for fee in procedure.local_fees
        if fee.until and fee.until <= day + ENDS_WITHIN
    )
    yield from _listed(
        f"Phí địa phương, phí tạm thời đã hết hạn hoặc hết hạn trong {ENDS_WITHIN.days} ngày",
        (f"{texts.day(on)}  {name}" for on, name in ending),
    )


def _listed(title: str, names: Iterable[str]) -> Iterator[str]:
    lines = list(dict.fromkeys(names))
    yield f"  {title}: {len(lines)}"
    yield from (f"    {line}" for line in lines)


# --- time saved


@dataclass(frozen=True, slots=True)
class Saving:
    """Working days less than the law allows, over the procedures where both times can be compared."""

    procedures: int
    days: Decimal

    @property
    def hours(self) -> Decimal:
        """At 8 h a day."""
        return self.days * HOURS_A_DAY


def saved_days(procedure: Procedure) -> Decimal | None:
    """Statutory minus committed, in working days, of the first case with both; None when there is none."""
    for case, committed in _days(procedure.committed).items():
        statutory = _days(procedure.statutory).get(case)
        if statutory is not None and committed is not None:
            return statutory - committed
    return None


def _days(times: Iterable[CaseTime]) -> dict[str, Decimal | None]:
    return {part.case: part.time.office_days for part in times}


def _any_known(times: Iterable[CaseTime]) -> bool:
    return any(part.time.known for part in times)


def savings(procedures: Iterable[Procedure]) -> dict[Level | None, Saving]:
    """Time saved per level; levels where nothing can be compared are left out."""
    found: dict[Level | None, Saving] = {}
    for procedure in procedures:
        days = saved_days(procedure)
        if days is not None:
            sofar = found.get(procedure.level, Saving(0, Decimal(0)))
            found[procedure.level] = Saving(sofar.procedures + 1, sofar.days + days)
    return found


def _time_saved(procedures: Sequence[Procedure]) -> Iterator[str]:
    found = savings(procedures)
    both = [each for each in procedures if _any_known(each.statutory) and _any_known(each.committed)]
    comparable = sum(saving.procedures for saving in found.values())
    yield f"RÚT NGẮN SO VỚI LUẬT ĐỊNH (luật định trừ cam kết, {HOURS_A_DAY} giờ một ngày làm việc)"
    yield f"  Có cả hai thời hạn: {len(both)} trên {len(procedures)} thủ tục; so được: {comparable}"
    for level, name in _LEVELS.items():
        if level in found:
            yield f"  {name}: {_saving(found[level])}"
    yield f"  Cộng: {_saving(Saving(comparable, sum((each.days for each in found.values()), Decimal(0))))}"


def _saving(saving: Saving) -> str:
    return f"{saving.procedures} thủ tục, {_number(saving.days)} ngày = {_number(saving.hours)} giờ"


# --- the whole


def report(knowledge: Knowledge, contacts: Contacts, day: date) -> str:
    """The report in three parts; abolished procedures count in none of them."""
    procedures = [each for each in knowledge.procedures.values() if each.status != "abolished"]
    abolished = len(knowledge.procedures) - len(procedures)
    parts = [
        [f"BÁO CÁO DỮ LIỆU, ngày {texts.day(day)}, bản {knowledge.version}"],
        [f"  {len(procedures)} thủ tục đang dùng, {abolished} thủ tục đã bãi bỏ (không tính dưới đây)"],
        ["", *_completeness(procedures, contacts, day)],
        ["", *_stale(knowledge, procedures, day)],
        ["", *_time_saved(procedures)],
    ]
    return "\n".join(line for part in parts for line in part)


def verdict(faults: Sequence[Fault], knowledge: Knowledge | None) -> str:
    """All faults, a line each, and how many; or that there are none."""
    if faults:
        return "\n".join([*map(str, faults), f"{len(faults)} lỗi."])
    if knowledge is None:
        return "Không có lỗi."
    return f"Không có lỗi: {len(knowledge.procedures)} thủ tục, {len(knowledge.fields)} lĩnh vực."


NO_REPORT = "Chưa lập được báo cáo: hãy sửa hết lỗi của tệp thủ tục trước."


def _named(procedure: Procedure) -> str:
    return f"{procedure.code} {procedure.name}"


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")

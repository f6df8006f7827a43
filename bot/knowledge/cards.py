"""A procedure's card read aloud: every asked facet as lines of text. Facts come from the card alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Protocol, TypeVar

from bot import texts
from bot.calendar import Calendar, Due
from bot.config import Config, Desk
from bot.knowledge.procedures import CaseFee, CaseTime, Channel, Document, Knowledge, LocalFee, Procedure
from bot.knowledge.quantities import Duration, Fee
from bot.knowledge.vietnamese import phrase_key

_SHORT_TITLE = 45  # letters
_NUMBERED = re.compile(r".*?\d/\S+")  # up to the number of a document
_EXPLAINED = re.compile(r" \([^()]*\)")  # words in brackets after a name
_OTHERS = "người khác"  # what a fee's note says of those to whom it does not apply
FEW_CASE_PAPERS = (
    4  # up to so many papers of all cases stand in the answer itself; more are asked for by case
)


@dataclass(frozen=True, slots=True)
class Section:
    """A facet's answer: `items` may be cut at the end of the list, `always` is never cut."""

    facet: str
    items: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    title: str = ""  # instead of the facet's own


@dataclass(frozen=True)
class Card:
    """A procedure and all that reading it needs; `now` in the office's zone, `case` as told or empty."""

    procedure: Procedure
    knowledge: Knowledge
    config: Config
    calendar: Calendar
    now: datetime
    case: str = ""

    @cached_property
    def desk(self) -> Desk:
        """Who receives dossiers of the procedure's field."""
        return self.config.desk(self.procedure.field)

    @cached_property
    def cutoff(self) -> time | None:
        """The field's own cut-off, or None for the office's."""
        return time.fromisoformat(self.procedure.cutoff) if self.procedure.cutoff else None

    @property
    def place(self) -> str:
        """Where to hand in, in words; empty when the card does not say."""
        return self.procedure.place or self.procedure.body

    @property
    def link(self) -> str:
        """Where to hand in online; empty when that is not offered."""
        return self.procedure.online if "online" in self.procedure.channels else ""

    @property
    def is_ours(self) -> bool:
        """Whether our own office receives it: the commune's, and not its police."""
        police = "công an" in f"{self.procedure.body} {self.procedure.place}".casefold()
        return self.procedure.level in {None, "commune"} and not police

    def has(self, facet: str) -> bool:
        """Whether the card says anything on a facet."""
        procedure = self.procedure
        known = {
            "documents": bool(procedure.documents),
            "place": bool(self.place),
            "steps": bool(procedure.steps),
            "online": "online" in procedure.channels,
            "forms": bool(procedure.forms or any(paper.form for paper in procedure.documents)),
            "legal_basis": bool(procedure.legal_basis),
            "conditions": bool(procedure.conditions),
            "result": bool(procedure.result),
            "agency": bool(procedure.body),
        }
        return known.get(facet, True)  # fee and deadline: unpublished is an answer

    def cases_with_papers(self) -> tuple[tuple[int, str], ...]:
        """Cases on which the papers depend, with their place among the card's cases."""
        used = {paper.case for paper in self.procedure.documents}
        return tuple((i, name) for i, name in enumerate(self.procedure.cases) if name in used)

    @property
    def asks_case(self) -> bool:
        """Whether the papers differ so much by case that the citizen must say which one."""
        papers = sum(bool(paper.case) for paper in self.procedure.documents)
        return not self.case and papers > FEW_CASE_PAPERS


# Papers


def documents(card: Card) -> Section:
    """Papers for all, then those of the case told; with no case told, of every case when they are few."""
    papers = card.procedure.documents
    items = [paper_line(paper) for paper in papers if not paper.case]
    if card.case:
        items += [paper_line(paper) for paper in papers if paper.case == card.case]
    elif not card.asks_case:
        items += by_case(card)
    return Section("documents", tuple(items), (texts.CHOOSE_CASE,) if card.asks_case else ())


def all_documents(card: Card) -> Section:
    """Every paper, grouped by case."""
    items = [paper_line(paper) for paper in card.procedure.documents if not paper.case]
    return Section("documents", (*items, *by_case(card)))


def by_case(card: Card) -> list[str]:
    """Papers of cases, in the order of the cases."""
    return [
        texts.in_case(name, paper_line(paper))
        for _, name in card.cases_with_papers()
        for paper in card.procedure.documents
        if paper.case == name
    ]


def paper_line(paper: Document) -> str:
    """`Tờ khai – 1 bản chính, theo mẫu (trực tiếp, bưu chính)`."""
    amount = texts.copies(paper.original, paper.copies)
    if not amount and paper.show:
        amount = texts.SHOWN_ONLY
    details = ", ".join(filter(None, [amount, texts.BY_FORM if paper.form else ""]))
    channels = ", ".join(texts.CHANNELS[name] for name in paper.channels)
    return paper.name + (f" – {details}" if details else "") + (f" ({channels})" if channels else "")


# Fees


class _OfCase(Protocol):
    @property
    def case(self) -> str: ...


Case = TypeVar("Case", bound=_OfCase)


def told(entries: Sequence[Case], case: str) -> tuple[Case, ...]:
    """Those of the case told (and those of all cases), or all when none is of that case."""
    key = phrase_key(case)
    if case and any(phrase_key(entry.case) == key for entry in entries):
        return tuple(entry for entry in entries if not entry.case or phrase_key(entry.case) == key)
    return tuple(entries)


def fee(card: Card) -> Section:
    """What everybody pays now, then what some are spared, then who is exempt."""
    exempt = (texts.exemptions(card.procedure.exemptions),) if card.procedure.exemptions else ()
    return Section("fee", tuple(map(texts.capital, fee_lines(card))), exempt, fee_title(card))


def fee_title(card: Card) -> str:
    """What stands over the fee; where none is published, that it is not the amount of a benefit."""
    own = [entry.fee.kind for way in card.procedure.channels.values() for entry in told(way.fee, card.case)]
    published = valid_local_fees(card) or any(kind != "unpublished" for kind in own)
    return texts.FACET_TITLES["fee"] if published else texts.FILING_FEE


def fee_lines(card: Card, *, brief: bool = False) -> list[str]:
    """A line for each local fee and each group of channels that cost the same; brief ones name no source.

    A conditional fee stands after the usual one, or it would be read as everybody's.
    """
    local = valid_local_fees(card)
    lines = {one: _for_channels(card, one.channels, local_words(card, one, brief=brief)) for one in local}
    everybody = [line for one, line in lines.items() if _for_everybody(one)]
    conditional = [line for one, line in lines.items() if not _for_everybody(one)]
    return [*everybody, *_own_lines(card, local), *conditional]


def _own_lines(card: Card, local: Sequence[LocalFee]) -> list[str]:
    own: dict[tuple[bool, str], list[Channel]] = {}
    for name, submission in card.procedure.channels.items():
        here = [entry for entry in local if name in entry.channels]
        if not any(_replaces(entry) or _repeats(entry, submission.fee) for entry in here):
            reduced = any(_for_everybody(entry) for entry in here)
            own.setdefault((reduced, own_words(submission.fee, card.case)), []).append(name)
    lines = [(reduced, _for_channels(card, names, words)) for (reduced, words), names in own.items()]
    return [texts.usual_fee(line) if reduced else line for reduced, line in lines]


def _for_everybody(entry: LocalFee) -> bool:
    """Whether nobody has to meet a condition: a lasting fee, or an amount in its place for a time."""
    return _replaces(entry) or entry.fee.kind == "amount"


def _repeats(entry: LocalFee, own: Sequence[CaseFee]) -> bool:
    """Whether a local fee in words begins with the channel's own, and so tells both."""
    return len(own) == 1 and not own[0].case and str(entry.fee).startswith(f"{own[0].fee};")


def valid_local_fees(card: Card) -> tuple[LocalFee, ...]:
    """Local and temporary fees that count today for a channel that exists."""
    valid = [
        entry
        for entry in card.procedure.local_fees
        if entry.valid(card.now.date()) and set(entry.channels) & set(card.procedure.channels)
    ]
    return told(valid, card.case)


def _replaces(entry: LocalFee) -> bool:
    """Whether nobody pays the own fee; a local one for one case or for a time leaves it standing."""
    return not entry.case and entry.until is None


def local_words(card: Card, entry: LocalFee, *, brief: bool = False) -> str:
    """A local fee with its end and its condition, and unless brief its source."""
    source = card.knowledge.sources.get(entry.source)
    title = "" if brief else short_title(source.title) if source else entry.source
    note = _own_note(entry, brief=brief)
    words = texts.local_fee(fee_words(entry.fee), entry.until, note, title)
    return texts.of_case(entry.case, words) if entry.case else words


def _own_note(entry: LocalFee, *, brief: bool) -> str:
    """Without what others pay, which stands before it; in brief only where the fee itself tells no condition."""
    if brief and entry.fee.kind != "free":
        return ""
    return "; ".join(part for part in entry.note.split("; ") if not part.startswith(_OTHERS))


def short_title(title: str) -> str:
    """A source's kind and number, or the beginning of a long title."""
    if len(title) <= _SHORT_TITLE:
        return title
    numbered = _NUMBERED.match(title)
    short = numbered[0].rstrip(",.);") if numbered else re.split(r",| \(|: ", title, maxsplit=1)[0]
    return short if len(short) <= _SHORT_TITLE else short[:_SHORT_TITLE].rsplit(" ", 1)[0] + "…"


def own_words(fees: Sequence[CaseFee], case: str) -> str:
    """A channel's fee, of the case told or of every case."""
    entries = told(fees, case)
    return "; ".join(
        texts.of_case(entry.case, fee_words(entry.fee)) if entry.case else fee_words(entry.fee)
        for entry in entries
    )


def fee_words(amount: Fee) -> str:
    """A fee in words; what is unpublished is never anything else."""
    return texts.UNPUBLISHED_FEE if amount.kind == "unpublished" else f"**{amount}**"


def _for_channels(card: Card, names: Sequence[Channel], line: str) -> str:
    """The line, with its channels before it unless it holds for all of them."""
    channels = [name for name in card.procedure.channels if name in names]
    if len(channels) == len(card.procedure.channels):
        return line
    return texts.by_channel([texts.CHANNELS[name] for name in channels], line)


# Times


def deadline(card: Card) -> Section:
    """The law's and the office's time beside each other, each channel's where they differ, and the date."""
    procedure = card.procedure
    law, promised = told(procedure.statutory, card.case), told(procedure.committed, card.case)
    shown = [promised] if promised else [told(way.time, card.case) for way in procedure.channels.values()]
    basis = _known(shown) or _known([law])
    single = len(set(shown)) == 1 and len(basis) == 1
    items = _time_lines(card, single=single)
    return Section("deadline", tuple(items), tuple(_due_lines(card, basis, single=single)))


def _time_lines(card: Card, *, single: bool) -> list[str]:
    """The law's time where no other says the same, then the office's or each channel's; dated unless single."""
    procedure = card.procedure
    law, promised = told(procedure.statutory, card.case), told(procedure.committed, card.case)
    shown = [promised] if promised else [told(way.time, card.case) for way in procedure.channels.values()]
    same = {entry.time for times in shown for entry in times}
    lawful = [entry for entry in law if entry.time.known and entry.time not in same]
    items = [texts.statutory_time(_time_line(entry)) for entry in lawful]
    if promised:
        return items + [texts.committed_time(_dated(card, entry, single=single)) for entry in promised]
    return items + _channel_lines(card, single=single)


def _channel_lines(card: Card, *, single: bool) -> list[str]:
    groups: dict[tuple[CaseTime, ...], list[Channel]] = {}
    for name, submission in card.procedure.channels.items():
        groups.setdefault(told(submission.time, card.case), []).append(name)
    return [
        texts.capital(_for_channels(card, names, _dated(card, entry, single=single)))
        for times, names in groups.items()
        for entry in times
    ]


def _known(groups: Iterable[Iterable[CaseTime]]) -> list[CaseTime]:
    """The published times, each once."""
    return list(dict.fromkeys(entry for times in groups for entry in times if entry.time.known))


def _time_line(entry: CaseTime) -> str:
    words = f"**{entry.time}**" if entry.time.known else texts.UNPUBLISHED_TIME
    return texts.of_case(entry.case, words) if entry.case else words


def _dated(card: Card, entry: CaseTime, *, single: bool) -> str:
    """A time, with its date where there are several; a single one has a sentence of its own."""
    line = _time_line(entry)
    if single or not entry.time.known:
        return line
    found = due(card, entry.time)
    return f"{line} {texts.due_short(due_words(found), today=found.received == card.now.date())}"


def due(card: Card, duration: Duration) -> Due:
    """When a dossier handed in now is due; ValueError for an unpublished time."""
    return card.calendar.due(duration, card.now, card.cutoff)


def due_words(found: Due) -> str:
    """A date with its weekday, and the hour where it counts."""
    return texts.moment(found.at) if found.timed else texts.weekday(found.day)


def _due_lines(card: Card, basis: Sequence[CaseTime], *, single: bool) -> Iterator[str]:
    if not basis:
        return
    dues = [due(card, entry.time) for entry in basis]
    today, first = card.now.date(), dues[0]
    cutoff = card.cutoff or card.calendar.cutoff
    said = due_words(first) if single else ""
    if first.received != today:
        yield texts.received_later(today, _why_later(card, cutoff), first.received, said)
    elif said:
        yield texts.due_today(today, said)
    late = first.received != today and card.calendar.is_working_day(today)
    if not late and cutoff and any(entry.time.unit == "same_day" for entry in basis):
        yield texts.same_day(cutoff)
    yield from _days_off(card, basis, dues)
    doubtful = [found.day.year for found in dues if found.provisional]
    if doubtful:
        yield texts.provisional(max(doubtful))
    yield texts.COUNTED_FROM_COMPLETE


def _why_later(card: Card, cutoff: time | None) -> str:
    today = card.now.date()
    if card.calendar.is_working_day(today):
        return texts.late_today(cutoff)
    return texts.closed_today(card.calendar.holiday(today))


def _days_off(card: Card, basis: Sequence[CaseTime], dues: Sequence[Due]) -> Iterator[str]:
    """The days that the longest count leaves out, so that people can follow it on a calendar."""
    ends = [
        found.day if entry.time.unit.startswith("working") else found.received
        for entry, found in zip(basis, dues, strict=True)
    ]
    calendar = card.calendar
    days = calendar.days_off(card.now.date(), max(ends))
    weekend = [day for day in days if day.weekday() not in calendar.weekdays]
    holidays = [(day, calendar.holiday(day) or texts.DAY_OFF) for day in days if day not in weekend]
    if days:
        yield texts.days_off(holidays, weekend)


# The other facets


def place(card: Card) -> Section:
    """Where, and for our own office its address and hours; how a dossier may be handed in."""
    office, known_hours = card.config.office, card.config.office_hours
    items = [texts.submit_at(card.place)] if card.place else []
    address = card.desk.address or (office.address if card.is_ours else None)
    if address:
        items.append(texts.office_address(office.name, address, office.address_checked))
    items.append(texts.desk(card.desk.desk, card.desk.officer, card.desk.phone))
    if card.is_ours:
        opening = texts.opening_hours(known_hours.weekdays, known_hours.sessions)
        items.append(texts.hours(opening, known_hours.status == "confirmed"))
    items.append(ways(card))
    return Section("place", tuple(filter(None, items)))


def ways(card: Card) -> str:
    """The channels by name, with the link of the online one."""
    links = {"online": f" ({card.link})"} if card.link else {}
    return texts.ways(texts.CHANNELS[name] + links.get(name, "") for name in card.procedure.channels)


def steps(card: Card) -> Section:
    """Numbered steps."""
    return Section("steps", tuple(f"{i}. {step}" for i, step in enumerate(card.procedure.steps, 1)))


def online(card: Card) -> Section:
    """Whether it goes online, where, and what that costs and takes."""
    submission = card.procedure.channels.get("online")
    if submission is None:
        return Section("online", (texts.ONLINE_NO, ways(card)))
    alone = replace(card, procedure=card.procedure.model_copy(update={"channels": {"online": submission}}))
    times = [_time_line(entry) for entry in told(submission.time, card.case)]
    return Section(
        "online",
        (
            texts.online_yes(card.link),
            *(texts.brief(texts.ONLINE_FEE, line) for line in fee_lines(alone)),
            texts.brief(texts.ONLINE_TIME, "; ".join(times)),
        ),
    )


def forms(card: Card) -> Section:
    """Blank forms; without any listed, the papers that follow a form."""
    listed = [texts.form_link(form.name, form.url) for form in card.procedure.forms]
    items = listed or [paper.name for paper in card.procedure.documents if paper.form]
    linked = any(form.url for form in card.procedure.forms)
    return Section("forms", tuple(items), () if linked or not items else (texts.FORMS_AT_DESK,))


def legal_basis(card: Card) -> Section:
    """Laws, the publishing decision, and the sources with their dates."""
    decision = (texts.decision(card.procedure.decision),) if card.procedure.decision else ()
    return Section("legal_basis", card.procedure.legal_basis, decision)


def conditions(card: Card) -> Section:
    """What must be so."""
    return Section("conditions", card.procedure.conditions)


def result(card: Card) -> Section:
    """What one gets."""
    return Section("result", (card.procedure.result,))


def agency(card: Card) -> Section:
    """Who decides, and on which level."""
    return Section("agency", (texts.agency(card.procedure.body, card.procedure.level),))


_READERS: dict[str, Callable[[Card], Section]] = {
    "documents": documents,
    "fee": fee,
    "deadline": deadline,
    "place": place,
    "steps": steps,
    "online": online,
    "forms": forms,
    "legal_basis": legal_basis,
    "conditions": conditions,
    "result": result,
    "agency": agency,
}


def section(card: Card, facet: str) -> Section:
    """A facet's answer; KeyError for a facet that does not exist."""
    reader = _READERS[facet]
    if not card.has(facet) and facet != "online":
        return Section(facet, (texts.nothing_known(facet),))
    return reader(card)


def overview(card: Card, papers: int = 3, *, terse: bool = False) -> tuple[str, ...]:
    """The card in four lines: so many papers, fee, time, place; terse ones leave explanations out."""
    lines = []
    if card.procedure.documents:
        lines.append(
            texts.brief(texts.FACET_TITLES["documents"], _papers_in_short(card, papers, terse=terse))
        )
    lines.append(texts.brief(fee_title(card), brief_fee(card)))
    lines.append(texts.brief(texts.FACET_TITLES["deadline"], brief_time(card)))
    if card.place:
        where = _EXPLAINED.sub("", card.place.split("; ", 1)[0]) if terse else card.place
        lines.append(texts.brief(texts.FACET_TITLES["place"], where))
    return tuple(lines)


def _papers_in_short(card: Card, most: int, *, terse: bool) -> str:
    names = [paper.name for paper in card.procedure.documents if not paper.case or paper.case == card.case]
    names = names or [paper.name for paper in card.procedure.documents]
    rest = len(card.procedure.documents) - len(names[:most])
    shown = [_EXPLAINED.sub("", name) if terse else name for name in names[:most]]
    return "; ".join(shown) + (f"; {texts.more(rest)}" if rest else "")


def brief_fee(card: Card) -> str:
    """The fee in one line, without sources."""
    return texts.sentences(fee_lines(card, brief=True))


def brief_time(card: Card) -> str:
    """The time limits in one line, without dates."""
    return "; ".join(_time_lines(card, single=True))


def surely_late(card: Card, days: int) -> bool:
    """Whether a dossier handed in so many days ago is past every time limit of the card, by a day at least."""
    procedure = card.procedure
    times = [entry.time for entry in (*procedure.statutory, *procedure.committed, *_channel_times(card))]
    if not days or not times or not all(time.known for time in times):
        return False
    received = card.now - timedelta(days=days - 1)
    dues = [card.calendar.due(time, received, card.cutoff) for time in times]
    return all(found.day < card.now.date() - timedelta(days=1) and not found.provisional for found in dues)


def _channel_times(card: Card) -> list[CaseTime]:
    return [entry for way in card.procedure.channels.values() for entry in told(way.time, card.case)]

"""What the bot knows: the typed content of procedures.yaml, and the one way to load it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.knowledge.quantities import Duration, Fee
from bot.knowledge.strict_yaml import Count, Day, Fault, Flag, Text, Tree, build, read
from bot.knowledge.vietnamese import phrase_key

Channel = Literal["direct", "post", "online"]
Level = Literal["commune", "province", "ministry"]
Status = Literal["current", "stale_suspected", "abolished"]
Confidence = Literal["A", "B", "C"]


def _duration(value: object) -> object:
    return Duration.parse(value) if isinstance(value, str) else value


def _fee(value: object) -> object:
    return value if isinstance(value, Fee) else Fee.parse(value)


def _cases(name: str) -> BeforeValidator:
    """One value for all cases may stand alone: `fee: miễn phí` is `fee: [{fee: miễn phí}]`."""

    def as_list(value: object) -> object:
        if isinstance(value, list) and value and all(isinstance(item, dict) and name in item for item in value):
            return value
        return [{name: value}]

    return BeforeValidator(as_list)


Time = Annotated[Duration, BeforeValidator(_duration)]
Money = Annotated[Fee, BeforeValidator(_fee)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)


class Source(_Part):
    """Where a fact was read."""

    title: Text
    date: str = ""  # a day, a year, or words
    url: Text = ""


class CaseTime(_Part):
    """A time limit, for one named case or for all."""

    case: Text = ""
    time: Time


class CaseFee(_Part):
    """A fee, for one named case or for all."""

    case: Text = ""
    fee: Money


class Submission(_Part):
    """Time and fee of one way to hand in a dossier."""

    time: Annotated[tuple[CaseTime, ...], _cases("time")] = Field(min_length=1)
    fee: Annotated[tuple[CaseFee, ...], _cases("fee")] = Field(min_length=1)


class LocalFee(_Part):
    """A fee of this city or of a limited time; it goes before the channel's own fee while it is valid."""

    channels: tuple[Channel, ...] = ("direct", "post", "online")
    case: Text = ""
    fee: Money
    from_: Day = Field(alias="from")
    until: Day | None = None
    source: Text
    note: Text = ""

    def valid(self, day: date) -> bool:
        """Whether it counts on that day (both ends included)."""
        return self.from_ <= day and (self.until is None or day <= self.until)


class Document(_Part):
    """One paper: how many originals and copies are handed in, or that it is only shown."""

    name: Text
    original: Count = 0
    copies: Count = Field(0, alias="copy")
    case: Text = ""
    channels: tuple[Channel, ...] = ()
    form: Flag = False
    show: Flag = False


class Form(_Part):
    """A blank form."""

    name: Text
    url: Text = ""


class _Shared(_Part):
    """What a procedure may take from its field."""

    audience: Text = ""
    body: Text = ""
    level: Level | None = None
    place: Text = ""
    online: Text = ""
    cutoff: Text = ""
    decision: Text = ""
    steps: tuple[Text, ...] = ()
    local_fees: tuple[LocalFee, ...] = ()
    sources: tuple[Text, ...] = ()
    checked: Day | None = None


class FieldOfWork(_Shared):
    """A field (lĩnh vực) and what all its procedures share."""

    name: Text
    aliases: tuple[Text, ...] = ()


class Procedure(_Shared):
    """One administrative procedure as a card. Shared values are filled in from its field at loading."""

    code: Text
    name: Text
    official: Text
    field: Text
    aliases: tuple[Text, ...] = Field(min_length=1)
    life_events: tuple[Text, ...] = ()
    channels: Mapping[Channel, Submission] = Field(min_length=1)
    statutory: Annotated[tuple[CaseTime, ...], _cases("time")] = ()
    committed: Annotated[tuple[CaseTime, ...], _cases("time")] = ()
    exemptions: Text = ""
    cases: Mapping[Text, tuple[Text, ...]] = Field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    result: Text = ""
    conditions: tuple[Text, ...] = ()
    forms: tuple[Form, ...] = ()
    legal_basis: tuple[Text, ...] = ()
    related: tuple[Text, ...] = ()
    confidence: Confidence
    status: Status = "current"
    successor: Text = ""
    note: Text = ""

    @model_validator(mode="after")
    def _whole(self) -> Procedure:
        unknown = sorted({item.case for item in self.documents if item.case} - set(self.cases))
        if unknown:
            raise ValueError(f"giấy tờ nêu trường hợp chưa khai ở mục cases: {', '.join(unknown)}")
        if self.status == "abolished" and not self.successor:
            raise ValueError("thủ tục đã bãi bỏ phải ghi successor (mã thủ tục thay thế)")
        return self


class Topic(_Part):
    """A vague word that leads to a choice between procedures."""

    name: Text
    aliases: tuple[Text, ...] = ()
    procedures: tuple[Text, ...] = Field(min_length=2, max_length=6)


class Elsewhere(_Part):
    """What people ask a ward although it is done elsewhere or no longer exists, and where to go."""

    name: Text
    aliases: tuple[Text, ...] = Field(min_length=1)
    where: Text
    office: Literal["hours", "dossier", "statistics", ""] = ""
    offtopic: Flag = False
    sources: tuple[Text, ...] = ()
    checked: Day | None = None
    confidence: Confidence = "B"


class KnowledgeFile(_Part):
    """The whole of procedures.yaml."""

    sources: Mapping[Text, Source] = Field(default_factory=dict)
    fields: Mapping[Text, FieldOfWork] = Field(default_factory=dict)  # type: ignore[assignment]
    topics: tuple[Topic, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    procedures: tuple[Procedure, ...] = ()


@dataclass(frozen=True)
class Knowledge:
    """A valid knowledge base; `version` is a hash of its content."""

    version: str
    sources: Mapping[str, Source]
    fields: Mapping[str, FieldOfWork]
    topics: tuple[Topic, ...]
    elsewhere: tuple[Elsewhere, ...]
    procedures: Mapping[str, Procedure] = field(repr=False)

    def field_of(self, procedure: Procedure) -> FieldOfWork:
        """The field that a procedure belongs to."""
        return self.fields[procedure.field]


class InvalidKnowledgeError(Exception):
    """A knowledge file has faults; none of it is loaded."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def load(path: Path, today: date) -> Knowledge:
    """The knowledge of a file, whole and valid, or InvalidKnowledgeError with all its faults."""
    tree = read(path)
    content = build(tree, KnowledgeFile)
    if content is None:
        raise InvalidKnowledgeError(sorted(tree.faults))
    faults = sorted(cross_check(tree, content, today))
    if faults:
        raise InvalidKnowledgeError(faults)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return assemble(content, digest)


def assemble(content: KnowledgeFile, version: str) -> Knowledge:
    """The knowledge of a valid file, with every procedure completed from its field."""
    filled = (_fill(procedure, content.fields[procedure.field]) for procedure in content.procedures)
    return Knowledge(
        version=version,
        sources=content.sources,
        fields=content.fields,
        topics=content.topics,
        elsewhere=content.elsewhere,
        procedures={procedure.code: procedure for procedure in filled},
    )


def _fill(procedure: Procedure, shared: FieldOfWork) -> Procedure:
    missing = {name: getattr(shared, name) for name in _Shared.model_fields if not getattr(procedure, name)}
    return procedure.model_copy(update=missing)


def cross_check(tree: Tree, content: KnowledgeFile, today: date) -> Iterator[Fault]:
    """Faults that only the file as a whole shows: repeated codes and aliases, dangling references, dates."""
    yield from _repeated_codes(tree, content.procedures)
    yield from _claimed_twice(tree, content)
    yield from _dangling(tree, content)
    for path, part in _dated(content):
        yield from _bad_dates(tree, path, part, today)
    yield from _bad_links(tree, content)


def _repeated_codes(tree: Tree, procedures: Iterable[Procedure]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for i, procedure in enumerate(procedures):
        first = seen.setdefault(procedure.code, i)
        if first != i:
            line = tree.line(("procedures", first))
            yield tree.fault(("procedures", i, "code"), f"mã {procedure.code} đã có ở dòng {line}")


def phrases(content: KnowledgeFile) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every phrase that names an entry: its place in the file and its text."""
    for name, work in content.fields.items():
        for j, alias in enumerate(work.aliases):
            yield ("fields", name, "aliases", j), alias
    sections: tuple[tuple[str, Sequence[Procedure | Topic | Elsewhere]], ...] = (
        ("topics", content.topics),
        ("elsewhere", content.elsewhere),
        ("procedures", content.procedures),
    )
    for section, entries in sections:
        for i, entry in enumerate(entries):
            for j, alias in enumerate(entry.aliases):
                yield (section, i, "aliases", j), alias


def _claimed_twice(tree: Tree, content: KnowledgeFile) -> Iterator[Fault]:
    owners: dict[str, tuple[str | int, ...]] = {}
    for path, alias in phrases(content):
        owner = owners.setdefault(phrase_key(alias), path)
        if owner[:2] != path[:2]:
            line = tree.line(owner)
            yield tree.fault(path, f'cách gọi "{alias}" đã thuộc mục khác (dòng {line})')


def _dangling(tree: Tree, content: KnowledgeFile) -> Iterator[Fault]:
    codes = {procedure.code for procedure in content.procedures}
    for i, procedure in enumerate(content.procedures):
        here = ("procedures", i)
        if procedure.field not in content.fields:
            yield tree.fault((*here, "field"), f"lĩnh vực không có trong mục fields: {procedure.field}")
        for j, code in enumerate(procedure.related):
            if code not in codes:
                yield tree.fault((*here, "related", j), f"không có thủ tục mang mã {code}")
        if procedure.successor and procedure.successor not in codes:
            yield tree.fault((*here, "successor"), f"không có thủ tục thay thế mang mã {procedure.successor}")
    for i, topic in enumerate(content.topics):
        for j, code in enumerate(topic.procedures):
            if code not in codes:
                yield tree.fault(("topics", i, "procedures", j), f"không có thủ tục mang mã {code}")
    for path, source in _cited(content):
        if source not in content.sources:
            yield tree.fault(path, f"nguồn không có trong mục sources: {source}")


def _cited(content: KnowledgeFile) -> Iterator[tuple[tuple[str | int, ...], str]]:
    parts: list[tuple[tuple[str | int, ...], Any]] = [
        *((("fields", name), work) for name, work in content.fields.items()),
        *((("procedures", i), procedure) for i, procedure in enumerate(content.procedures)),
        *((("elsewhere", i), entry) for i, entry in enumerate(content.elsewhere)),
    ]
    for path, part in parts:
        yield from (((*path, "sources", j), source) for j, source in enumerate(part.sources))
        for j, fee in enumerate(getattr(part, "local_fees", ())):
            yield (*path, "local_fees", j, "source"), fee.source


def _dated(content: KnowledgeFile) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield from ((("fields", name), work) for name, work in content.fields.items())
    yield from ((("procedures", i), procedure) for i, procedure in enumerate(content.procedures))
    yield from ((("elsewhere", i), entry) for i, entry in enumerate(content.elsewhere))


def _bad_dates(tree: Tree, path: tuple[str | int, ...], part: Any, today: date) -> Iterator[Fault]:
    if part.checked and part.checked > today:
        yield tree.fault((*path, "checked"), f"ngày kiểm tra ở tương lai: {part.checked}")
    for j, fee in enumerate(getattr(part, "local_fees", ())):
        here = (*path, "local_fees", j)
        if fee.until and fee.until < fee.from_:
            yield tree.fault((*here, "until"), f"ngày hết hạn {fee.until} trước ngày bắt đầu {fee.from_}")
        elif fee.until and fee.until < today:
            yield tree.fault((*here, "until"), f"mức phí đã hết hạn ngày {fee.until}; hãy bỏ hoặc cập nhật")


def _bad_links(tree: Tree, content: KnowledgeFile) -> Iterator[Fault]:
    for path, part in _dated(content):
        link = getattr(part, "online", "")
        if link and not link.startswith("https://"):
            yield tree.fault((*path, "online"), f"đường dẫn phải bắt đầu bằng https:// : {link}")
    for i, procedure in enumerate(content.procedures):
        for j, form in enumerate(procedure.forms):
            if form.url and not form.url.startswith("https://"):
                yield tree.fault(("procedures", i, "forms", j, "url"), "đường dẫn phải bắt đầu bằng https://")

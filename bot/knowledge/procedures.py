"""What the bot knows: the typed content of procedures.yaml, and the one way to load it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.knowledge.cross_check import cross_check
from bot.knowledge.quantities import Duration, Fee
from bot.knowledge.strict_yaml import Count, Day, Fault, Flag, Text, Words, build, read

Channel = Literal["direct", "post", "online"]
Level = Literal["commune", "province", "ministry"]
Status = Literal["current", "stale_suspected", "abolished"]
Confidence = Literal["A", "B", "C"]


def _duration(value: object) -> object:
    return value if isinstance(value, Duration) else Duration.parse(value)


def _fee(value: object) -> object:
    return value if isinstance(value, Fee) else Fee.parse(value)


def _clock(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError(f"giờ không có thật hoặc sai dạng GIỜ:PHÚT: {value}")
    return value


def _cases(name: str) -> BeforeValidator:
    """One value for all cases may stand alone: `fee: miễn phí` is `fee: [{fee: miễn phí}]`."""

    def as_item(value: object) -> object:
        whole = isinstance(value, BaseModel) or (isinstance(value, dict) and {"case", name} & set(value))
        return value if whole else {name: value}

    def as_list(value: object) -> object:
        if isinstance(value, tuple):
            return value
        return [as_item(item) for item in (value if isinstance(value, list) else [value])]

    return BeforeValidator(as_list)


Time = Annotated[Duration, BeforeValidator(_duration)]
Money = Annotated[Fee, BeforeValidator(_fee)]


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True
    )


class Source(_Part):
    """Where a fact was read."""

    title: Text
    date: Words = ""  # a day, a year, or words
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

    channels: tuple[Channel, ...] = Field(("direct", "post", "online"), min_length=1)
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
    cutoff: Annotated[Text, BeforeValidator(_clock)] = ""
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


class Topic(_Part):
    """A vague word that leads to a choice between procedures."""

    name: Text
    aliases: tuple[Text, ...] = ()
    procedures: tuple[Text, ...] = Field(min_length=2, max_length=6)
    default: Text = ""  # answers when a facet is asked: what nearly everybody means
    general: Flag = False  # offered when something is asked of nothing (`phí bao nhiêu`)


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
    fields: Mapping[Text, FieldOfWork] = Field(default_factory=dict)
    topics: tuple[Topic, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    procedures: tuple[Procedure, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Knowledge:
    """A valid knowledge base; `version` is a hash of its content."""

    version: str
    sources: Mapping[str, Source]
    fields: Mapping[str, FieldOfWork]
    topics: tuple[Topic, ...]
    elsewhere: tuple[Elsewhere, ...]
    procedures: Mapping[str, Procedure] = field(repr=False)
    aged: tuple[Fault, ...] = ()  # what the calendar alone made wrong since the file was written


class InvalidKnowledgeError(Exception):
    """A knowledge file has faults; none of it is loaded."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Examination:
    """All faults of a knowledge file in the order of its lines, and the knowledge if it may serve.

    `field_ids` are the names under `fields`, also of a faulty file; None when it could not be read.
    """

    faults: tuple[Fault, ...]
    knowledge: Knowledge | None
    field_ids: frozenset[str] | None


def examine(path: Path, today: date) -> Examination:
    """Everything that is wrong in a file, and its knowledge unless something but the calendar is to blame.

    An expired fee must not take the bot from an office on New Year's night: it is no longer quoted, and told.
    """
    tree = read(path)
    content = build(tree, KnowledgeFile)
    tree.faults.extend(cross_check(tree, today))
    faults = tuple(sorted(tree.faults))
    fields = tree.data.get("fields") if isinstance(tree.data, dict) else None
    field_ids = frozenset(fields) if isinstance(fields, dict) else None
    if content is None or not all(fault.ages for fault in faults):
        return Examination(faults, None, field_ids)
    return Examination(faults, replace(assemble(content, tree.digest), aged=faults), field_ids)


def load(path: Path, today: date) -> Knowledge:
    """The knowledge of a file, whole and valid, or InvalidKnowledgeError with all its faults."""
    found = examine(path, today)
    if found.knowledge is None:
        raise InvalidKnowledgeError(found.faults)
    return found.knowledge


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
    # A procedure's own local fees go before those of its field, and do not take them away.
    missing["local_fees"] = procedure.local_fees + shared.local_fees
    return procedure.model_copy(update=missing)

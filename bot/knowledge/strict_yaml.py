"""YAML read strictly: every scalar stays text, every fault is named with file, line, entry and field.

PyYAML alone drops duplicate keys, expands aliases and turns `no`, `0100` and `12:30` into other things;
an office's clerk must be told instead. Messages are Vietnamese: the reader is that clerk.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from bot.knowledge import yaml_words as words

Path_ = tuple[str | int, ...]
LARGEST = 8 * 1024 * 1024  # bytes; the full national list is split into several files
DEEPEST = 12

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = "tag:yaml.org,2002:str"
# YAML allows none of these; U+0085, U+2028 and U+2029 would count as ends of line.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_TAB_INDENT = re.compile(r"^ *\t")
_HIDDEN = re.compile("[\u00a0\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a file, in words for the person who edits it.

    `ages` marks what only the calendar made wrong (an expired fee): reported, but the file still serves.
    """

    file: str
    line: int
    entry: str
    field: str
    message: str
    ages: bool = dataclasses.field(default=False, compare=False)

    def __str__(self) -> str:
        where = " · ".join(part for part in (self.entry, self.field) if part)
        return f"{self.file}:{self.line}: {where + ': ' if where else ''}{self.message}"


class Plain(str):
    """A scalar written without quotes that YAML 1.1 would not read as text (`no`, `0100`, `12:30`, `1.5`)."""

    __slots__ = ()


# --- scalars and their types


def _refuse_trap(value: object) -> object:
    if isinstance(value, Plain) and value:
        raise ValueError(words.trap(value))
    return _refuse_blank(value)


def _refuse_blank(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise ValueError(words.BLANK)
    return value


def _whole_number(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"0|[1-9][0-9]{0,8}", value):
        raise ValueError(f"phải là số nguyên không âm, không có số 0 đứng đầu: {value}")
    return value


def _yes_or_no(value: object) -> object:
    if isinstance(value, str) and value not in {"true", "false"}:
        raise ValueError(f"chỉ nhận true hoặc false: {value}")
    return value


def _calendar_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    day = day_or_none(value)
    if day is None:
        raise ValueError(f"ngày không có thật hoặc sai dạng NĂM-THÁNG-NGÀY: {value}")
    return day


def day_or_none(value: object) -> date | None:
    """The day written as YYYY-MM-DD; None for anything else."""
    # fromisoformat alone also takes 20261122 and 2026-W47-7.
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _decimal(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", value):
        raise ValueError(f"phải là một số: {value}")
    return float(value)


Text = Annotated[str, BeforeValidator(_refuse_trap)]
Words = Annotated[str, BeforeValidator(_refuse_blank)]  # as it stands: a day, a year or a sentence
Count = Annotated[int, BeforeValidator(_whole_number)]
Flag = Annotated[bool, BeforeValidator(_yes_or_no)]
Day = Annotated[date, BeforeValidator(_calendar_day)]
Number = Annotated[float, BeforeValidator(_decimal)]


# --- the tree


@dataclass(slots=True)
class Tree:
    """A file's content as dicts, lists and text, with the line of every value.

    `data` is None when nothing could be read from the file; then `faults` says why.
    """

    file: str
    data: Any = None
    lines: dict[Path_, int] = dataclasses.field(default_factory=dict)
    faults: list[Fault] = dataclasses.field(default_factory=list)
    digest: str = ""  # of the bytes that were read, 12 hex digits

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the deepest part of `path` that exists in the file, 1-based."""
        for end in range(len(path), -1, -1):
            found = self.lines.get(tuple(path[:end]))
            if found is not None:
                return found
        return 1

    def fault(self, path: Sequence[str | int], message: str, *, ages: bool = False) -> Fault:
        """A fault at a place of this file; the entry is named by its code or name where it has one."""
        entry, rest = self._entry(path)
        return Fault(self.file, self.line(path), entry, dotted(rest), message, ages)

    def label(self, path: Sequence[str | int]) -> str:
        """What the entry at `path` is called in faults."""
        return self._entry(path)[0]

    def _entry(self, path: Sequence[str | int]) -> tuple[str, Sequence[str | int]]:
        if len(path) < 2 or not isinstance(self.data, dict):
            return "", path
        if isinstance(path[1], str):
            return dotted(path[:2]), path[2:]
        section = self.data.get(path[0])
        entry = section[path[1]] if isinstance(section, list) and path[1] < len(section) else None
        if not isinstance(entry, dict):
            return dotted(path[:2]), path[2:]
        label = " ".join(str(entry[name]) for name in ("code", "name") if isinstance(entry.get(name), str))
        return label or dotted(path[:2]), path[2:]


def dotted(path: Sequence[str | int]) -> str:
    """A place for the eye: `aliases[3]`, `channels.direct.fee`; items are counted from 1."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


# --- reading a file


def read(path: Path) -> Tree:
    """The content of a file; faults of YAML itself (syntax, anchors, size) are collected, not raised."""
    tree = Tree(path.name)
    raw = _bytes_of(tree, path)
    if raw is None:
        return tree
    tree.digest = hashlib.sha256(raw).hexdigest()[:12]
    text = _decoded(tree, raw)
    if text is not None and _readable(tree, text):
        _parse(tree, unicodedata.normalize("NFC", text))
    return tree


def _bytes_of(tree: Tree, path: Path) -> bytes | None:
    message = ""
    try:
        if path.exists() and not path.is_file():  # a pipe or device would never end
            message = "đây không phải là một tệp thường"
        elif path.exists() and path.stat().st_size > LARGEST:
            message = f"tệp lớn hơn {LARGEST // 1024 // 1024} MB"
        else:
            return path.read_bytes()
    except FileNotFoundError:
        message = "không có tệp này"
    except PermissionError:
        message = "không có quyền đọc tệp này"
    except OSError as error:
        message = f"không đọc được tệp (lỗi hệ thống số {error.errno})"
    tree.faults.append(Fault(tree.file, 1, "", "", message))
    return None


def _decoded(tree: Tree, raw: bytes) -> str | None:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        tree.faults.append(Fault(tree.file, 1, "", "", "tệp lưu dạng UTF-16; hãy lưu lại dạng UTF-8"))
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        tree.faults.append(Fault(tree.file, line, "", "", "tệp không phải UTF-8; hãy lưu lại dạng UTF-8"))
        return None
    if text.startswith("\ufeff"):
        tree.faults.append(
            Fault(tree.file, 1, "", "", "tệp có dấu BOM ở đầu; hãy lưu lại dạng UTF-8 không BOM")
        )
    return text.removeprefix("\ufeff")


def _readable(tree: Tree, text: str) -> bool:
    """Whether YAML may see the text. What nobody sees on a screen is a fault, each kind told once."""
    lines = text.split("\n")
    control = _lines_with(lines, _CONTROL)
    tabs = _lines_with(lines, _TAB_INDENT)
    hidden = _lines_with(lines, _HIDDEN)
    _tell_once(tree, control, "có ký tự điều khiển (ví dụ NUL); tệp hỏng hoặc không phải tệp chữ")
    _tell_once(tree, tabs, "thụt lề bằng phím Tab; YAML chỉ nhận dấu cách")
    _tell_once(tree, hidden, "có ký tự ẩn (dấu cách cứng, ký tự không độ rộng…); hãy xóa và gõ lại chỗ đó")
    if not unicodedata.is_normalized("NFC", text):
        loose = [i for i, line in enumerate(lines, 1) if not unicodedata.is_normalized("NFC", line)]
        _tell_once(
            tree,
            loose,
            "chữ có dấu viết rời (Unicode tổ hợp); hãy gõ hoặc lưu lại bằng Unicode dựng sẵn (NFC)",
        )
    return not control and not tabs


def _lines_with(lines: Sequence[str], pattern: re.Pattern[str]) -> list[int]:
    return [i for i, line in enumerate(lines, 1) if pattern.search(line)]


def _tell_once(tree: Tree, lines: Sequence[int], message: str) -> None:
    """One fault for a mistake that a whole file may be full of: at the first line, naming the next few."""
    if not lines:
        return
    others = ", ".join(map(str, lines[1:6])) + (" …" if len(lines) > 6 else "")
    also = f" (cả dòng {others}; tất cả {len(lines)} dòng)" if others else ""
    tree.faults.append(Fault(tree.file, lines[0], "", "", message + also))


def _parse(tree: Tree, text: str) -> None:
    growth = _Growth(tree)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            growth.take(event)
    except yaml.MarkedYAMLError as error:
        problem = error.problem or error.context or ""
        # An unclosed quote is found at the end of the file; the clerk needs its beginning.
        mark = error.context_mark if "quoted scalar" in (error.context or "") else error.problem_mark
        mark = mark or error.context_mark
        growth.refuse(mark.line + 1 if mark else 1, words.syntax(problem))
    except yaml.YAMLError as error:
        growth.refuse(1, words.syntax(str(error)))
    except _StopReadingError:
        pass
    if growth.usable and growth.root is None:
        growth.refuse(1, "tệp đang trống")
    if growth.usable:
        tree.data = growth.root


class _StopReadingError(Exception):
    """What follows in the file can no longer be told apart."""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    path: Path_
    value: dict[str, Any] | list[Any]
    kept: bool  # False within a repeated key, whose value is read and thrown away
    key: str | None = None


class _Growth:
    """Builds the tree from parser events, without recursion: the depth of a file is only a number here."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.root: Any = None
        self.usable = True
        self._open: list[_Open] = []
        self._documents = 0

    def refuse(self, line: int, message: str) -> None:
        """A fault after which the content must not be used."""
        self.tree.faults.append(Fault(self.tree.file, line, "", "", message))
        self.usable = False

    def take(self, event: Any) -> None:
        """One event of the parser, in order."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.NodeEvent):
            self._refuse_indirection(event, line)
        if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = self._open.pop()
            self._place(ended.value)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self.refuse(line, "tệp chỉ được có một phần; hãy bỏ dòng ---")
                raise _StopReadingError

    def _refuse_indirection(self, event: yaml.NodeEvent, line: int) -> None:
        if event.anchor:
            self.refuse(
                line, 'không dùng neo (&, *) trong tệp này; chữ bắt đầu bằng & hay * phải đặt trong "…"'
            )
        elif getattr(event, "tag", None):
            self.refuse(line, 'không dùng thẻ kiểu (!) trong tệp này; chữ bắt đầu bằng ! phải đặt trong "…"')

    def _scalar(self, event: Any, line: int) -> None:
        value = "" if isinstance(event, yaml.AliasEvent) else _text_or_plain(event)
        parent = self._open[-1] if self._open else None
        if parent and isinstance(parent.value, dict) and parent.key is None:
            self._name(parent, value, line)
        else:
            self._mark(line)
            self._place(value)

    def _begin(self, event: Any, line: int) -> None:
        parent = self._open[-1] if self._open else None
        if len(self._open) >= DEEPEST:
            self.refuse(line, f"lồng sâu quá {DEEPEST} mức")
            raise _StopReadingError
        if parent and isinstance(parent.value, dict) and parent.key is None:
            self.refuse(line, words.NOT_TEXT)
            raise _StopReadingError
        self._mark(line)
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append(_Open(self._here(), value, self._kept()))

    def _name(self, parent: _Open, name: str, line: int) -> None:
        """The name of a field: its value is the next event."""
        assert isinstance(parent.value, dict)  # noqa: S101
        parent.key = str(name)
        path = self._here()
        if isinstance(name, Plain) and not name[:1].isdigit():  # `2026:` stays text and misleads nobody
            self.tree.faults.append(self._fault(path, line, words.trap(name) if name else words.NOT_TEXT))
        if name in parent.value and parent.kept:
            first = self.tree.lines[path]
            self.tree.faults.append(self._fault(path, line, f"khóa lặp lại (đã có ở dòng {first})"))
        elif parent.kept:
            self.tree.lines[path] = line

    def _fault(self, path: Path_, line: int, message: str) -> Fault:
        """A fault while the tree is still growing, when entries cannot be named by their content yet."""
        return Fault(self.tree.file, line, dotted(path[:-1]), dotted(path[-1:]), message)

    def _here(self) -> Path_:
        """Where the next value belongs."""
        if not self._open:
            return ()
        parent = self._open[-1]
        return (*parent.path, len(parent.value) if isinstance(parent.value, list) else str(parent.key))

    def _kept(self) -> bool:
        if not self._open:
            return True
        parent = self._open[-1]
        return parent.kept and not (isinstance(parent.value, dict) and parent.key in parent.value)

    def _mark(self, line: int) -> None:
        """The line of a value; the value of a field has the line of its name."""
        if self._kept():
            self.tree.lines.setdefault(self._here(), line)

    def _place(self, value: Any) -> None:
        if not self._open:
            self.root = value if value != "" else None
            return
        parent = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(value)
            return
        parent.value.setdefault(str(parent.key), value)
        parent.key = None


def _text_or_plain(event: yaml.ScalarEvent) -> str:
    if not event.implicit[0]:  # quoted
        return str(event.value)
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(event.value[:1], [])
    other = any(tag != _TEXT and pattern.match(event.value) for tag, pattern in resolvers)
    return Plain(event.value) if other else str(event.value)


# --- from the tree to typed values

Model = TypeVar("Model", bound=BaseModel)


def build(tree: Tree, model: type[Model]) -> Model | None:
    """The typed model of a tree; None when the tree has faults, which are then all in `tree.faults`."""
    if tree.data is None:
        return None
    if not isinstance(tree.data, dict):
        names = ", ".join(info.alias or name for name, info in model.model_fields.items())
        tree.faults.append(tree.fault((), f"tệp phải gồm các mục ở đầu dòng: {names}"))
        return None
    try:
        content = model.model_validate(tree.data)
    except ValidationError as error:
        tree.faults.extend(dict.fromkeys(_faults(tree, model, error.errors(include_url=False))))
        return None
    return None if tree.faults else content


def _faults(tree: Tree, model: type[BaseModel], details: Sequence[ErrorDetails]) -> Iterator[Fault]:
    """One fault for one mistake: what only follows from another fault is left out."""
    places = [tuple(part for part in detail["loc"] if part != "[key]") for detail in details]
    meant = {
        (*place[:-1], _nearest(model, place))
        for detail, place in zip(details, places, strict=True)
        if detail["type"] == "extra_forbidden"
    }
    for detail, place in zip(details, places, strict=True):
        if detail["type"] == "too_short" and _has_faults_below(place, places):
            continue  # pydantic does not count faulty items
        if detail["type"] == "missing" and place in meant:
            continue  # it is there, misspelt
        yield tree.fault(_written(tree, place, detail["type"]), _message(model, place, detail))


def _has_faults_below(place: Path_, places: Iterable[Path_]) -> bool:
    return any(len(other) > len(place) and other[: len(place)] == place for other in places)


def _written(tree: Tree, place: Path_, kind: str) -> Path_:
    """The place as far as it stands in the file: validators may have put a value into a list of one."""
    tail = place[-1:] if kind == "missing" else ()
    place = place[: len(place) - len(tail)]
    while place and place not in tree.lines:
        place = place[:-1]
    return place + tail


def _message(model: type[BaseModel], place: Path_, detail: ErrorDetails) -> str:
    kind, given = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        near, names = _nearest(model, place), ", ".join(_names_at(model, place[:-1]))
        return "trường này không có trong định dạng; " + (
            f'có phải "{near}"?' if near else f"ở đây có: {names}"
        )
    if isinstance(given, str) and not given.strip() and kind != "missing":
        return words.BLANK
    return words.model_fault(kind, detail.get("ctx", {}))


def _nearest(model: type[BaseModel], place: Path_) -> str:
    """The name that a misspelt field was meant to have, out of those of its place; "" when none is near."""
    found = process.extractOne(str(place[-1]), _names_at(model, place[:-1]), score_cutoff=60)
    return found[0] if found else ""


def _names_at(model: type[BaseModel], place: Path_) -> list[str]:
    here = _model_at(model, place)
    return sorted(info.alias or name for name, info in here.model_fields.items()) if here else []


def _model_at(model: type[BaseModel], place: Path_) -> type[BaseModel] | None:
    """The model that describes the value at `place`; None where there is none."""
    annotation: Any = model
    for part in place:
        annotation = _not_none(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            fields = {info.alias or name: info.annotation for name, info in annotation.model_fields.items()}
            annotation = fields.get(str(part))
        else:
            annotation = _inside(annotation)
    annotation = _not_none(annotation)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _not_none(annotation: Any) -> Any:
    """`X` out of `X | None`."""
    if type(None) not in get_args(annotation):
        return annotation
    return next(part for part in get_args(annotation) if part is not type(None))


def _inside(annotation: Any) -> Any:
    """The type of the items of a list or of the values of a mapping."""
    arguments = get_args(annotation)
    if get_origin(annotation) in {dict, Mapping}:
        return arguments[-1]
    return arguments[0] if arguments else None

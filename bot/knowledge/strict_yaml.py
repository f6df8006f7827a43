"""YAML read strictly: every scalar stays text, every fault is named with file, line, entry and field.

PyYAML alone drops duplicate keys, expands aliases and turns `no`, `0100` and `12:30` into other things;
an office's clerk must be told instead. Messages are Vietnamese: the reader is that clerk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ValidationError
from rapidfuzz import process

Path_ = tuple[str | int, ...]
LARGEST = 8 * 1024 * 1024  # bytes; the full national list is split into several files
DEEPEST = 12

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a file, in words for the person who edits it."""

    file: str
    line: int
    entry: str
    field: str
    message: str

    def __str__(self) -> str:
        where = " · ".join(part for part in (self.entry, self.field) if part)
        return f"{self.file}:{self.line}: {where + ': ' if where else ''}{self.message}"


class Plain(str):
    """A scalar written without quotes that YAML 1.1 would not read as text (`no`, `0100`, `12:30`, `1.5`)."""

    __slots__ = ()


def _refuse_trap(value: object) -> object:
    if isinstance(value, Plain):
        raise ValueError(f"hãy đặt trong dấu nháy: \"{value}\" (YAML có thể hiểu thành số, giờ hoặc đúng/sai)")
    if isinstance(value, str) and not value.strip():
        raise ValueError("đang để trống")
    return value


def _whole_number(value: object) -> object:
    if isinstance(value, str) and not (value.isdigit() and str(int(value)) == value):
        raise ValueError(f"phải là số nguyên không âm, không có số 0 đứng đầu: {value}")
    return value


def _yes_or_no(value: object) -> object:
    if isinstance(value, str) and value not in {"true", "false"}:
        raise ValueError(f"chỉ nhận true hoặc false: {value}")
    return value


def _calendar_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"ngày không có thật hoặc sai dạng NĂM-THÁNG-NGÀY: {value}") from None


def _decimal(value: object) -> object:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise ValueError(f"phải là một số: {value}") from None
    return value


Text = Annotated[str, BeforeValidator(_refuse_trap)]
Count = Annotated[int, BeforeValidator(_whole_number)]
Flag = Annotated[bool, BeforeValidator(_yes_or_no)]
Day = Annotated[date, BeforeValidator(_calendar_day)]
Number = Annotated[float, BeforeValidator(_decimal)]


@dataclass(slots=True)
class Tree:
    """A file's content as dicts, lists and text, with the line of every value."""

    file: str
    data: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the deepest part of `path` that exists in the file, 1-based."""
        for end in range(len(path), -1, -1):
            found = self.lines.get(tuple(path[:end]))
            if found is not None:
                return found
        return 1

    def fault(self, path: Sequence[str | int], message: str) -> Fault:
        """A fault at a place of this file; the entry is named by its code or name where it has one."""
        entry, rest = self._entry(path)
        return Fault(self.file, self.line(path), entry, ".".join(str(part) for part in rest), message)

    def _entry(self, path: Sequence[str | int]) -> tuple[str, Sequence[str | int]]:
        if len(path) < 2 or not isinstance(self.data, dict):
            return "", path
        section = self.data.get(path[0])
        if isinstance(path[1], str):
            return f"{path[0]}.{path[1]}", path[2:]
        entry = section[path[1]] if isinstance(section, list) and path[1] < len(section) else None
        if not isinstance(entry, dict):
            return f"{path[0]}[{path[1] + 1}]", path[2:]
        label = " ".join(str(entry[name]) for name in ("code", "name") if isinstance(entry.get(name), str))
        return label or f"{path[0]}[{path[1] + 1}]", path[2:]


def read(path: Path) -> Tree:
    """The content of a file; faults of YAML itself (syntax, anchors, duplicate keys, size) are collected, not raised."""
    tree = Tree(path.name)
    try:
        raw = path.read_bytes()
    except OSError as error:
        tree.faults.append(Fault(path.name, 1, "", "", f"không đọc được tệp: {error.strerror}"))
        return tree
    if len(raw) > LARGEST:
        tree.faults.append(Fault(path.name, 1, "", "", f"tệp lớn hơn {LARGEST // 1024 // 1024} MB"))
        return tree
    try:
        text = raw.decode("utf-8")
        _scan(tree, text)
        node = None if tree.faults else yaml.compose(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        tree.faults.append(Fault(path.name, line, "", "", "tệp không phải UTF-8"))
        return tree
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        tree.faults.append(Fault(path.name, line, "", "", f"sai cú pháp YAML: {error.problem or error.context}"))
        return tree
    except yaml.YAMLError as error:
        tree.faults.append(Fault(path.name, 1, "", "", f"sai cú pháp YAML: {str(error).splitlines()[0]}"))
        return tree
    if node is not None:
        tree.data = _convert(tree, node, ())
    return tree


def _scan(tree: Tree, text: str) -> None:
    """Refuse anchors, aliases, tags and great depth before anything is built from them."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            tree.faults.append(Fault(tree.file, line, "", "", "không dùng neo (&, *) trong tệp này"))
        elif isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None):
            tree.faults.append(Fault(tree.file, line, "", "", "không dùng thẻ kiểu (!) trong tệp này"))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                tree.faults.append(Fault(tree.file, line, "", "", f"lồng sâu quá {DEEPEST} mức"))
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _convert(tree: Tree, node: Any, path: Path_) -> Any:
    tree.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.tag == _TEXT else Plain(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_convert(tree, child, (*path, i)) for i, child in enumerate(node.value)]
    result: dict[str, Any] = {}
    repeated: list[Path_] = []
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            line = key_node.start_mark.line + 1
            tree.faults.append(Fault(tree.file, line, "", "", "tên trường phải là chữ"))
            continue
        name = str(key_node.value)
        if name in result:
            repeated.append((*path, name))
            line = key_node.start_mark.line + 1
            tree.faults.append(Fault(tree.file, line, ".".join(map(str, path)), name, "khóa lặp lại"))
            continue
        result[name] = _convert(tree, value_node, (*path, name))
        tree.lines[(*path, name)] = key_node.start_mark.line + 1
    return result


Model = TypeVar("Model", bound=BaseModel)

_MESSAGES = {
    "missing": "thiếu trường bắt buộc này",
    "list_type": "phải là một danh sách (các dòng bắt đầu bằng dấu -)",
    "tuple_type": "phải là một danh sách (các dòng bắt đầu bằng dấu -)",
    "dict_type": "phải là một nhóm trường (tên: giá trị)",
    "model_type": "phải là một nhóm trường (tên: giá trị)",
    "model_attributes_type": "phải là một nhóm trường (tên: giá trị)",
    "string_type": "phải là chữ",
}


def build(tree: Tree, model: type[Model]) -> Model | None:
    """The typed model of a tree; None when it has faults, which are then all in `tree.faults`."""
    if tree.faults:
        return None
    try:
        return model.model_validate(tree.data if tree.data is not None else {})
    except ValidationError as error:
        tree.faults.extend(_faults(tree, model, error))
        return None


def _faults(tree: Tree, model: type[BaseModel], error: ValidationError) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        path = tuple(part for part in detail["loc"] if part != "[key]")
        kind = detail["type"]
        if kind == "value_error":
            message = str(detail["ctx"]["error"])
        elif kind == "literal_error":
            message = f"chỉ nhận một trong: {detail['ctx']['expected'].replace(' or ', ', ')}"
        elif kind == "extra_forbidden":
            message = "trường này không có trong định dạng" + _nearest(model, path)
        else:
            message = _MESSAGES.get(kind, f"giá trị không hợp lệ ({detail['msg']})")
        yield tree.fault(path, message)


def _nearest(model: type[BaseModel], path: Path_) -> str:
    """A hint for a misspelt field name, out of all field names of the model and its parts."""
    names = sorted(_field_names(model, set()))
    found = process.extractOne(str(path[-1]), names, score_cutoff=70)
    return f'; có phải "{found[0]}"?' if found else ""


def _field_names(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[str]:
    if model in seen:
        return set()
    seen.add(model)
    names = set()
    for name, info in model.model_fields.items():
        names.add(info.alias or name)
        for part in _models_in(info.annotation):
            names |= _field_names(part, seen)
    return names


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)

"""Faults that only the knowledge file as a whole shows: repeated codes, claimed phrases, dangling names.

It reads the untyped tree, so that an entry with a fault of its own hides no fault of another: all are told
at once. What has the wrong type is skipped here; the model names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from bot.knowledge.quantities import Duration
from bot.knowledge.strict_yaml import Fault, Path_, Plain, Tree, day_or_none
from bot.knowledge.vietnamese import phrase_key

Entry = Mapping[str, Any]
_SECTIONS = ("fields", "topics", "elsewhere", "procedures")
# A procedure has these itself or from its field; without them an answer could not say where to go.
_NEEDED = ("body", "level", "place", "sources", "checked")


def cross_check(tree: Tree, today: date) -> Iterator[Fault]:
    """All faults between the entries of a file, and all dates that cannot be on `today`."""
    if not isinstance(tree.data, dict):
        return
    procedures = list(_entries(tree, "procedures"))
    yield from _repeated_codes(tree, procedures)
    yield from _claimed_twice(tree)
    yield from _dangling(tree, procedures)
    yield from _incomplete(tree, procedures)
    yield from _succession(tree, procedures)
    yield from _unknown_cases(tree, procedures)
    yield from _slower_than_the_law(tree, procedures)
    yield from _dates(tree, today)
    yield from _links(tree)


# --- reading the untyped tree


def _entries(tree: Tree, section: str) -> Iterator[tuple[Path_, Entry]]:
    """The entries of a section that are groups of fields, with their places."""
    content = tree.data.get(section)
    pairs: Iterable[tuple[str | int, Any]] = ()
    if isinstance(content, dict):
        pairs = content.items()
    elif isinstance(content, list):
        pairs = enumerate(content)
    for name, entry in pairs:
        if isinstance(entry, dict):
            yield (section, name), entry


def _text(entry: Entry, name: str) -> str:
    value = entry.get(name)
    # What should have been quoted is a fault already; only a bare code is still known by what stands there.
    if not isinstance(value, str) or (isinstance(value, Plain) and name != "code"):
        return ""
    return value.strip()


def _texts(entry: Entry, name: str) -> Iterator[tuple[int, str]]:
    value = entry.get(name)
    for i, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, str) and item.strip():
            yield i, item


def _groups(entry: Entry, name: str) -> Iterator[tuple[int, Entry]]:
    value = entry.get(name)
    for i, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield i, item


def _names(tree: Tree, section: str) -> set[str]:
    content = tree.data.get(section)
    return set(content) if isinstance(content, dict) else set()


def _codes(procedures: Iterable[tuple[Path_, Entry]]) -> set[str]:
    return {_text(entry, "code") for _, entry in procedures} - {""}


# --- names


def _repeated_codes(tree: Tree, procedures: Iterable[tuple[Path_, Entry]]) -> Iterator[Fault]:
    seen: dict[str, Path_] = {}
    for path, entry in procedures:
        code = _text(entry, "code")
        first = seen.setdefault(code, path)
        if code and first != path:
            yield tree.fault((*path, "code"), f"mã {code} đã có ở dòng {tree.line(first)}")


def phrases(tree: Tree) -> Iterator[tuple[Path_, str]]:
    """Every alias in the file, with its place."""
    for section in _SECTIONS:
        for path, entry in _entries(tree, section):
            for i, alias in _texts(entry, "aliases"):
                yield (*path, "aliases", i), alias


def _claimed_twice(tree: Tree) -> Iterator[Fault]:
    """Aliases of two entries, or of one entry that are another's name; compared as they are understood."""
    names: dict[str, Path_] = {}
    for section in _SECTIONS[1:]:  # a field's name may well be the vague word that leads to a choice
        for path, entry in _entries(tree, section):
            names.setdefault(phrase_key(_text(entry, "name")), path)
    owners: dict[str, Path_] = {}
    for path, alias in phrases(tree):
        key = phrase_key(alias)
        if not key:
            yield tree.fault(path, f'cách gọi "{alias}" không có chữ nào')
            continue
        owner = owners.setdefault(key, path)
        if owner[:2] != path[:2]:
            yield tree.fault(path, f'cách gọi "{alias}" đã thuộc {_whose(tree, owner)}')
        elif (named := names.get(key, path))[:2] != path[:2]:
            yield tree.fault(path, f'cách gọi "{alias}" là tên của {_whose(tree, named)}')


def _whose(tree: Tree, path: Path_) -> str:
    return f"{tree.label(path)} (dòng {tree.line(path)})"


def _dangling(tree: Tree, procedures: Sequence[tuple[Path_, Entry]]) -> Iterator[Fault]:
    codes, fields, sources = _codes(procedures), _names(tree, "fields"), _names(tree, "sources")
    for path, entry in procedures:
        field = _text(entry, "field")
        if field and field not in fields:
            yield tree.fault((*path, "field"), f"lĩnh vực không có trong mục fields: {field}")
        for i, code in _texts(entry, "related"):
            if code not in codes:
                yield tree.fault((*path, "related", i), f"không có thủ tục mang mã {code}")
    for path, topic in _entries(tree, "topics"):
        for i, code in _texts(topic, "procedures"):
            if code not in codes:
                yield tree.fault((*path, "procedures", i), f"không có thủ tục mang mã {code}")
    for path, source in _cited(tree):
        if source not in sources:
            yield tree.fault(path, f"nguồn không có trong mục sources: {source}")


def _cited(tree: Tree) -> Iterator[tuple[Path_, str]]:
    for section in _SECTIONS:
        for path, entry in _entries(tree, section):
            yield from (((*path, "sources", i), source) for i, source in _texts(entry, "sources"))
            for i, fee in _groups(entry, "local_fees"):
                if _text(fee, "source"):
                    yield (*path, "local_fees", i, "source"), _text(fee, "source")


def _incomplete(tree: Tree, procedures: Iterable[tuple[Path_, Entry]]) -> Iterator[Fault]:
    fields = dict(_entries(tree, "fields"))
    for path, entry in procedures:
        shared = fields.get(("fields", _text(entry, "field")))
        if shared is None:
            continue
        for name in _NEEDED:
            if name not in entry and name not in shared:
                yield tree.fault((*path, name), "thiếu: phải ghi ở thủ tục này hoặc ở lĩnh vực của nó")


def _succession(tree: Tree, procedures: Sequence[tuple[Path_, Entry]]) -> Iterator[Fault]:
    codes = _codes(procedures)
    successors = {_text(entry, "code"): _text(entry, "successor") for _, entry in procedures}
    told: set[str] = set()
    for path, entry in procedures:
        successor = _text(entry, "successor")
        if not successor and _text(entry, "status") == "abolished" and "successor" not in entry:
            yield tree.fault((*path, "successor"), "thủ tục đã bãi bỏ phải ghi mã thủ tục thay thế")
        elif successor and successor not in codes:
            yield tree.fault((*path, "successor"), f"không có thủ tục thay thế mang mã {successor}")
        elif successor:
            circle = _circle(_text(entry, "code"), successors)
            if circle and told.isdisjoint(circle):
                told.update(circle)
                way = " → ".join([*circle, circle[0]])
                yield tree.fault((*path, "successor"), f"thay thế vòng tròn: {way}")


def _circle(start: str, successors: Mapping[str, str]) -> list[str]:
    """The codes from `start` back to it along the successors; [] when the way ends or turns elsewhere."""
    way = [start]
    while (following := successors.get(way[-1], "")) not in {"", start}:
        if following in way:
            return []
        way.append(following)
    return way if following else []


# --- cases and times


def _unknown_cases(tree: Tree, procedures: Iterable[tuple[Path_, Entry]]) -> Iterator[Fault]:
    for path, entry in procedures:
        cases = entry.get("cases")
        known = set(cases) if isinstance(cases, dict) else set()
        for i, document in _groups(entry, "documents"):
            case = _text(document, "case")
            if case and case not in known:
                yield tree.fault((*path, "documents", i, "case"), f"trường hợp chưa khai ở mục cases: {case}")


def _slower_than_the_law(tree: Tree, procedures: Iterable[tuple[Path_, Entry]]) -> Iterator[Fault]:
    for path, entry in procedures:
        statutory, committed = _times(entry.get("statutory")), _times(entry.get("committed"))
        for case, promised in committed.items():
            allowed = statutory.get(case)
            if allowed and promised.exceeds(allowed):
                yield tree.fault((*path, "committed"), f"cam kết {promised} lại dài hơn luật định {allowed}")


def _times(value: object) -> dict[str, Duration]:
    """The times of each case, "" for all cases; what is no time is left out."""
    items = value if isinstance(value, list) else [value]
    times = {}
    for item in items:
        case, time = (_text(item, "case"), item.get("time")) if isinstance(item, dict) else ("", item)
        try:
            times[case] = Duration.parse(time)
        except ValueError:
            continue  # the model names it
    return times


# --- dates and links


def _dates(tree: Tree, today: date) -> Iterator[Fault]:
    for section in _SECTIONS:
        for path, entry in _entries(tree, section):
            checked = day_or_none(entry.get("checked"))
            if checked and checked > today:
                yield tree.fault((*path, "checked"), f"ngày kiểm tra ở tương lai: {checked}", ages=True)
            for i, fee in _groups(entry, "local_fees"):
                yield from _validity(tree, (*path, "local_fees", i, "until"), fee, today)


def _validity(tree: Tree, path: Path_, fee: Entry, today: date) -> Iterator[Fault]:
    start, end = day_or_none(fee.get("from")), day_or_none(fee.get("until"))
    if start and end and end < start:
        yield tree.fault(path, f"ngày hết hạn {end} trước ngày bắt đầu {start}")
    elif end and end < today:
        yield tree.fault(path, f"mức phí đã hết hạn ngày {end}; hãy bỏ hoặc cập nhật", ages=True)


def _links(tree: Tree) -> Iterator[Fault]:
    for path, link in _addresses(tree):
        if not link.startswith("https://"):
            yield tree.fault(path, f"đường dẫn phải bắt đầu bằng https:// : {link}")


def _addresses(tree: Tree) -> Iterator[tuple[Path_, str]]:
    for path, entry in (*_entries(tree, "sources"), *_entries(tree, "fields"), *_entries(tree, "procedures")):
        for name in ("online", "url"):
            if _text(entry, name):
                yield (*path, name), _text(entry, name)
        for i, form in _groups(entry, "forms"):
            if _text(form, "url"):
                yield (*path, "forms", i, "url"), _text(form, "url")

"""YAML itself: what the clerk is told about traps, syntax, encodings and bombs."""

from __future__ import annotations

import os
import re
import tracemalloc
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from bot.knowledge import strict_yaml
from bot.knowledge.strict_yaml import Count, Day, Fault, Flag, Number, Text, Tree, Words, build, dotted, read


class Item(BaseModel):
    """A part of the model below."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    copies: Count = 0


class Everything(BaseModel):
    """One of each type that files use."""

    model_config = ConfigDict(extra="forbid")

    text: Text = ""
    words: Words = ""
    count: Annotated[Count, Field(le=10)] = 0
    flag: Flag = False
    day: Day | None = None
    number: Annotated[Number, Field(gt=0)] = 1.0
    kind: Literal["a", "b"] = "a"
    items: tuple[Item, ...] = ()
    named: Mapping[Text, Item] = {}
    one: Item | None = None
    pair: tuple[Text, Text] = ("x", "y")
    several: Annotated[tuple[Item, ...], Field(min_length=2, max_length=3)] = ()


def faults(folder: Path, content: str | bytes) -> list[str]:
    path = folder / "f.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    tree = read(path)
    build(tree, Everything)
    return [str(fault) for fault in sorted(tree.faults)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "sai (false)"),
        ("off", "sai (false)"),
        ("yes", "đúng (true)"),
        ("0100", "số 64"),
        ("12:30", "số 750"),
        ("1.001193", "số 1.001193"),
        ("2026-11-22", "ngày tháng"),
        ("2026-13-45", "số hoặc ngày"),
        ("~", "không có gì"),
        ("0x1F", "số 31"),
    ],
)
def test_traps_are_named_with_what_yaml_makes_of_them(tmp_path: Path, written: str, meant: str) -> None:
    found = faults(tmp_path, f"count: 1\ntext: {written}\n")
    assert found == [
        f'f.yaml:2: text: hãy đặt trong dấu nháy: "{written}" (để trần thì YAML hiểu là {meant})'
    ]
    assert faults(tmp_path, f'text: "{written}"\n') == []


@pytest.mark.parametrize("key", ["no", "on", "~", "<<"])
def test_traps_among_field_names(tmp_path: Path, key: str) -> None:
    found = faults(tmp_path, f"count: 1\nnamed:\n  {key}: {{name: x}}\n")
    assert len(found) == 1
    assert found[0].startswith(f'f.yaml:3: named · {key}: hãy đặt trong dấu nháy: "{key}"')


def test_a_year_may_be_a_field_name(tmp_path: Path) -> None:
    assert faults(tmp_path, "named:\n  2026: {name: x}\n") == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("text:", "đang để trống"),
        ('text: "  "', "đang để trống"),
        ("words:", "đang để trống"),
        ("count:", "đang để trống"),
        ("items:", "đang để trống"),
        ("named:", "đang để trống"),
        ("one:", "đang để trống"),
        ("day:", "đang để trống"),
        ("text: [a]", "phải là một dòng chữ"),
        ("count: 007", "số nguyên không âm"),
        ("count: -1", "số nguyên không âm"),
        ("count: ²", "số nguyên không âm"),
        ("count: " + "9" * 5000, "số nguyên không âm"),
        ("count: [1]", "phải là một số nguyên"),
        ("count: 11", "không được lớn hơn 10"),
        ("flag: yes", "chỉ nhận true hoặc false: yes"),
        ("flag: [yes]", "chỉ nhận true hoặc false"),
        ("day: 2026-02-30", "ngày không có thật"),
        ("day: 20261122", "ngày không có thật hoặc sai dạng"),
        ("day: 2026-W47-7", "ngày không có thật hoặc sai dạng"),
        ("day: [1]", "phải là một ngày"),
        ("number: nan", "phải là một số: nan"),
        ("number: 0", "phải lớn hơn 0"),
        ("number: [1]", "phải là một số"),
        ("kind: c", "chỉ nhận một trong: 'a', 'b'"),
        ("items: a", "phải là một danh sách"),
        ("items: {a: b}", "phải là một danh sách"),
        ("items: [a]", "phải là một nhóm trường"),
        ("named: [a]", "phải là một nhóm trường"),
        ("one: a", "phải là một nhóm trường"),
        ("one: {copies: 1}", "thiếu trường bắt buộc này"),
        ("pair: [a]", "thiếu trường bắt buộc này"),
        ("pair: [a, b, c]", "nhiều nhất 2 mục"),
        ("several: [{name: a}]", "ít nhất 2 mục"),
        ("several: [{name: a}, {name: b}, {name: c}, {name: d}]", "nhiều nhất 3 mục"),
    ],
)
def test_wrong_values_are_one_vietnamese_fault(tmp_path: Path, line: str, told: str) -> None:
    found = faults(tmp_path, f'# first\nwords: "2025"\n{line}\n'.replace('words: "2025"\nwords', "\nwords"))
    assert len(found) == 1
    assert found[0].startswith("f.yaml:3: ")
    assert told in found[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("texx: a", 'f.yaml:1: texx: trường này không có trong định dạng; có phải "text"?'),
        (
            "items:\n- {name: a, copy: 1}",
            'f.yaml:2: a · copy: trường này không có trong định dạng; có phải "copies"?',
        ),
        (
            "named:\n  a: {name: a, nam: 1}",
            'f.yaml:2: named.a · nam: trường này không có trong định dạng; có phải "name"?',
        ),
        (
            "one: {name: a, nane: 1}",
            'f.yaml:1: one.nane: trường này không có trong định dạng; có phải "name"?',
        ),
        (
            "one: {name: a, day: 1}",  # a field of another place is no suggestion
            "f.yaml:1: one.day: trường này không có trong định dạng; ở đây có: copies, name",
        ),
    ],
)
def test_unknown_fields_suggest_one_of_the_same_place(tmp_path: Path, content: str, told: str) -> None:
    assert faults(tmp_path, content) == [told]


def test_a_faulty_item_is_not_also_a_list_too_short(tmp_path: Path) -> None:
    found = faults(tmp_path, "several:\n- {name: no}\n- {name: b}\n")
    assert len(found) == 1
    assert found[0].startswith("f.yaml:2: no · name: ")


def test_repeated_keys_do_not_hide_other_faults(tmp_path: Path) -> None:
    found = faults(tmp_path, "text: a\ncount: x\ntext: b\nitems:\n- name: a\n  name: {b: c}\n")
    assert found[0].startswith("f.yaml:2: count: phải là số nguyên")
    assert found[1] == "f.yaml:3: text: khóa lặp lại (đã có ở dòng 1)"
    assert found[2] == "f.yaml:6: items[1] · name: khóa lặp lại (đã có ở dòng 5)"
    assert len(found) == 3


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        ("text: &a x\nwords: *a", 1, "không dùng neo"),
        ("text: x\nwords: *b", 2, "không dùng neo"),
        ("text: x\nwords: !!python/name:os.system x", 2, "không dùng thẻ kiểu"),
        ("text: x\nwords: !Ref x", 2, "không dùng thẻ kiểu"),
        ("text: x\nwords: a: b", 2, 'dấu ":" thừa'),
        ("text: x\none: {name: a", 3, 'thiếu dấu phẩy hoặc "}"'),
        ("text: x\nitems: [a", 3, 'thiếu dấu phẩy hoặc "]"'),
        ("text: x\n   words: y", 2, "sai cú pháp YAML"),
        ("items:\n - a\n- b", 3, "sai cú pháp YAML"),
        ("text: x\nwords", 3, "sai cú pháp YAML"),
        ("text: x\nwords: @b", 2, "ký tự đặc biệt"),
        ('text: x\nwords: "y\ncount: 1\n', 2, "không có dấu nháy đóng"),
        ('text: x\nwords: "a\\q"', 2, "không được dùng dấu \\"),
        ('text: x\nwords: "a" b', 2, "sai cú pháp YAML"),
        ("text: x\nwords: - b", 2, "dấu - đặt sai chỗ"),
        ("text: x\n---\ntext: y", 2, "chỉ được có một phần"),
        ("text: x\n? [a]\n: b", 2, "tên trường phải là chữ"),
        ("text: x\n\twords: y", 2, "thụt lề bằng phím Tab"),
        ("text: x\nwords: a\0b", 2, "ký tự điều khiển"),
        ("text: x\nwords: a\u2028b", 2, "ký tự điều khiển"),
        ("text: x\nwords: a\u200bb", 2, "ký tự ẩn"),
        ("text: x\nwords: a\u00a0b", 2, "ký tự ẩn"),
        (b"text: x\nwords: \xff", 2, "không phải UTF-8"),
        ("text: x".encode("utf-16"), 1, "UTF-16"),
        (b"\xef\xbb\xbftext: x", 1, "BOM"),
        ("", 1, "tệp đang trống"),
        ("# only a note\n", 1, "tệp đang trống"),
        ("- a\n- b\n", 1, "các mục ở đầu dòng: text, words"),
        ("just words", 1, "các mục ở đầu dòng: text, words"),
    ],
)
def test_the_file_itself(tmp_path: Path, content: str | bytes, line: int, told: str) -> None:
    found = faults(tmp_path, content)
    assert found[0].startswith(f"f.yaml:{line}: ")
    assert told in found[0]
    assert len({re.sub(r":\d+:", "", fault) for fault in found}) == 1  # one kind of fault for one mistake


def test_decomposed_text_is_one_fault_and_is_read_on(tmp_path: Path) -> None:
    text = unicodedata.normalize("NFD", "text: khai sinh\nwords: hộ tịch\none: {name: căn cước}\ncount: ký\n")
    found = faults(tmp_path, text)
    assert found[0].startswith("f.yaml:2: chữ có dấu viết rời")
    assert found[0].endswith("(cả dòng 3, 4; tất cả 3 dòng)")
    assert found[1].startswith("f.yaml:4: count: phải là số nguyên không âm, không có số 0 đứng đầu: ký")


@pytest.mark.parametrize("bomb", ["text: " + "[" * 3000, "text: " + "{a: " * 3000, "- " * 3000 + "x"])
def test_depth_is_a_fault_not_a_crash(tmp_path: Path, bomb: str) -> None:
    found = faults(tmp_path, bomb)
    assert len(found) == 1
    assert "lồng sâu quá 12 mức" in found[0]


def test_an_alias_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{b}: &{b} [{('*' + a + ',') * 9}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    tracemalloc.start()
    found = faults(tmp_path, bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert all("không dùng neo" in fault for fault in found)
    assert peak < 5_000_000


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "LARGEST", 1024 * 1024)
    big = tmp_path / "big.yaml"
    big.write_bytes(b"#" * (1024 * 1024 + 1))
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert [str(fault) for fault in read(big).faults] == ["big.yaml:1: tệp lớn hơn 1 MB"]
    assert [str(fault) for fault in read(pipe).faults] == ["pipe.yaml:1: đây không phải là một tệp thường"]
    assert [fault.message for fault in read(tmp_path).faults] == ["đây không phải là một tệp thường"]
    assert [str(fault) for fault in read(tmp_path / "none.yaml").faults] == ["none.yaml:1: không có tệp này"]


@pytest.mark.parametrize(
    ("error", "told"), [(PermissionError(13, "x"), "không có quyền"), (OSError(5, "x"), "lỗi hệ thống số 5")]
)
def test_the_systems_own_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, told: str
) -> None:
    def fail(_: Path) -> bytes:
        raise error

    monkeypatch.setattr(Path, "read_bytes", fail)
    assert told in str(read(tmp_path / "f.yaml").faults[0])


def test_the_parser_without_libyaml_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "_Loader", yaml.SafeLoader)
    assert "không dùng neo" in faults(tmp_path, "text: &a x")[0]
    assert "lồng sâu" in faults(tmp_path, "text: " + "[" * 3000)[0]
    assert 'dấu ":" thừa' in faults(tmp_path, "text: x\nwords: a: b")[0]
    assert "sai cú pháp YAML" in faults(tmp_path, "%YAML x\n---\ntext: x")[0]


def test_windows_line_ends_are_fine(tmp_path: Path) -> None:
    found = faults(tmp_path, "text: a\r\nwords: b\r\ncount: x\r\n")
    assert [fault.partition(" ")[0] for fault in found] == ["f.yaml:3:"]


def test_places_are_written_for_people() -> None:
    assert dotted(("channels", "direct", "fee", 0, "case")) == "channels.direct.fee[1].case"
    tree = Tree("f.yaml", {"procedures": [{"code": "1", "name": "Khai sinh"}, "x"], "fields": {"a": {}}})
    assert tree.label(("procedures", 0, "name")) == "1 Khai sinh"
    assert tree.label(("procedures", 1, "name")) == "procedures[2]"
    assert tree.label(("fields", "a", "name")) == "fields.a"
    assert tree.label(("fields",)) == ""
    assert tree.line(("fields", "a")) == 1
    assert str(Fault("f.yaml", 3, "", "", "x")) == "f.yaml:3: x"


@settings(deadline=None)  # it writes files
@given(st.text(max_size=60) | st.binary(max_size=60))
def test_nothing_crashes_the_reader(tmp_path_factory: pytest.TempPathFactory, content: str | bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    tree = read(path)
    build(tree, Everything)
    assert tree.faults or tree.data is not None
    for fault in tree.faults:
        assert "expected" not in fault.message
        assert "Input should" not in fault.message


@settings(deadline=None)
@given(
    st.recursive(
        st.text(
            st.characters(codec="utf-8", categories=("L", "N", "P", "Zs"), exclude_characters="\xa0"),
            max_size=8,
        ),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text("abcđê", min_size=1), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_what_yaml_writes_is_read_as_text(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    text = yaml.safe_dump({"k": value}, allow_unicode=True)
    path.write_text(unicodedata.normalize("NFC", text), encoding="utf-8")
    tree = read(path)
    if tree.data is not None and not tree.faults:
        again = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - all text
        assert tree.data == again

"""What a YAML or a model fault is called in Vietnamese: the clerk never reads a library's English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

NOT_TEXT = "tên trường phải là chữ"
BLANK = "đang để trống: hãy điền, hoặc xóa cả dòng"
_LIST = "phải là một danh sách (mỗi dòng bắt đầu bằng dấu -, hoặc [a, b])"
_GROUP = "phải là một nhóm trường (mỗi dòng một cặp tên: giá trị)"

# A part of libyaml's problem, or of PyYAML's own where libyaml is missing -> what to do about it.
_INDENT = "thụt lề không thẳng hàng với các trường cùng mục, hoặc sau dấu nháy đóng còn chữ thừa"
_SYNTAX = {
    "mapping values are not allowed": 'dấu ":" thừa hoặc thụt lề sai; câu có dấu ":" phải đặt trong "…"',
    "expected ',' or '}'": 'nhóm { … } thiếu dấu phẩy hoặc "}"; giá trị có dấu phẩy phải đặt trong "…"',
    "expected ',' or ']'": 'danh sách [ … ] thiếu dấu phẩy hoặc "]"',
    "expected key": _INDENT,
    "expected <block end>": _INDENT,
    "expected '-' indicator": "thụt lề sai: dòng này phải bắt đầu bằng dấu - như các dòng cùng danh sách",
    "expected ':'": 'thiếu dấu hai chấm ":" sau tên trường, hoặc thụt lề sai',
    "cannot start any token": 'giá trị bắt đầu bằng ký tự đặc biệt (@ ` % …); hãy đặt cả giá trị trong "…"',
    "unexpected end of stream": "dấu nháy mở ở đây mà không có dấu nháy đóng",
    "unexpected document separator": "dấu nháy mở ở đây mà không có dấu nháy đóng",
    "unknown escape": 'trong dấu nháy kép "…" không được dùng dấu \\; hãy dùng dấu nháy đơn',
    "block sequence entries are not allowed": "dấu - đặt sai chỗ; danh sách phải bắt đầu ở dòng riêng",
    "<document start>": "sau nội dung chính còn chữ thừa hoặc thụt lề sai",
    "undefined tag handle": "không dùng thẻ kiểu (!) trong tệp này",
    "nesting level": "lồng quá sâu",
}


def syntax(problem: str) -> str:
    """A syntax fault in words; `problem` is what the parser said."""
    known = next((words for part, words in _SYNTAX.items() if part in problem), "")
    return (
        f"sai cú pháp YAML: {known or 'hãy xem dòng này và dòng ngay trên (thụt lề, dấu nháy, dấu hai chấm)'}"
    )


def trap(value: str) -> str:
    """Why an unquoted scalar must be quoted: what YAML makes of it."""
    return f'hãy đặt trong dấu nháy: "{value}" (để trần thì YAML hiểu là {_meaning(value)})'


def _meaning(value: str) -> str:
    try:
        seen = yaml.safe_load(value)
    except (ValueError, yaml.YAMLError):
        return "số hoặc ngày"
    if isinstance(seen, bool):
        return "đúng (true)" if seen else "sai (false)"
    if isinstance(seen, int | float):
        return f"số {seen}"
    return "ngày tháng" if isinstance(seen, date) else "không có gì"


_KINDS = {
    "missing": "thiếu trường bắt buộc này",
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _GROUP,
    "mapping_type": _GROUP,
    "model_type": _GROUP,
    "model_attributes_type": _GROUP,
    "dataclass_type": _GROUP,
    "string_type": "phải là một dòng chữ, không phải danh sách hay nhóm trường",
    "int_type": "phải là một số nguyên",
    "int_parsing": "phải là một số nguyên",
    "int_from_float": "phải là một số nguyên",
    "float_type": "phải là một số",
    "float_parsing": "phải là một số",
    "finite_number": "phải là một số hữu hạn",
    "bool_type": "chỉ nhận true hoặc false",
    "bool_parsing": "chỉ nhận true hoặc false",
    "date_type": "phải là một ngày dạng NĂM-THÁNG-NGÀY",
    "date_parsing": "phải là một ngày dạng NĂM-THÁNG-NGÀY",
    "date_from_datetime_parsing": "phải là một ngày dạng NĂM-THÁNG-NGÀY",
    "time_type": "phải là giờ dạng GIỜ:PHÚT",
    "time_parsing": "phải là giờ dạng GIỜ:PHÚT",
    "string_pattern_mismatch": "không đúng dạng",
}
# Kinds whose sentence needs a number: kind -> (sentence, name in the fault's context).
_LIMITS = {
    "too_short": ("phải có ít nhất {} mục", "min_length"),
    "too_long": ("chỉ được có nhiều nhất {} mục", "max_length"),
    "string_too_short": ("phải có ít nhất {} ký tự", "min_length"),
    "string_too_long": ("chỉ được dài nhất {} ký tự", "max_length"),
    "greater_than": ("phải lớn hơn {}", "gt"),
    "greater_than_equal": ("không được nhỏ hơn {}", "ge"),
    "less_than": ("phải nhỏ hơn {}", "lt"),
    "less_than_equal": ("không được lớn hơn {}", "le"),
}


def model_fault(kind: str, context: Mapping[str, Any]) -> str:
    """A fault of a typed value in words; `kind` and `context` are pydantic's error type and its ctx."""
    if kind in {"value_error", "assertion_error"}:
        return str(context["error"])
    if kind in {"literal_error", "enum"}:
        return f"chỉ nhận một trong: {str(context['expected']).replace(' or ', ', ')}"
    if kind in _LIMITS:
        sentence, name = _LIMITS[kind]
        return sentence.format(context[name])
    return _KINDS.get(kind, "giá trị không hợp lệ")

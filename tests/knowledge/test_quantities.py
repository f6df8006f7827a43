"""The grammar of times and fees: what it takes, what it refuses, and that nothing is lost on the way."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.quantities import FREE, SAME_DAY, UNPUBLISHED, Duration, Fee

UNITS = ("ngày làm việc", "ngày", "giờ làm việc", "giờ")


@pytest.mark.parametrize(
    ("text", "quantity", "unit", "office_days"),
    [
        ("3 ngày làm việc", "3", "working_day", "3"),
        ("0,5 ngày làm việc", "0.5", "working_day", "0.5"),
        ("2,5 ngày", "2.5", "day", None),
        ("10 ngày", "10", "day", None),
        ("4 giờ làm việc", "4", "working_hour", "0.5"),
        ("24 giờ", "24", "hour", None),
        (SAME_DAY, "0", "same_day", "1"),
        (UNPUBLISHED, "0", "unpublished", None),
    ],
)
def test_times(text: str, quantity: str, unit: str, office_days: str | None) -> None:
    time = Duration.parse(text)
    assert (time.quantity, time.unit) == (Decimal(quantity), unit)
    assert time.office_days == (None if office_days is None else Decimal(office_days))
    assert time.known == (unit != "unpublished")
    assert str(time) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "3 ngay",
        "ba ngày",
        "3,2 ngày",
        "3.5 ngày",
        "03 ngày",
        "-1 ngày",
        "3  ngày",
        "3 ngày làm việc.",
        "٣ ngày",
        "Trong ngày",
        "1-3 ngày",
        None,
        3,
        ["3 ngày"],
        {"time": "3 ngày"},
    ],
)
def test_no_times(text: object) -> None:
    with pytest.raises(
        ValueError, match=r"thời hạn không đúng dạng: .*viết ví dụ: 3 ngày làm việc"
    ) as caught:
        Duration.parse(text)
    assert "{" not in str(caught.value)


@pytest.mark.parametrize("text", ["0", "0 ngày", "0 ngày làm việc", "0 giờ"])
def test_a_zero_time_means_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="số 0 không có nghĩa, hãy viết chưa công bố"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("longer", "shorter"),
    [
        ("3 ngày làm việc", "trong ngày"),
        ("2 ngày", "1,5 ngày"),
        ("9 giờ làm việc", "1 ngày làm việc"),
        ("25 giờ", "24 giờ"),
    ],
)
def test_longer_and_shorter(longer: str, shorter: str) -> None:
    assert Duration.parse(longer).exceeds(Duration.parse(shorter))
    assert not Duration.parse(shorter).exceeds(Duration.parse(longer))


def test_days_of_two_kinds_are_not_compared() -> None:
    calendar, working = Duration.parse("30 ngày"), Duration.parse("3 ngày làm việc")
    assert not calendar.exceeds(working)
    assert not working.exceeds(calendar)
    assert not Duration.parse(UNPUBLISHED).exceeds(working)


@pytest.mark.parametrize(
    ("written", "kind", "amount", "unit"),
    [
        (FREE, "free", 0, ""),
        (UNPUBLISHED, "unpublished", 0, ""),
        ("500 đồng", "amount", 500, ""),
        ("5.000 đồng", "amount", 5000, ""),
        ("1.250.000 đồng/giấy chứng nhận", "amount", 1_250_000, "giấy chứng nhận"),
    ],
)
def test_fees(written: str, kind: str, amount: int, unit: str) -> None:
    fee = Fee.parse(written)
    assert (fee.kind, fee.amount, fee.unit, fee.words) == (kind, amount, unit, "")
    assert str(fee) == written


def test_a_fee_in_words() -> None:
    words = "2.000 đồng/trang; từ trang thứ 3: 1.000 đồng/trang"
    fee = Fee.parse({"words": words})
    assert (fee.kind, fee.words, str(fee)) == ("words", words, words)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "free",
        "Miễn phí",
        "5000 đồng",
        "5,000 đồng",
        "05.000 đồng",
        "5.00 đồng",
        "5.000đ",
        "5.000 đồng/",
        "5.000 đồng/ bản",
        "5.000 đồng/bản; trẻ em 2.000 đồng",
        "5.000 - 8.000 đồng",
        "không",
        None,
        0,
        ["5.000 đồng"],
    ],
)
def test_no_fees(value: object) -> None:
    with pytest.raises(ValueError, match=r"mức phí không đúng dạng: .*viết ví dụ: 5\.000 đồng"):
        Fee.parse(value)


@pytest.mark.parametrize("value", ["0", "0 đồng", "0 đồng/bản"])
def test_zero_is_never_free(value: str) -> None:
    with pytest.raises(ValueError, match="số 0 không có nghĩa, hãy viết chưa công bố"):
        Fee.parse(value)


@pytest.mark.parametrize(
    "value", [{}, {"words": ""}, {"words": " "}, {"words": ["a"]}, {"word": "a"}, {"words": "a", "b": "c"}]
)
def test_no_fees_in_words(value: object) -> None:
    with pytest.raises(ValueError, match="bằng lời viết là"):
        Fee.parse(value)


@pytest.mark.parametrize("words", [FREE, UNPUBLISHED, "5.000 đồng/bản"])
def test_words_do_not_hide_a_plain_fee(words: str) -> None:
    with pytest.raises(ValueError, match="hãy viết thẳng mức phí"):
        Fee.parse({"words": words})


@given(st.integers(1, 1999), st.sampled_from(UNITS))
def test_times_come_back(halves: int, unit: str) -> None:
    whole, half = divmod(halves, 2)
    text = f"{whole}{',5' if half else ''} {unit}"
    time = Duration.parse(text)
    assert str(time) == text
    assert Duration.parse(str(time)) == time
    assert time.quantity * 2 == halves


@given(st.integers(1, 10**15 - 1), st.text("abcđêộ ", max_size=20).map(str.strip))
def test_amounts_come_back(amount: int, unit: str) -> None:
    fee = Fee("amount", amount, unit)
    assert Fee.parse(str(fee)) == fee


@given(st.text())
def test_whatever_is_taken_comes_back(text: str) -> None:
    for parse in (Duration.parse, Fee.parse):
        try:
            taken = parse(text)
        except ValueError:
            continue
        assert str(taken) == text

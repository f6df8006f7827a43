"""Times and fees as the knowledge base writes them: a small Vietnamese grammar with exact meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Unit = Literal["working_day", "day", "working_hour", "hour", "same_day", "unpublished"]
FeeKind = Literal["free", "amount", "words", "unpublished"]

UNPUBLISHED = "chưa công bố"
SAME_DAY = "trong ngày"
FREE = "miễn phí"
_UNITS: dict[str, Unit] = {
    "ngày làm việc": "working_day",
    "ngày": "day",
    "giờ làm việc": "working_hour",
    "giờ": "hour",
}
_NAMES: dict[Unit, str] = {unit: name for name, unit in _UNITS.items()}
_TIME = re.compile(r"([1-9][0-9]{0,3}|[1-9][0-9]{0,2},5|0,5) (ngày làm việc|ngày|giờ làm việc|giờ)")
_AMOUNT = re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3}){0,4}) đồng(?:/([^\W\d_][^\d;,.:]{0,40}))?")
_ZERO = re.compile(r"0(?: (?:đồng|ngày|giờ)\b.*)?")
_TIMES_ALLOWED = (
    f"3 ngày làm việc · 0,5 ngày làm việc · 10 ngày · 4 giờ làm việc · 24 giờ · {SAME_DAY} · {UNPUBLISHED}"
)
_FEES_ALLOWED = f'5.000 đồng · 8.000 đồng/bản · {FREE} · {UNPUBLISHED} · {{words: "…"}}'
HOURS_A_DAY = 8  # as the offices count saved time


@dataclass(frozen=True, slots=True)
class Duration:
    """A time limit: a quantity (whole or half) and its unit; same_day and unpublished have quantity 0."""

    quantity: Decimal
    unit: Unit

    @staticmethod
    def parse(text: object) -> Duration:
        """`3 ngày làm việc`, `0,5 ngày làm việc`, `10 ngày`, `24 giờ`, `trong ngày`, `chưa công bố`…

        Anything else is a ValueError in words for the clerk.
        """
        if text == SAME_DAY:
            return Duration(Decimal(0), "same_day")
        if text == UNPUBLISHED:
            return Duration(Decimal(0), "unpublished")
        match = _TIME.fullmatch(text) if isinstance(text, str) else None
        if not match:
            raise ValueError(
                f"thời hạn không đúng dạng: {_shown(text)}{_zero_hint(text)} (viết ví dụ: {_TIMES_ALLOWED})"
            )
        return Duration(Decimal(match.group(1).replace(",", ".")), _UNITS[match.group(2)])

    def __str__(self) -> str:
        if self.unit == "same_day":
            return SAME_DAY
        if self.unit == "unpublished":
            return UNPUBLISHED
        return f"{self.quantity.normalize():f} {_NAMES[self.unit]}".replace(".", ",")

    @property
    def known(self) -> bool:
        """False for a time that nobody published."""
        return self.unit != "unpublished"

    @property
    def office_days(self) -> Decimal | None:
        """Working days, for the count of time saved at 8 h a day; None for calendar days and clock hours."""
        if self.unit == "working_day":
            return self.quantity
        if self.unit == "working_hour":
            return self.quantity / HOURS_A_DAY
        if self.unit == "same_day":
            return Decimal(1)
        return None

    def exceeds(self, other: Duration) -> bool:
        """Whether it is surely longer; False where the two cannot be compared."""
        mine, theirs = self.office_days, other.office_days
        if mine is not None and theirs is not None:
            return mine > theirs
        return self.unit == other.unit and self.quantity > other.quantity


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee: free (a source says so), an amount in đồng (per `unit`), words, or not published."""

    kind: FeeKind
    amount: int = 0
    unit: str = ""
    words: str = ""

    @staticmethod
    def parse(value: object) -> Fee:
        """`miễn phí`, `5.000 đồng`, `8.000 đồng/bản`, `chưa công bố`, or {words: …}.

        Anything else is a ValueError in words for the clerk.
        """
        if isinstance(value, dict):
            return Fee._in_words(value)
        if value == FREE:
            return Fee("free")
        if value == UNPUBLISHED:
            return Fee("unpublished")
        match = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
        if not match:
            raise ValueError(
                f"mức phí không đúng dạng: {_shown(value)}{_zero_hint(value)} (viết ví dụ: {_FEES_ALLOWED})"
            )
        return Fee("amount", int(match.group(1).replace(".", "")), match.group(2) or "")

    @staticmethod
    def _in_words(value: dict[object, object]) -> Fee:
        words = value.get("words")
        if set(value) != {"words"} or not isinstance(words, str) or not words.strip():
            raise ValueError('mức phí bằng lời viết là {words: "…"}')
        # "free" in words would escape every count and comparison.
        if words in {FREE, UNPUBLISHED} or _AMOUNT.fullmatch(words):
            raise ValueError(f"hãy viết thẳng mức phí: {words} (bỏ words)")
        return Fee("words", words=words)

    def __str__(self) -> str:
        if self.kind == "free":
            return FREE
        if self.kind == "unpublished":
            return UNPUBLISHED
        if self.kind == "words":
            return self.words
        amount = f"{self.amount:,}".replace(",", ".")
        return f"{amount} đồng/{self.unit}" if self.unit else f"{amount} đồng"


def _shown(value: object) -> str:
    return value if isinstance(value, str) else "danh sách hoặc nhóm trường"


def _zero_hint(value: object) -> str:
    """A zero on the national portal is a placeholder, neither free nor at once."""
    return (
        f"; số 0 không có nghĩa, hãy viết {UNPUBLISHED}"
        if isinstance(value, str) and _ZERO.fullmatch(value)
        else ""
    )

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
_TIME = re.compile(r"([1-9]\d{0,3}|0|[1-9]\d{0,2},5|0,5) (ngày làm việc|ngày|giờ làm việc|giờ)")
_AMOUNT = re.compile(r"([1-9]\d{0,2}(?:\.\d{3})*) đồng(?:/(\S.*))?")
HOURS_A_DAY = 8  # as the offices count saved time


@dataclass(frozen=True, slots=True)
class Duration:
    """A time limit: a quantity (whole or half) and its unit; same_day and unpublished have quantity 0."""

    quantity: Decimal
    unit: Unit

    @staticmethod
    def parse(text: str) -> Duration:
        """`3 ngày làm việc`, `0,5 ngày làm việc`, `10 ngày`, `4 giờ làm việc`, `24 giờ`, `trong ngày`, `chưa công bố`."""
        if text == SAME_DAY:
            return Duration(Decimal(0), "same_day")
        if text == UNPUBLISHED:
            return Duration(Decimal(0), "unpublished")
        match = _TIME.fullmatch(text)
        if not match or match.group(1) == "0":
            raise ValueError(
                f"thời hạn không đúng dạng: {text} (viết ví dụ: 3 ngày làm việc · 0,5 ngày làm việc · 10 ngày · "
                f"4 giờ làm việc · 24 giờ · {SAME_DAY} · {UNPUBLISHED})"
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
        """Working days for the count of time saved (8 h a day); None where days of another kind cannot be compared."""
        if self.unit == "working_day":
            return self.quantity
        if self.unit == "working_hour":
            return self.quantity / HOURS_A_DAY
        if self.unit == "same_day":
            return Decimal(1)
        return None


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee: free (a source says so), an amount in đồng (per `unit`), an amount in words, or not published."""

    kind: FeeKind
    amount: int = 0
    unit: str = ""
    words: str = ""

    @staticmethod
    def parse(value: object) -> Fee:
        """`miễn phí`, `5.000 đồng`, `8.000 đồng/bản`, `chưa công bố`, or a mapping {words: …}; nothing else is a fee."""
        if isinstance(value, dict):
            words = value.get("words")
            if set(value) != {"words"} or not isinstance(words, str) or not words.strip():
                raise ValueError('mức phí bằng lời viết là {words: "…"}')
            return Fee("words", words=words)
        if value == FREE:
            return Fee("free")
        if value == UNPUBLISHED:
            return Fee("unpublished")
        match = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
        if not match:
            raise ValueError(
                f"mức phí không đúng dạng: {value} (viết ví dụ: 5.000 đồng · 8.000 đồng/bản · {FREE} · {UNPUBLISHED}"
                ' · {words: "…"})'
            )
        return Fee("amount", int(match.group(1).replace(".", "")), match.group(2) or "")

    def __str__(self) -> str:
        if self.kind == "free":
            return FREE
        if self.kind == "unpublished":
            return UNPUBLISHED
        if self.kind == "words":
            return self.words
        amount = f"{self.amount:,}".replace(",", ".")
        return f"{amount} đồng/{self.unit}" if self.unit else f"{amount} đồng"

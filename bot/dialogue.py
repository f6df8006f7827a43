"""What the bot remembers of one conversation between two messages. Kept as JSON text by the store, with an expiry."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

MOST_REMEMBERED = 5


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Procedure codes talked about (newest last), the list last shown, facets last asked, the last buttons (encoded),
    words of a story that named no procedure yet, and the version of the knowledge that the talk is based on."""

    version: str = ""
    history: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    before: str = ""

    @staticmethod
    def load(state: str) -> Dialogue:
        """From the stored text; anything unreadable is a new dialogue, since an older release may have written it."""
        try:
            stored: Any = json.loads(state) if state else {}
        except ValueError:
            return Dialogue()
        if not isinstance(stored, dict):
            return Dialogue()
        known = {field.name for field in fields(Dialogue)}
        lists = {name: tuple(map(str, value)) for name, value in stored.items() if name in known and isinstance(value, list)}
        words = {name: value for name, value in stored.items() if name in {"version", "before"} and isinstance(value, str)}
        return Dialogue(**lists, **words)

    def dump(self) -> str:
        """Compact JSON, without what is empty; "" for a dialogue about nothing."""
        kept = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept.keys() - {"version"} else ""

    def about(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """The history after talking about these codes."""
        return (*(code for code in self.history if code not in codes), *codes)[-MOST_REMEMBERED:]

"""What the bot remembers of a conversation between two messages; the store keeps it as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

MOST_REMEMBERED = 5
# What is stored of each field, as JSON reads it.
_KINDS: dict[str, type] = {
    "version": str,
    "history": list,
    "shown": list,
    "facets": list,
    "options": list,
    "before": str,
    "hotlines": list,
}


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Procedure codes talked about (newest last), the list last shown, facets last asked, the last buttons
    (encoded), words of a story that named no procedure yet, purposes of the hotlines given, and the version of the
    knowledge it is based on.
    """

    version: str = ""
    history: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    before: str = ""
    hotlines: tuple[str, ...] = ()

    @staticmethod
    def load(state: str) -> Dialogue:
        """From the stored text; what is unreadable is left out: an older release may have written it."""
        try:
            stored: Any = json.loads(state) if state else {}
        except ValueError:
            return Dialogue()
        if not isinstance(stored, dict):
            return Dialogue()
        kept: dict[str, Any] = {}
        for name in _KINDS.keys() & stored.keys():
            value = stored[name]
            if isinstance(value, _KINDS[name]):
                kept[name] = tuple(map(str, value)) if isinstance(value, list) else value
        return Dialogue(**kept)

    @property
    def picking(self) -> bool:
        """Whether the last buttons are the list shown."""
        listed = [f"show:{code}" for code in self.shown]
        return bool(self.options) and list(self.options) == listed[: len(self.options)]

    def dump(self) -> str:
        """Compact JSON, without what is empty; "" for a dialogue about nothing."""
        kept = {name: value for name, value in asdict(self).items() if value}
        if not kept.keys() - {"version"}:
            return ""
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    def about(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """The history after talking about these codes."""
        return (*(code for code in self.history if code not in codes), *codes)[-MOST_REMEMBERED:]

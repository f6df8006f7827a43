"""`python -m bot unanswered`: questions without an answer, grouped by likeness, with YAML to paste. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapidfuzz import fuzz, process

from bot import texts
from bot.misses import Unanswered

LIKE = 82.0  # of 100: the least likeness of two folded wordings of one group
_WORDINGS = 5  # shown of a group
_NEAR = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Like questions: wordings most asked first, nearest candidates as (code, name), first and last day."""

    count: int
    outcome: str
    wordings: tuple[str, ...]
    candidates: tuple[tuple[str, str], ...]
    first_day: date
    last_day: date

    @property
    def stub(self) -> str:
        """YAML for the clerk: an alias under the likeliest cards, or a new entry of another kind."""
        alias = _quoted(self.wordings[0])
        parts = [f"# {texts.stub_alias(name, code)}\n- {alias}" for code, name in self.candidates]
        parts.append(
            f"# {texts.STUB_ELSEWHERE}\n- name: {texts.STUB_NAME}\n"
            f"  aliases: [{alias}]\n  where: {texts.STUB_WHERE}"
        )
        parts.append(f"# {texts.STUB_NEW}")
        return "\n".join(parts)

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "count": self.count,
            "outcome": self.outcome,
            "questions": list(self.wordings),
            "candidates": [{"code": code, "name": name} for code, name in self.candidates],
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "stub": self.stub,
        }


def grouped(found: Iterable[Unanswered], names: Mapping[str, str]) -> list[Group]:
    """Groups of like questions, most asked first. `names` are those of the procedures that exist, by code."""
    members: dict[str, list[Unanswered]] = {}
    for one in sorted(found, key=lambda one: (-one.count, one.key)):
        like = process.extractOne(one.key, list(members), scorer=fuzz.token_sort_ratio, score_cutoff=LIKE)
        members.setdefault(like[0] if like else one.key, []).append(one)
    groups = [_group(like, names) for like in members.values()]
    return sorted(groups, key=lambda group: (-group.count, -group.last_day.toordinal(), group.wordings))


def _group(members: Sequence[Unanswered], names: Mapping[str, str]) -> Group:
    near: Counter[str] = Counter()
    for one in members:
        for place, code in enumerate(one.candidates):
            near[code] += one.count * (len(one.candidates) - place)
    known = [(code, names[code]) for code, _ in near.most_common() if code in names]
    return Group(
        count=sum(one.count for one in members),
        outcome=members[0].outcome,
        wordings=tuple(dict.fromkeys(one.text for one in members)),
        candidates=tuple(known[:_NEAR]),
        first_day=min(one.first_day for one in members),
        last_day=max(one.last_day for one in members),
    )


def listed(groups: Sequence[Group], limit: int) -> str:
    """The list for the clerk, Vietnamese text of many lines."""
    if not groups:
        return texts.UNANSWERED_NONE
    blocks = [texts.unanswered_head(len(groups), sum(group.count for group in groups)), texts.UNANSWERED_STUB]
    blocks += ["\n".join(_lines(place, group)) for place, group in enumerate(groups[:limit], 1)]
    if len(groups) > limit:
        blocks.append(texts.unanswered_more(len(groups) - limit))
    return "\n\n".join(blocks)


def _lines(place: int, group: Group) -> list[str]:
    lines = [texts.unanswered_group(place, group.count, group.outcome, group.first_day, group.last_day)]
    lines += [f"   “{_one_line(wording)}”" for wording in group.wordings[:_WORDINGS]]
    if group.candidates:
        lines.append(f"   {texts.UNANSWERED_NEAR}")
        lines += [f"   • {name} ({code})" for code, name in group.candidates]
    return [*lines, *group.stub.splitlines()]


def _one_line(text: str) -> str:
    """Typed text cannot move the cursor of the clerk's terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _quoted(text: str) -> str:
    return json.dumps(" ".join(_one_line(text).split()), ensure_ascii=False)

"""Calibration: the same input gives the same model, and climbing finds what is best."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import Files, build, load_thresholds
from bot.calibration import climb, learn_kinds, read_cases, read_kinds, write_model

ROOT = Path(__file__).parent.parent


def test_learned_kinds_are_the_same_every_time(tmp_path: Path) -> None:
    desk = build(Files(ROOT / "procedures.yaml", ROOT / "config.yaml")).library.current.built
    labelled = read_kinds(ROOT / "training" / "kinds.jsonl")[:300]
    written = []
    for name in ("one", "two"):
        write_model(learn_kinds(desk.reader.lexicon, desk.reader.finder.hear, labelled), tmp_path / name)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize(("start", "best"), [(0.2, 0.6), (0.95, 0.6)], ids=["from below", "from above"])
def test_climbing_finds_the_best_place(start: float, best: float) -> None:
    from_there = replace(load_thresholds(), sure=start)
    found = climb(from_there, lambda limits: -abs(limits.sure - best), print)
    assert found.sure == pytest.approx(best, abs=0.05)


def test_conversations_about_unknown_procedures_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(
        """{"said": ["a"], "outcome": "answer", "codes": ["held"]}
{"said": ["b"], "outcome": "answer", "codes": ["unknown"]}
{"said": ["c"], "outcome": "clarify", "codes": ["unknown"]}
""",
        encoding="utf-8",
    )
    assert [case.said for case in read_cases(path, {"held"})] == [("a",), ("c",)]


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "kinds.jsonl"
    path.write_text('{"kind": "question", "text": "a"}\n{"kind": \n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"kinds\.jsonl:2: not JSON"):
        read_kinds(path)

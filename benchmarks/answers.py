"""The answer path in one process: time of a message, of the start, and memory, with 1, 5, 25 times the procedures."""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

TIMES = (1, 5, 25)
ROUNDS = 3
MESSAGES = 500
_SEED = 7
_KEPT = 0.5  # share of its words that a copy of a procedure keeps; the others become words of its own


def main() -> bool:
    """Print the table; False when a target of the shipped knowledge is missed."""
    print("answer path, shipped questions of training/, one process each")
    print(
        f"{'procedures':>10} {'p50 ms':>8} {'p95 ms':>8} {'p95 spread':>14} {'build s':>8} {'resident MB':>12}"
    )
    kept = True
    for times in TIMES:
        rounds = [_in_a_process(times) for _ in range(ROUNDS if times == 1 else 1)]
        p95 = [one["p95"] for one in rounds]
        middle = sorted(rounds, key=lambda one: one["p95"])[len(rounds) // 2]
        print(
            f"{middle['procedures']:>10.0f} {middle['p50']:>8.2f} {middle['p95']:>8.2f} "
            f"{min(p95):>6.2f} – {max(p95):<5.2f} {middle['build']:>8.2f} {middle['resident']:>12.0f}",
            flush=True,
        )
        if times == 1:
            kept = middle["p95"] <= 5 and middle["resident"] <= 120
    starts = [_start() for _ in range(ROUNDS)]
    print(
        f"`bot ask` from start to answer: {statistics.median(starts):.2f} s ({min(starts):.2f} – {max(starts):.2f})"
    )
    return kept and statistics.median(starts) <= 2


def _in_a_process(times: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.answers", str(times)], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _start() -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot", "ask", "khai sinh cho con cần gì"], capture_output=True, check=True
    )
    return time.perf_counter() - began


def measure(times: int) -> dict[str, float]:
    """Build everything over `times` the procedures and read the questions once each."""
    from bot.app import build, load_thresholds  # noqa: PLC0415
    from bot.knowledge.kinds import KindModel  # noqa: PLC0415
    from bot.knowledge.lexicon import Lexicon  # noqa: PLC0415
    from bot.knowledge.understanding import Reader  # noqa: PLC0415

    began = time.perf_counter()
    reader = build().library.current.built.reader
    if times > 1:
        many = _multiplied(reader.knowledge, times)
        began = time.perf_counter()
        reader = Reader(many, Lexicon.load(), load_thresholds(), KindModel.load())
    built = time.perf_counter() - began
    spent = sorted(_times(reader, list(_messages())))
    return {
        "procedures": len(reader.knowledge.procedures),
        "p50": statistics.median(spent),
        "p95": spent[int(len(spent) * 0.95)],
        "build": built,
        "resident": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _messages() -> Iterator[str]:
    lines = Path("training/questions.jsonl").read_text("utf-8").splitlines()
    chosen = random.Random(_SEED).sample(lines, MESSAGES)  # noqa: S311
    yield from (json.loads(line)["said"][-1] for line in chosen)


def _times(reader: object, messages: Iterable[str]) -> Iterator[float]:
    read = reader.read  # type: ignore[attr-defined]
    for message in messages:
        began = time.perf_counter()
        read(message)
        yield (time.perf_counter() - began) * 1000


def _multiplied(knowledge: object, times: int) -> object:
    """The knowledge with copies of each procedure, in which half of the words are other words."""
    from bot.knowledge.procedures import Knowledge  # noqa: PLC0415

    assert isinstance(knowledge, Knowledge)  # noqa: S101
    chance = random.Random(_SEED)  # noqa: S311
    procedures = dict(knowledge.procedures)
    for copy in range(1, times):
        for code, procedure in knowledge.procedures.items():
            new = f"{code}-{copy}"

            def other(text: str, copy: int = copy) -> str:
                return " ".join(
                    word if chance.random() < _KEPT else f"{word}{copy}x" for word in text.split()
                )

            procedures[new] = procedure.model_copy(
                update={
                    "code": new,
                    "name": other(procedure.name),
                    "official": other(procedure.official),
                    "aliases": tuple(map(other, procedure.aliases)),
                }
            )
    return replace(knowledge, procedures=procedures)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))

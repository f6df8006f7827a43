"""What keeps the tree in order: imports point one way, each package has one home, Vietnamese has two."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

BOT = Path(__file__).parent.parent / "bot"
MODULES = {
    ".".join(("bot", *path.relative_to(BOT).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(BOT.rglob("*.py"))
}

# Who may import what of ours: the first row that matches a module counts. A name stands for itself and what is
# inside it. Words at the bottom know nothing, the composition root at the top knows everything.
WORDS = {
    "bot.chat",
    "bot.texts",
    "bot.clock",
    "bot.errors",
    "bot.logs",
    "bot.turn",
    "bot.delivery",
    "bot.pace",
}
STORES = {"bot.inbox", "bot.outbox", "bot.dialogues", "bot.misses"}
MAY_IMPORT: list[tuple[str, set[str]]] = [
    (r"bot\.(chat|texts|clock|errors|logs|crash|pace|schema)", set()),
    (r"bot\.(turn|delivery|plain|dialogue)", {"bot.chat"}),
    (r"bot\.calendar", {"bot.knowledge.quantities"}),
    (r"bot\.config", {"bot.texts", "bot.calendar", "bot.knowledge.strict_yaml"}),
    (r"bot\.knowledge(\..+)?", {"bot.knowledge", "bot.texts", "bot.chat", "bot.calendar", "bot.config"}),
    (r"bot\.handlers(\..+)?", {"bot.chat", "bot.dialogue", "bot.handlers", "bot.knowledge"}),
    (r"bot\.router", {"bot.chat", "bot.turn", "bot.texts", "bot.dialogue", "bot.handlers", "bot.knowledge"}),
    (r"bot\.channels(\..+)?", {*WORDS, "bot.plain"}),
    (r"bot\.database", {"bot.schema", "bot.errors"}),
    (r"bot\.migrations(\..+)?", {"bot.schema"}),
    (r"bot\.(inbox|outbox|dialogues|misses)", {"bot.database", "bot.schema", "bot.crash", *WORDS}),
    (r"bot\.(courier|intake)", {"bot.database", "bot.crash", *STORES, *WORDS}),
    (r"bot\.library", {"bot.knowledge"}),
    (r"bot\.check", {"bot.config", "bot.knowledge"}),
    (r"bot\.unanswered", {"bot.texts", "bot.misses"}),
    (r"bot\.calibration|bot\.calibrate", {"bot"}),
    (r"bot\.ask", {"bot.chat", "bot.knowledge", "bot.logs", "bot.plain", "bot.router"}),
    (
        r"bot\.doors",
        {"bot.config", "bot.database", "bot.courier", "bot.intake", "bot.channels", *STORES, *WORDS},
    ),
    (r"bot\.talk", {"bot.app", "bot.database", "bot.channels.terminal", *STORES, *WORDS}),
    (r"bot\.app", {"bot"}),
    (r"bot\.__main__", {"bot"}),
    (r"bot", set()),
]
# Packages with homes of their own; every other one may be imported anywhere.
HOMES = {
    "telegram": r"bot\.channels\.telegram",
    "httpx": r"bot\.channels\.telegram",
    "rich": r"bot\.channels\.terminal",
    "sqlalchemy": r"bot\.(database|schema|inbox|outbox|dialogues|misses|migrations.*)",
    "alembic": r"bot\.(database|migrations.*)",
    "asyncpg": r"bot\.database",
    "aiosqlite": r"bot\.database",
    "filelock": r"bot\.database",
    "rapidfuzz": r"bot\.(knowledge\..+|unanswered)",
    "yaml": r"bot\.knowledge\..+",
    "pydantic": r"bot\.(config|knowledge\..+)",
    "holidays": r"bot\.calendar",
    "watchfiles": r"bot\.library",
}
VIETNAMESE = re.compile(
    "[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]", re.IGNORECASE
)
SPEAKS = r"bot\.(texts|knowledge\..+)"
# The name of the project in a help text, and words of its users that are keys rather than sentences.
NAMES = {
    "Một Cửa: a chat assistant for Vietnamese public offices",
    "/thoát",
}
CLOCKS = {"now", "utcnow", "today", "fromtimestamp"}


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports(name: str, *, lazy: bool = True) -> Iterator[str]:
    """Every module that one imports when it runs (not only for types); without `lazy`, when it is loaded."""
    waiting: list[ast.AST] = [tree(name)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not lazy:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{name}: relative import"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (one if one in MODULES else node.module for one in inner)
        waiting.extend(ast.iter_child_nodes(node))


def ours(name: str, *, lazy: bool = True) -> set[str]:
    return {one for one in imports(name, lazy=lazy) if one.split(".")[0] == "bot"} - {name}


def within(name: str, homes: set[str]) -> bool:
    return any(name == home or name.startswith(f"{home}.") for home in homes)


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_one_way(name: str) -> None:
    allowed = next((known for pattern, known in MAY_IMPORT if re.fullmatch(pattern, name)), None)
    assert allowed is not None, f"{name} has no place in MAY_IMPORT yet"
    strangers = {one for one in ours(name) - {"bot"} if not within(one, allowed)}
    assert not strangers, f"{name} must not import {strangers}"


def test_only_the_command_line_imports_the_doors() -> None:
    for name in MODULES:
        if name != "bot.__main__":
            assert not ours(name) & {"bot.doors", "bot.talk", "bot.__main__"}, name


def test_there_is_no_cycle() -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name not in done:
            for one in sorted(ours(name) & MODULES.keys()):
                visit(one, (*path, name))
            done.add(name)

    for name in MODULES:
        visit(name, ())


@pytest.mark.parametrize("package", HOMES)
def test_packages_have_homes(package: str) -> None:
    guests = [name for name in MODULES if package in {one.split(".")[0] for one in imports(name)}]
    assert [name for name in guests if not re.fullmatch(HOMES[package], name)] == []


def test_asking_loads_neither_a_door_nor_a_database() -> None:
    reached, waiting = set[str](), ["bot.ask", "bot.app"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [one for one in ours(name, lazy=False) if one in MODULES]
    packages = {one.split(".")[0] for name in reached for one in imports(name, lazy=False)}
    assert not packages & {"telegram", "httpx", "sqlalchemy", "alembic", "rich"}


def literals(name: str) -> Iterator[tuple[int, str]]:
    """Text in code, without docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def silent() -> Iterator[Any]:
    """Modules that say nothing to people."""
    for name in MODULES:
        if not re.fullmatch(SPEAKS, name):
            yield pytest.param(name)


@pytest.mark.parametrize("name", list(silent()))
def test_vietnamese_stands_only_in_texts_and_knowledge(name: str) -> None:
    spoken = [(line, text) for line, text in literals(name) if VIETNAMESE.search(text) and text not in NAMES]
    assert spoken == []


@pytest.mark.parametrize("name", [name for name in MODULES if name != "bot.clock"])
def test_the_clock_is_passed_in(name: str) -> None:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            asked = node.func.attr in CLOCKS and owner.split(".")[-1] in {"datetime", "date"}
            assert not asked, f"{name}:{node.lineno} asks the clock"
            assert not (owner == "time" and node.func.attr in {"time", "time_ns"}), f"{name}:{node.lineno}"


@pytest.mark.parametrize("name", MODULES)
def test_no_update_of_telegram_is_dropped(name: str) -> None:
    assert "drop_pending_updates" not in MODULES[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_lives_there(name: str) -> None:
    if MODULES[name].stat().st_size:  # an empty __init__ marks a folder
        assert ast.get_docstring(tree(name)), name

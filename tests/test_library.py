"""The knowledge that serves: an invalid file changes nothing, dialogues keep their version."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from bot import library as library_module
from bot.knowledge.procedures import InvalidKnowledgeError, Knowledge
from bot.library import Library, Reloaded
from tests.knowledge.cards import TODAY, VALID, changed

RENAMED = changed(("name: Đăng ký khai sinh", "name: Khai sinh cho con"))
INVALID = changed(("where: Tòa án", "where: no"))


def names(knowledge: Knowledge) -> list[str]:
    """Stands in for a search index."""
    return [procedure.name for procedure in knowledge.procedures.values()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    folder.mkdir()
    file = folder / "procedures.yaml"
    file.write_text(VALID)
    return file


def write(path: Path, text: str) -> None:
    path.write_text(text)


def unlink(path: Path) -> None:
    path.unlink()


def point(link: Path, path: Path) -> None:
    link.symlink_to(path)


def make(path: Path, told: list[Reloaded[list[str]]], keep: int = 3) -> Library[list[str]]:
    return Library(path, names, today=lambda: TODAY, tell=told.append, keep=keep)


async def until(happened: Callable[[], Any], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110 - a test looks on from outside
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def watching(library: Library[list[str]], every: float = 0.2) -> AsyncIterator[None]:
    task = asyncio.create_task(library.watch(every))
    await asyncio.sleep(0.2)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def replace(path: Path, text: str) -> None:
    """As editors do: a new file takes the old one's place."""
    fresh = path.with_suffix(".new")
    write(fresh, text)
    fresh.replace(path)


async def test_a_reload_serves_the_new_and_keeps_the_old_version(path: Path) -> None:
    told: list[Reloaded[list[str]]] = []
    library = make(path, told)
    before = library.current
    write(path, RENAMED)
    assert await library.reload() == []
    assert library.current.built[0] == "Khai sinh cho con"
    assert library.get(before.version) is before
    assert library.get(library.current.version) is library.current
    assert [outcome.result for outcome in told] == ["changed"]


async def test_an_invalid_file_leaves_the_old_one_serving(path: Path) -> None:
    told: list[Reloaded[list[str]]] = []
    library = make(path, told)
    before = library.current
    write(path, INVALID)
    (fault,) = await library.reload()
    assert str(fault).startswith("procedures.yaml:19: Ly hôn · where: ")
    assert library.current is before
    assert [(outcome.result, outcome.faults) for outcome in told] == [("refused", (fault,))]
    write(path, RENAMED)
    assert await library.reload() == []
    assert library.current is not before


async def test_a_file_that_went_away_changes_nothing(path: Path) -> None:
    library = make(path, [])
    before = library.current
    unlink(path)
    (fault,) = await library.reload()
    assert fault.message == "không có tệp này"
    assert library.current is before


async def test_only_the_last_versions_are_kept(path: Path) -> None:
    library = make(path, [], keep=2)
    first = library.current.version
    for number in range(2):
        write(path, f"{VALID}# {number}\n")
        await library.reload()
    assert library.get(first) is library.current
    assert library.get("never seen") is library.current


async def test_the_same_file_again_is_no_change(path: Path) -> None:
    told: list[Reloaded[list[str]]] = []
    library = make(path, told)
    await library.reload()
    assert [outcome.result for outcome in told] == ["unchanged"]


async def test_what_only_aged_is_told_and_serves(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    library = Library(path, names, today=lambda: date(2028, 1, 1))
    write(path, RENAMED)
    with caplog.at_level(logging.INFO, "bot.library"):
        (fault,) = await library.reload()
    assert "hết hạn" in fault.message
    assert library.current.built[0] == "Khai sinh cho con"
    assert f"version {library.current.version} serves, 2 procedures" in caplog.messages[0]
    assert caplog.messages[1] == str(fault)


def test_an_invalid_file_does_not_start(path: Path) -> None:
    write(path, INVALID)
    with pytest.raises(InvalidKnowledgeError):
        make(path, [])


async def test_the_operator_reads_the_faults_in_the_log(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    library = Library(path, names, today=lambda: TODAY)
    write(path, INVALID)
    with caplog.at_level(logging.INFO, "bot.library"):
        await library.reload()
    assert (
        caplog.messages[0]
        == f"knowledge not reloaded: 1 faults; version {library.current.version} still serves"
    )
    assert caplog.messages[1].startswith("procedures.yaml:19: Ly hôn · where: hãy đặt trong dấu nháy")


async def test_the_loop_goes_on_while_a_file_is_read(path: Path) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow(knowledge: Knowledge) -> list[str]:
        started.set()
        go_on.wait(10)
        return names(knowledge)

    go_on.set()
    library = Library(path, slow, today=lambda: TODAY)
    go_on.clear()
    started.clear()
    write(path, RENAMED)
    reloading = asyncio.create_task(library.reload())
    await until(started.is_set)
    assert library.current.built[0] == "Đăng ký khai sinh"
    go_on.set()
    await reloading
    assert library.current.built[0] == "Khai sinh cho con"


@pytest.mark.parametrize("put", [write, replace])
async def test_a_change_of_the_file_is_picked_up(path: Path, put: Callable[[Path, str], Any]) -> None:
    told: list[Reloaded[list[str]]] = []
    library = make(path, told)
    async with watching(library, every=30):
        put(path, INVALID)
        await until(lambda: told)
        assert told[0].result == "refused"
        put(path, RENAMED)
        await until(lambda: len(told) > 1)
    assert library.current.built[0] == "Khai sinh cho con"


async def test_a_change_behind_a_link_is_picked_up(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "procedures.yaml"
    point(link, path)
    told: list[Reloaded[list[str]]] = []
    library = make(link, told)
    async with watching(library, every=30):
        replace(path, RENAMED)
        await until(lambda: told)
    assert library.current.built[0] == "Khai sinh cho con"


async def test_other_files_of_the_directory_do_not_matter(path: Path) -> None:
    told: list[Reloaded[list[str]]] = []
    async with watching(make(path, told)):
        write(path.with_name("bot.db"), "x")
        await asyncio.sleep(0.8)
    assert told == []


async def test_polling_where_the_machine_gives_no_notice(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none_left(*_: object, **__: object) -> AsyncIterator[set[tuple[watchfiles.Change, str]]]:
        raise OSError(28, "no watches left")

    monkeypatch.setattr(library_module, "awatch", none_left)
    told: list[Reloaded[list[str]]] = []
    library = make(path, told)
    async with watching(library, every=0.05):
        replace(path, RENAMED)
        await until(lambda: told)
    assert library.current.built[0] == "Khai sinh cho con"
    assert "it is polled" in caplog.text


async def test_a_failing_build_stops_neither_serving_nor_watching(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def build(knowledge: Knowledge) -> list[str]:
        if "Hỏng" in names(knowledge):
            raise RuntimeError("a mistake of ours")
        return names(knowledge)

    told: list[Reloaded[list[str]]] = []
    library = Library(path, build, today=lambda: TODAY, tell=told.append)
    async with watching(library):
        replace(path, changed(("name: Đăng ký khai sinh", "name: Hỏng")))
        await until(lambda: "a mistake of ours" in caplog.text)
        assert library.current.built[0] == "Đăng ký khai sinh"
        replace(path, RENAMED)
        await until(lambda: told)
    assert library.current.built[0] == "Khai sinh cho con"


async def test_a_hang_up_reloads(path: Path) -> None:
    told: list[Reloaded[list[str]]] = []
    library = make(path, told)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, library.reload_soon)
    try:
        write(path, RENAMED)
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: told)
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
    assert library.current.built[0] == "Khai sinh cho con"


async def test_a_hang_up_with_a_failing_build_is_logged(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fail = False

    def build(knowledge: Knowledge) -> list[str]:
        if fail:
            raise RuntimeError("a mistake of ours")
        return names(knowledge)

    library = Library(path, build, today=lambda: TODAY)
    fail = True
    library.reload_soon()
    await until(lambda: "a mistake of ours" in caplog.text)
    assert library.current.built[0] == "Đăng ký khai sinh"


async def test_watching_ends_at_once_when_cancelled(path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with watching(make(path, []), every=30):
        began = loop.time()
    assert loop.time() - began < 2

"""The knowledge that serves: replaced when its file changes and is valid, otherwise left as it is."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Generic, Literal, TypeVar

from watchfiles import awatch

from bot.knowledge.procedures import InvalidKnowledgeError, Knowledge, load
from bot.knowledge.strict_yaml import Fault

log = logging.getLogger(__name__)

Built = TypeVar("Built")
Result = Literal["changed", "unchanged", "refused"]
Signature = tuple[int, int, int] | None  # inode, size and time of change; None while there is no file


@dataclass(frozen=True, slots=True)
class Served(Generic[Built]):
    """One version of the knowledge and what was built from it (a search index)."""

    knowledge: Knowledge
    built: Built

    @property
    def version(self) -> str:
        """The version of the knowledge: equal for equal files."""
        return self.knowledge.version


@dataclass(frozen=True, slots=True)
class Reloaded(Generic[Built]):
    """What came of a reload; `served` is what serves now.

    `faults` say why a file was refused. Without a refusal they are those that only the calendar brought.
    """

    result: Result
    served: Served[Built]
    faults: tuple[Fault, ...]


class Library(Generic[Built]):
    """Serves the newest valid knowledge of a file, and the last few versions to dialogues under way."""

    def __init__(
        self,
        path: Path,
        build: Callable[[Knowledge], Built],
        *,
        today: Callable[[], date],
        tell: Callable[[Reloaded[Built]], None] | None = None,
        keep: int = 3,
    ) -> None:
        """Loads at once, or InvalidKnowledgeError. `tell` hears of every later reload."""
        self.path = path
        self._build = build
        self._today = today
        self._tell = tell or log_reload
        self._keep = keep
        self._one_at_a_time = asyncio.Lock()
        self._wanted: set[asyncio.Task[list[Fault]]] = set()
        self._seen = self._signature()
        self.current = self._read()
        self._versions = OrderedDict({self.current.version: self.current})
        _settle()

    def get(self, version: str) -> Served[Built]:
        """The version asked for; the current one when that is no longer kept (compare `.version`)."""
        return self._versions.get(version, self.current)

    async def reload(self) -> list[Fault]:
        """Reads the file again, in a thread. An invalid file leaves the old one serving."""
        async with self._one_at_a_time:
            self._seen = self._signature()
            try:
                fresh = await asyncio.to_thread(self._read)
            except InvalidKnowledgeError as error:
                outcome = Reloaded("refused", self.current, error.faults)
            else:
                result: Result = "unchanged" if fresh.version == self.current.version else "changed"
                self._serve(fresh)
                outcome = Reloaded(result, self.current, fresh.knowledge.aged)
            self._tell(outcome)
            return list(outcome.faults)

    def reload_soon(self) -> None:
        """For a signal handler of the running loop (SIGHUP): reloads in a task of its own."""
        task = asyncio.get_running_loop().create_task(self.reload())
        self._wanted.add(task)
        task.add_done_callback(self._finished)

    async def watch(self, every: float = 2.0) -> None:
        """Reloads whenever the file has changed, until cancelled.

        The directories are watched, not the file, since editors put a new file in the old one's place. Every
        `every` seconds the file is looked at in any case: network drives and containers report no changes.
        """
        async for _ in self._occasions(every):
            if self._signature() in {self._seen, None}:
                continue
            try:
                await self.reload()
            except Exception:
                log.exception("reloading %s failed; version %s still serves", self.path, self.current.version)

    async def _occasions(self, every: float) -> AsyncIterator[None]:
        """Comes back at each change in the file's directories, and at least every `every` seconds."""
        directories = {self.path.absolute().parent, self.path.resolve().parent}
        milliseconds = max(1, int(every * 1000))
        try:
            changes = awatch(
                *directories,
                watch_filter=None,
                recursive=False,
                debounce=400,
                rust_timeout=milliseconds,
                yield_on_timeout=True,
            )
            async for _ in changes:
                yield
        except OSError as error:  # too many watches on this machine, or a directory that went away
            log.warning("no notice of changes to %s (%s): it is polled", self.path, error)
        while True:
            await asyncio.sleep(every)
            yield

    def _read(self) -> Served[Built]:
        knowledge = load(self.path, self._today())
        return Served(knowledge, self._build(knowledge))

    def _serve(self, fresh: Served[Built]) -> None:
        self._versions[fresh.version] = fresh
        self._versions.move_to_end(fresh.version)
        while len(self._versions) > self._keep:
            self._versions.popitem(last=False)
        self.current = fresh
        _settle()

    def _signature(self) -> Signature:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _finished(self, task: asyncio.Task[list[Fault]]) -> None:
        self._wanted.discard(task)
        if not task.cancelled() and task.exception():
            log.error("reloading %s failed", self.path, exc_info=task.exception())


def _settle() -> None:
    """Tells the garbage collector that what is loaded stays: looking through it stopped every answer for 100 ms."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def log_reload(outcome: Reloaded[Built]) -> None:
    """Tells the operator in the log: what serves now, and every fault on a line of its own."""
    version = outcome.served.version
    if outcome.result == "refused":
        log.error("knowledge not reloaded: %d faults; version %s still serves", len(outcome.faults), version)
    else:
        count = len(outcome.served.knowledge.procedures)
        log.info("knowledge %s: version %s serves, %d procedures", outcome.result, version, count)
    for fault in outcome.faults:
        log.warning("%s", fault)

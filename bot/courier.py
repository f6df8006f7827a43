"""Carries the outbox to the channels: in order within a chat, many chats at once, patient with failures."""

from __future__ import annotations

import asyncio
import heapq
import logging
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import crash
from bot.chat import Address
from bot.delivery import Blocked, Parcel, Rejected, RetryAfter, Sender, SendError
from bot.logs import trace
from bot.outbox import Later, Outbox
from bot.pace import Pace

log = logging.getLogger(__name__)

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """How hard to try. 16 to 32 at once was best against an API that answers in 50 ms, 256 the worst."""

    in_flight: int = 24
    per_chat_second: float = 1.0  # Telegram: about one message a second in a chat, after a burst
    chat_burst: int = 5
    first_retry: float = 0.5  # seconds; doubled each time, with jitter
    longest_retry: float = 300.0
    attempts: int = 300  # about a day of trying
    held: int = 2000  # parcels in memory; the rest waits in the table


@dataclass(slots=True)
class _Lane:
    """The parcels of one chat, the first of which is waiting, under way, or failed and waiting again."""

    parcels: deque[tuple[Parcel, float]] = field(default_factory=deque)  # with the seconds still to wait
    scheduled: bool = False
    failures: int = 0
    closed_to: int = 0  # parcels up to this id are not sent: the chat was closed when they waited


@dataclass(slots=True)
class _Results:
    """What became of parcels and is not yet written down."""

    sent: list[int] = field(default_factory=list)
    lost: dict[int, str] = field(default_factory=dict)
    later: list[Later] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.sent or self.lost or self.later)


Lane = tuple[str, str]  # channel, chat


class Courier:
    """Sends until stopped. Every parcel in the table is sent at least once or found undeliverable."""

    def __init__(
        self,
        outbox: Outbox,
        senders: Mapping[str, Sender],
        clock: Callable[[], datetime],
        delivery: Delivery = Delivery(),
    ) -> None:
        self._outbox = outbox
        self._senders = senders
        self._clock = clock
        self._delivery = delivery
        self._pace = Pace(delivery.per_chat_second, delivery.chat_burst)
        self._lanes: dict[Lane, _Lane] = {}
        self._ready: list[tuple[float, int, Lane]] = []  # heap: when, a number to break ties, where
        self._ties = 0
        self._held = 0
        self._last = 0  # the highest id taken from the table
        self._more = True  # the table may hold ids above it
        self._sending: set[asyncio.Task[None]] = set()
        self._results = _Results()
        self._work = asyncio.Event()
        self._to_mark = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """New parcels were committed."""
        self._more = True
        self._work.set()

    def drop(self, address: Address) -> None:
        """The chat is closed: what is held for it is not sent any more (the table knows already)."""
        lane = self._lanes.get((address.channel, address.chat))
        if lane is not None and lane.parcels:
            lane.closed_to = lane.parcels[-1][0].id

    async def run(self) -> None:
        """Sends until `stop`; what the table holds from before is sent first."""
        marking = asyncio.create_task(self._mark_forever())
        try:
            while not self._stopping:
                self._work.clear()
                await self._take_up()
                self._start_ready()
                await self._wait()
        finally:
            marking.cancel()
            await asyncio.gather(marking, return_exceptions=True)

    async def stop(self, grace: float) -> None:
        """No new sends; those under way get `grace` seconds, then stay pending. All results are written."""
        self._stopping = True
        self._work.set()
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._mark()

    # --- taking up and starting

    async def _take_up(self) -> None:
        while self._more and self._held < self._delivery.held and not self._stopping:
            self._more = False
            try:
                room = self._delivery.held - self._held
                found = await self._outbox.pending(self._last, room)
            except Exception as error:
                log.error("cannot read the outbox; trying again: %s", trace(error))
                self._more = True
                asyncio.get_running_loop().call_later(1.0, self._work.set)
                return
            now = self._clock()
            for parcel, due in found:
                self._last = parcel.id
                # A day is the limit, so that a clock set back cannot hold a parcel for ever.
                self._hold(parcel, min(_DAY, (due - now).total_seconds()))
            self._more |= len(found) == room

    def _hold(self, parcel: Parcel, wait: float) -> None:
        if parcel.address.channel not in self._senders:
            return  # that door is closed today; the row stays
        key = (parcel.address.channel, parcel.address.chat)
        lane = self._lanes.setdefault(key, _Lane())
        lane.parcels.append((parcel, wait))
        self._held += 1
        self._schedule(key, lane)

    def _schedule(self, key: Lane, lane: _Lane, wait: float = 0.0) -> None:
        if lane.scheduled or not lane.parcels:
            return
        lane.scheduled = True
        wait = max(wait, lane.parcels[0][1], self._pace.take("/".join(key)))
        self._ties += 1
        heapq.heappush(self._ready, (self._time() + wait, self._ties, key))

    def _start_ready(self) -> None:
        now = self._time()
        while self._ready and self._ready[0][0] <= now and len(self._sending) < self._delivery.in_flight:
            _, _, key = heapq.heappop(self._ready)
            task = asyncio.create_task(self._deliver(key, self._lanes[key]))
            self._sending.add(task)
            task.add_done_callback(self._sent_one)

    def _sent_one(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._work.set()

    async def _wait(self) -> None:
        if self._stopping or self._work.is_set():
            return
        timer = None
        if self._ready and len(self._sending) < self._delivery.in_flight:
            timer = asyncio.get_running_loop().call_at(self._ready[0][0], self._work.set)
        await self._work.wait()
        if timer is not None:
            timer.cancel()

    # --- one parcel

    async def _deliver(self, key: Lane, lane: _Lane) -> None:
        while lane.parcels and lane.parcels[0][0].id <= lane.closed_to:
            self._close_first(lane)
        wait = await self._send_first(key, lane) if lane.parcels else 0.0
        lane.scheduled = False
        if lane.parcels:
            self._schedule(key, lane, wait)
        else:
            del self._lanes[key]

    async def _send_first(self, key: Lane, lane: _Lane) -> float:
        """Seconds until the lane goes on."""
        parcel, _ = lane.parcels[0]
        try:
            await self._senders[key[0]].send(parcel)
        except Exception as error:
            return self._failed(lane, parcel, error)
        else:
            crash.here("outbox.sent_before_mark")
            lane.failures = 0
            self._results.sent.append(parcel.id)
            self._close_first(lane)
            return 0.0
        finally:
            self._to_mark.set()

    def _close_first(self, lane: _Lane) -> None:
        lane.parcels.popleft()
        self._held -= 1

    def _failed(self, lane: _Lane, parcel: Parcel, error: Exception) -> float:
        """Seconds until the lane goes on."""
        if isinstance(error, Blocked):
            for other, _ in lane.parcels:
                self._results.lost[other.id] = "blocked"
            self._held -= len(lane.parcels)
            lane.parcels.clear()
            return 0.0
        if isinstance(error, Rejected) or parcel.attempts + 1 >= self._delivery.attempts:
            log.error("outbox row %d is undeliverable: %s", parcel.id, error)
            self._results.lost[parcel.id] = str(error)[:200]
            self._close_first(lane)
            return 0.0
        return self._postpone(lane, parcel, error)

    def _postpone(self, lane: _Lane, parcel: Parcel, error: Exception) -> float:
        if isinstance(error, RetryAfter):
            wait = error.seconds
        else:
            longest = min(
                self._delivery.longest_retry, self._delivery.first_retry * 2.0 ** min(lane.failures, 20)
            )
            wait = longest * random.uniform(0.5, 1.0)  # noqa: S311  jitter, not a secret
            lane.failures += 1
        reason = str(error) if isinstance(error, SendError) else type(error).__name__
        log.log(logging.INFO if lane.failures < 3 else logging.WARNING,
                "outbox row %d waits %.1f s: %s", parcel.id, wait, reason)  # fmt: skip
        again = Parcel(parcel.id, parcel.account, parcel.address, parcel.reply, parcel.attempts + 1)
        lane.parcels[0] = (again, 0.0)
        self._results.later.append(Later(parcel.id, self._clock() + timedelta(seconds=wait), reason[:200]))
        return wait

    # --- writing down

    async def _mark_forever(self) -> None:
        while True:
            await self._to_mark.wait()
            self._to_mark.clear()
            try:
                await self._mark()
            except Exception as error:  # sent parcels stay in memory until the table takes the mark
                log.error("cannot mark the outbox; trying again: %s", trace(error))
                self._to_mark.set()
                await asyncio.sleep(1.0)

    async def _mark(self) -> None:
        """Everything that came together since the last mark goes in one transaction."""
        results, self._results = self._results, _Results()
        if not results:
            return
        try:
            await self._outbox.mark(results.sent, results.lost, results.later)
        except BaseException:
            self._results.sent[:0] = results.sent
            self._results.lost.update(results.lost)
            self._results.later[:0] = results.later
            raise
        crash.here("outbox.marked")

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()

"""A token bucket for each key: so many a second, with a burst to begin with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

_MANY = 10_000  # keys kept before the idle ones are dropped


class Pace:
    """Books turns: `per_second` for each key, after `burst` that need not wait. Memory only."""

    def __init__(
        self, per_second: float, burst: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval = 1 / per_second
        self._slack = self._interval * burst
        self._monotonic = monotonic
        self._full_at: dict[str, float] = {}  # when the bucket of a key is full again

    def take(self, key: str) -> float:
        """Books the next turn of `key`; seconds until it comes, 0 for at once."""
        now = self._monotonic()
        full_at = max(self._full_at.get(key, 0.0), now) + self._interval
        if len(self._full_at) >= _MANY:
            self._drop_idle(now)
        self._full_at[key] = full_at
        return max(0.0, full_at - self._slack - now)

    def hold(self, key: str, seconds: float) -> None:
        """Makes the next turn of `key` come no earlier than in so many seconds."""
        full_at = self._monotonic() + seconds + self._slack - self._interval
        self._full_at[key] = max(self._full_at.get(key, 0.0), full_at)

    def booked(self, keys: Iterable[str]) -> dict[str, float]:
        """What is booked for these keys, to give back to `restore`."""
        return {key: self._full_at.get(key, 0.0) for key in keys}

    def restore(self, booked: dict[str, float]) -> None:
        """Undoes what was taken since `booked`: the work was not done."""
        self._full_at.update(booked)

    def _drop_idle(self, now: float) -> None:
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}

"""Named places where a test may kill the process, as a power cut would; nothing happens without CRASH_AT."""

from __future__ import annotations

import os
import signal

_NAME, _, _times = os.environ.get("CRASH_AT", "").partition("*")
_left = int(_times or 1)  # CRASH_AT="outbox.sent*3" dies at the third passage


def here(name: str) -> None:
    """SIGKILL to ourselves when the environment variable CRASH_AT names this place."""
    global _left  # noqa: PLW0603  one process dies once
    if name != _NAME:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

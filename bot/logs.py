"""Logging without secrets: whatever a library writes, a token and a citizen's words stay out."""

from __future__ import annotations

import logging
from collections.abc import Iterable

# These write URLs (with the token), statements with their values, or whole updates below WARNING.
_TALKATIVE = (
    "httpx",
    "httpcore",
    "telegram",
    "aiosqlite",
    "asyncpg",
    "sqlalchemy",
    "alembic",
    "asyncio",
    "hpack",
)
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Redact(logging.Filter):
    """Replaces secrets in a record, its arguments and traceback. It belongs on handlers, not on loggers."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = [secret for secret in secrets if secret]

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the record goes on, cleaned and on one line."""
        record.msg, record.args = _one_line(self._clean(record.getMessage())), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._clean(record.exc_text)
        return True

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text


def _one_line(text: str) -> str:
    """Nothing in a value may look like another line of the log, or move the cursor of a terminal."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def trace(error: BaseException) -> str:
    """The kind of an error and the calls that led to it, innermost last; its text may quote people."""
    calls = []
    step = error.__traceback__
    while step is not None:
        calls.append(f"{step.tb_frame.f_code.co_name}:{step.tb_lineno}")
        step = step.tb_next
    return f"{type(error).__name__} in {' > '.join(calls[-5:])}"


def token_parts(token: str) -> list[str]:
    """A bot token and its secret half, which may appear with the colon escaped."""
    return [token, token.partition(":")[2]]


def set_up(secrets: Iterable[str], level: int = logging.INFO) -> None:
    """Logs to standard error from `level` on. The talkative libraries begin at WARNING whatever the level."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.addFilter(Redact(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # PTB writes whole updates, with names and texts, when it cannot parse one.
    logging.getLogger("telegram").setLevel(logging.CRITICAL)

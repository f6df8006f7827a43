"""`python -m bot`: the commands. Each loads only what it needs: `ask` must start quickly and stay small."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from bot import __version__
from bot.clock import utc_now
from bot.errors import Unusable

if TYPE_CHECKING:
    from bot.app import App
    from bot.config import Settings
    from bot.misses import Unanswered

log = logging.getLogger(__name__)

_ENVIRONMENT = """\
environment:
  TELEGRAM_BOT_TOKEN  opens the Telegram door; without it `run` talks in this terminal
  TELEGRAM_API_URL    another Bot API server
  DATABASE_URL        sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER@HOST/NAME
  BOT_DATA_DIR        where the SQLite file is kept when DATABASE_URL is not set (./data)
"""


@dataclass(frozen=True, slots=True)
class Command:
    """A word behind `python -m bot`: what it accepts, and what it does, giving the exit status."""

    name: str
    help: str
    run: Callable[[argparse.Namespace], int]
    accept: Callable[[argparse.ArgumentParser], None] = lambda parser: None


# --- run


def _run(arguments: argparse.Namespace) -> int:
    from bot.config import Settings  # noqa: PLC0415

    app = _app(arguments)
    settings = Settings.from_env(os.environ, app.config)
    if settings.telegram_token:
        _log_from(logging.INFO, settings)
        _tell(app)
        return _until_stopped(_telegram(app, settings))
    from bot.talk import talk  # noqa: PLC0415

    _log_from(logging.WARNING, settings)
    _tell(app)
    talk(app, settings.database_url, utc_now)
    return 0


async def _telegram(app: App, settings: Settings) -> None:
    import asyncio  # noqa: PLC0415
    import signal  # noqa: PLC0415

    from bot import doors, texts  # noqa: PLC0415

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, app.library.reload_soon)
    watching = asyncio.create_task(app.library.watch())
    try:
        await doors.run(settings, app.router, texts.APOLOGY, texts.COMMANDS)
    finally:
        watching.cancel()
        await asyncio.wait([watching], timeout=1)


def _log_from(level: int, settings: Settings) -> None:
    from bot import logs  # noqa: PLC0415

    logs.set_up(logs.token_parts(settings.telegram_token), level)


def _tell(app: App) -> None:
    """What serves from now on, and what has grown old in it."""
    served = app.library.current
    log.info("knowledge version %s serves, %d procedures", served.version, len(served.knowledge.procedures))
    for fault in served.knowledge.aged:
        log.warning("%s", fault)


# --- ask


def _accept_question(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("text", nargs="?", metavar="TEXT", help="one question")
    what.add_argument(
        "--batch", metavar="CASES", type=Path, help='conversations, one {"id", "turns"} a line (JSON)'
    )
    parser.add_argument(
        "--json", action="store_true", help="the answer to TEXT with how it was read, as JSON"
    )


def _ask(arguments: argparse.Namespace) -> int:
    from bot.ask import Asker  # noqa: PLC0415

    asker = Asker(_app(arguments).router, utc_now)
    if arguments.batch is not None:
        return _batch(asker.batch, arguments.batch)
    asked = asker.ask([arguments.text])
    print(_json(asked.as_json()) if arguments.json else asked.text)
    return 0


def _batch(answer: Callable[[Any], Any], cases: Path) -> int:
    try:
        lines = cases.open("rb")
    except OSError as error:
        raise Unusable(f"cannot read {cases}: {error.strerror}") from None
    broken = False
    with lines:
        for result in answer(lines):
            broken |= "error" in result
            print(_json(result), flush=True)
    return int(broken)


# --- check


def _accept_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--report", action="store_true", help="also what is published, stale and saved")


def _check(arguments: argparse.Namespace) -> int:
    from bot import check  # noqa: PLC0415
    from bot.config import today_in_vietnam  # noqa: PLC0415

    today = today_in_vietnam(utc_now())
    text, status = check.run(arguments.knowledge, arguments.config, today, with_report=arguments.report)
    print(text)
    return status


# --- migrate, unanswered


def _migrate(_arguments: argparse.Namespace) -> int:
    return _until_stopped(_brought_up_to_date(_database_url()))


async def _brought_up_to_date(url: str) -> None:
    from bot import database  # noqa: PLC0415

    async with await database.open_database(url) as opened:
        before = await database.schema_version(opened)
        if before == "":
            raise Unusable(f"{opened.name} has tables of another program; nothing was changed")
        await database.migrate(opened)
        after = await database.schema_version(opened)
        print(f"{opened.name}: schema {after}" + (" already" if before == after else f", was {before}"))


def _accept_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=_positive, default=20, metavar="N", help="groups to list (20)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _unanswered(arguments: argparse.Namespace) -> int:
    from bot import unanswered  # noqa: PLC0415

    found: list[Unanswered] = []

    async def fetch() -> None:
        found.extend(await _misses(_database_url()))

    _until_stopped(fetch())
    groups = unanswered.grouped(found, _names(arguments))
    if arguments.json:
        print(_json([group.as_json() for group in groups[: arguments.limit]]))
    else:
        print(unanswered.listed(groups, arguments.limit))
    return 0


async def _misses(url: str) -> list[Unanswered]:
    from bot import database, misses  # noqa: PLC0415

    async with await database.open_database(url, writing=False) as opened:
        await database.require_current_schema(opened)
        return await misses.Misses(opened, utc_now).list()


def _names(arguments: argparse.Namespace) -> Mapping[str, str]:
    """The procedures that a clerk can mend; none, with a word, while the knowledge is faulty."""
    from bot.config import today_in_vietnam  # noqa: PLC0415
    from bot.knowledge.procedures import InvalidKnowledgeError, load  # noqa: PLC0415

    try:
        known = load(arguments.knowledge, today_in_vietnam(utc_now())).procedures
    except InvalidKnowledgeError as error:
        print(f"{arguments.knowledge} has {len(error.faults)} faults: no candidates named", file=sys.stderr)
        return {}
    return {code: procedure.name for code, procedure in known.items()}


# --- calibrate


def _accept_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--training", type=Path, default=Path("training"), metavar="DIRECTORY")


def _calibrate(arguments: argparse.Namespace) -> int:
    from bot.app import Files  # noqa: PLC0415
    from bot.calibrate import calibrate  # noqa: PLC0415

    try:
        with _faults_told(arguments):
            calibrate(Files(arguments.knowledge, arguments.config), arguments.training, print)
    except (OSError, ValueError) as error:
        raise Unusable(f"cannot calibrate from {arguments.training}: {error}") from None
    return 0


# --- what commands share


def _accept_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--knowledge", type=Path, default=Path("procedures.yaml"), metavar="FILE")
    parser.add_argument("--config", type=Path, default=Path("config.yaml"), metavar="FILE")


def _app(arguments: argparse.Namespace) -> App:
    from bot.app import Files, build  # noqa: PLC0415

    with _faults_told(arguments):
        return build(Files(arguments.knowledge, arguments.config), utc_now)


@contextmanager
def _faults_told(arguments: argparse.Namespace) -> Iterator[None]:
    """What is wrong with the office's files, for the operator."""
    from bot.config import InvalidConfigError  # noqa: PLC0415
    from bot.knowledge.procedures import InvalidKnowledgeError  # noqa: PLC0415

    try:
        yield
    except (InvalidKnowledgeError, InvalidConfigError) as error:
        path = arguments.knowledge if isinstance(error, InvalidKnowledgeError) else arguments.config
        raise Unusable(f"{path} has {len(error.faults)} faults and is not used:\n{error}") from None


def _database_url() -> str:
    from bot.config import Settings  # noqa: PLC0415

    return Settings.from_env(os.environ).database_url


def _until_stopped(work: Coroutine[Any, Any, None]) -> int:
    import asyncio  # noqa: PLC0415

    asyncio.run(work)
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


COMMANDS = (
    Command("run", "open every door that is configured (what happens without a command)", _run),
    Command("ask", "answer a question, or a file of conversations, and leave", _ask, _accept_question),
    Command("check", "name every fault of the office's two files", _check, _accept_report),
    Command("migrate", "bring the database's tables up to date", _migrate),
    Command("unanswered", "list questions without an answer, with YAML to paste", _unanswered, _accept_limit),
    Command("calibrate", "learn kinds and thresholds from training/, again", _calibrate, _accept_training),
)


def parser() -> argparse.ArgumentParser:
    """What may stand behind `python -m bot`."""
    made = argparse.ArgumentParser(
        prog="python -m bot",
        description="Một Cửa: a chat assistant for Vietnamese public offices",
        epilog=_ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=__version__)
    words = made.add_subparsers(metavar="COMMAND")
    for command in COMMANDS:
        word = words.add_parser(command.name, help=command.help, description=command.help)
        command.accept(word)
        _accept_files(word)
        word.set_defaults(run=command.run)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; the exit status. What the operator must mend is told in words, without a traceback."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        _speak_utf8(stream)
    given = list(sys.argv[1:] if arguments is None else arguments)
    chosen = parser().parse_args(given or ["run"])
    try:
        return int(chosen.run(chosen))
    except Unusable as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read our output has gone
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if sys.flags.dev_mode:  # python -X dev -m bot …: the whole of it, with what people wrote
            raise
        from bot.logs import trace  # noqa: PLC0415

        told = f"stopped by a fault of the program ({trace(error)})"
        print(f"{told}; python -X dev -m bot tells more", file=sys.stderr)
        return 1


def _speak_utf8(stream: TextIO) -> None:
    """Vietnamese whatever the machine's language; odd bytes become question marks and stop nothing."""
    with suppress(AttributeError, ValueError):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())

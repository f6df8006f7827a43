"""Telegram: our own long polling, updates read into messages, replies drawn as HTML with buttons."""

from __future__ import annotations

import asyncio
import html
import importlib.util
import json
import logging
import random
import re
import ssl
import sys
import time
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx
import telegram

from bot.chat import Action, Address, Kind, Message, Person, Reply
from bot.delivery import Arrival, Blocked, Gone, Parcel, Rejected, RetryAfter, SendError, Unreachable
from bot.errors import Unusable
from bot.logs import trace

log = logging.getLogger(__name__)

# httpcore tries to import sniffio at every lock it takes; where it is not installed, each try searches the
# disk, which was a third of the cost of a request. This says once that it is not there.
if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

NAME = "telegram"
TEXT_UNITS = 4096  # UTF-16 code units in one message
_PAGE = 100
_POLL_SECONDS = 25
_ALARM_SECONDS = 90.0  # without a good poll; after 24 hours Telegram forgets updates
_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)

Accept = Callable[[Sequence[Arrival]], Awaitable[None]]


class TelegramUnusable(Unusable):
    """The settings for Telegram cannot work; the text tells the operator why, without the token."""


class TokenRefused(TelegramUnusable):
    """Telegram does not know the token: nothing can be done until the operator changes it."""


class ApiError(Exception):
    """Telegram's own answer that it will not; `code` is HTTP's, `wait` the seconds it asks for."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any]) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.wait = float(parameters.get("retry_after") or 0)
        self.moved_to: int | None = parameters.get("migrate_to_chat_id")


class NoAnswer(Exception):  # noqa: N818
    """The network or Telegram failed. The text names the kind of failure and never an address."""


@dataclass(frozen=True, slots=True)
class Me:
    """Our own account; the username is "" until Telegram has told it."""

    id: int
    username: str = ""


class Api:
    """Calls of the Bot API on connections of their own; never a token in what it raises."""

    def __init__(self, token: str, base: str, connections: int) -> None:
        self._base = _address(token, base)
        self._urls: dict[str, httpx.URL] = {}  # parsed once: parsing costs a tenth of a request
        tls = httpx.create_ssl_context()
        # A client for each connection: one pool of n connections looks through all of them for each request,
        # which at 24 costs more than the request itself (encode/httpcore#1035).
        self._idle = [self._client(tls) for _ in range(connections)]
        self._all = tuple(self._idle)
        self._free = asyncio.Semaphore(connections)

    @staticmethod
    def _client(tls: ssl.SSLContext) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=60)
        return httpx.AsyncClient(verify=tls, limits=limits, headers={"content-type": "application/json"})

    def _url(self, method: str) -> httpx.URL:
        if method not in self._urls:
            self._urls[method] = httpx.URL(self._base + method)
        return self._urls[method]

    async def call(self, method: str, body: dict[str, Any], wait: float = 0) -> Any:
        """The `result` of a method; ApiError or NoAnswer. `wait`: seconds Telegram may hold the answer."""
        # ASCII JSON: a lone surrogate in a text is then Telegram's to judge, not our encoder's to fail at.
        content = json.dumps(body).encode()
        async with self._free:
            client = self._idle.pop()  # the one used last: its connection is the warmest
            try:
                response = await client.post(
                    self._url(method),
                    content=content,
                    timeout=httpx.Timeout(15, connect=5, read=15 + wait),
                )
            except httpx.HTTPError as error:
                raise NoAnswer(type(error).__name__) from None
            finally:
                self._idle.append(client)
        return _result(response.status_code, response.content)

    async def close(self) -> None:
        """Closes the connections."""
        for client in self._all:
            await client.aclose()


def _address(token: str, base: str) -> str:
    """Where methods are called: `base` is a host, a prefix that ends in /bot, or holds {token}."""
    if not base.startswith(("http://", "https://")):
        raise TelegramUnusable(
            "TELEGRAM_API_URL must begin with https:// (or http:// for a server of your own)"
        )
    if "{token}" in base:
        return base.replace("{token}", token).rstrip("/") + "/"
    base = base.rstrip("/")
    return f"{base}{token}/" if base.endswith("/bot") else f"{base}/bot{token}/"


def _result(status: int, content: bytes) -> Any:
    try:
        answer = json.loads(content.decode("utf-8", "replace"))
        if answer["ok"] is True:
            return answer["result"]
        code, description = int(answer.get("error_code", status)), str(answer.get("description", ""))
        parameters = answer.get("parameters") or {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NoAnswer(f"HTTP {status} without a Bot API answer") from None
    if code >= 500:
        raise NoAnswer(f"HTTP {code}")
    raise ApiError(code, description, parameters)


class Telegram:
    """One bot account: polls, reads, cuts and sends. No handler is known here."""

    def __init__(self, token: str, api_url: str, connections: int = 24) -> None:
        account = token.partition(":")[0]
        if not account.isdigit() or ":" not in token:
            raise TokenRefused("TELEGRAM_BOT_TOKEN does not look like a token from @BotFather")
        self.me = Me(int(account))
        self.account = account
        self._polling = Api(
            token, api_url, 1
        )  # of its own: a hung poll must not hold up answers, nor they it
        self._calls = Api(token, api_url, connections + 4)
        self._aside: set[asyncio.Task[None]] = set()  # calls nobody waits for

    # --- incoming

    async def poll(self, accept: Accept) -> None:
        """Fetches for ever: a page is accepted (committed) first and confirmed by the next request.

        The offset is never restored: after a quiet week ids begin anew, and an old offset would confirm what
        nobody has read. TokenRefused ends it; everything else is waited out.
        """
        offset: int | None = None
        backoff = _Backoff()
        while True:
            try:
                await self._learn_name()
                began = time.monotonic()
                page = await self._fetch(offset)
                await accept([arrival(update, self.account) for update in page])
                offset = _after(page, offset)
            except Exception as error:
                await asyncio.sleep(backoff.after(error))
                continue
            backoff.reset()
            self._answer_presses(page)
            if time.monotonic() - began < 0.02 and not _ids(page):
                await asyncio.sleep(0.05)  # a server that does not hold an empty poll

    async def _learn_name(self) -> None:
        if self.me.username:
            return
        me = await self._polling.call("getMe", {})
        self.me = Me(int(me["id"]), str(me.get("username") or me["id"]))
        log.info("Telegram: polling as @%s", self.me.username)

    async def _fetch(self, offset: int | None) -> list[Any]:
        body: dict[str, Any] = {"timeout": _POLL_SECONDS, "limit": _PAGE, "allowed_updates": _UPDATES}
        if offset is not None:
            body["offset"] = offset
        page = await self._polling.call("getUpdates", body, wait=_POLL_SECONDS)
        if not isinstance(page, list):
            raise NoAnswer("getUpdates gave no list")
        return page

    def _answer_presses(self, page: Sequence[Any]) -> None:
        """Takes the hourglass off pressed buttons, at once; it matters little when that fails."""
        for update in page:
            press = update.get("callback_query") if isinstance(update, dict) else None
            if isinstance(press, dict) and isinstance(press.get("id"), str):
                self._spare("answerCallbackQuery", {"callback_query_id": press["id"]})

    def read(self, payload: str) -> Message | Gone | None:
        """A stored update; any exception when it cannot be read."""
        return to_message(json.loads(payload), self.me)

    # --- outgoing

    def pieces(self, reply: Reply) -> list[Reply]:
        """The reply in messages of at most 4,096 UTF-16 units."""
        texts = split(reply.text)
        return [Reply(text) for text in texts[:-1]] + [Reply(text, reply.buttons) for text in texts[-1:]]

    async def send(self, parcel: Parcel) -> None:
        """Sends one message, at least once.

        sendMessage has no idempotency key. When its answer is lost the parcel is sent again, by decision: a
        reply that comes twice is better than one that never comes. After a failed connect it is safe anyway.
        """
        body = message_body(parcel)
        try:
            await self._send(body)
        except ApiError as error:
            raise _send_error(error) from None
        except NoAnswer as error:
            raise Unreachable(str(error)) from None

    async def _send(self, body: dict[str, Any]) -> None:
        try:
            await self._calls.call("sendMessage", body)
        except ApiError as error:
            if error.moved_to is not None:  # a group became a supergroup and has another id now
                await self._calls.call("sendMessage", {**body, "chat_id": error.moved_to})
            elif "parse entities" in error.description:
                log.error("Telegram could not read our markup; sent as plain text")
                await self._calls.call("sendMessage", _plain(body))
            else:
                raise

    def introduce(self, commands: Sequence[tuple[str, str]]) -> None:
        """Sets the commands (name without slash, description) and the menu button, in the background."""
        listed = [{"command": name, "description": description} for name, description in commands]
        self._spare("setMyCommands", {"commands": listed})
        self._spare("setChatMenuButton", {"menu_button": {"type": "commands"}})

    def _spare(self, method: str, body: dict[str, Any]) -> None:
        async def call() -> None:
            try:
                await self._calls.call(method, body)
            except (ApiError, NoAnswer) as error:
                log.info("%s failed, which does no harm: %s", method, type(error).__name__)

        task = asyncio.create_task(call())
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def close(self) -> None:
        """Gives up what nobody waits for and closes the connections."""
        for task in self._aside:
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)
        await self._polling.close()
        await self._calls.close()


class _Backoff:
    """How long to wait after a failed poll; says aloud what an operator must know."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._failures = 0
        self._good = time.monotonic()

    def after(self, error: Exception) -> float:
        """Seconds to wait; TokenRefused when there is no sense in waiting."""
        self._failures += 1
        wait = min(30.0, 0.5 * 2.0 ** min(self._failures - 1, 10)) * random.uniform(0.5, 1.0)  # noqa: S311
        if isinstance(error, ApiError):
            wait = max(wait, error.wait)
        self._tell(error)
        if time.monotonic() - self._good > _ALARM_SECONDS:
            log.error("ALARM: no update was fetched for %d s", time.monotonic() - self._good)
        return wait

    def _tell(self, error: Exception) -> None:
        if isinstance(error, ApiError) and error.code in (401, 404):
            log.error("ALARM: Telegram refuses the token (%d)", error.code)
            raise TokenRefused(
                "Telegram refuses TELEGRAM_BOT_TOKEN: check it with @BotFather (it may have been revoked)"
            ) from None
        if isinstance(error, ApiError) and error.code == 409:
            log.error(
                "ALARM: another program polls with our token, or a webhook is set; it may take messages away"
            )
        elif isinstance(error, (ApiError, NoAnswer)):
            log.warning("Telegram: poll failed: %s", error)
        else:
            log.error("cannot keep what arrived, so it is not confirmed: %s", trace(error))


def _send_error(error: ApiError) -> SendError:
    text = error.description
    if error.code == 429:
        return RetryAfter(error.wait or 5.0)
    if error.code == 403 or "chat not found" in text:
        return Blocked(text)
    if error.code in (401, 409):
        return Unreachable(f"HTTP {error.code}")  # the token is the matter, not this message
    return Rejected(f"{error.code} {text}")


# --- updates into messages


def arrival(update: Any, account: str) -> Arrival:
    """An update as it is kept, before anyone has tried to understand it."""
    payload = json.dumps(update, sort_keys=True, separators=(",", ":"))
    known = update if isinstance(update, dict) else {}
    return Arrival(NAME, account, str(known.get("update_id", ""))[:128], _sender(known), payload)


def _sender(update: dict[str, Any]) -> str:
    for kind in _UPDATES:
        part = update.get(kind)
        writer = part.get("from") if isinstance(part, dict) else None
        if isinstance(writer, dict) and isinstance(writer.get("id"), int):
            return str(writer["id"])[:128]
    return ""


def _ids(page: Sequence[Any]) -> list[int]:
    ids = [update.get("update_id") for update in page if isinstance(update, dict)]
    return [number for number in ids if isinstance(number, int)]


def _after(page: Sequence[Any], offset: int | None) -> int | None:
    ids = _ids(page)
    return max(ids) + 1 if ids else offset


def to_message(data: dict[str, Any], me: Me) -> Message | Gone | None:
    """What an update means for us; None for what asks nothing of us. Raises whatever a broken one causes."""
    update = telegram.Update.de_json(data, None)
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    kind = _kind(message)
    edited = update.edited_message is not None
    if kind is None or (edited and kind != "text"):  # a live location is edited every few seconds
        return None
    private = message.chat.type == "private"
    if not private and not _addressed(message, me):
        return None
    return Message(
        id=str(message.message_id),
        sender=Person(NAME, str(message.from_user.id)),
        address=_address_of(message),
        at=message.date,
        text=_own_words(message.text or message.caption or "", me),
        kind=kind,
        private=private,
        edited=edited,
    )


def _press(query: telegram.CallbackQuery) -> Message | None:
    """A pressed button. Its data comes from outside: the router judges it."""
    message = query.message
    if message is None or query.data is None:
        return None
    private = message.chat.type == "private"
    thread = _thread(message) if isinstance(message, telegram.Message) else None
    return Message(
        id=query.id,
        sender=Person(NAME, str(query.from_user.id)),
        address=Address(NAME, str(message.chat.id), thread),
        at=message.date,
        kind="action",
        action=Action.decode(_clean(query.data)),
        private=private,
    )


def _membership(change: telegram.ChatMemberUpdated) -> Gone | None:
    if change.new_chat_member.status in ("kicked", "left"):
        return Gone(Address(NAME, str(change.chat.id)))
    return None


_KINDS: tuple[tuple[str, Kind], ...] = (
    ("text", "text"),
    ("photo", "photo"),
    ("voice", "voice"),
    ("video_note", "voice"),
    ("sticker", "sticker"),
    ("animation", "sticker"),
    ("document", "file"),
    ("video", "file"),
    ("audio", "file"),
    ("venue", "location"),
    ("location", "location"),
    ("contact", "other"),
    ("poll", "other"),
    ("dice", "other"),
    ("story", "other"),
)


def _kind(message: telegram.Message) -> Kind | None:
    """None for service messages: somebody joined, a title changed."""
    for name, kind in _KINDS:
        if getattr(message, name, None):
            return kind
    return None


def _addressed(message: telegram.Message, me: Me) -> bool:
    """In a group we answer a command, a mention of us or a reply to us, and are silent otherwise."""
    text = message.text or message.caption or ""
    if text.startswith("/"):
        target = text.split(maxsplit=1)[0].partition("@")[2]
        return not target or target.lower() == me.username.lower()
    answered = message.reply_to_message
    if answered is not None and answered.from_user is not None and answered.from_user.id == me.id:
        return True
    mentioned = bool(me.username) and _mention(me).search(text) is not None
    entities = (*message.entities, *message.caption_entities)
    return mentioned or any(entity.user is not None and entity.user.id == me.id for entity in entities)


def _own_words(text: str, me: Me) -> str:
    """The text without our name in it."""
    text = _clean(text)
    if me.username:
        text = _mention(me).sub("", text).strip()
    return text


def _mention(me: Me) -> re.Pattern[str]:
    return re.compile(rf"@{re.escape(me.username)}\b", re.IGNORECASE)


def _clean(text: str) -> str:
    """No NUL and no lone surrogates: no encoder and no database takes them."""
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _address_of(message: telegram.Message) -> Address:
    return Address(NAME, str(message.chat.id), _thread(message))


def _thread(message: telegram.Message) -> str | None:
    return str(message.message_thread_id) if message.is_topic_message else None


# --- replies into messages


def message_body(parcel: Parcel) -> dict[str, Any]:
    """What sendMessage is called with."""
    chat = parcel.address.chat
    body: dict[str, Any] = {
        "chat_id": int(chat) if chat.lstrip("-").isdigit() else chat,
        "text": to_html(parcel.reply.text),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    if parcel.address.thread is not None:
        body["message_thread_id"] = int(parcel.address.thread)
    if parcel.reply.buttons:
        body["reply_markup"] = {
            "inline_keyboard": [
                [{"text": button.label, "callback_data": button.action.encode()} for button in row]
                for row in parcel.reply.buttons
            ]
        }
    return body


def to_html(text: str) -> str:
    """Everything escaped; `**bold**` is the only markup."""
    return "".join(
        f"<b>{html.escape(run, False)}</b>" if bold else html.escape(run, False) for run, bold in _runs(text)
    )


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    text = html.unescape(body["text"].replace("<b>", "").replace("</b>", ""))
    return {name: value for name, value in body.items() if name != "parse_mode"} | {"text": text}


def _runs(text: str) -> list[tuple[str, bool]]:
    """The text without its marks, in stretches that are bold or not."""
    parts = _BOLD.split(text)
    kinds: tuple[Literal[False, True], ...] = (False, True)
    return [(part, kinds[index % 2]) for index, part in enumerate(parts) if part]


def units(text: str) -> int:
    """Length as Telegram counts it: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int = TEXT_UNITS) -> list[str]:
    """Pieces of at most `limit` UTF-16 units, cut at paragraphs, else lines, else words; bold goes on."""
    if units(text) <= limit:
        return [text] if text.strip() else []
    runs = _runs(text)
    plain = "".join(run for run, _ in runs)
    pieces, start = [], 0
    while start < len(plain):
        end = start + _cut(plain[start : start + limit + 1], limit, last=len(plain) - start <= limit)
        piece = _slice(runs, start, end)
        if piece:
            pieces.append(piece)
        start = end
    return pieces


def _cut(window: str, limit: int, last: bool) -> int:
    """How many letters of the window make the next piece: at least one, at most `limit` units."""
    if last and units(window) <= limit:
        return len(window)
    fitting = window.encode("utf-16-le", "surrogatepass")[: limit * 2].decode("utf-16-le", "ignore")
    for mark in ("\n\n", "\n", " "):
        at = fitting.rfind(mark)
        if fitting[: max(at, 0)].strip():
            return at + len(mark)
    end = len(fitting)
    while end > 1 and end < len(window) and unicodedata.combining(window[end]):
        end -= 1  # a tone mark stays with its letter
    return end or 1


def _slice(runs: Sequence[tuple[str, bool]], start: int, end: int) -> str:
    """The plain letters from start to end, with the bold marks put back."""
    marked, at = "", 0
    for run, bold in runs:
        part = run[max(0, start - at) : max(0, end - at)]
        at += len(run)
        if bold and part.strip():
            lead, trail = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
            part = f"{lead}**{part.strip()}**{trail}"
        marked += part
    return marked.strip()

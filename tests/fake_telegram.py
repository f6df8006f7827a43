"""A Bot API server on loopback with true confirm semantics: an update goes when a higher offset is asked."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "4242:AA-secret_token-that-must-never-be-seen"  # noqa: S105
BOT_ID = 4242
USERNAME = "mot_cua_bot"


@dataclass
class Call:
    """One request of the bot, as it came."""

    method: str
    body: dict[str, Any]
    at: float


@dataclass
class Fault:
    """What a method answers instead; `times` requests long, for those that `when` picks."""

    status: int = 200
    text: str | None = None  # body as it is (an HTML page); else a Bot API error
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    delay: float = 0.0
    cut: str = ""  # "before": nothing is recorded, the line drops; "after": it was taken, the answer is lost
    times: int = 1
    when: Callable[[dict[str, Any]], bool] = lambda _body: True


class FakeTelegram:
    """Holds updates until they are confirmed, records every call, and fails as it is told."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.updates: deque[dict[str, Any]] = deque()
        self.confirmed: list[dict[str, Any]] = []
        self.calls: list[Call] = []
        self.faults: dict[str, list[Fault]] = {}
        self.latency = 0.0
        self.next_update = 900_000
        self.next_message = 1
        self._news = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    # --- what a test does

    def push(self, update: dict[str, Any]) -> dict[str, Any]:
        """Queues an update; an id is given unless it has one."""
        self.next_update = max(self.next_update, int(update.get("update_id", 0)))
        self.next_update += 1
        update = {"update_id": self.next_update} | update
        self.updates.append(update)
        self._news.set()
        return update

    def say(self, text: str, person: int = 7, **message: Any) -> dict[str, Any]:
        """Queues a private text message of a person; `message` overrides its fields."""
        return self.push({"message": self.message(person, text=text, **message)})

    def message(self, person: int = 7, **fields: Any) -> dict[str, Any]:
        """A message of a person to the bot in private."""
        self.next_message += 1
        return {
            "message_id": self.next_message,
            "date": 1_780_000_000,
            "chat": {"id": person, "type": "private", "first_name": "Lan"},
            "from": {"id": person, "is_bot": False, "first_name": "Lan"},
        } | fields

    def fail(self, method: str, **fault: Any) -> None:
        """The next calls of a method get this instead of an answer."""
        self.faults.setdefault(method, []).append(Fault(**fault))

    def sent(self, chat: int | None = None) -> list[str]:
        """Texts that sendMessage accepted, in order."""
        return [
            call.body["text"]
            for call in self.calls
            if call.method == "sendMessage" and chat in (None, call.body["chat_id"])
        ]

    def made(self, method: str) -> list[dict[str, Any]]:
        """Bodies of the accepted calls of a method."""
        return [call.body for call in self.calls if call.method == method]

    async def until(self, condition: Callable[[], object], seconds: float = 10.0) -> None:
        """Waits until something is true; AssertionError when it does not become so."""
        end = asyncio.get_running_loop().time() + seconds
        while not condition():
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"did not happen within {seconds} s; sent: {self.sent()[-5:]}")
            await asyncio.sleep(0.005)

    # --- the server

    async def start(self, port: int = 0) -> None:
        """Listens on loopback."""
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Closes every connection."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return _error(401, "Unauthorized")
        method = request.match_info["method"]
        body = await _body(request)
        fault = self._fault(method, body)
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.cut != "before" and (fault.cut == "after" or fault.status == 200):
                self._record(method, body)
            if fault.cut:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            if fault.text is not None:
                return web.Response(status=fault.status, text=fault.text, content_type="text/html")
            if fault.status != 200:
                return _error(fault.status, fault.description, fault.parameters)
        else:
            self._record(method, body)
        return _ok(await self._answer(method, body))

    def _record(self, method: str, body: dict[str, Any]) -> None:
        self.calls.append(Call(method, body, asyncio.get_running_loop().time()))

    def _fault(self, method: str, body: dict[str, Any]) -> Fault | None:
        for fault in self.faults.get(method, []):
            if fault.times > 0 and fault.when(body):
                fault.times -= 1
                return fault
        return None

    async def _answer(self, method: str, body: dict[str, Any]) -> Any:
        if method == "getUpdates":
            return await self._updates(body)
        if self.latency:
            await asyncio.sleep(self.latency)
        if method == "getMe":
            return {"id": BOT_ID, "is_bot": True, "first_name": "Bot", "username": USERNAME}
        if method == "sendMessage":
            self.next_message += 1
            chat = {"id": body["chat_id"], "type": "private"}
            return {"message_id": self.next_message, "date": 1, "chat": chat, "text": body["text"]}
        return True

    async def _updates(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        offset = int(body.get("offset", 0))
        while offset and self.updates and self.updates[0]["update_id"] < offset:
            self.confirmed.append(self.updates.popleft())
        if not self.updates:
            self._news.clear()
            try:
                async with asyncio.timeout(min(float(body.get("timeout", 0)), 25)):
                    await self._news.wait()
            except TimeoutError:
                return []
        return list(self.updates)[: int(body.get("limit", 100))]


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        found: dict[str, Any] = await request.json()
        return found
    return dict(await request.post())


def _ok(result: Any) -> web.Response:
    return web.Response(text=json.dumps({"ok": True, "result": result}), content_type="application/json")


def _error(status: int, description: str, parameters: dict[str, Any] | None = None) -> web.Response:
    body = {"ok": False, "error_code": status, "description": description, "parameters": parameters or {}}
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")

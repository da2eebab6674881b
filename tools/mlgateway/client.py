"""One client connection: requests in, replies out in the same order, never more than one at work."""

import asyncio
import logging
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from mlgateway.http_parser import HttpParser
from mlgateway.limits import GatewayLimits
from mlgateway.messages import Reply, Request, encode_head, error_reply, write_message

MAX_WAITING = 8  # pipelined requests held before reading pauses
LINGER_SECONDS = 2.0

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_log = logging.getLogger("mlgateway")


class ClientConnection(asyncio.Protocol):
    """The protocol of one accepted connection; `ended` is called once when nothing of it is left."""

    def __init__(
        self,
        limits: GatewayLimits,
        answer: Callable[[Request], Awaitable[Reply]],
        ended: Callable[["ClientConnection"], None],
    ) -> None:
        self._limits = limits
        self._answer = answer
        self._ended = ended
        self._receiver = HttpParser(limits)
        self._waiting: deque[Request | Reply] = deque()
        self._busy = False  # a request is being answered
        self._stopping = False  # no new request is taken
        self._no_more = False  # nothing more will be received
        self._wake: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()
        self._task = self._loop.create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        receiver = self._receiver
        if not receiver.receiving:
            self._since = self._loop.time()
        self._waiting.extend(receiver.feed(data))
        if self._waiting:
            self._wake_up()
        if len(self._waiting) > MAX_WAITING:
            self._transport.pause_reading()
        self._invite_body()

    def eof_received(self) -> bool:
        self._no_more = True
        self._wake_up()
        return True  # it may have closed its sending side only: what it asked is still answered

    def connection_lost(self, _: Exception | None) -> None:
        self._no_more = True
        self._waiting.clear()
        self._writable.set()
        self._wake_up()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def stop(self) -> None:
        """Answer what has been asked, or is being asked, and close."""
        self._stopping = True
        self._wake_up()

    def abort(self) -> None:
        """Close now."""
        self._task.cancel()
        self._transport.abort()

    def expire(self, now: float) -> None:
        """Act on a client that keeps us waiting: for a request, for the rest of one, or for it to read."""
        if now - self._since < self._limits.client_seconds:
            return
        if not self._writable.is_set():
            self._transport.abort()
        elif self._busy or self._waiting:
            return
        elif self._receiver.receiving:
            message = f"the request was not complete within {self._limits.client_seconds:g} s"
            self._waiting.append(self._receiver.give_up(408, message))
            self._wake_up()
        else:
            self.stop()

    async def _serve(self) -> None:
        try:
            while item := await self._next():
                if isinstance(item, Reply):
                    await self._refuse(item)
                    break
                self._busy = True
                keep_alive = await self._serve_one(item)
                self._busy = False
                if not keep_alive:
                    break
                self._invite_body()
        finally:
            self._transport.close()
            self._ended(self)

    async def _next(self) -> Request | Reply | None:
        while not self._waiting:
            if self._no_more or (self._stopping and not self._receiver.receiving):
                return None
            await self._sleep()
        item = self._waiting.popleft()
        if len(self._waiting) == MAX_WAITING:
            self._transport.resume_reading()
        return item

    async def _serve_one(self, request: Request) -> bool:
        try:
            reply = await self._answer(request)
        except Exception as error:  # its message may quote what was sent
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("a fault of the gateway itself: %s\n%s", type(error).__name__, where)
            reply = error_reply(500, "a fault of the gateway itself; its log tells more")
        more_to_come = bool(self._waiting) or self._receiver.receiving
        keep_alive = request.keep_alive and (more_to_come or not (self._stopping or self._no_more))
        head = encode_head(reply, keep_alive, request.http10)
        self._write(head, b"" if request.method == b"HEAD" else reply.body)
        await self._writable.wait()
        return keep_alive

    async def _refuse(self, reply: Reply) -> None:
        """Send the last reply and let the client read it: closing with unread input would reset it away."""
        self._write(encode_head(reply, keep_alive=False, http10=False), reply.body)
        if self._transport.is_closing():
            return
        self._transport.write_eof()
        self._transport.resume_reading()
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while not self._no_more:
                    await self._sleep()

    def _write(self, head: bytes, body: bytes | bytearray) -> None:
        self._since = self._loop.time()
        if not self._transport.is_closing():
            write_message(self._transport, head, body)

    def _invite_body(self) -> None:
        if self._receiver.expecting and not (self._busy or self._waiting or self._no_more):
            self._receiver.expecting = False
            self._transport.write(_CONTINUE)

    async def _sleep(self) -> None:
        self._wake = self._loop.create_future()
        await self._wake

    def _wake_up(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

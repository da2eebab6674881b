"""One HTTP/1.1 connection to the upstream server.

Answers are read whole before any of it is passed on, so that an upstream which breaks off in the middle
becomes one clear error for the client instead of half an answer.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import httptools

from mlgateway.limits import GatewayLimits
from mlgateway.messages import Headers, write_message
from mlgateway.routes import Address


class UpstreamFailure(Exception):
    """Why the upstream gave no answer, with the status that tells the client.

    unanswered: it closed the connection before the first byte of an answer.
    """

    def __init__(self, status: int, reason: str, unanswered: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.unanswered = unanswered


@dataclass(frozen=True, slots=True)
class UpstreamAnswer:
    """A complete answer of the upstream; header names are in lower case."""

    status: int
    headers: Headers
    body: bytes | bytearray

    def header(self, name: bytes) -> bytes | None:
        """The first value of this header."""
        return next((value for key, value in self.headers if key == name), None)


class Connection(asyncio.Protocol):
    """One connection; at most one request at a time."""

    def __init__(
        self, address: Address, limits: GatewayLimits, closed: Callable[["Connection"], None]
    ) -> None:
        self.reusable = True
        self._address = address
        self._limits = limits
        self._closed = closed
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[UpstreamAnswer] | None = None
        self._begun = False
        self._framed = False
        self._head_complete = False
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()

    async def exchange(self, head: bytes, body: bytes | bytearray) -> UpstreamAnswer:
        """Send one request and wait for its answer; raises UpstreamFailure and is closed then."""
        if self._transport is None or not self.reusable:
            raise UpstreamFailure(502, f"upstream {self._address} closed the connection", unanswered=True)
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        self._begun = False
        write_message(self._transport, head, body)
        timer = loop.call_later(self._limits.response_seconds, self._expire)
        try:
            return await self._answer
        finally:
            timer.cancel()
            if not self._answer.done() or self._answer.cancelled():
                self.close()
            self._answer = None

    def close(self) -> None:
        """Close now; an answer that is still on its way is dropped."""
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.close()  # nobody asked: whatever it is, the next answer must not be taken from it
            return
        self._begun = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(502, f"does not answer in HTTP/1.1: {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        self.reusable = False
        self._closed(self)
        if self._head_complete and not self._framed and exc is None:
            self._finish()  # an answer that ends where the connection ends
        elif self._begun:
            self._fail(502, "closed the connection in the middle of its answer")
        else:
            self._fail(502, "closed the connection without an answer", unanswered=True)

    def on_message_begin(self) -> None:
        if self._answer is None or self._answer.done():
            self.reusable = False  # more than was asked for
        self._head_complete = self._framed = False
        self._headers = []
        self._body = bytearray()

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        self._headers.append((name, value))
        if name in (b"content-length", b"transfer-encoding"):
            self._framed = True

    def on_headers_complete(self) -> None:
        self._head_complete = self._parser.get_status_code() >= 200

    def on_body(self, chunk: bytes) -> None:
        self._body += chunk
        if len(self._body) > self._limits.max_body:
            self._fail(502, f"answers with more than {self._limits.max_body} bytes")

    def on_message_complete(self) -> None:
        if self._head_complete:  # else it was an interim answer (1xx)
            # Answered before all of the request was written: the rest would be read as the next request.
            unsent = self._transport is None or self._transport.get_write_buffer_size() > 0
            self.reusable = self.reusable and self._parser.should_keep_alive() and not unsent
            self._finish()

    def _finish(self) -> None:
        self._head_complete = False
        if self._answer is not None and not self._answer.done():
            answer = UpstreamAnswer(self._parser.get_status_code(), tuple(self._headers), self._body)
            self._answer.set_result(answer)

    def _expire(self) -> None:
        self._fail(504, f"gave no answer within {self._limits.response_seconds:g} s")

    def _fail(self, status: int, what: str, unanswered: bool = False) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(
                UpstreamFailure(status, f"upstream {self._address} {what}", unanswered)
            )
        self.close()

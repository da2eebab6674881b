"""Connections to the upstream, kept open between requests."""

import asyncio
import logging

from mlgateway.limits import GatewayLimits
from mlgateway.routes import Address
from mlgateway.upstream import Connection, UpstreamAnswer, UpstreamFailure

MAX_IDLE = 256

_log = logging.getLogger("mlgateway")


class Pool:
    """Connections to one address: those in use are known to their users, those idle wait here."""

    def __init__(self, address: Address, limits: GatewayLimits) -> None:
        self.address = address
        self._limits = limits
        self._idle: dict[Connection, None] = {}  # in the order of their last use: the last is the freshest
        self._retired = False
        self._unreachable = False

    async def exchange(self, head: bytes, body: bytes | bytearray = b"") -> UpstreamAnswer:
        """Send one request and wait for its whole answer; raises UpstreamFailure.

        An idle connection may have been closed by the other side just now: what was sent on it and not
        answered at all is sent once more on a fresh one (inference can be repeated).
        """
        if self._idle:
            connection, _ = self._idle.popitem()
            try:
                return await self._use(connection, head, body)
            except UpstreamFailure as failure:
                if not failure.unanswered:
                    raise
        return await self._use(await self._connect(), head, body)

    def retire(self) -> None:
        """Close idle connections now and the others after their present answer."""
        self._retired = True
        for connection in list(self._idle):
            connection.close()

    async def _use(self, connection: Connection, head: bytes, body: bytes | bytearray) -> UpstreamAnswer:
        answer = await connection.exchange(head, body)
        if connection.reusable and not self._retired and len(self._idle) < MAX_IDLE:
            self._idle[connection] = None
        else:
            connection.close()
        return answer

    async def _connect(self) -> Connection:
        seconds = self._limits.connect_seconds
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                _, connection = await loop.create_connection(self._new, self.address.host, self.address.port)
        except TimeoutError:
            raise self._unreached(504, f"accepted no connection within {seconds:g} s") from None
        except OSError as error:
            raise self._unreached(503, f"cannot be reached: {error.strerror or error}") from None
        if self._unreachable:
            self._unreachable = False
            _log.info("upstream %s is reached again", self.address)
        return connection

    def _new(self) -> Connection:
        return Connection(self.address, self._limits, self._forget)

    def _forget(self, connection: Connection) -> None:
        self._idle.pop(connection, None)

    def _unreached(self, status: int, what: str) -> UpstreamFailure:
        failure = UpstreamFailure(status, f"upstream {self.address} {what}")
        if not self._unreachable:
            self._unreachable = True
            _log.error("%s", failure)
        return failure

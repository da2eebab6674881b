"""All client connections of one process: accepting, time-outs, and the orderly end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from mlgateway.client import ClientConnection
from mlgateway.limits import GatewayLimits
from mlgateway.messages import Reply, Request
from mlgateway.routes import Address

BACKLOG = 1024

_log = logging.getLogger("mlgateway")


class HttpServer:
    """Listens once started; every connection is answered by `answer`."""

    def __init__(self, limits: GatewayLimits, answer: Callable[[Request], Awaitable[Reply]]) -> None:
        self._limits = limits
        self._answer = answer
        self._connections: set[ClientConnection] = set()
        self._empty = asyncio.Event()
        self._listener: asyncio.Server | None = None

    async def start(self, address: Address) -> Address:
        """Listen, and return where (port 0 asks for a free one); raises OSError."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._accept, address.host, address.port, backlog=BACKLOG)
        return Address(address.host, self._listener.sockets[0].getsockname()[1])

    async def sweep(self) -> None:
        """End connections whose clients keep us waiting, for ever."""
        while True:
            await asyncio.sleep(min(1.0, self._limits.client_seconds / 4))
            now = asyncio.get_running_loop().time()
            for connection in list(self._connections):
                connection.expire(now)

    async def stop(self) -> None:
        """Accept nothing more, answer what has been asked, and close everything; within drain_seconds."""
        if self._listener is not None:
            self._listener.close()
        for connection in list(self._connections):
            connection.stop()
        try:
            async with asyncio.timeout(self._limits.drain_seconds):
                while self._connections:
                    self._empty.clear()
                    await self._empty.wait()
        except TimeoutError:
            _log.error("%d connections were cut off when the time to finish was over", len(self._connections))
            for connection in list(self._connections):
                connection.abort()

    def _accept(self) -> ClientConnection:
        connection = ClientConnection(self._limits, self._answer, self._ended)
        self._connections.add(connection)
        return connection

    def _ended(self, connection: ClientConnection) -> None:
        self._connections.discard(connection)
        if not self._connections:
            self._empty.set()

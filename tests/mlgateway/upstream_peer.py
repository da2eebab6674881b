"""A peer that speaks HTTP as Triton does, or misbehaves as a test tells it to; real sockets, one thread each."""

import json
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One request as the peer saw it; connection counts accepted connections from 1."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def model(self) -> str:
        return self.path.split("/")[3]


Behaviour = Callable[[Received, socket.socket], bytes | None]


@dataclass
class Peer:
    """Answers with behave(request, socket): the bytes to send, or None to close the connection at once."""

    address: str = ""
    received: list[Received] = field(default_factory=list)
    loaded: dict[str, float] = field(default_factory=dict)
    behave: Behaviour | None = None
    connections: int = 0
    open: set[socket.socket] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def paths(self) -> list[str]:
        with self.lock:
            return [f"{request.method} {request.path}" for request in self.received]

    def reset_connections(self) -> None:
        """Close every connection as a server that dies does."""
        with self.lock:
            for connection in self.open:
                with suppress(OSError):  # it may be closing already
                    connection.shutdown(socket.SHUT_RDWR)


def start_peer() -> tuple[Peer, ThreadingTCPServer]:
    """Start a peer; the server is to be shut down by the caller."""
    peer = Peer()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            _serve(peer, self.request)

    class Server(ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: Any) -> None:
            pass  # a gateway that hangs up is part of the tests

    server = Server(("127.0.0.1", 0), Handler)
    peer.address = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return peer, server


def _serve(peer: Peer, connection: socket.socket) -> None:
    with peer.lock:
        peer.connections += 1
        number = peer.connections
        peer.open.add(connection)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection.makefile("rb") as reader:
            while request := _read(reader, number):
                with peer.lock:
                    peer.received.append(request)
                answer = (peer.behave or _as_triton(peer))(request, connection)
                if answer is None:
                    return
                connection.sendall(answer)
    finally:
        with peer.lock:
            peer.open.discard(connection)


def _read(reader: Any, number: int) -> Received | None:
    line = reader.readline().decode()
    if not line:
        return None
    method, path, _ = line.split()
    headers: dict[str, str] = {}
    while (line := reader.readline().decode().rstrip("\r\n")) != "":
        name, _, value = line.partition(": ")
        headers[name] = value
    return Received(method, path, headers, reader.read(int(headers.get("content-length", 0))), number)


def _as_triton(peer: Peer) -> Behaviour:
    def behave(request: Received, _: socket.socket) -> bytes:
        if request.path == "/v2/health/ready":
            return http_answer(200, b"")
        if request.model not in peer.loaded:
            error = f"Request for unknown model: '{request.model}' is not found"
            return http_answer(404, json.dumps({"error": error}, separators=(",", ":")).encode())
        if request.path.endswith("/ready"):
            return http_answer(200, b"")
        if request.path.endswith("/infer"):
            return http_answer(200, inference_of(request.model, peer.loaded[request.model]))
        return http_answer(200, f'{{"name":"{request.model}","versions":["1"],"platform":"python"}}'.encode())

    return behave


def inference_of(model: str, value: float = 1.0, identifier: str = "") -> bytes:
    """An answer to an inference, byte for byte as Triton writes it."""
    start = f'{{"id":{json.dumps(identifier)},' if identifier else "{"
    output = f'{{"name":"Y","datatype":"FP32","shape":[1],"data":[{value}]}}'
    return f'{start}"model_name":"{model}","model_version":"1","outputs":[{output}]}}'.encode()


def http_answer(status: int, body: bytes, *headers: str) -> bytes:
    """A whole HTTP/1.1 answer; a JSON body unless headers say otherwise."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    if not any(header.startswith("Content-Type") for header in headers):
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode() + body


def reset(connection: socket.socket) -> None:
    """Make the coming close a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

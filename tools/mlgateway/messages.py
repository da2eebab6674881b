"""Requests as received, replies as sent."""

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

Headers = tuple[tuple[bytes, bytes], ...]

_COPIED = 64 * 1024
_JSON: Headers = ((b"content-type", b"application/json"),)
_STATUS_LINES = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n".encode() for s in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Request:
    """One complete request; header names are in lower case, the body is without its transfer coding."""

    method: bytes
    target: bytes
    headers: Headers
    body: bytearray
    keep_alive: bool
    http10: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply; content-length and connection are added when it is sent."""

    status: int
    headers: Headers
    body: bytes | bytearray = b""


def json_reply(status: int, value: Any, headers: Headers = ()) -> Reply:
    """A reply with a JSON body."""
    return Reply(status, _JSON + headers, json.dumps(value).encode())


def error_reply(status: int, message: str, headers: Headers = ()) -> Reply:
    """An error as the protocol wants it: {"error": message}."""
    return json_reply(status, {"error": message}, headers)


def write_message(transport: asyncio.WriteTransport, head: bytes, body: bytes | bytearray) -> None:
    """Write both, in one system call unless copying the body would cost more than a second one."""
    if len(body) <= _COPIED:
        transport.write(head + body)
    else:
        transport.write(head)
        transport.write(body)


def encode_head(reply: Reply, keep_alive: bool, http10: bool) -> bytes:
    """Status line and headers, up to and with the empty line."""
    lines = [_STATUS_LINES.get(reply.status) or b"HTTP/1.1 %d Unknown\r\n" % reply.status]
    lines += [b"%b: %b\r\n" % header for header in reply.headers]
    lines.append(b"content-length: %d\r\n" % len(reply.body))
    if not keep_alive:
        lines.append(b"connection: close\r\n")
    elif http10:
        lines.append(b"connection: keep-alive\r\n")
    lines.append(b"\r\n")
    return b"".join(lines)

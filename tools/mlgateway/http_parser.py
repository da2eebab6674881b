"""Bytes from a client to whole requests, within limits; no I/O."""

import httptools

from mlgateway.limits import GatewayLimits
from mlgateway.messages import Reply, Request, error_reply

_Refusal = tuple[int, str]


class HttpParser:
    """The receiving half of one client connection.

    After a refusal nothing more is read from the connection: where the next request would begin is unknown.
    """

    def __init__(self, limits: GatewayLimits) -> None:
        self.receiving = False  # a request has begun and is not complete
        self.expecting = False  # the client waits for "100 Continue" before it sends the body
        self._limits = limits
        self._parser = httptools.HttpRequestParser(self)
        self._out: list[Request | Reply] = []
        self._refusal: _Refusal | None = None
        self._count = 0  # requests begun
        self._loose = 0  # bytes of this request that were neither a complete head nor body
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._head_complete = False
        self._body = bytearray()

    def feed(self, data: bytes) -> list[Request | Reply]:
        """Return the requests that are complete now, and last, if the rest is refused, the reply that says why."""
        if self._refusal:
            return []
        count, size = self._count, len(self._body)
        self._parse(data)
        if self.receiving and self._count == count and len(self._body) == size:
            self._loose += len(data)
            if self._loose > self._limits.max_head:
                self._refuse(431, f"the head or trailer has more than {self._limits.max_head} bytes")
        out, self._out = self._out, []
        if self._refusal:
            out.append(self.give_up(*self._refusal))
        return out

    def _parse(self, data: bytes) -> None:
        """Hand bytes to the parser. An offer to upgrade, such as Java's h2c, is declined by answering in HTTP/1.1."""
        rest = data
        while rest and not self._refusal:
            try:
                self._parser.feed_data(rest)
                return
            except httptools.HttpParserUpgrade as offer:
                rest = self._head_without_offer() + rest[offer.args[0] :]
                self._parser = httptools.HttpRequestParser(self)
            except httptools.HttpParserError as error:
                self._refuse(400, f"the request is not HTTP/1.1: {error}")

    def _head_without_offer(self) -> bytes:
        """The head that was read, without what offers an upgrade: after an offer the parser reads no body."""
        start = b"%b %b HTTP/%b\r\n" % (
            self._parser.get_method(),
            self._target,
            self._parser.get_http_version().encode(),
        )
        kept = (b"%b: %b\r\n" % header for header in self._headers if header[0] != b"upgrade")
        return b"".join((start, *kept, b"\r\n"))

    def give_up(self, status: int, message: str) -> Reply:
        """Read nothing more; the reply that says why."""
        self._refusal = (status, message)
        self.receiving = self.expecting = False
        self._body = bytearray()
        return error_reply(status, message)

    def on_message_begin(self) -> None:
        self.receiving = True
        self.expecting = False
        self._count += 1
        self._loose = 0
        self._target = b""
        self._headers = []
        self._head_complete = False
        self._body = bytearray()

    def on_url(self, part: bytes) -> None:
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._head_complete:  # a trailer says nothing that we would act on
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._head_complete = True
        if refusal := self._judge_head():
            self._refuse(*refusal)

    def on_body(self, chunk: bytes) -> None:
        self.expecting = False
        self._body += chunk
        if len(self._body) > self._limits.max_body:
            self._body = bytearray()
            self._refuse(413, self._too_large())

    def on_message_complete(self) -> None:
        if self._parser.should_upgrade():
            return  # the request is read again without its offer
        self.receiving = self.expecting = False
        if self._refusal:
            return
        parser = self._parser
        keep_alive, http10 = parser.should_keep_alive(), parser.get_http_version() == "1.0"
        request = Request(
            parser.get_method(), self._target, tuple(self._headers), self._body, keep_alive, http10
        )
        self._out.append(request)

    def _refuse(self, status: int, message: str) -> None:
        self._refusal = self._refusal or (status, message)

    def _judge_head(self) -> _Refusal | None:
        version = self._parser.get_http_version()
        if version not in ("1.0", "1.1"):
            return 505, f"HTTP/{version} is not spoken here; use HTTP/1.1"
        if self._parser.get_method() == b"CONNECT":
            return 501, "only HTTP/1.1 is spoken here; send the request without CONNECT"
        size = len(self._target) + sum(len(name) + len(value) + 4 for name, value in self._headers)
        if size > self._limits.max_head:
            return 431, f"the head has more than {self._limits.max_head} bytes"
        hosts = 0
        for name, value in self._headers:
            if name == b"host":
                hosts += 1
            elif name == b"content-length" and int(value) > self._limits.max_body:
                return 413, self._too_large()
            elif name == b"transfer-encoding" and value.lower() != b"chunked":
                return 501, "the only transfer coding that is understood is chunked"
            elif name == b"expect" and version == "1.1":
                if value.lower() != b"100-continue":
                    return 417, "the only expectation that is understood is 100-continue"
                self.expecting = True
        if hosts > 1 or (hosts == 0 and version == "1.1"):
            return 400, "the request must have one Host header"
        return None

    def _too_large(self) -> str:
        return f"the body has more than {self._limits.max_body} bytes"

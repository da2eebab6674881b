"""What stock HTTP clients send, byte for byte but for the address: each is answered twice on one connection."""

import json

import pytest

from tests.mlgateway.running import INFER, UPSTREAM_MODEL, Gateway
from tests.mlgateway.upstream_peer import Peer, http_answer, inference_of

SETTINGS = "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"
HEADS = {
    "Java 17, HttpClient": (
        "Connection: Upgrade, HTTP2-Settings",
        "Content-Length: 1",
        "Host: gateway:8000",
        f"HTTP2-Settings: {SETTINGS}",
        "Upgrade: h2c",
        "User-Agent: Java-http-client/17.0.15",
        "content-type: application/json",
    ),
    "Java 17, HttpClient that waits": (
        "Connection: Upgrade, HTTP2-Settings",
        "Content-Length: 1",
        "Expect: 100-Continue",
        "Host: gateway:8000",
        f"HTTP2-Settings: {SETTINGS}",
        "Upgrade: h2c",
        "User-Agent: Java-http-client/17.0.15",
    ),
    "curl --http2": (
        "Host: gateway:8000",
        "User-Agent: curl/8.5.0",
        "Accept: */*",
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
        "Content-Length: 1",
        "Content-Type: application/x-www-form-urlencoded",
    ),
    "Go, net/http that waits": (
        "Host: gateway:8000",
        "User-Agent: Go-http-client/1.1",
        "Content-Length: 1",
        "Expect: 100-continue",
        "Accept-Encoding: gzip",
    ),
    "Go, net/http with a stream": (
        "Host: gateway:8000",
        "User-Agent: Go-http-client/1.1",
        "Transfer-Encoding: chunked",
        "Accept-Encoding: gzip",
    ),
    "Node, http": (
        "content-type: application/json",
        "Host: gateway:8000",
        "Connection: keep-alive",
        "Transfer-Encoding: chunked",
    ),
    ".NET, HttpClient that waits": (
        "Host: gateway:8000",
        "Expect: 100-continue",
        "Content-Type: application/json; charset=utf-8",
        "Content-Length: 1",
    ),
}


@pytest.mark.parametrize("client", HEADS)
def test_a_stock_client_is_answered_in_http_1_1_whatever_it_offers(
    gateway: Gateway, peer: Peer, client: str
) -> None:
    peer.behave = lambda request, connection: http_answer(
        200, inference_of(UPSTREAM_MODEL, float(request.body))
    )
    head = "".join(f"{line}\r\n" for line in (f"POST {INFER} HTTP/1.1", *HEADS[client], "")).encode()
    waits, is_chunked = b"xpect: 100-" in head, b"chunked" in head
    with gateway.connect() as connection, connection.makefile("rb") as answers:
        for number in (b"7", b"8"):
            connection.sendall(head)
            if waits:
                assert [answers.readline(), answers.readline()] == [b"HTTP/1.1 100 Continue\r\n", b"\r\n"]
            connection.sendall(b"1\r\n%b\r\n0\r\n\r\n" % number if is_chunked else number)
            assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
            headers = dict(line.rstrip().split(b": ", 1) for line in iter(answers.readline, b"\r\n"))
            body = json.loads(answers.read(int(headers[b"content-length"])))
            assert body["outputs"][0]["data"] == [float(number)]
    assert all("upgrade" not in request.headers for request in peer.received)

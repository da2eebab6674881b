"""Bytes become the same requests however the network cut them, and only whole, bounded, unambiguous ones."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgateway.http_parser import HttpParser
from mlgateway.limits import GatewayLimits
from mlgateway.messages import Reply, Request

unhurried = settings(deadline=None)
LIMITS = GatewayLimits(max_head=1000, max_body=500)
GET = b"GET /v2 HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nX-Name: Value\r\n\r\nhello"
CHUNKED = b"POST /y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKED += b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: 1\r\n\r\n"
HEAD = b"POST /x HTTP/1.1\r\nHost: a\r\n"
OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n"
OFFERING = HEAD + OFFER + b"Content-Length: 3\r\n\r\nh2c"
OFFERING += b"GET /z HTTP/1.1\r\nHost: a\r\n" + OFFER + b"\r\n"
OFFERING += HEAD + OFFER + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"


def feed(*parts: bytes) -> list[Request | Reply]:
    receiver = HttpParser(LIMITS)
    return [item for part in parts for item in receiver.feed(part)]


def refusal(*parts: bytes) -> tuple[int, str]:
    """Status and text of the refusal that must be all that came of these bytes."""
    (item,) = feed(*parts)
    assert isinstance(item, Reply)
    return item.status, bytes(item.body).decode()


@unhurried
@given(st.lists(st.integers(1, len(GET + POST + CHUNKED + OFFERING) - 1), max_size=12), st.booleans())
def test_requests_are_the_same_wherever_the_bytes_are_cut(cuts: list[int], each: bool) -> None:
    data = GET + OFFERING + POST + CHUNKED
    edges = list(range(len(data) + 1)) if each else [0, *sorted(cuts), len(data)]
    found = feed(*(data[start:end] for start, end in pairwise(edges)))
    assert found == feed(data)
    assert [(r.target, bytes(r.body)) for r in found if isinstance(r, Request)] == [
        (b"/v2", b""),
        (b"/x", b"h2c"),
        (b"/z", b""),
        (b"/x", b"abc"),
        (b"/x", b"hello"),
        (b"/y", b"hello"),
    ]


@unhurried
@given(st.lists(st.binary(max_size=300), max_size=6))
def test_noise_is_refused_once_and_nothing_is_read_after_it(parts: list[bytes]) -> None:
    found = feed(*parts, b"\x00 not http", GET)
    assert isinstance(found[-1], Reply)
    assert not any(isinstance(item, Reply) for item in found[:-1])


def test_header_names_are_lowered_and_values_kept_and_a_trailer_is_no_header() -> None:
    post, chunked = feed(POST + CHUNKED)
    assert isinstance(post, Request)
    assert isinstance(chunked, Request)
    assert (b"x-name", b"Value") in post.headers
    assert not any(name == b"t" for name, _ in chunked.headers)


def test_what_was_complete_before_a_bad_request_still_counts() -> None:
    good, bad = feed(GET + b"BROKEN\r\n\r\n")
    assert isinstance(good, Request)
    assert isinstance(bad, Reply)
    assert bad.status == 400


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (b"GET /v2 HTTP/1.1\r\n\r\n", 400, "one Host header"),
        (b"GET /v2 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "one Host header"),
        (b"GET /v2\r\n\r\n", 505, "HTTP/0.9"),
        (b"GET /v2 HTTP/2.0\r\nHost: a\r\n\r\n", 505, "HTTP/2.0"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "not HTTP/1.1"),
        (b"GET /v2 HTTP/1.1\nHost: a\n\n", 400, "not HTTP/1.1"),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501, "without CONNECT"),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n", 501, "without CONNECT"),
        (HEAD + b"Expect: a miracle\r\nContent-Length: 1\r\n\r\n", 417, "100-continue"),
        (HEAD + b"Content-Length: 501\r\n\r\n", 413, "more than 500 bytes"),
        (
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"fa\r\n%b\r\n" % (b"x" * 250) * 3,
            413,
            "more than 500",
        ),
        (HEAD + b"X: %b\r\n\r\n" % (b"x" * 1000), 431, "more than 1000 bytes"),
        (HEAD + b"X: y\r\n" * 400 + b"\r\n", 431, "more than 1000 bytes"),
        (b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n" % (b"x" * 1000), 431, "more than 1000 bytes"),
        (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na", 400, "not HTTP/1.1"),
        (HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "not HTTP/1.1"),
        (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "chunked"),
        (HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501, "chunked"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", 400, "not HTTP/1.1"),
        (HEAD + b"X: a\r\n b\r\n\r\n", 400, "not HTTP/1.1"),
        (HEAD + b"X : a\r\n\r\n", 400, "not HTTP/1.1"),
        (HEAD + b"X: a\x00b\r\n\r\n", 400, "not HTTP/1.1"),
    ],
)
def test_a_request_that_could_be_read_in_two_ways_or_is_too_large_is_refused(
    data: bytes, status: int, reason: str
) -> None:
    found = refusal(data)
    assert found[0] == status
    assert reason in found[1]


@pytest.mark.parametrize(
    "start",
    [
        HEAD + b"X: ",  # a header that never ends
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: ",  # a trailer that never ends
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;",  # a chunk extension that never ends
        b"GET /",
    ],
)
def test_what_never_ends_is_refused_before_it_fills_the_memory(start: bytes) -> None:
    status, _ = refusal(start, *[b"x" * 100] * 20)
    assert status == 431


def test_a_body_may_be_as_large_as_the_limit_however_finely_it_is_chunked() -> None:
    chunks = b"1\r\nx\r\n" * LIMITS.max_body
    (whole,) = feed(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    pieces = (b"1\r\nx\r\n" for _ in range(LIMITS.max_body))
    (cut,) = feed(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *pieces, b"0\r\n\r\n")
    assert whole == cut
    assert isinstance(whole, Request)
    assert len(whole.body) == LIMITS.max_body


def test_an_offer_to_upgrade_is_declined_and_the_request_answered_in_http_1_1() -> None:
    requests = feed(OFFERING * 40)
    assert len(requests) == 120
    assert all(isinstance(request, Request) and request.keep_alive for request in requests)


def test_a_client_that_offers_an_upgrade_and_waits_is_invited_to_send_its_body() -> None:
    receiver = HttpParser(LIMITS)
    assert receiver.feed(HEAD + OFFER + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n") == []
    assert receiver.expecting
    (request,) = receiver.feed(b"abc")
    assert isinstance(request, Request)
    assert request.body == b"abc"

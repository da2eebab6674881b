"""What one client sends must not end the server that all of them use."""

import gzip
import json
import zlib

import pytest

from mlgateway.guard import MAX_DEPTH, refusal
from mlgateway.messages import Request
from tests.mlgateway.running import Gateway
from tests.mlgateway.upstream_peer import Peer


def asked(body: bytes, *headers: tuple[bytes, bytes]) -> Request:
    return Request(b"POST", b"/", headers, bytearray(body), True, False)


def tensor(shape: list[int], data: object = None) -> bytes:
    said = {"name": "X", "datatype": "FP32", "shape": shape, "data": [0.5] * 30 if data is None else data}
    return json.dumps({"inputs": [said]}).encode()


def status(body: bytes, *headers: tuple[bytes, bytes]) -> int | None:
    found = refusal(asked(body, *headers))
    return found[0] if found else None


@pytest.mark.parametrize("shape", [[2**31, 30], [2**40], [2**62, 4], [10**30], [100_000, 30]])
def test_a_shape_of_more_elements_than_bytes_is_refused(shape: list[int]) -> None:
    assert status(tensor(shape)) == 400


@pytest.mark.parametrize(
    "body",
    [
        tensor([2**31]).replace(b'"shape"', b'"sh\\u0061pe"'),
        tensor([2**31]).replace(b'"shape":', b'"shape" \r\n\t: '),
        tensor([2**31]).replace(b"[2147483648]", b"[ 1 ,\n 2147483648 ]"),
        b'{"a":"\\"","inputs":[{"shape":[2147483648]}]}',
    ],
)
def test_a_shape_is_seen_however_it_is_written(body: bytes) -> None:
    assert status(body) == 400


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 1000 + b"1", b"]" * 10, b'[{"a":"[}"}'])
def test_json_that_is_nested_without_end_or_not_closed_is_refused(body: bytes) -> None:
    assert status(body) == 400


def test_harmless_bodies_pass() -> None:
    nested = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    rows = tensor([500, 2], [[0.1, 0.2]] * 500)
    text = tensor([1], ['"shape":[99999999999] \\ [[[[ { caf\u00e9 "quoted"'])
    for body in (tensor([1, 30]), tensor([0, 30], []), rows, text, nested, b"not JSON"):
        assert status(body) is None, body[:80]


def test_the_shape_before_binary_tensors_is_judged_and_the_tensors_are_not() -> None:
    head = b'{"inputs":[{"name":"X","shape":[%d],"datatype":"FP32"}]}'
    size = b"inference-header-content-length"
    small, large = head % 4, head % 2**31
    assert status(small + b'[[["shape":[99999999999]', (size, b"%d" % len(small))) is None
    assert status(large + bytes(16), (size, b"%d" % len(large))) == 400
    for stated in (b"-1", b"99999", b"1e1"):
        assert status(small, (size, stated)) == 400
    assert status(large, (size, b"0"), (size, b"%d" % len(large))) == 400


@pytest.mark.parametrize(("coding", "pack"), [(b"gzip", gzip.compress), (b"deflate", zlib.compress)])
def test_a_packed_body_is_judged_as_what_is_in_it(coding: bytes, pack: object) -> None:
    assert callable(pack)
    header = (b"content-encoding", coding)
    assert status(pack(tensor([1, 30])), header) is None
    assert status(pack(tensor([2**31])), header) == 400
    assert status(pack(b" " * (64 * 1024 * 1024 + 1)), header) == 413
    assert status(pack(tensor([1, 30]))[:-1], header) == 400
    assert status(pack(tensor([1, 30])) + b"x", header) == 400
    assert status(tensor([1, 30]), header) == 400  # Triton would take it for no rows, and answer 200


def test_any_other_coding_is_refused() -> None:
    assert status(tensor([1]), (b"content-encoding", b"br")) == 415
    assert status(tensor([1]), (b"content-encoding", b"gzip"), (b"content-encoding", b"gzip")) == 415
    assert status(tensor([1]), (b"content-encoding", b"identity")) is None


def test_a_refused_body_never_reaches_the_upstream(gateway: Gateway, peer: Peer) -> None:
    answer = gateway.infer(tensor([2**31, 30]))
    assert (answer.status, peer.received) == (400, [])
    assert "shape" in json.loads(answer.body)["error"]

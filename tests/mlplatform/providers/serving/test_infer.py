"""What a server says when it is sent rows of a sample is never quoted: it may hold them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from mlplatform.core.payload import ArtifactRef
from mlplatform.providers.serving.interface import Array, Candidate, SignatureMismatch
from mlplatform.providers.serving.triton.http import NoAnswer, ServerClient
from mlplatform.providers.serving.triton.infer import infer
from tests.support.stack import signature, tensor

SECRET = b"grace@example.com"
SIGNED = signature([tensor("t", [-1], "BYTES")], [tensor("y", [-1])])
CANDIDATE = Candidate("lab/m", "1.0.0", ArtifactRef("file:///m", "sha256:" + "1" * 64), "onnx", SIGNED)
ROW = (Array("t", "BYTES", (1,), bytes([len(SECRET), 0, 0, 0]) + SECRET),)


@contextmanager
def answering(status: int, head: Mapping[str, Any], data: bytes) -> Iterator[ServerClient]:
    """A server that answers everything with this."""
    said = json.dumps(head).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("inference-header-content-length", str(len(said)))
            self.send_header("content-length", str(len(said) + len(data)))
            self.end_headers()
            self.wfile.write(said + data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield ServerClient("Triton of lab", server.server_port)
    finally:
        server.shutdown()
        server.server_close()


def output(name: str, type_: str, shape: list[int], data: bytes) -> tuple[dict[str, Any], bytes]:
    said = {"name": name, "datatype": type_, "shape": shape, "parameters": {"binary_data_size": len(data)}}
    return {"outputs": [said]}, data


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (
            400,
            ({"error": f"cannot cast {SECRET.decode()}"}, b""),
            "does not take rows of the sample (status 400)",
        ),
        (200, ({"error": SECRET.decode()}, b""), "answers what cannot be read"),
        (200, output("other", "BYTES", [1], SECRET), "answers without the output y"),
        (200, output("y", "BYTES", [1], SECRET), "y is BYTES and the signature says FP32"),
        (200, output("y", "FP32", [1, 1], bytes(4)), "y has the shape [1, 1]"),
        (200, output("y", "FP32", [1], b"\0\0\x80\x7f"), "not finite"),
    ],
    ids=["refused", "no answer", "another output", "another type", "another shape", "not finite"],
)
def test_an_unsound_answer_is_told_without_what_is_in_it(
    status: int, answer: tuple[dict[str, Any], bytes], said: str
) -> None:
    with answering(status, *answer) as server, pytest.raises(SignatureMismatch) as unsound:
        infer(server, CANDIDATE, ROW, 10)
    assert said in unsound.value.message
    assert SECRET.decode() not in str(unsound.value)


def test_a_sound_answer_is_given_by_output() -> None:
    with answering(200, *output("y", "FP32", [1], b"\0\0\x80\x3f")) as server:
        assert infer(server, CANDIDATE, ROW, 10)["y"].data == b"\0\0\x80\x3f"


def test_a_server_that_is_down_is_no_verdict_on_the_version() -> None:
    with answering(200, *output("y", "FP32", [1], bytes(4))) as server:
        pass
    with pytest.raises(NoAnswer):
        infer(server, CANDIDATE, ROW, 10)

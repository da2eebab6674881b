"""In front of a real Triton: its very bytes, and a rollout as the control plane does it."""

import gzip
import json
from pathlib import Path

import pytest

from tests.mlgateway.conftest import StartGateway
from tests.mlgateway.load import steady_load
from tests.mlgateway.running import (
    INFER,
    MODEL,
    UPSTREAM_MODEL,
    Gateway,
    route,
    table,
    write_routes,
)
from tests.mlgateway.triton_server import Triton, infer_body
from tests.support.waiting import wait_until

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def loaded(triton: Triton) -> Triton:
    """Triton with the routed model, which doubles what it is given."""
    triton.add(UPSTREAM_MODEL, 2.0)
    return triton


@pytest.fixture
def front(loaded: Triton, new_gateway: StartGateway, tmp_path: Path) -> Gateway:
    """A gateway in front of it."""
    write_routes(tmp_path / "routes.json", table(loaded.address))
    return new_gateway()


def public(answer: bytes) -> bytes:
    """Triton's own answer with the names that clients are to read."""
    old, new = f'"{UPSTREAM_MODEL}"', f'"{MODEL}"'
    answer = answer.replace(b'"model_version":"1"', b'"model_version":"1.4.0"').replace(
        b'["1"]', b'["1.4.0"]'
    )
    return answer.replace(old.encode(), new.encode())


@pytest.mark.parametrize("more", [{}, {"id": '7"'}, {"parameters": {"binary_data_output": True}}])
def test_an_inference_is_tritons_own_answer_but_for_the_names(
    front: Gateway, loaded: Triton, more: dict[str, object]
) -> None:
    body = json.dumps(json.loads(infer_body(3)) | more).encode()
    status, direct = loaded.ask("POST", f"/v2/models/{UPSTREAM_MODEL}/infer", body)
    answer = front.infer(body)
    assert (status, answer.status, answer.body) == (200, 200, public(direct))
    if size := answer.headers.get("inference-header-content-length"):
        assert json.loads(answer.body[: int(size)])["outputs"][0]["parameters"] == {"binary_data_size": 48}
    assert ("inference-header-content-length" in answer.headers) == ("parameters" in more)


def test_a_compressed_request_is_answered(front: Gateway) -> None:
    answer = front.infer(gzip.compress(infer_body()), {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"})
    assert answer.json()["outputs"][0]["data"] == [2.0] * 4


def test_a_binary_request_is_answered(front: Gateway) -> None:
    tensor = {"name": "X", "shape": [1, 4], "datatype": "FP32", "parameters": {"binary_data_size": 16}}
    said = json.dumps({"inputs": [tensor]}).encode()
    answer = front.infer(said + b"\0\0\x80\x3f" * 4, {"Inference-Header-Content-Length": str(len(said))})
    assert answer.json()["outputs"][0]["data"] == [2.0] * 4


def test_metadata_and_readiness_are_tritons_own_but_for_the_names(front: Gateway, loaded: Triton) -> None:
    assert front.ask("GET", f"/v2/models/{MODEL}").body == public(
        loaded.ask("GET", f"/v2/models/{UPSTREAM_MODEL}")[1]
    )
    assert front.ask("GET", f"/v2/models/{MODEL}/ready").status == 200
    assert front.ask("GET", "/v2/health/ready").status == 200


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"x", "failed to parse the request JSON buffer"),
        (b"{}", "Unable to parse 'inputs'"),
        (b'{"inputs":[]}', f"expected 1 inputs but got 0 inputs for model '{MODEL}'"),
        (infer_body().replace(b'"X"', b'"Z"'), f"for model '{MODEL}'"),
    ],
)
def test_a_bad_request_is_the_clients_fault_and_is_told_in_public_names(
    front: Gateway, body: bytes, part: str
) -> None:
    answer = front.infer(body)
    assert answer.status == 400
    assert part in answer.error


def test_a_version_that_is_not_loaded_is_an_outage_and_not_a_wrong_request(
    loaded: Triton, new_gateway: StartGateway, tmp_path: Path
) -> None:
    write_routes(
        tmp_path / "routes.json", table(loaded.address, 1, {MODEL: route("9.0.0", "clinic.tumour.0")})
    )
    answer = new_gateway().infer(infer_body())
    assert (answer.status, answer.error) == (503, f"{MODEL} 9.0.0: the upstream has not loaded it")


@pytest.mark.exhaustive
def test_rollouts_under_load_lose_no_request_and_unload_only_what_has_drained(
    triton: Triton, new_gateway: StartGateway, tmp_path: Path
) -> None:
    def upstream_model(generation: int) -> str:
        return f"{MODEL}.{generation:012x}"

    def routes(generation: int) -> dict[str, object]:
        chosen = route(f"{generation}.0.0", upstream_model(generation))
        return table(triton.address, generation, {MODEL: chosen})

    triton.add(upstream_model(1), 1.0, delay=0.01)
    write_routes(tmp_path / "routes.json", routes(1))
    gateway = new_gateway()
    assert gateway.ask("POST", INFER, infer_body()).status == 200
    with steady_load(gateway, infer_body()) as load:
        for generation in (2, 3, 4):
            old = upstream_model(generation - 1)
            triton.add(upstream_model(generation), float(generation), delay=0.01)
            load.switch(routes(generation))
            wait_until_drained(gateway, old)
            triton.control(old, "unload")


def wait_until_drained(gateway: Gateway, upstream_model: str) -> None:
    wait_until(lambda: upstream_model not in gateway.inflight())

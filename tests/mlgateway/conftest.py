"""Shared fixtures: a peer to be the upstream, gateways that are ended after the test, one real Triton."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.mlgateway.running import UPSTREAM_MODEL, Gateway, start_gateway, table, write_routes
from tests.mlgateway.triton_server import Triton, running_triton, serving_python
from tests.mlgateway.upstream_peer import Peer, Received, http_answer, inference_of, start_peer
from tests.support.waiting import DEADLINE_SECONDS

StartGateway = Callable[..., Gateway]
StartPeer = Callable[[], Peer]


@pytest.fixture
def new_peer() -> Iterator[StartPeer]:
    """Starts peers that speak as Triton does, with one model loaded."""
    with some_peers() as start:
        yield start


@contextmanager
def some_peers() -> Iterator[StartPeer]:
    """Starts peers and ends them."""
    servers = []

    def start() -> Peer:
        peer, server = start_peer()
        servers.append(server)
        peer.loaded[UPSTREAM_MODEL] = 1.0
        return peer

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def peer(new_peer: StartPeer) -> Peer:
    """One such peer."""
    return new_peer()


@pytest.fixture
def new_gateway(tmp_path: Path) -> Iterator[StartGateway]:
    """Starts gateways on tmp_path/routes.json with the options given."""
    with gateways_in(tmp_path) as start:
        yield start


@contextmanager
def gateways_in(folder: Path) -> Iterator[StartGateway]:
    """Starts gateways on folder/routes.json and ends them; none may have met a fault of its own."""
    started: list[Gateway] = []

    def start(*options: str) -> Gateway:
        started.append(start_gateway(folder, *options))
        return started[-1]

    yield start
    for gateway in started:
        if gateway.process.poll() is None:
            gateway.process.kill()
        gateway.process.wait()
        assert "Traceback" not in gateway.log.read_text()


@pytest.fixture
def gateway(peer: Peer, new_gateway: StartGateway, tmp_path: Path) -> Gateway:
    """One gateway in front of the peer, with MODEL routed at 1.4.0."""
    write_routes(tmp_path / "routes.json", table(peer.address))
    return new_gateway()


@pytest.fixture
def gate(peer: Peer) -> Iterator[threading.Event]:
    """While it is closed the peer holds its answers back."""
    opened = threading.Event()

    def hold(request: Received, connection: socket.socket) -> bytes:
        opened.wait(DEADLINE_SECONDS)
        return http_answer(200, inference_of(request.model))

    peer.behave = hold
    yield opened
    opened.set()


@pytest.fixture(scope="module")
def triton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triton]:
    """A real Triton server with an empty model repository."""
    python = serving_python()
    if python is None:
        pytest.skip("there is no serving environment; `make test` builds .venv-serving")
    with running_triton(python, tmp_path_factory.mktemp("triton")) as server:
        yield server

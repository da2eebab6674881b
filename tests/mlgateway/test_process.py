"""The process: how it starts, how it refuses to, and how it ends without losing what it was asked."""

import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.mlgateway.conftest import StartGateway
from tests.mlgateway.running import (
    INFER,
    ROOT,
    UPSTREAM_MODEL,
    Gateway,
    gateway_command,
    gateway_environment,
    read_all,
    table,
    write_routes,
)
from tests.mlgateway.upstream_peer import Peer
from tests.support.waiting import DEADLINE_SECONDS, wait_until

REQUEST = f"POST {INFER} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{{}}".encode()


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """The gateway, expected to end by itself."""
    return subprocess.run(
        [*gateway_command(), *options],
        env=gateway_environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


def test_a_taken_port_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run("--listen", address, "--routes", str(tmp_path / "routes.json"))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"mlgateway: {address} is taken; stop what listens there or give another --listen"
    )
    assert "Traceback" not in done.stderr


def test_an_address_that_is_not_of_this_machine_is_one_clear_sentence(tmp_path: Path) -> None:
    done = run("--listen", "192.0.2.1:0", "--routes", str(tmp_path / "routes.json"))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("mlgateway: cannot listen on 192.0.2.1:0: ")


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--listen", "127.0.0.1:0"],
        ["--listen", "8080", "--routes", "r"],
        ["--listen", ":8080", "--routes", "r"],
        ["--listen", "127.0.0.1:0", "--routes", "r", "--max-body", "64MiB"],
        ["--listen", "127.0.0.1:0", "--routes", "r", "--client-seconds", "0"],
        ["--listen", "127.0.0.1:0", "--routes", "r", "--max-head", "-1"],
        ["--listen", "127.0.0.1:0", "--routes", "r", "--response-seconds", "nan"],
    ],
)
def test_wrong_usage_is_exit_code_2(options: list[str]) -> None:
    done = run(*options)
    assert done.returncode == 2
    assert "mlgateway: error: " in done.stderr


def test_help_shows_an_example() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "example: python -m mlgateway --listen 127.0.0.1:8080 --routes routes.json" in done.stdout


def test_it_listens_on_the_address_it_was_told_and_on_no_other(gateway: Gateway) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", gateway.port), timeout=5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_gateway_with_exit_code_0(gateway: Gateway, number: signal.Signals) -> None:
    with gateway.connect() as idle:
        gateway.process.send_signal(number)
        assert gateway.process.wait(DEADLINE_SECONDS) == 0
        assert read_all(idle) == b""
    assert gateway.log.read_text().splitlines()[-1].endswith("INFO ended")


def test_sigterm_lets_what_is_in_flight_finish_and_accepts_nothing_new(
    gateway: Gateway, peer: Peer, gate: threading.Event
) -> None:
    with gateway.connect() as asked, gateway.connect() as asking:
        asked.sendall(REQUEST * 3)
        asking.sendall(REQUEST[:-1])
        wait_until(lambda: gateway.inflight() == {UPSTREAM_MODEL: 1})
        gateway.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses_connections(gateway))
        gate.set()
        answers = read_all(asked)
        assert answers.count(b"HTTP/1.1 200 OK") == 3
        assert answers.count(b"connection: close") == 1
        asking.sendall(REQUEST[-1:])
        assert b"connection: close" in read_all(asking)
    assert gateway.process.wait(DEADLINE_SECONDS) == 0
    assert len(peer.received) == 4


def test_what_does_not_finish_in_time_is_cut_off_and_the_log_says_so(
    peer: Peer, gate: threading.Event, new_gateway: StartGateway, tmp_path: Path
) -> None:
    write_routes(tmp_path / "routes.json", table(peer.address))
    gateway = new_gateway("--drain-seconds", "0.2")
    with gateway.connect() as asked:
        asked.sendall(REQUEST)
        wait_until(lambda: gateway.inflight() == {UPSTREAM_MODEL: 1})
        gateway.process.send_signal(signal.SIGTERM)
        assert gateway.process.wait(DEADLINE_SECONDS) == 0
        assert read_all(asked) == b""
    assert "1 connections were cut off" in gateway.log.read_text()


def test_it_survives_having_no_descriptors_left(gateway: Gateway) -> None:
    limit = f"import os,resource; resource.prlimit({gateway.process.pid}, resource.RLIMIT_NOFILE, (40, 40))"
    subprocess.run([sys.executable, "-c", limit], check=True)
    crowd = [gateway.connect() for _ in range(60)]
    for one in crowd:
        one.close()
    wait_until(lambda: answers(gateway))


def test_it_imports_nothing_of_the_control_plane() -> None:
    code = "import sys, mlgateway.__main__; print([m for m in sys.modules if m.startswith('mlplatform')])"
    done = subprocess.run(
        [sys.executable, "-c", code], env=gateway_environment(), capture_output=True, check=True
    )
    assert done.stdout.strip() == b"[]"
    sources = (ROOT / "tools" / "mlgateway").glob("*.py")
    assert not [source.name for source in sources if "mlplatform" in source.read_text()]


def answers(gateway: Gateway) -> bool:
    try:
        return gateway.infer().status == 200
    except ConnectionError:
        return False


def refuses_connections(gateway: Gateway) -> bool:
    try:
        gateway.connect().close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_fault_of_the_gateway_is_logged_without_what_was_sent() -> None:
    script = """
import asyncio, logging
from mlgateway.limits import GatewayLimits
from mlgateway.routes import Address
from mlgateway.server import HttpServer

async def answer(request):
    raise ValueError(request.body)

async def run():
    server = HttpServer(GatewayLimits(), answer)
    at = await server.start(Address("127.0.0.1", 0))
    reader, writer = await asyncio.open_connection(at.host, at.port)
    writer.write(b"POST /v2 HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 5\\r\\nConnection: close\\r\\n\\r\\ngrace")
    print((await reader.read()).decode())
    await server.stop()

logging.basicConfig()
asyncio.run(run())
"""
    python, *_ = gateway_command()
    done = subprocess.run(
        [python, "-c", script],
        env=gateway_environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=True,
    )
    assert "a fault of the gateway itself" in done.stdout
    assert "ValueError" in done.stderr
    assert "grace" not in done.stdout + done.stderr

"""Ports are chosen once, are free, and are nobody else's."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.target import LocalTarget
from mlplatform.local import ports
from mlplatform.providers.serving.triton.local import LOCAL_SERVERS

NAMES = ports.port_names(LOCAL_SERVERS)
GATEWAY = LOCAL_SERVERS.servers[1]


def test_they_are_chosen_once_and_kept(tmp_path: Path) -> None:
    target = LocalTarget(tmp_path)
    assert ports.kept_ports(target.environment("production"), NAMES) is None
    chosen = ports.choose(target, "production", NAMES)
    assert (
        ports.choose(target, "production", NAMES)
        == ports.kept_ports(target.environment("production"), NAMES)
        == chosen
    )


def test_they_lie_where_no_outgoing_connection_takes_its_port_from(tmp_path: Path) -> None:
    chosen = ports.choose(LocalTarget(tmp_path), "production", NAMES)
    low, _high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert all(1024 <= port < low for port in chosen.values())


def test_no_two_environments_share_one_though_none_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "CHOICE", range(20_000, 20_040))
    target = LocalTarget(tmp_path)
    chosen = [ports.choose(target, f"env-{n}", NAMES) for n in range(8)]
    assert len({port for kept in chosen for port in kept.values()}) == 24


def test_when_none_is_left_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        monkeypatch.setattr(ports, "CHOICE", range(number, number + 1))
        with pytest.raises(Refusal, match="there are no 3 free ports"):
            ports.choose(LocalTarget(tmp_path), "production", NAMES)


def test_a_port_is_free_again_though_its_last_connections_linger(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", number)):
            accepted, _ = server.accept()
            accepted.close()  # the server's side ends first: it keeps the port in TIME_WAIT
        assert not ports.is_free(number)
    assert ports.is_free(number)


ENDING = """
import ctypes, socket, sys, threading
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
threading.Thread(target=sys.stdin.read).start()
ctypes.CDLL(None).pthread_exit(None)
"""


def test_what_a_program_that_is_ending_still_holds_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first thread has ended, so nobody can look into it, and another one ends while it is waited for."""
    paths = LocalTarget(tmp_path).environment("production")
    with subprocess.Popen(
        [sys.executable, "-c", ENDING], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as ending:
        assert ending.stdin
        assert ending.stdout
        number = int(ending.stdout.readline())
        assert not ports.is_free(number)
        monkeypatch.setattr(ports.time, "sleep", lambda _: ending.communicate())  # the first pause ends it
        ports.require_free(paths, {"gateway": number}, GATEWAY)


def test_what_somebody_holds_is_refused_by_name_at_once(tmp_path: Path) -> None:
    paths = LocalTarget(tmp_path).environment("production")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(Refusal, match=rf"port {number}, .* is taken by .* \(process {os.getpid()}\)"):
            ports.require_free(paths, {"gateway": number}, GATEWAY)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"schema": "ports/v1", "triton": 0, "metrics": 1, "gateway": 2}']
)
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    paths = LocalTarget(tmp_path).environment("production")
    paths.folder.mkdir(parents=True)
    paths.ports.write_text(text)
    with pytest.raises(Refusal, match=r"\.platform/production/ports\.json: the ports of production cannot"):
        ports.kept_ports(paths, NAMES)

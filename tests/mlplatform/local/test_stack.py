"""The embedded stack: idempotent to start, brought back after a crash, ended without a trace and without a victim."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import short_digest
from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local import ports, processes, stack
from mlplatform.local.lease import lease
from mlplatform.local.stack import AlreadyRunning, Started
from mlplatform.providers.serving.interface import Candidate
from mlplatform.providers.serving.ports import write_ports
from mlplatform.providers.serving.triton import TritonServing
from mlplatform.providers.serving.triton.ports import NAMES
from tests.support.payloads import snapshot
from tests.support.stack import (
    ENVIRONMENT,
    ask,
    candidate,
    end_servers,
    needs_serving,
    new_model,
    scaling_model,
)
from tests.support.waiting import DEADLINE_SECONDS, wait_until

pytestmark = pytest.mark.servers


@pytest.fixture
def here(target: LocalTarget) -> EnvironmentPaths:
    """The environment of a target of the test's own, not started yet."""
    return target.environment(ENVIRONMENT)


def serve(paths: EnvironmentPaths, folder: Path, scale: float = 2) -> Candidate:
    version = candidate(folder, new_model(), "1.0.0", scaling_model(scale))
    serving = TritonServing.at(paths)
    serving.ensure(version)
    serving.route(version.model, {version.ref.digest: 100})
    return version


def answer_of(paths: EnvironmentPaths, model: str) -> float:
    status, said = ask(TritonServing.at(paths).url(model))
    assert status == 200, said
    return float(said["outputs"][0]["data"][0])


def sessions(paths: EnvironmentPaths) -> dict[str, int]:
    """The session of each server that runs."""
    return {name: os.getsid(pid) for name, pid in stack.state(paths).items()}


def members(session: int) -> list[int]:
    """The processes of a session, those that have ended left out."""
    numbers = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [pid for pid in numbers if (said := stat(pid)) and said[0] not in "ZX" and int(said[3]) == session]


def stat(pid: int) -> list[str]:
    """What the kernel says of a process, from its state on; nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def kill(pid: int) -> None:
    """Kill a process and wait until it has ended."""
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not (said := stat(pid)) or said[0] in "ZX")


def without_logs(target: LocalTarget) -> dict[str, tuple[int, int, bytes]]:
    return {path: found for path, found in snapshot(target.folder).items() if "/logs" not in path}


def test_the_first_start_brings_up_both_servers_and_the_second_writes_nothing(
    target: LocalTarget, here: EnvironmentPaths
) -> None:
    assert stack.start(target, ENVIRONMENT) == Started(ENVIRONMENT, ("triton", "gateway"))
    running, before = stack.state(here), without_logs(target)
    assert sorted(running) == ["gateway", "triton"]
    assert stack.start(target, ENVIRONMENT) == AlreadyRunning(ENVIRONMENT)
    assert (stack.state(here), without_logs(target)) == (running, before)


def test_several_environments_start_together_on_ports_of_their_own(target: LocalTarget) -> None:
    names = ["development", "integration", "production"]
    started = stack.start_all(target, names)
    assert started == {name: Started(name, ("triton", "gateway")) for name in names}
    kept = [ports.kept_ports(target.environment(name), NAMES) for name in names]
    numbers = [number for p in kept if p for number in p.values()]
    assert len(set(numbers)) == 9
    assert stack.started_environments(target) == tuple(names)
    stack.stop_all(target, names)
    again = stack.start_all(target, names[:1])
    assert again == {"development": Started("development", ("triton", "gateway"))}
    assert ports.kept_ports(target.environment("development"), NAMES) == kept[0]


def test_servers_listen_on_the_loopback_address_only(target: LocalTarget, here: EnvironmentPaths) -> None:
    stack.start(target, ENVIRONMENT)
    kept = ports.kept_ports(here, NAMES)
    assert kept
    mine = set(kept.values())
    listening = [
        line.split()[1].split(":")
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    ]
    found = [(address, int(port, 16)) for address, port in listening if int(port, 16) in mine]
    assert sorted(found) == sorted(("0100007F", port) for port in mine)


def test_servers_see_none_of_the_users_environment(
    target: LocalTarget, here: EnvironmentPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for models")
    stack.start(target, ENVIRONMENT)
    for pid in stack.state(here).values():
        assert b"not for models" not in Path(f"/proc/{pid}/environ").read_bytes()


@pytest.mark.parametrize("killed", [("triton",), ("gateway",), ("triton", "gateway")], ids="+".join)
def test_after_a_crash_what_was_served_is_served_again(
    target: LocalTarget, here: EnvironmentPaths, tmp_path: Path, killed: tuple[str, ...]
) -> None:
    stack.start(target, ENVIRONMENT)
    version = serve(here, tmp_path)
    before, had = stack.state(here), sessions(here)
    for name in killed:
        kill(before[name])
    assert stack.start(target, ENVIRONMENT) == Started(ENVIRONMENT, killed)
    assert answer_of(here, version.model) == 2.0
    after = stack.state(here)
    assert {name for name in after if after[name] != before[name]} == set(killed)
    assert all(members(had[name]) == [] for name in killed)


@pytest.mark.exhaustive
def test_stop_ends_servers_and_models_and_leaves_no_shared_memory(
    target: LocalTarget, here: EnvironmentPaths, tmp_path: Path
) -> None:
    stack.start(target, ENVIRONMENT)
    serve(here, tmp_path)
    had = sessions(here)
    assert len(members(had["triton"])) == 2
    assert stack.stop(target, ENVIRONMENT) == ("triton", "gateway")
    assert stack.state(here) == {}
    assert [members(session) for session in had.values()] == [[], []]
    kept = ports.kept_ports(here, NAMES)
    assert kept
    assert all(map(ports.is_free, kept.values()))
    assert stack.stop(target, ENVIRONMENT) == ()


def test_a_killed_triton_leaves_neither_models_nor_shared_memory_behind(
    target: LocalTarget, here: EnvironmentPaths, tmp_path: Path
) -> None:
    stack.start(target, ENVIRONMENT)
    serve(here, tmp_path)
    session = sessions(here)["triton"]
    (left,) = _shared_memory_of(session)
    kill(stack.state(here)["triton"])
    assert stack.stop(target, ENVIRONMENT) == ("gateway",)
    assert members(session) == []
    assert not left.exists()


def _shared_memory_of(session: int) -> list[Path]:
    maps = "".join(Path(f"/proc/{pid}/maps").read_text() for pid in members(session))
    return sorted({Path(line.split()[-1]) for line in maps.splitlines() if "/mlplatform-" in line})


def test_stop_spares_a_process_that_got_the_number_of_a_server(
    target: LocalTarget, here: EnvironmentPaths
) -> None:
    stack.start(target, ENVIRONMENT)
    running = stack.state(here)
    record = here.processes / "gateway"
    boot, line = record.read_text().splitlines()
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as unrelated:
        record.write_text(f"{boot}\n{unrelated.pid}{line.removeprefix(str(running['gateway']))}\n")
        assert stack.stop(target, ENVIRONMENT) == ("triton",)
        assert unrelated.poll() is None
        unrelated.kill()
    os.kill(running["gateway"], signal.SIGTERM)


def test_a_copied_checkout_neither_sees_nor_stops_the_originals_servers_and_a_moved_one_stops_its_own(
    tmp_path: Path,
) -> None:
    needs_serving()
    original, copy, moved = (LocalTarget(tmp_path / name) for name in ("original", "copy", "moved"))
    stack.start(original, ENVIRONMENT)
    try:
        running = stack.state(original.environment(ENVIRONMENT))
        assert set(running) == {"triton", "gateway"}
        shutil.copytree(original.root, copy.root)
        assert stack.state(copy.environment(ENVIRONMENT)) == {}
        assert processes.runs_elsewhere(copy.environment(ENVIRONMENT))
        assert stack.stop(copy, ENVIRONMENT) == ()
        assert stack.state(original.environment(ENVIRONMENT)) == running
        original.root.rename(moved.root)
        assert stack.state(moved.environment(ENVIRONMENT)) == running
        assert set(stack.stop(moved, ENVIRONMENT)) == {"triton", "gateway"}
        assert all(not (fields := stat(pid)) or fields[0] in "ZX" for pid in running.values())
    finally:
        end_servers(moved if moved.root.exists() else original)


def test_a_record_of_before_the_last_boot_is_nobodys(target: LocalTarget, here: EnvironmentPaths) -> None:
    stack.start(target, ENVIRONMENT)
    record = here.processes / "gateway"
    boot, line = record.read_text().splitlines()
    record.write_text(f"{boot[::-1]}\n{line}\n")
    assert list(stack.state(here)) == ["triton"]
    record.write_text(f"{boot}\n{line}\n")
    assert list(stack.state(here)) == ["triton", "gateway"]


@pytest.mark.parametrize("name", ["triton", "metrics", "gateway"])
def test_a_port_that_is_taken_is_refused_with_the_program_that_has_it(
    target: LocalTarget, here: EnvironmentPaths, name: str
) -> None:
    kept = ports.choose(target, ENVIRONMENT, NAMES)
    with socket.create_server(("127.0.0.1", kept[name])) as taken, pytest.raises(Refusal) as refused:
        stack.start(target, ENVIRONMENT)
    port = kept[name]
    comm = Path("/proc/self/comm").read_text().strip()
    assert f"port {port}" in refused.value.message
    assert f"is taken by {comm} (process {os.getpid()})" in refused.value.message
    assert ".platform/development/ports.json" in refused.value.fix
    assert taken.fileno() == -1
    assert stack.state(here) == {}


def test_a_start_that_is_killed_leaves_servers_that_the_next_one_finds(
    target: LocalTarget, here: EnvironmentPaths
) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from mlplatform.core.target import LocalTarget
from mlplatform.local import stack
stack.await_ready = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
stack.start(LocalTarget(Path(sys.argv[1])), sys.argv[2])
"""
    done = _python(program, str(target.root), ENVIRONMENT)
    assert done.returncode == -signal.SIGKILL
    running = stack.state(here)
    assert sorted(running) == ["gateway", "triton"]
    assert stack.start(target, ENVIRONMENT) == AlreadyRunning(ENVIRONMENT)
    assert stack.state(here) == running


def test_what_reads_the_output_of_a_start_sees_its_end(target: LocalTarget, here: EnvironmentPaths) -> None:
    program = """
import sys
from pathlib import Path
from mlplatform.core.target import LocalTarget
from mlplatform.local import stack
print(stack.start(LocalTarget(Path(sys.argv[1])), sys.argv[2]))
"""
    done = _python(program, str(target.root), ENVIRONMENT)  # reads both pipes to their end
    assert done.stdout.startswith("Started("), done.stderr
    assert sorted(stack.state(here)) == ["gateway", "triton"]
    with lease(here):  # and the servers hold no lock of the process that started them
        pass


def _python(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(Path(stack.__file__).parents[2])}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


@pytest.mark.exhaustive
def test_bytes_that_changed_while_triton_was_down_are_left_out_and_named(
    target: LocalTarget, here: EnvironmentPaths, tmp_path: Path
) -> None:
    stack.start(target, ENVIRONMENT)
    good, bad = serve(here, tmp_path, 2), serve(here, tmp_path, 3)
    stack.stop(target, ENVIRONMENT)
    name = f"{bad.model.replace('/', '.')}.{short_digest(bad.ref.digest)}"
    (here.model_repository / name / "1" / "payload" / "model" / "model.onnx").write_bytes(scaling_model(666))
    started = stack.start(target, ENVIRONMENT)
    assert isinstance(started, Started)
    assert list(started.left_out) == [name]
    assert "model.onnx was changed" in started.left_out[name]
    assert answer_of(here, good.model) == 2.0
    assert ask(TritonServing.at(here).url(bad.model))[0] == 503
    serving = TritonServing.at(here)
    assert [held.ready for held in serving.observe().versions_of(bad.model)] == [False]
    serving.ensure(bad)
    assert answer_of(here, bad.model) == 3.0


def test_a_model_whose_process_was_killed_is_not_ready_and_is_loaded_again(
    target: LocalTarget, here: EnvironmentPaths, tmp_path: Path
) -> None:
    stack.start(target, ENVIRONMENT)
    version = serve(here, tmp_path)
    (stub,) = set(members(sessions(here)["triton"])) - set(stack.state(here).values())
    kill(stub)
    serving = TritonServing.at(here)
    (held,) = serving.observe().versions_of(version.model)
    assert held.reason == "0 of its 1 instances run"
    serving.ensure(version)
    assert serving.observe().versions_of(version.model)[0].ready
    assert answer_of(here, version.model) == 2.0


@pytest.mark.parametrize("text", ["{", '{"schema": "routes/v1"}', "[]"])
def test_routes_that_cannot_be_read_are_refused_before_anything_is_started(
    target: LocalTarget, here: EnvironmentPaths, text: str
) -> None:
    here.routes.parent.mkdir(parents=True)
    here.routes.write_text(text)
    with pytest.raises(
        Refusal, match=r"\.platform/development/serving/routes\.json: the routes of development"
    ):
        stack.start(target, ENVIRONMENT)
    assert stack.state(here) == {}


@pytest.mark.exhaustive
def test_routes_lost_under_a_running_gateway_are_written_again(
    target: LocalTarget, here: EnvironmentPaths, tmp_path: Path
) -> None:
    stack.start(target, ENVIRONMENT)
    version = serve(here, tmp_path)
    here.routes.unlink()
    wait_until(lambda: stack.start(target, ENVIRONMENT) == Started(ENVIRONMENT, ()))
    wait_until(lambda: stack.start(target, ENVIRONMENT) == AlreadyRunning(ENVIRONMENT))
    stack.stop(target, ENVIRONMENT)
    stack.start(target, ENVIRONMENT)
    assert answer_of(here, version.model) == 2.0


def test_ports_lost_under_running_servers_are_refused(target: LocalTarget, here: EnvironmentPaths) -> None:
    stack.start(target, ENVIRONMENT)
    here.ports.unlink()
    with pytest.raises(Refusal, match="the file that gives their ports is gone"):
        stack.start(target, ENVIRONMENT)
    assert len(stack.state(here)) == 2


def test_a_server_that_does_not_start_is_refused_with_what_its_log_says(
    target: LocalTarget, here: EnvironmentPaths
) -> None:
    kept = ports.choose(target, ENVIRONMENT, NAMES)
    write_ports(here, {**kept, "metrics": kept["triton"]})
    with pytest.raises(Refusal) as refused:
        stack.start(target, ENVIRONMENT)
    assert refused.value.message.startswith("Triton of development did not start: ")
    assert "error" in refused.value.message.lower()
    assert refused.value.where == ".platform/development/logs/triton.log"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: None, "there is no serving environment at"),
        (lambda folder: _python_that(folder, "exit 1"), "does not run"),
        (lambda folder: _link_python(folder), "holds no Triton"),
    ],
    ids=["none", "broken", "empty"],
)
def test_a_serving_environment_that_is_not_fit_is_one_sentence(
    target: LocalTarget,
    here: EnvironmentPaths,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path], None],
    message: str,
) -> None:
    folder = target.root / "serving environment"
    make(folder)
    monkeypatch.setenv("MLPLATFORM_SERVING_ENV", str(folder))
    with pytest.raises(Refusal, match=message) as refused:
        stack.start(target, ENVIRONMENT)
    assert "make up" in refused.value.fix
    assert stack.state(here) == {}


def _python_that(folder: Path, does: str) -> None:
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{does}\n")
    python.chmod(0o755)


def _link_python(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)


def test_a_log_that_grew_large_is_put_aside_at_the_next_start(
    target: LocalTarget, here: EnvironmentPaths
) -> None:
    log = processes.log_of(here, "gateway")
    log.parent.mkdir(parents=True)
    log.write_bytes(b"x" * (processes.LARGEST_LOG + 1))
    stack.start(target, ENVIRONMENT)
    assert log.stat().st_size < 10_000
    assert log.with_suffix(".log.1").stat().st_size > processes.LARGEST_LOG

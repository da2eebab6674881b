"""An OPA server of our own: loopback only, for whoever has its token, and gone when this process is."""

import atexit
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from mlplatform.providers.parent_death import kill_with_parent
from mlplatform.providers.policy.client import OpaServer, ServerLost
from mlplatform.providers.policy.interface import PolicyError
from mlplatform.providers.policy.session import PREFIX

_ATTEMPTS = 3  # another process may take the port before OPA does

# Anybody on this machine can reach a loopback port, and who may upload a policy decides what is denied.
_GUARD = """package system.authz

default allow := false

allow if input.identity == "{token}"
"""


class OpaProcess:
    """A running `opa run --server`; PolicyError when there is none to be had.

    It starts with policies by id, which is one compilation and not one for each; `has_policies` is False when
    they do not compile, and it runs without.
    """

    def __init__(self, policies: Mapping[str, str], *, seconds: float = 10.0) -> None:
        program = shutil.which("opa")
        if program is None:
            raise PolicyError(
                "there is no program opa on PATH: install it "
                "(go install github.com/open-policy-agent/opa@v1.22.0), or set OPA_URL to a server"
            )
        self.token = secrets.token_hex(16)
        self._folder = Path(tempfile.mkdtemp(prefix="platform-opa-"))
        self._starter = os.getpid()
        self.has_policies = True
        for id_, text in {**policies, "guard.rego": _GUARD.format(token=self.token)}.items():
            (self._folder / id_).parent.mkdir(exist_ok=True)
            (self._folder / id_).write_text(text, "utf-8", newline="")
        atexit.register(self.close)
        try:
            self.url, self._process = self._start(program, time.monotonic() + seconds)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def close(self) -> None:
        """Ends the server, unless this is a fork of the process that started it."""
        if os.getpid() != self._starter:
            return
        atexit.unregister(self.close)
        if process := getattr(self, "_process", None):
            _end(process)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, program: str, deadline: float) -> tuple[str, "subprocess.Popen[bytes]"]:
        for _ in range(_ATTEMPTS):
            port = _free_port()
            url = f"http://127.0.0.1:{port}"
            process = self._run(program, port)
            try:
                if _is_up(process, OpaServer(url, token=self.token, seconds=2), deadline):
                    return url, process
            except BaseException:
                _end(process)
                raise
            self.has_policies = False
        log = (self._folder / "log").read_text(errors="replace").strip().splitlines()
        raise PolicyError(f"{program} does not start as a server: {log[-1] if log else 'it says nothing'}")

    def _run(self, program: str, port: int) -> "subprocess.Popen[bytes]":
        command = [program, "run", "--server", f"--addr=127.0.0.1:{port}", "--skip-version-check"]
        command += ["--log-level=error", "--authentication=token", "--authorization=basic", "guard.rego"]
        command += [PREFIX] if self.has_policies and (self._folder / PREFIX).exists() else []
        # Variables OPA_… stand for options of the program that are not given.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OPA_")}
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=kill_with_parent(),  # atexit does not run in a process that is killed
            )


def _is_up(process: "subprocess.Popen[bytes]", server: OpaServer, deadline: float) -> bool:
    """True when it came up; False when it ended, PolicyError when it takes too long."""
    try:
        while process.poll() is None:
            try:
                if server.is_ready():
                    return True
            except ServerLost:
                pass
            if time.monotonic() > deadline:
                raise PolicyError("the program opa was started as a server and did not come up in time")
            time.sleep(0.02)
        return False
    finally:
        server.close()


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()  # it holds nothing that would have to be saved
    process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

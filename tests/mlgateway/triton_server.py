"""A real Triton server from the serving environment, for the gateway's tests and its benchmark."""

import http.client
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import DEADLINE_SECONDS, wait_until

ROOT = Path(__file__).resolve().parents[2]

# Answers Y = X * scale, so that an answer tells which version computed it.
_MODEL = """
import json
import time
import numpy
import triton_python_backend_utils as pb

class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.scale = numpy.float32(parameters["scale"]["string_value"])
        self.delay = float(parameters["delay"]["string_value"])

    def execute(self, requests):
        if self.delay:
            time.sleep(self.delay)
        inputs = [pb.get_input_tensor_by_name(r, "X").as_numpy() for r in requests]
        return [pb.InferenceResponse([pb.Tensor("Y", x * self.scale)]) for x in inputs]
"""

_CONFIG = """
backend: "python"
max_batch_size: 0
input [{ name: "X" data_type: TYPE_FP32 dims: [-1, 4] }]
output [{ name: "Y" data_type: TYPE_FP32 dims: [-1, 4] }]
instance_group [{ kind: KIND_CPU count: 1 }]
parameters [{ key: "scale" value: { string_value: "%s" } }, { key: "delay" value: { string_value: "%s" } }]
"""


@dataclass(frozen=True, slots=True)
class Triton:
    """A running server; address is host:port of its HTTP endpoint."""

    address: str
    repository: Path

    def add(self, model: str, scale: float, delay: float = 0.0) -> None:
        """Write the model into the repository and load it."""
        folder = self.repository / model
        (folder / "1").mkdir(parents=True)
        (folder / "1" / "model.py").write_text(_MODEL)
        (folder / "config.pbtxt").write_text(_CONFIG % (scale, delay))
        self.control(model, "load")

    def control(self, model: str, verb: str) -> None:
        """Load or unload one model."""
        status, body = self.ask("POST", f"/v2/repository/models/{model}/{verb}", b"{}")
        if status != 200:
            raise RuntimeError(f"{verb} of {model}: {body!r}")

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """One request to the server itself."""
        connection = http.client.HTTPConnection(self.address, timeout=DEADLINE_SECONDS)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def serving_python() -> Path | None:
    """The interpreter of the environment that holds nvidia-pytriton, or None."""
    path = Path(os.environ.get("SERVING_PYTHON", ROOT / ".venv-serving" / "bin" / "python"))
    return path if path.exists() else None


@contextmanager
def running_triton(python: Path, folder: Path) -> Iterator[Triton]:
    """Start tritonserver in explicit mode with an empty repository in folder, and end it."""
    triton = Triton(f"127.0.0.1:{free_port()}", folder / "models")
    triton.repository.mkdir(parents=True)
    with (folder / "triton.log").open("wb") as log:
        command, environment = _command(python, folder, triton)
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_ready(triton, process, folder / "triton.log")
        yield triton
    finally:
        process.kill()  # it takes 3 s to end in peace
        process.wait()


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command(python: Path, folder: Path, triton: Triton) -> tuple[list[str], dict[str, str]]:
    ask = "import sys,sysconfig; print(sysconfig.get_path('purelib'), sysconfig.get_config_var('LIBDIR'), "
    ask += "'%d.%d' % sys.version_info[:2])"
    packages, library, minor = subprocess.check_output([python, "-c", ask], text=True).split()
    server = Path(packages) / "pytriton" / "tritonserver"
    backend = folder / "backends" / "python"
    shutil.copytree(server / "backends" / "python", backend)
    shutil.copy(server / "python_backend_stubs" / minor / "triton_python_backend_stub", backend)
    environment = {
        "PATH": f"{python.parent}:/usr/bin:/bin",
        "LD_LIBRARY_PATH": f"{packages}/nvidia_pytriton.libs:{library}",
        "PYTHONPATH": packages,
    }
    host, port = triton.address.split(":")
    options = {
        "model-repository": triton.repository,
        "backend-directory": backend.parent,
        "model-control-mode": "explicit",
        "http-address": host,
        "http-port": port,
        "allow-grpc": "false",
        "allow-metrics": "false",
    }
    return [str(server / "bin" / "tritonserver"), *(f"--{k}={v}" for k, v in options.items())], environment


def _wait_until_ready(triton: Triton, process: subprocess.Popen[bytes], log: Path) -> None:
    wait_until(lambda: _is_ready(triton) or process.poll() is not None, "a Triton server")
    if process.poll() is not None:
        raise RuntimeError(f"Triton did not become ready: {log.read_text(errors='replace')[-2000:]}")


def _is_ready(triton: Triton) -> bool:
    try:
        return triton.ask("GET", "/v2/health/ready")[0] == 200
    except OSError:
        return False


def infer_body(rows: int = 1) -> bytes:
    """A JSON request of rows x 4 ones."""
    tensor = {"name": "X", "shape": [rows, 4], "datatype": "FP32", "data": [1.0] * (4 * rows)}
    return json.dumps({"inputs": [tensor]}).encode()

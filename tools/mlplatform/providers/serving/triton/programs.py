"""The programs of the serving environment: Triton from its wheel, the gateway, and what they are started with."""

import filecmp
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mlplatform
from mlplatform.core.errors import Refusal
from mlplatform.core.payload import digest_of_bytes, short_digest
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.ports import HOST
from mlplatform.providers.serving.triton.ports import TritonPorts

TOOLS = Path(mlplatform.__file__).parents[1]
OLDEST_GLIBC = (2, 35)  # what the Triton wheel is built for
_MAKE = "run `make up`, which builds it"
_ODD = re.compile(r"[^\w./+@,:=%-]", re.ASCII)
_FACTS = Path(__file__).with_name("python_facts.py")


@dataclass(frozen=True, slots=True)
class Programs:
    """The paths of the programs in the serving environment."""

    python: Path
    packages: Path
    home: Path
    libraries: Path
    minor: str

    @property
    def triton(self) -> Path:
        return self.packages / "pytriton" / "tritonserver"

    @property
    def stub(self) -> Path:
        return self.triton / "python_backend_stubs" / self.minor / "triton_python_backend_stub"


def serving_folder() -> Path:
    """The folder of the serving environment: beside the control plane's own, or as MLPLATFORM_SERVING_ENV sets it."""
    folder = os.environ.get("MLPLATFORM_SERVING_ENV")
    return Path(folder).absolute() if folder else Path(sys.prefix).parent / ".venv-serving"


def find_programs() -> Programs:
    """Find the programs; a Refusal names the first that is missing, and what to do."""
    _require_platform()
    python = serving_folder() / "bin" / "python"
    if not python.exists():
        raise Refusal(f"there is no serving environment at {serving_folder()}", fix=_MAKE)
    facts = _python_facts(python)
    programs = Programs(
        python, Path(facts["packages"]), Path(facts["home"]), Path(facts["libraries"]), str(facts["minor"])
    )
    if not (programs.triton / "bin" / "tritonserver").exists():
        raise Refusal(f"the serving environment at {serving_folder()} holds no Triton", fix=_MAKE)
    if not programs.stub.exists():
        raise Refusal(
            f"Triton has no stub for Python {programs.minor}, which the serving environment is made of",
            fix="run `make clean` and `make up`, which look for a Python that it takes",
        )
    if not facts["linked"]:
        raise Refusal(
            f"Triton needs the shared library {facts['library']}, which the Python in {programs.home} does not have",
            fix=f"install the system's package libpython{programs.minor} and run `make up`",
        )
    return programs


def install_backend(programs: Programs, paths: EnvironmentPaths) -> None:
    """Copy Triton's Python backend with the right stub to `.platform/`; no links, for Triton sets the stub's mode."""
    folder = paths.backends / "python"
    folder.mkdir(parents=True, exist_ok=True)
    for source in (*(programs.triton / "backends" / "python").iterdir(), programs.stub):
        target = folder / source.name
        if source.is_file() and not (target.exists() and filecmp.cmp(source, target)):
            shutil.copy(source, target)


def triton_command(
    programs: Programs, paths: EnvironmentPaths, ports: TritonPorts, models: Sequence[str]
) -> list[str]:
    """Triton with these models loaded from the start; loopback only, nothing loaded that nobody asked for."""
    options = {
        "model-repository": paths.model_repository,
        "backend-directory": paths.backends,
        "model-control-mode": "explicit",
        "exit-on-error": "false",
        "strict-readiness": "false",
        "http-address": HOST,
        "http-port": ports.triton,
        "allow-grpc": "false",
        "metrics-address": HOST,
        "metrics-port": ports.metrics,
        "allow-gpu-metrics": "false",
        "exit-timeout-secs": "20",
        "backend-config": f"python,shm-region-prefix-name={_shared_memory(paths)}",
    }
    server = programs.triton / "bin" / "tritonserver"
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [str(server), "--disable-auto-complete-config", *flags, *(f"--load-model={m}" for m in models)]


def remove_shared_memory(paths: EnvironmentPaths) -> None:
    """Remove the shared memory of a Triton that was killed; only when it and its models have ended."""
    for segment in Path("/dev/shm").glob(f"{_shared_memory(paths)}*"):  # noqa: S108 the kernel's, not a temporary folder
        segment.unlink(missing_ok=True)


def _shared_memory(paths: EnvironmentPaths) -> str:
    """The prefix of the names that the shared memory of this environment's models has, and no other's."""
    return f"mlplatform-{short_digest(digest_of_bytes(bytes(paths.folder.resolve())))}-"


def require_plain_path(paths: EnvironmentPaths) -> None:
    """Refusal for a folder that the shell which starts Triton's models, or the Python in them, would misread."""
    if odd := sorted(set(_ODD.findall(str(paths.folder)))):
        raise Refusal(
            f"Triton cannot serve models from a path with {' or '.join(map(repr, odd))} in it: {str(paths.folder)!r}",
            fix="clone the repository into a folder of another name",
        )


def triton_environment(programs: Programs) -> Mapping[str, str]:
    """Every environment variable of Triton and its models; none of the user's, which may be secrets."""
    return {
        "PATH": f"{programs.python.parent}:/usr/bin:/bin",
        "LD_LIBRARY_PATH": f"{programs.packages / 'nvidia_pytriton.libs'}:{programs.libraries}",
        "PYTHONHOME": str(programs.home),
        "PYTHONPATH": str(programs.packages),
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def gateway_command(programs: Programs, paths: EnvironmentPaths, ports: TritonPorts) -> list[str]:
    listen = f"{HOST}:{ports.gateway}"
    return [str(programs.python), "-m", "mlgateway", "--listen", listen, "--routes", str(paths.routes)]


def gateway_environment(programs: Programs) -> Mapping[str, str]:
    return {
        "PATH": f"{programs.python.parent}:/usr/bin:/bin",
        "PYTHONPATH": str(TOOLS),
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _require_platform() -> None:
    fix = "use a Linux machine of that kind for local serving; every other command works here"
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise Refusal(
            f"Triton runs on Linux x86_64, and this is {platform.system()} {platform.machine()}", fix=fix
        )
    name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "another C library").partition(" ")
    if name != "glibc" or tuple(map(int, version.split(".")[:2])) < OLDEST_GLIBC:
        raise Refusal(
            f"Triton needs glibc 2.35 or newer, and this machine has {name} {version}".rstrip(), fix=fix
        )


@cache
def _python_facts(python: Path) -> Mapping[str, Any]:
    try:
        ran = subprocess.run([python, "-I", _FACTS], capture_output=True, check=True, timeout=30)
        answer: Mapping[str, Any] = json.loads(ran.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        raise Refusal(f"the Python of the serving environment at {python} does not run", fix=_MAKE) from None
    return answer

"""The programs of the serving environment: Triton from its wheel, the gateway, and what both need around them."""

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
from mlplatform.providers.serving.triton.ports import HOST, Ports

TOOLS = Path(mlplatform.__file__).parents[1]
OLDEST_GLIBC = (2, 35)  # what the Triton wheel is built for
_MAKE = "run `make up`, which builds it"
_ODD = re.compile(r"[^\w./+@,:=%-]", re.ASCII)
# Asked of the serving environment's own Python. The library is what Triton's Python stub is linked to.
_QUESTION = """
import ctypes, json, os, sys, sysconfig
library = sysconfig.get_config_var("INSTSONAME")
folder = sysconfig.get_config_var("LIBDIR")
try:
    ctypes.CDLL(os.path.join(folder, library) if os.path.exists(os.path.join(folder, library)) else library)
    linked = True
except OSError:
    linked = False
print(json.dumps({"packages": sysconfig.get_path("purelib"), "home": sys.base_prefix, "libraries": folder,
    "minor": "%d.%d" % sys.version_info[:2], "library": library, "linked": linked}))
"""


@dataclass(frozen=True, slots=True)
class Programs:
    """Where things are in the serving environment."""

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
    """The serving environment: beside the control plane's own, or where MLPLATFORM_SERVING_ENV says."""
    said = os.environ.get("MLPLATFORM_SERVING_ENV")
    return Path(said).absolute() if said else Path(sys.prefix).parent / ".venv-serving"


def find() -> Programs:
    """The programs, each known to be there; a Refusal says which is not and what to do."""
    _require_platform()
    python = serving_folder() / "bin" / "python"
    if not python.exists():
        raise Refusal(f"there is no serving environment at {serving_folder()}", fix=_MAKE)
    said = _ask(python)
    found = Programs(
        python, Path(said["packages"]), Path(said["home"]), Path(said["libraries"]), str(said["minor"])
    )
    if not (found.triton / "bin" / "tritonserver").exists():
        raise Refusal(f"the serving environment at {serving_folder()} holds no Triton", fix=_MAKE)
    if not found.stub.exists():
        raise Refusal(
            f"Triton has no stub for Python {found.minor}, which the serving environment is made of",
            fix="run `make clean` and `make up PYTHON=python3.11`",
        )
    if not said["linked"]:
        raise Refusal(
            f"Triton needs the shared library {said['library']}, which the Python in {found.home} does not have",
            fix=f"install the package libpython{found.minor}, or a Python built with --enable-shared, and run"
            " `make clean` and `make up`",
        )
    return found


def install_backend(found: Programs, paths: EnvironmentPaths) -> None:
    """Have Triton's Python backend with the right stub in `.platform/`. Copies: Triton sets the stub's mode."""
    folder = paths.backends / "python"
    folder.mkdir(parents=True, exist_ok=True)
    for source in (*(found.triton / "backends" / "python").iterdir(), found.stub):
        target = folder / source.name
        if source.is_file() and not (target.exists() and filecmp.cmp(source, target)):
            shutil.copy(source, target)


def triton_command(
    found: Programs, paths: EnvironmentPaths, ports: Ports, models: Sequence[str]
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
    server = found.triton / "bin" / "tritonserver"
    said = [f"--{name}={value}" for name, value in options.items()]
    return [str(server), "--disable-auto-complete-config", *said, *(f"--load-model={m}" for m in models)]


def remove_shared_memory(paths: EnvironmentPaths) -> None:
    """Remove what a Triton that was killed left in memory; only when it and its models have ended."""
    for left in Path("/dev/shm").glob(f"{_shared_memory(paths)}*"):  # noqa: S108 the kernel's, not a temporary folder
        left.unlink(missing_ok=True)


def _shared_memory(paths: EnvironmentPaths) -> str:
    """What the shared memory of this environment's models is called, and no other's."""
    return f"mlplatform-{short_digest(digest_of_bytes(bytes(paths.folder.resolve())))}-"


def require_plain_path(paths: EnvironmentPaths) -> None:
    """Refusal for a folder that the shell which starts Triton's models, or the Python in them, would misread."""
    if odd := sorted(set(_ODD.findall(str(paths.folder)))):
        raise Refusal(
            f"Triton cannot serve models from a path with {' or '.join(map(repr, odd))} in it: {str(paths.folder)!r}",
            fix="clone the repository into a folder of another name",
        )


def triton_environment(found: Programs) -> Mapping[str, str]:
    """All that Triton and the models in it get to see; none of the user's variables, which may be secrets."""
    return {
        "PATH": f"{found.python.parent}:/usr/bin:/bin",
        "LD_LIBRARY_PATH": f"{found.packages / 'nvidia_pytriton.libs'}:{found.libraries}",
        "PYTHONHOME": str(found.home),
        "PYTHONPATH": str(found.packages),
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def gateway_command(found: Programs, paths: EnvironmentPaths, ports: Ports) -> list[str]:
    listen = f"{HOST}:{ports.gateway}"
    return [str(found.python), "-m", "mlgateway", "--listen", listen, "--routes", str(paths.routes)]


def gateway_environment(found: Programs) -> Mapping[str, str]:
    return {
        "PATH": f"{found.python.parent}:/usr/bin:/bin",
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
def _ask(python: Path) -> Mapping[str, Any]:
    try:
        done = subprocess.run([python, "-I", "-c", _QUESTION], capture_output=True, check=True, timeout=30)
        answer: Mapping[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        raise Refusal(f"the Python of the serving environment at {python} does not run", fix=_MAKE) from None
    return answer

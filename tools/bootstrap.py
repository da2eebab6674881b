"""Set up uv and `.venv` on a machine that has any Python 3.9 or newer.

`make` runs `bootstrap.py uv`, then `bootstrap.py venv [PYTHON]`, with whatever Python there is,
so it keeps to the syntax of 3.9 and to the standard library.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Optional, Union

ROOT = Path(__file__).resolve().parents[1]
FACTS = ROOT / "tools/mlplatform/providers/serving/triton/python_facts.py"
LOCKED_UV = ROOT / "requirements" / "bootstrap.txt"
UV_FOLDER = ROOT / ".venv-uv"
UV = UV_FOLDER / "bin" / "uv"
ENVIRONMENT = ROOT / ".venv"
MINORS = ("3.11", "3.12")  # what Triton's wheel and its numpy are built for
DOWNLOADED = "3.11"  # what CI runs on
Command = Sequence[Union[str, Path]]


class SetUpError(Exception):
    """One sentence: what stands in the way, where, and what to do about it."""


@dataclass(frozen=True)
class Interpreter:
    """A Python of a version that Triton takes."""

    path: str
    minor: str
    has_library: bool

    @property
    def can_serve(self) -> bool:
        """Whether Triton can run models with it; where there is no Triton, any will do."""
        return self.has_library or sys.platform != "linux"


def install_uv() -> None:
    """Install the locked uv into `.venv-uv`; a Python that cannot install anything borrows the uv on PATH."""
    shutil.rmtree(UV_FOLDER, ignore_errors=True)
    if find_spec("venv") and find_spec("ensurepip"):
        run_or_clear([sys.executable, "-m", "venv", UV_FOLDER])
        run_or_clear(pip_install(UV_FOLDER / "bin" / "python"))
    elif find_spec("pip"):
        run_or_clear([*pip_install(sys.executable), "--target", UV_FOLDER])
    elif uv := shutil.which("uv"):
        UV.parent.mkdir(parents=True)
        UV.symlink_to(uv)
    else:
        raise SetUpError(
            f"the Python at {sys.executable} has neither ensurepip nor pip to install uv with:"
            " install the system's package python3-venv, or uv itself, and run make again"
        )


def pip_install(python: Union[str, Path]) -> Command:
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
    return [python, "-m", "pip", "install", *options, "-r", LOCKED_UV]


def run_or_clear(command: Command) -> None:
    """Run one step of installing uv; where it fails, leave no half of `.venv-uv` behind."""
    if not succeeds(command):
        shutil.rmtree(UV_FOLDER, ignore_errors=True)
        raise SetUpError(
            f"uv could not be installed into {UV_FOLDER} for the reason above: let pip reach a package index"
            " (PIP_INDEX_URL can name a mirror) and run make again"
        )


def succeeds(command: Command) -> bool:
    return not subprocess.run(command).returncode


def make_environment(named: Optional[str]) -> None:
    """Make `.venv` with the named Python; without one, or where it is of another version, with the best there is."""
    create_environment(next(interpreters([named] if named else []), None) or best_interpreter())


def best_interpreter() -> Interpreter:
    """Return a Python that can serve, downloaded where this machine has none, or at worst one that cannot."""
    usable = tuple(interpreters([sys.executable, *installed_pythons()]))
    if not any(each.can_serve for each in usable) and download_python():
        usable += tuple(interpreters(installed_pythons()))
    if not usable:
        raise SetUpError(
            f"{ENVIRONMENT} needs Python {' or '.join(MINORS)}, this machine has neither, and uv could not download"
            " one for the reason above: let uv reach that address, name a mirror of it in"
            f" UV_PYTHON_INSTALL_MIRROR, or run make with PYTHON=/path/to/python{DOWNLOADED}"
        )
    return next((each for each in usable if each.can_serve), usable[0])


def interpreters(paths: Iterable[str]) -> Iterator[Interpreter]:
    """Yield those of the Pythons that run and are of a version that Triton takes."""
    for path in paths:
        done = subprocess.run([path, "-I", FACTS], capture_output=True)
        facts = json.loads(done.stdout) if not done.returncode else {}
        if facts.get("implementation") == "cpython" and facts["minor"] in MINORS:
            yield Interpreter(facts["executable"], facts["minor"], facts["linked"])


def installed_pythons() -> Iterator[str]:
    """Yield the Pythons of such a version that uv finds: its own downloads and those on PATH."""
    command: Command = [UV, "python", "list", "--only-installed", "--output-format", "json"]
    done = subprocess.run(command, capture_output=True)
    for python in json.loads(done.stdout) if not done.returncode else ():
        if python["version"].rpartition(".")[0] in MINORS:
            yield python["path"]


def create_environment(interpreter: Interpreter) -> None:
    print(f"making .venv with Python {interpreter.minor} ({interpreter.path})", flush=True)
    if not succeeds([UV, "venv", "--quiet", "--clear", "--python", interpreter.path, ENVIRONMENT]):
        raise SetUpError(f"{ENVIRONMENT} could not be made with {interpreter.path} for the reason above")
    if not interpreter.can_serve:
        print(
            f"warning: the Python at {interpreter.path} lacks its shared library, without which Triton serves no"
            f" model here: for `make up`, install the system's package libpython{interpreter.minor}",
            file=sys.stderr,
        )


def download_python() -> bool:
    """Have uv download a Python into its own folder; False, after uv's own words, where it cannot."""
    print(f"downloading Python {DOWNLOADED} for .venv", flush=True)
    return succeeds([UV, "python", "install", "--no-bin", DOWNLOADED])


def main(step: str, named: Optional[str] = None) -> None:
    try:
        if step == "uv":
            install_uv()
        else:
            make_environment(named)
    except SetUpError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Pythons for the tests of set-up: those of this machine, a bare one, and an archive to download one from."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHON = Path(sys.base_prefix, "bin", f"python{MINOR}")
SHARED = f"libpython{MINOR}.so.1.0"
LEFT_OUT = {"__pycache__", "ensurepip", "idlelib", "lib2to3", "test", "tkinter"}
_STARTS = "import sys; sys.exit(sys.version_info < (3, 9))"


def startable_pythons() -> tuple[Path, ...]:
    """Return a Python of each version on this machine, from 3.9, that set-up may start with."""
    paths = [Path(path) for n in range(9, 21) if (path := shutil.which(f"python3.{n}"))]
    paths += Path.home().glob(".pyenv/versions/3.*/bin/python3.*[0-9]")
    return tuple({path.name: path for path in (*paths, PYTHON) if _starts(path)}.values())


def _starts(path: Path) -> bool:
    return not subprocess.run([path, "-c", _STARTS], capture_output=True).returncode


def bare_python(folder: Path) -> Path:
    """Return a Python, linked together in a folder of its own, that has neither ensurepip nor pip."""
    library = folder / "lib" / f"python{MINOR}"
    (library / "site-packages").mkdir(parents=True)
    for path in Path(sysconfig.get_path("stdlib")).iterdir():
        if path.name not in LEFT_OUT and not path.name.endswith("-packages"):
            (library / path.name).symlink_to(path)
    if (shared := Path(sysconfig.get_config_var("LIBDIR"), SHARED)).exists():
        (folder / "lib" / SHARED).symlink_to(shared)
    (folder / "bin").mkdir()
    return Path(shutil.copy(PYTHON.resolve(), folder / "bin" / f"python{MINOR}"))


def python_mirror(folder: Path) -> str:
    """Return the address of a list of Pythons, as uv reads it, that offers a copy of the one that runs this."""
    bare_python(folder / "python")
    archive = folder / "python.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1, dereference=True) as file:
        file.add(folder / "python", "python", filter=_without_left_out)
    offers = folder / "pythons.json"
    offers.write_text(json.dumps({"cpython": _offer(archive)}))
    return offers.as_uri()


def _without_left_out(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if Path(entry.name).name in LEFT_OUT else entry


def _offer(archive: Path) -> dict[str, object]:
    major, minor, patch = sys.version_info[:3]
    return {
        "name": "cpython",
        "major": major,
        "minor": minor,
        "patch": patch,
        "prerelease": "",
        "arch": {"family": os.uname().machine, "variant": None},
        "os": sys.platform,
        "libc": "gnu",
        "url": archive.as_uri(),
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "variant": None,
    }

"""A program written in Go: from PATH, else built once into a cache folder."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

GO = "/usr/local/go/bin"  # where its installer puts it, be it on PATH or not


class NoProgram(Exception):
    """There is no such program, and none can be built; the message says why."""


@dataclass(frozen=True, slots=True)
class GoProgram:
    """A program by its name, and the package that it is built from."""

    name: str
    package: str
    version: str

    @property
    def module(self) -> str:
        return f"{self.package}@{self.version}"

    def find(self) -> str:
        """PATH's, else the cache's, built when it is not there yet."""
        if found := shutil.which(self.name):
            return found
        built = self.cached()
        with _lock(built.parent):
            if not built.exists():
                self._build(built)
        return str(built)

    def cached(self) -> Path:
        """Where a built one lies."""
        root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(root) / "mlplatform" / f"{self.name}-{self.version}" / self.name

    def _build(self, target: Path) -> None:
        go = shutil.which("go") or shutil.which("go", path=GO)
        if go is None:
            raise NoProgram(
                f"there is no {self.name} on PATH, and no go to build it with (go install {self.module})"
            )
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            environment = {**os.environ, "GOBIN": folder, "CGO_ENABLED": "0"}
            done = subprocess.run(
                [go, "install", self.module], env=environment, capture_output=True, text=True
            )
            if done.returncode:
                raise NoProgram(f"go install {self.module} fails: {done.stderr.strip()[-500:]}")
            Path(folder, self.name).rename(target)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Two workers of pytest build it once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

"""A real git repository with a small platform in it, and a way to see whether anything in it changed."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from mlplatform.providers.git import Git

DIGESTS = {
    version: "sha256:" + version.replace(".", "").rjust(64, "0") for version in ("1.0.0", "1.1.0", "1.2.0")
}
DATA = "sha256:" + "d" * 64
MODEL = "clinic/tumour"


def environment(order: int, source: str | None) -> str:
    promotes = f"promotesFrom: {source}\n" if source else ""
    return f"schema: environment/v1\norder: {order}\n{promotes}approvals: {{required: 1, from: [owners]}}\n"


def deployment(version: str, auc: float, source: str | None = None, comment: str = "") -> str:
    return (
        f"# {comment or 'runs the tumour model'}\n"
        "schema: deployment/v1\n"
        f"version: {version}   # reviewed\n"
        f"digest: {DIGESTS[version]}\n"
        "from:\n" + (f"  environment: {source}\n" if source else "") + f"  run: run-{version}\n"
        f'  data: {{clinic/biopsies: "{DATA}"}}\n'
        f"metrics: {{auc: {auc}}}\n"
        "\n"
        "serving: {instances: 1, cpu: 1, memoryGiB: 1, gpu: {count: 0}}   # small\n"
        "rollout: {strategy: all}\n"
    )


FILES = {
    "models/clinic/tumour.yaml": "schema: model/v1\n",
    "models/clinic/progression.yaml": "schema: model/v1\n",
    "tenants/clinic/tenant.yaml": "schema: tenant/v1\n",
    "environments/development/environment.yaml": environment(1, None),
    "environments/integration/environment.yaml": environment(2, "development"),
    "environments/production/environment.yaml": environment(3, "integration"),
    "environments/development/clinic/tumour.yaml": deployment("1.2.0", 0.95),
    "environments/integration/clinic/tumour.yaml": deployment("1.1.0", 0.93, "development"),
    "environments/production/clinic/tumour.yaml": deployment(
        "1.0.0", 0.91, "integration", "runs for patients"
    ),
    "README.md": "a platform\n",
}


@dataclass(frozen=True, slots=True)
class Scratch:
    """A working tree on branch main. Its user is Ada, unless the test takes her name away."""

    root: Path

    @property
    def git(self) -> Git:
        return Git(self.root)

    def run(self, *args: str) -> str:
        """A git command as the user types it."""
        done = subprocess.run(["git", *args], cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"git {' '.join(args)}: {done.stderr}"
        return done.stdout.removesuffix("\n")

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def commit(self, files: Mapping[str, str], message: str = "a change") -> str:
        for path, text in files.items():
            self.write(path, text)
        self.run("add", "--all")
        self.run("commit", "--quiet", "--message", message)
        return self.head()

    def head(self) -> str:
        return self.run("rev-parse", "HEAD")

    def at(self, rev: str, path: str) -> str:
        """The text of a file in a commit."""
        return self.run("show", f"{rev}:{path}") + "\n"

    def everything(self) -> dict[str, bytes]:
        """Every file, those of .git too, except objects: refs, logs, index, HEAD, configuration, locks."""
        found: dict[str, bytes] = {}
        for folder, names, files in os.walk(self.root):
            inside = Path(folder).relative_to(self.root)
            if inside == Path(".git"):
                names.remove("objects")
            for name in files:
                found[str(inside / name)] = Path(folder, name).read_bytes()
        return found

    def objects(self) -> set[str]:
        """The names of the objects that are there."""
        return {path.name for path in (self.root / ".git/objects").rglob("*") if path.is_file()}

    def status(self) -> str:
        return self.run("status", "--porcelain", "--ignored")

    def branches(self) -> dict[str, str]:
        lines = self.run("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads").splitlines()
        return dict(line.split(" ") for line in lines)


def isolate(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """No configuration or identity of the machine's reaches git."""
    for name in list(os.environ):
        if name.startswith("GIT_") or name in ("EMAIL", "XDG_CONFIG_HOME"):
            monkeypatch.delenv(name)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def scratch(folder: Path, files: Mapping[str, str] = FILES) -> Scratch:
    """A new repository with these files in its first commit."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Scratch(folder)
    made.run("init", "--quiet", "--initial-branch=main")
    made.run("config", "user.name", "Ada Lovelace")
    made.run("config", "user.email", "ada@example.com")
    made.commit(files, "the platform")
    return made

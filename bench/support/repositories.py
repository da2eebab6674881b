"""Repositories of `documents` on disk, and how long commands take in them."""

import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0")


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """A repository with the documents and our policies in one commit, packed as a clone is."""
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    shutil.copytree(ROOT / "policies", folder / "policies")
    (folder / ".gitignore").write_text("/.platform/\n")
    git(folder, "init", "--quiet", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", "bench")
    git(folder, "gc", "--quiet")


def git(folder: Path, *args: str) -> None:
    """A git command of an author who is nobody."""
    subprocess.run([*GIT, *args], cwd=folder, check=True)


class Took(NamedTuple):
    """How long something took by the clock, and on all cores together, in seconds."""

    wall: float
    cpu: float


def took(commands: Sequence[Sequence[str]], folder: Path) -> Took:
    """How long the commands take, one after the other; each has to find nothing wrong."""
    started, used = time.perf_counter(), _cpu()
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{command[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[:2000]}")
    return Took(time.perf_counter() - started, _cpu() - used)


def seconds(commands: Sequence[Sequence[str]], folder: Path) -> float:
    """The same by the clock alone."""
    return took(commands, folder).wall


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check_jsonschema(texts: Mapping[str, str]) -> list[list[str]]:
    """One check-jsonschema for each kind, with the schema that the kind's document names."""
    by_kind: dict[str, list[str]] = {}
    for path, text in texts.items():
        kind = text[text.index("schema: ") + 8 :].split("/", 1)[0]
        by_kind.setdefault(kind, []).append(path)
    program = str(BIN / "check-jsonschema")
    return [
        [program, "--schemafile", f"policies/schemas/{kind}.schema.json", *paths]
        for kind, paths in by_kind.items()
    ]

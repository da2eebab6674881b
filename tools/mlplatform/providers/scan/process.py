"""Running Checkov in a process of its own: given files only, no network, a deadline, an answer that can be read."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlplatform.providers.scan.interface import ScanError
from mlplatform.providers.scan.worker.zizmor import PROGRAM

WORKER = Path(__file__).parent / "worker" / "__main__.py"
ANSWER_BYTES = 64 << 20
DEADLINE_SECONDS = 300
# The whole environment: nothing of the caller's reaches Checkov.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "CHECKOV_PARALLELIZATION_TYPE": "none",
    "CHECKOV_ENABLE_MODULES_FOREACH_HANDLING": "True",
    "CKV_IGNORE_HIDDEN_DIRECTORIES": "False",
    "CKV_IGNORED_DIRECTORIES": "",
    "HCL_PARSE_TIMEOUT_SEC": "20",
    "CHECKOV_RENDER_MAX_LEN": "100000",
}
FIX = "run it again; when it stays, tell the platform team what the pull request changes in infrastructure"


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """Checkov's answer, as in worker/frameworks.py, and zizmor's, as in worker/zizmor.py."""

    failed: list[dict[str, Any]]
    skipped: list[dict[str, Any]]
    broken: dict[str, str]
    seen: dict[str, Any]
    unjudged: list[dict[str, str]]
    refused: list[str]
    complaints: list[str]
    zizmor: dict[str, Any]


def run(folders: Mapping[str, Mapping[str, str]], *, seconds: float = DEADLINE_SECONDS) -> ScanAnswer:
    """Judge texts by framework and path; ScanError when Checkov does not answer."""
    answer = _ask(folders, [], seconds)
    try:
        return ScanAnswer(**answer)
    except TypeError:
        raise _failed("Checkov's answer has another shape than expected") from None


def list_rules(policies: Mapping[str, str]) -> list[dict[str, str]]:
    """Checkov's rules, those of `policies` among them: id, name, and what they are about."""
    rules = _ask({"policies": policies}, ["rules"], DEADLINE_SECONDS)["rules"]
    return [{key: str(value) for key, value in rule.items()} for rule in rules]


def _ask(folders: Mapping[str, Mapping[str, str]], arguments: list[str], seconds: float) -> dict[str, Any]:
    if importlib.util.find_spec("checkov") is None:
        raise ScanError(
            "Checkov is not installed", rule="checkov-missing", fix="run make up, then check again"
        )
    if not PROGRAM.exists():
        raise ScanError(
            "zizmor is not installed", rule="checkov-missing", fix="run make up, then check again"
        )
    scratch = Path(tempfile.mkdtemp(prefix="platform-scan-"))
    try:
        _lay_out(scratch, folders)
        _start(scratch, arguments, seconds)
        return _read(scratch / "answer.json")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _lay_out(scratch: Path, folders: Mapping[str, Mapping[str, str]]) -> None:
    for name in ("home", "tmp"):
        (scratch / name).mkdir()
    for folder, texts in folders.items():
        for path, text in texts.items():
            target = scratch / folder / path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(text.encode())
            except OSError as why:
                raise _failed(f"{path} cannot be laid out for Checkov: {why.strerror}") from None


def _start(scratch: Path, arguments: list[str], seconds: float) -> None:
    command = [sys.executable, "-I", "-B", str(WORKER), str(scratch), *arguments]
    environment = {**ENVIRONMENT, "HOME": str(scratch / "home"), "TMPDIR": str(scratch / "tmp")}
    try:
        with (scratch / "tmp" / "said").open("w+b") as output:
            ended = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                cwd=scratch,
                timeout=seconds,
                check=False,
            )
            output.seek(max(0, output.seek(0, os.SEEK_END) - 2000))
            last = output.read().decode(errors="replace").strip().splitlines()[-1:]
    except subprocess.TimeoutExpired:
        raise _failed(f"Checkov did not finish within {seconds:.0f} seconds") from None
    except OSError as why:
        raise _failed(f"Checkov cannot be started: {why.strerror}") from None
    if ended.returncode != 0:
        raise _failed(f"Checkov ended with {ended.returncode}: {' '.join(last)[:300] or 'it said nothing'}")


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > ANSWER_BYTES:
            raise _failed("Checkov's answer is too large")
        answer = json.loads(path.read_bytes())
    except (OSError, ValueError):
        raise _failed("Checkov's answer is missing or cannot be read") from None
    if not isinstance(answer, dict):
        raise _failed("Checkov's answer has another shape than expected")
    return answer


def _failed(message: str) -> ScanError:
    return ScanError(message, rule="checkov-failed", fix=FIX)

"""Runs zizmor over the workflows and actions of a folder: no network, no configuration, no comment that silences it."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("zizmor")
SECONDS = 60  # for all files together
ANSWER_BYTES = 32 << 20
OPTIONS = (
    *(
        "--offline",
        "--no-config",
        "--no-ignores",
        "--strict-collection",
        "--collect=all",
        "--persona=auditor",
    ),
    *("--format=json-v1", "--no-exit-codes", "--no-progress", "--color=never"),
)
ENDED = re.compile(r"^ INFO audit: zizmor: \S+ completed (?:\./)?(.+)$", re.MULTILINE)
UNREADABLE = re.compile(
    r"^(?:error: )?failed to load file://(?:\./)?(.+) as (?:workflow|action)$", re.MULTILINE
)
CAUSE = re.compile(r"^    \d+: (.+)$", re.MULTILINE)


class NoAnswer(Exception):
    """Why zizmor judged none of the files."""


def judge(root: Path, scratch: Path) -> dict[str, Any]:
    """Return the findings in the files below a folder, and why others were not judged, by path.

    One file that zizmor cannot read ends it; so such a file is taken out, and the others are judged without it.
    """
    files = {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}
    broken: dict[str, str] = {}
    findings: list[dict[str, Any]] = []
    deadline = time.monotonic() + SECONDS
    try:
        while left := files - broken.keys():
            code, output, log = _run(root, scratch, deadline)
            if code == 0:
                findings = _findings(output, left)
                missed = left - set(ENDED.findall(log))
                broken |= dict.fromkeys(missed, "zizmor left out the file")
                break
            path, why = _unreadable(log, left)
            broken[path] = why
            (root / path).unlink()
    except NoAnswer as why:
        broken |= dict.fromkeys(files - broken.keys(), str(why))
    return {"findings": findings, "broken": broken}


def _run(root: Path, scratch: Path, deadline: float) -> tuple[int, Path, str]:
    output, log = scratch / "tmp" / "zizmor.json", scratch / "tmp" / "zizmor.log"
    environment = {"HOME": str(scratch / "home"), "TMPDIR": str(scratch / "tmp"), "PATH": ""}
    try:
        with output.open("wb") as out, log.open("wb") as err:
            ended = subprocess.run(
                [str(PROGRAM), *OPTIONS, "--", "."],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=environment,
                cwd=root,
                timeout=max(0.1, deadline - time.monotonic()),
                check=False,
            )
    except subprocess.TimeoutExpired:
        raise NoAnswer(f"zizmor did not finish within {SECONDS} seconds") from None
    except OSError as why:
        raise NoAnswer(f"zizmor cannot be started: {why.strerror}") from None
    if max(output.stat().st_size, log.stat().st_size) > ANSWER_BYTES:
        raise NoAnswer(f"zizmor's answer is more than {ANSWER_BYTES >> 20} MiB")
    return ended.returncode, output, log.read_text("utf-8", errors="replace")


def _unreadable(log: str, files: Iterable[str]) -> tuple[str, str]:
    """Return the file that zizmor ended for and what it says of it."""
    match = UNREADABLE.search(log)
    if match is None or match[1] not in files:
        last = " ".join(log.strip().splitlines()[-1:])
        raise NoAnswer(f"zizmor ended without an answer: {last[:300] or 'it said nothing'}")
    causes = CAUSE.findall(log, match.end())
    return match[1], f"zizmor cannot read it: {causes[-1][:300] if causes else 'it does not say why'}"


def _findings(output: Path, files: Iterable[str]) -> list[dict[str, Any]]:
    try:
        findings = [_record(finding) for finding in json.loads(output.read_bytes())]
    except (ValueError, LookupError, TypeError, AttributeError):
        raise NoAnswer("zizmor's answer has another shape than expected") from None
    if any(finding["path"] not in files for finding in findings):
        raise NoAnswer("zizmor's answer is about a file that it was not given")
    return findings


def _record(finding: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that we keep of one of zizmor's findings."""
    primary = next(place for place in finding["locations"] if place["symbolic"]["kind"] == "Primary")
    symbolic, start = primary["symbolic"], primary["concrete"]["location"]["start_point"]
    steps = [step.get("Key") for step in symbolic["route"]["route"]]
    return {
        "audit": str(finding["ident"]),
        "persona": str(finding["determinations"]["persona"]),
        "about": f"{finding['desc']}: {symbolic['annotation']}"[:300],
        "path": str(symbolic["key"]["Local"]["verbatim_path"]).removeprefix("./"),
        "at": [int(start["row"]) + 1, int(start["column"]) + 1],
        "job": str(steps[1]) if steps[:1] == ["jobs"] and steps[1:2] else "",
    }

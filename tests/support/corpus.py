"""The corpus of attacks and harmless changes: each a pull request against one good repository, judged by the CLI."""

import contextlib
import io
import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mlplatform.flow.check import sandboxed_check
from mlplatform.providers.policy import ENGINES
from mlplatform.providers.policy.embedded import EmbeddedEngine
from mlplatform.providers.policy.interface import PolicyEngine
from tests.support.cases import ACCEPTANCE, Case
from tests.support.edits import edited, filled
from tests.support.git_objects import SYMLINK, Entry, Files, ObjectStore

ROOT = Path(__file__).parents[2]
_NOT_OURS = ("tests/", "bench/", "tools/", "requirements/", "docs/")
_DAY = 24 * 60 * 60
_PEOPLE = {"schema": "approvals/v1", "requester": "sally", "contributors": ["sally"], "pushers": ["sally"]}


@dataclass(frozen=True, slots=True)
class Answer:
    """What `platform check --json` ended with."""

    code: int
    said: Mapping[str, Any]
    stderr: str

    def of(self, severity: str) -> list[Mapping[str, Any]]:
        """The findings of one severity, those of the change's own policies too."""
        found = [*self.said.get("findings", ()), *self.said.get("proposed", ())]
        return [one for one in found if one["severity"] == severity]


def good_files() -> dict[str, Entry]:
    """The files of this repository as they lie, without its code and its tests."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    wanted = [path for path in listed.stdout.split("\0") if path and not path.startswith(_NOT_OURS)]
    return {path: _entry(ROOT / path) for path in sorted(set(wanted)) if (ROOT / path).exists()}


def _entry(path: Path) -> Entry:
    return Entry(str(path.readlink()).encode(), SYMLINK) if path.is_symlink() else Entry(path.read_bytes())


@dataclass(slots=True)
class Corpus:
    """The repository that every case starts from: this one, with what tests/acceptance/main.yaml adds to it."""

    store: ObjectStore
    files: Files
    main: str
    _merged: dict[str, tuple[str, Files]] = field(default_factory=dict)

    @staticmethod
    def new(root: Path, changed: Mapping[str, bytes] | None = None) -> "Corpus":
        """A repository in a new folder, its first commit with these files instead of what lies here."""
        store = ObjectStore.new(root)
        files: Files = good_files() | {path: Entry(data) for path, data in (changed or {}).items()}
        main: str | None = None
        for days, step in enumerate(yaml.safe_load((ACCEPTANCE / "main.yaml").read_text())["commits"]):
            files = edited(files, step)
            main = store.commit(files, main, _ago(28 - days))
        assert main is not None
        store.point("main", main)
        return Corpus(store, files, main)

    def base_of(self, case: Case) -> tuple[str, Files]:
        """The commit that the pull request of a case starts from."""
        key = repr(case.base)
        if key not in self._merged:
            commit, files = self.main, self.files
            for days, edits in case.base:
                files = edited(files, edits)
                commit = self.store.commit(files, commit, _ago(days))
            self._merged[key] = commit, files
        return self._merged[key]

    def arguments(self, case: Case) -> list[str]:
        """What `platform` is called with to judge a case."""
        base, files = self.base_of(case)
        head = self.store.commit(edited(files, case.edits), base, _ago(0))
        arguments = ["check", "--base", base, "--head", head, "--json"]
        if case.approvals is None:
            return arguments
        file = self.store.root / ".git" / f"approvals-{head}.json"
        file.write_text(_approvals(case.approvals, base, head))
        return [*arguments, "--approvals", str(file)]

    def judge(self, case: Case, *more: str) -> Answer:
        """What the command answers, run in this process."""
        with remembered_engines(), impatience(case):
            return run([*self.arguments(case), *more], self.store.root)


def _ago(days: int) -> int:
    return int(time.time()) - days * _DAY


def _approvals(said: Mapping[str, Any], base: str, head: str) -> str:
    """The approvals document; HEAD and BASE stand for the commits, and a text for the whole document."""
    if "raw" in said:
        return str(said["raw"]).replace("HEAD", head)
    reviews = [{"head": "HEAD", **review} for review in said.get("reviews", ())]
    whole = json.dumps({**_PEOPLE, "head": "HEAD", **said, "reviews": reviews})
    return filled(whole, {}).replace('"HEAD"', f'"{head}"').replace('"BASE"', f'"{base}"')


@cache
def _engine(policies: tuple[tuple[str, str], ...]) -> PolicyEngine:
    return EmbeddedEngine(dict(policies))


@contextlib.contextmanager
def remembered_engines() -> Iterator[None]:
    """Lets the embedded engine be made once for the same policies, as nearly all cases have them."""
    made = ENGINES["embedded"]
    ENGINES["embedded"] = lambda policies: _engine(tuple(policies.items()))
    try:
        yield
    finally:
        ENGINES["embedded"] = made


@contextlib.contextmanager
def impatience(case: Case) -> Iterator[None]:
    """Lets what never ends compute for a second only; every other case has all the time that it needs."""
    usual = sandboxed_check.MIN_BUSY_SECONDS, sandboxed_check.BUSY_FACTOR
    if case.never_ends:
        sandboxed_check.MIN_BUSY_SECONDS, sandboxed_check.BUSY_FACTOR = 1.0, 1
    try:
        yield
    finally:
        sandboxed_check.MIN_BUSY_SECONDS, sandboxed_check.BUSY_FACTOR = usual


def run(arguments: Sequence[str], root: Path) -> Answer:
    """What `platform` prints and ends with in a repository; anything but a clean exit is raised as it is."""
    from mlplatform.cli.main import main

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    code = 0
    with contextlib.chdir(root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else 1
    return Answer(code, _json(_text(out)), _text(err))


def _text(written: io.TextIOWrapper) -> str:
    written.seek(0)
    return written.read()


def _json(text: str) -> Mapping[str, Any]:
    said: Mapping[str, Any] = json.loads(text) if text.strip() else {}
    return said


def complaints(case: Case, answer: Answer) -> list[str]:
    """How the answer differs from what the case expects; nothing when it is stopped, or passes, as it should."""
    errors = answer.of("error")
    refusal = answer.said.get("error", {}).get("message", "")
    found = (
        [f"exit code {answer.code}: {answer.stderr}"] if answer.code != (1 if case.is_attack else 0) else []
    )
    found += [f"not found: {expected}" for expected in case.expect if not expected.is_in(errors)]
    if bool(refusal) != bool(case.refuses) or case.refuses not in refusal:
        found.append(f"refused with {refusal!r}, expected {case.refuses!r}")
    known = {(expected.rule, expected.path) for expected in case.expect}
    found += [
        f"unexpected: {_shown(one)}"
        for one in errors
        if (one["rule"], one["path"]) not in known and not case.also & {"*", one["rule"]}
    ]
    warned = {one["rule"] for one in answer.of("warning")}
    if not case.is_attack and warned != case.warns:
        found.append(f"warned by {sorted(warned)}, expected {sorted(case.warns)}")
    waived = {one["rule"] for one in answer.said.get("waived", ())}
    if waived != case.waives:
        found.append(f"waived {sorted(waived)}, expected {sorted(case.waives)}")
    return found


def _shown(found: Mapping[str, Any]) -> str:
    return f"{found['path']}:{found['line']}: {found['rule']}: {found['message']}"

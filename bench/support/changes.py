"""A repository with many merges on main, each of them on record and applied, as a company has after some years."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.documents import DIGEST, documents
from support.repositories import write

from mlplatform.core.evidence.trust import TrustedKey, TrustRoots
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.records.base import Predicate, parse
from mlplatform.core.records.change import ChangePredicate
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.flow.evidence.change_record import root_name
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.git.main_history import MainCommit, main_history
from mlplatform.providers.signing.envelope import seal
from mlplatform.providers.signing.ssh import make_key, public_key

LEDGER = "refs/platform/evidence"
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
APART = timedelta(hours=1)
STALE = 4  # each fourth branch begins some merges before the one that it is merged into
_CHECK = {"name": "platform check", "tool": "mlplatform", "version": "0.1.0"}
NOBODY = "bench <bench@example.com>"


@dataclass(frozen=True, slots=True)
class History:
    """The repository at `folder`, and the trust roots that its record fits."""

    folder: Path
    trust: TrustRoots
    models: tuple[str, ...]


def history(folder: Path, merges: int, size: int = 1000) -> History:
    """Make a repository of some documents, with many merges, each on record with two applies."""
    texts = documents(size)
    write(folder, texts)
    pins = sorted(
        path for path in texts if path.startswith("environments/production/") and path.count("/") == 3
    )
    git(folder, "fast-import", "--quiet", "--force", stdin=b"".join(_merges(folder, texts, pins, merges)))
    git(folder, "reset", "--quiet", "--hard", "main")
    make_key(folder.parent / "recorder", "bench")
    workspace = Workspace.discover(folder)
    name, key = root_name(workspace, "main"), folder.parent / "recorder"
    commits = list(main_history(workspace.git, "main"))[::-1]
    predicates = _predicates(commits[1:], name)
    git(folder, "fast-import", "--quiet", stdin=b"".join(_ledger(predicates, key)))
    keys = [TrustedKey(name="bench", key=public_key(key))]
    trust = TrustRoots(schema="trust/v1", repository=name, genesis=commits[0].commit, keys=keys)
    models = tuple(path.removeprefix("environments/production/").removesuffix(".yaml") for path in pins)
    return History(folder, trust, models)


def git(folder: Path, *args: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["git", *args], cwd=folder, input=stdin, check=True, capture_output=True).stdout


def _merges(folder: Path, texts: dict[str, str], pins: list[str], merges: int) -> Iterator[bytes]:
    """Yield what fast-import reads: a branch of one commit and its merge, many times."""
    root = git(folder, "rev-parse", "main").decode().strip()
    mains = [root]
    for number in range(merges):
        path = pins[number % len(pins)]
        begins = mains[max(0, len(mains) - 1 - (2 if number % STALE == STALE - 1 else 0))]
        text = texts[path].replace(DIGEST, pinned_digest(number)).encode()
        at = int((BEGIN + APART * number).timestamp())
        branch, merge = 2 * number + 1, 2 * number + 2
        edit = b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(text), text)
        yield b"commit refs/heads/work\nmark :%d\n%s%sfrom %s\n%s" % (
            *(branch, _committer(at), _message(f"pin {path}"), begins.encode(), edit),
        )
        yield b"commit refs/heads/main\nmark :%d\n%s%sfrom %s\nmerge :%d\n%s" % (
            *(
                merge,
                _committer(at),
                _message(f"Merge branch 'pin-{number}'"),
                mains[-1].encode(),
                branch,
                edit,
            ),
        )
        mains.append(f":{merge}")


def _committer(at: int) -> bytes:
    return f"author {NOBODY} {at} +0000\ncommitter {NOBODY} {at} +0000\n".encode()


def _message(text: str) -> bytes:
    return b"data %d\n%s\n" % (len(text), text.encode())


def _predicates(commits: list[MainCommit], repository: str) -> Iterator[Predicate]:
    for number, commit in enumerate(commits):
        yield _change(commit, repository)
        for environment in ("integration", "production"):
            yield _apply(commit, environment, pinned_digest(number))


def _change(commit: MainCommit, repository: str) -> ChangePredicate:
    head = commit.parents[1]
    reviews = [{"user": name, "state": "approved", "head": head} for name in ("ada", "mary")]
    at = commit.committed.isoformat()
    return parse(
        ChangePredicate,
        {
            **{
                "repository": repository,
                "ref": "refs/heads/main",
                "commit": commit.commit,
                "tree": commit.tree,
            },
            **{"parent": commit.parents[0], "committedAt": at, "title": commit.title},
            "paths": [{"path": path, "action": action} for path, action in sorted(commit.paths.items())],
            "tenants": {path.split("/")[2]: "pii" for path in commit.paths},
            "merge": {
                **{
                    "name": commit.title,
                    "title": commit.title,
                    "head": head,
                    "method": "merge",
                    "asReviewed": True,
                },
                **{"requester": "grace", "contributors": ["grace"], "pushers": ["grace"], "reviews": reviews},
                **{"merger": "grace", "mergedAt": at},
            },
            "approvals": {path: {"required": 2, "approvedBy": ["ada", "mary"]} for path in commit.paths},
            "checks": [
                {
                    "name": "platform check",
                    "tool": "mlplatform",
                    "version": "0.1.0",
                    "result": "passed",
                    "required": True,
                }
            ],
            **{"waivers": [], "policies": "a" * 40, "plans": {}, "identity": "bench"},
            "recordedAt": at,
        },
    )


def pinned_digest(number: int) -> str:
    """The digest of the artifact that the number-th merge pins."""
    return digest_of_bytes(str(number).encode())


def _apply(commit: MainCommit, environment: str, digest: str) -> DeploymentPredicate:
    (path,) = commit.paths
    model = path.removeprefix("environments/production/").removesuffix(".yaml")
    before = {"champion": "1.3.0", "previous": "1.2.0"}
    after = {"champion": "1.4.0", "previous": "1.3.0", "digest": digest}
    outcome = {
        **{"action": "champion", "provider": "mlflow", "resource": model, "before": before, "after": after},
        **{"result": "applied", "reason": ""},
    }
    return parse(
        DeploymentPredicate,
        {
            **{"identity": "bench", "environment": environment, "target": "company", "commit": commit.commit},
            **{"digest": digest_of_bytes(environment.encode()), "refused": []},
            "approvals": {model: {"commit": commit.commit, "approvedBy": ["ada", "mary"]}},
            "approvedBy": ["ada", "mary"],
            "outcomes": [outcome] if environment == "production" else [],
            "recordedAt": commit.committed.isoformat(),
        },
    )


def _ledger(predicates: Iterator[Predicate], key: Path) -> Iterator[bytes]:
    previous = None
    for number, predicate in enumerate(predicates, start=1):
        stamped = replace(predicate, id=f"{number:016x}", previous=previous)
        text = json.dumps(Statement.of(stamped).as_json(), sort_keys=True, indent=1)
        envelope = seal(text.encode() + b"\n", key)
        previous = digest_of_bytes(envelope)
        parent = b"from :%d\n" % (number - 1) if number > 1 else b""
        at = int(BEGIN.timestamp()) + number
        yield b"commit %s\nmark :%d\n%s%s%sM 100644 inline envelope.json\ndata %d\n%s\n" % (
            *(LEDGER.encode(), number, _committer(at), _message("record"), parent, len(envelope), envelope),
        )

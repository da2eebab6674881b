"""A platform whose changes are reviewed, merged and put on record, and ways to tamper with that record afterwards."""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlplatform.core.evidence.trust import TrustedKey, TrustRoots
from mlplatform.core.evidence.verification import Verification
from mlplatform.flow.evidence.record_changes import RecordOptions, record_changes
from mlplatform.flow.evidence.verify import VerifyOptions, verify
from mlplatform.flow.progress import SILENT
from mlplatform.flow.review.merge import merge
from mlplatform.providers.git import Git
from mlplatform.providers.git.write import RECORDER
from mlplatform.providers.signing.envelope import payload_of, seal
from mlplatform.providers.signing.ssh import make_key, public_key
from mlplatform.record.ledger import ENVELOPE
from tests.support.reviewed import Reviewed, reviewed
from tests.support.reviewers import Reviewers
from tests.support.scratch import Scratch

LEDGER = "refs/platform/evidence"
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A reviewed platform with a remote; `genesis` is main before the first change on record."""

    platform: Reviewed
    genesis: str
    key: Path

    @property
    def git(self) -> Git:
        return self.platform.repo.git

    @property
    def trust(self) -> TrustRoots:
        keys = [TrustedKey(name="recorder", key=public_key(self.key))]
        root = self.git.run("rev-list", "--first-parent", "--max-parents=0", "main").decode().strip()
        return TrustRoots(schema="trust/v1", repository=f"root:{root}", genesis=self.genesis, keys=keys)

    def merged(self, branch: str, files: Mapping[str, str] | None = None) -> str:
        """Have a change reviewed, merged and recorded; return its commit on main."""
        self.platform.change(branch, files, message=f"describe {branch}")
        self.platform.approve(branch)
        done = merge(self.platform.workspace, branch, self.key)
        assert done.commit is not None
        assert done.record is not None, done.unrecorded
        self.platform.repo.run("pull", "--quiet", "origin", "main")
        return done.commit

    def record_with(self, key: Path, branch: str) -> None:
        """Have a change reviewed and merged, and its record signed with a key."""
        replace(self, key=key).merged(branch)

    def record(self) -> None:
        """Put on record whatever came to main."""
        record_changes(self.platform.workspace, RecordOptions(key=self.key), SILENT)

    def verified(self, **options: Any) -> Verification:
        return verify(
            self.platform.workspace, VerifyOptions(**{"trust": self.trust, "ledger": LEDGER, **options})
        )

    def problems(self, **options: Any) -> list[tuple[str, str]]:
        """Return the kinds of the problems, each with its commit."""
        return [(problem.kind.value, problem.commit) for problem in self.verified(**options).problems]

    def records(self) -> list[str]:
        """Return the commits of the ledger, oldest first."""
        return self.git.run("rev-list", "--reverse", LEDGER).decode().split()

    def files(self, record: str) -> dict[str, bytes]:
        names = self.git.run("ls-tree", "--name-only", record).decode().split()
        return {name: self.git.run("show", f"{record}:{name}") for name in names}

    def rewrite(self, change: Callable[[list[Files]], list[Files]]) -> list[str]:
        """Make the ledger another list of records, each the child of the one before; return their commits."""
        return self.replace_records(change([self.files(record) for record in self.records()]))

    def replace_records(self, records: Iterable[Files]) -> list[str]:
        """Make the ledger a list of records, each the child of the one before; return their commits."""
        commits: list[str] = []
        for files in records:
            blobs = {name: self._blob(data) for name, data in files.items()}
            listed = "".join(f"100644 blob {blob}\t{name}\n" for name, blob in sorted(blobs.items()))
            tree = self.git.run("mktree", stdin=listed.encode()).decode().strip()
            parent = ["-p", commits[-1]] if commits else []
            made = self.git.run("commit-tree", tree, *parent, "-m", "rewritten", env=RECORDER)
            commits.append(made.decode().strip())
        self.git.run("update-ref", LEDGER, commits[-1])
        return commits

    def _blob(self, data: bytes) -> str:
        return self.git.run("hash-object", "-w", "--stdin", stdin=data).decode().strip()


def recorded(folder: Path, changes: int = 3) -> Recorded:
    """A platform with some changes on record, signed with the merger's key."""
    platform = reviewed(folder, is_shared=True)
    made = Recorded(platform, platform.repo.head(), platform.keys.key("linus"))
    for number in range(changes):
        made.merged(f"change-{number}")
    return made


def copied(made: Recorded, folder: Path) -> Recorded:
    """Return a platform of its own that is as another one was: reviews and merges take seconds, a copy does not."""
    platform = made.platform
    assert platform.remote is not None
    source = platform.remote.root.parent
    shutil.copytree(source, folder, symlinks=True)
    repo = Scratch(folder / platform.repo.root.name)
    remote = Scratch(folder / platform.remote.root.name)
    repo.run("remote", "set-url", "origin", str(remote.root))
    keys = Reviewers(folder / platform.keys.folder.name, platform.keys.people)
    return Recorded(Reviewed(repo, keys, remote), made.genesis, keys.key(made.key.name))


def other_key(folder: Path) -> Path:
    """Return the key of somebody whom nobody trusts."""
    make_key(folder / "mallory", "mallory")
    return folder / "mallory"


def with_predicate(files: Files, key: Path, **values: Any) -> Files:
    """Return a record whose predicate says something else (None: nothing), signed with a key."""
    statement = json.loads(payload_of(files[ENVELOPE]))
    statement["predicate"] = {
        name: value for name, value in {**statement["predicate"], **values}.items() if value is not None
    }
    return {**files, ENVELOPE: seal(json.dumps(statement, sort_keys=True, indent=1).encode(), key)}

"""A small platform whose changes are reviewed with signed statements: a clone, its remote, and everybody's keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.pull_request import PullRequest
from mlplatform.core.target import LocalTarget
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.forge.signed import SignedForge
from mlplatform.providers.forge.signed.log import ReviewLog, SignedText
from mlplatform.providers.forge.signed.statement import Action, ReviewStatement
from tests.support.repository import good_repository, with_change
from tests.support.reviewers import Reviewers, approvers
from tests.support.scratch import Scratch, scratch

SIGNERS = "allowed_signers"
TENANT = "tenants/reading/tenant.yaml"
LEXICON = "tenants/reading/datasets/lexicon.yaml"
BRANCH = "describe"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """`repo` is somebody's clone; `remote` is the bare repository that it came from, where there is one."""

    repo: Scratch
    keys: Reviewers
    remote: Scratch | None = None

    @property
    def forge(self) -> SignedForge:
        return SignedForge(self.repo.git, SIGNERS)

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.repo.git, LocalTarget(self.repo.root))

    @property
    def shared(self) -> Scratch:
        """Where changes are merged: the remote, or this clone."""
        return self.remote or self.repo

    def change(
        self,
        branch: str = BRANCH,
        files: Mapping[str, str] | None = None,
        *,
        by: str = "linus",
        message: str = "describe the tenant anew",
        base: str = "main",
    ) -> str:
        """Commit files to a branch, which begins at `base` if it is not there yet, push it, and return its head."""
        is_there = branch in self.repo.branches()
        self.repo.run(
            "switch", "--quiet", *([] if is_there else ["--create"]), branch, *([] if is_there else [base])
        )
        described = self.repo.read(TENANT).replace("description: ", f"description: {message}, ")
        for path, text in (files or {TENANT: described}).items():
            self.repo.write(path, text)
        self.repo.run("add", "--all")
        who = ("-c", f"user.name={by}", "-c", f"user.email={by}@example.com")
        self.repo.run(*who, "commit", "--quiet", "--message", message)
        self.push(branch)
        self.repo.run("switch", "--quiet", "main")
        return self.repo.run("rev-parse", f"refs/heads/{branch}")

    def push(self, *refspecs: str) -> None:
        """Push to the remote, where there is one, whatever is there."""
        if self.remote:
            self.repo.run("push", "--quiet", "--force", "origin", *refspecs)

    def land(self, files: Mapping[str, str], message: str = "straight to main") -> str:
        """Commit files to main with no review, and return the commit."""
        commit = self.repo.commit(files, message)
        self.push("main")
        return commit

    def pull(self, branch: str = BRANCH) -> PullRequest:
        return self.forge.pull_request(branch)

    def say(self, action: Action, *people: str, branch: str = BRANCH) -> ReviewStatement:
        """Have people say the same about a branch; return the last statement."""
        statements = [self.forge.say(self.pull(branch), action, "", self.keys.key(name)) for name in people]
        return statements[-1]

    def approve(self, branch: str = BRANCH) -> None:
        """Have linus ask for a branch to be merged, and as many owners approve as it needs."""
        self.say("request", "linus", branch=branch)
        self.say("approve", "ada", "mary", branch=branch)

    def approvers(self, branch: str = BRANCH) -> tuple[str, ...]:
        """Return whose approval of a branch counts."""
        return approvers(self.forge.review(self.pull(branch)))

    def log(self, branch: str = BRANCH) -> ReviewLog:
        return self.forge.log(branch)

    def statements(self, branch: str = BRANCH) -> tuple[SignedText, ...]:
        log = self.log(branch)
        return log.read(log.tip())

    def merge_by_hand(self, branch: str = BRANCH, message: str | None = None) -> str:
        """Merge a branch with git alone, and return the merge commit."""
        self.repo.run(
            "merge", "--quiet", "--no-ff", "--message", message or f"Merge branch '{branch}'", branch
        )
        self.push("main")
        return self.repo.head()


def reviewed(folder: Path, *, is_shared: bool = False) -> Reviewed:
    """A platform of the tenant `reading`, whose owners are ada, grace and mary, with linus as a member."""
    keys = Reviewers(folder / "keys")
    files = with_change(
        good_repository(),
        "platform.yaml",
        "ownedPaths: [",
        f"gitHost: {{provider: signed}}\nownedPaths: [{SIGNERS}, platform.yaml, ",
    )
    repo = scratch(folder / "clone", {**files, SIGNERS: keys.signers()})
    if not is_shared:
        return Reviewed(repo, keys)
    remote = Scratch(folder / "remote.git")
    repo.run("clone", "--quiet", "--bare", str(repo.root), str(remote.root))
    repo.run("remote", "add", "origin", str(remote.root))
    repo.run("fetch", "--quiet", "origin")
    return Reviewed(repo, keys, remote)

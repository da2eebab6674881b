"""The Git host that is no host: branches of the repository, and signed statements about them."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.pull_request import ForgeCheck, Issue, MergedChange, PullRequest, StatusState
from mlplatform.core.review import Review
from mlplatform.providers.forge.interface import ForgeError, ReviewUnknown
from mlplatform.providers.forge.signed.counted_statements import CountedStatements
from mlplatform.providers.forge.signed.log import ReviewLog, SignedText, reviewed_branches
from mlplatform.providers.forge.signed.people import name_of
from mlplatform.providers.forge.signed.signers import NAMESPACE
from mlplatform.providers.forge.signed.signing import person_of, signed_by
from mlplatform.providers.forge.signed.statement import Action, ReviewStatement
from mlplatform.providers.git import Git
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.merge import (
    merged_branch,
    require_commit_as_reviewed,
    title_of,
)
from mlplatform.providers.git.refs import branch_ref, tip_of
from mlplatform.providers.git.remote import RemoteRef, remotes
from mlplatform.providers.git.write import tree_of
from mlplatform.providers.signing.ssh import sign


@dataclass(frozen=True, slots=True)
class SignedForge:
    """Signed reviews of the branches of a repository; a branch that `remote` has is reviewed and merged there.

    A branch that only this clone has is reviewed and merged here. `signers` is the path of the file of signers, which
    is read from the base branch.
    """

    git: Git
    signers: str
    remote: str = "origin"
    main: str = "main"

    def pull_request(self, name: str) -> PullRequest:
        head, remote = self._tip(name)
        if head is None:
            where = f"nor on {self.remote}" if self._has_remote() else "in this clone"
            raise ForgeError(
                f"there is no branch {name} here {where}", fix="name one that `git branch --all` lists"
            )
        if not self._is_open(name, head):
            raise ForgeError(
                f"{self.main} contains {name} already", fix="there is nothing to review or merge"
            )
        return PullRequest(name, None, name, self.main, head, title_of(self.git, head), remote)

    def require_seen(self, pull: PullRequest) -> None:
        """Refusal when the branch has another head in this clone, so that somebody would take the one for the other."""
        here = tip_of(self.git, branch_ref(self.git, pull.branch))
        if here not in (None, pull.head):
            raise Refusal(
                f"{pull.branch} is {here[:12]} here, and {pull.head[:12]} on {self.remote}, where it is reviewed",
                fix="push it, or fetch the other one and look at that",
            )

    def pull_requests(self, head: str | None = None) -> tuple[PullRequest, ...]:
        branches = reviewed_branches(self.git, self.remote if self._has_remote() else None)
        tips = {branch: tip for branch in branches if (tip := self._tip(branch)[0]) and head in (None, tip)}
        return tuple(self.pull_request(branch) for branch, tip in tips.items() if self._is_open(branch, tip))

    def fetch(self, pull: PullRequest) -> None:
        if self._tip(pull.branch)[0] != pull.head:
            raise ForgeError(f"{pull.branch} has moved meanwhile", fix="run the command again")

    def base(self, pull: PullRequest) -> str:
        return self._base(pull.branch)

    def _is_open(self, branch: str, head: str) -> bool:
        """True unless main contains the head: where it is to be merged, or on the remote, which had it merged."""
        bases = {self._base(branch), self._remote_main() if self._has_remote() else None}
        return not any(base and is_ancestor(self.git, head, base) for base in bases)

    def _remote_main(self) -> str | None:
        return RemoteRef(self.git, self.remote, f"refs/heads/{self.main}").fetch()

    def _base(self, branch: str) -> str:
        """Return the tip of main where a branch is to be merged: of the remote, or of this clone."""
        is_remote = self._remote_of(branch) is not None
        tip = self._remote_main() if is_remote else tip_of(self.git, f"refs/heads/{self.main}")
        if tip is None:
            raise ForgeError(f"there is no branch {self.main}", fix="push it first")
        return tip

    def review(self, pull: PullRequest) -> Review:
        base = self.base(pull)
        log = self.log(pull.branch)
        statements = tuple(self._counted.valid(log.read(log.tip()), pull.branch, base))
        self.fetch(pull)
        return self._counted.as_review(pull.name, pull.head, base, statements)

    def merged_change(self, commit: str) -> MergedChange | None:
        """Return what the statements say of a merge commit; ForgeError where its tree is not what was reviewed."""
        parents = self.git.run("rev-list", "--parents", "--max-count=1", commit).decode().split()[1:]
        if len(parents) != 2:
            return None
        base, head = parents
        for branch, remote in self._branches_merged_by(commit):
            log = ReviewLog(self.git, branch, remote)
            statements = tuple(self._counted.valid(log.read(log.tip()), branch, base, self._time(commit)))
            heads = {head, *self._counted.updates(head, base).values()}
            mine = [statement for statement in statements if statement.head in heads]
            if not any(statement.action == "request" for statement in mine):
                continue
            try:
                require_commit_as_reviewed(self.git, commit, head, branch)
            except Refusal as why:
                raise ReviewUnknown(why.message, fix=why.fix, where=why.where) from None
            merges = [
                statement
                for statement in statements
                if statement.action == "merge" and statement.commit == commit
            ]
            before = statements[: statements.index(merges[0])] if merges else statements
            review = self._counted.as_review(branch, head, base, before)
            merger = (
                merges[0].person if merges else name_of(self._committer(commit), self._counted.signers(base))
            )
            merged_at = merges[0].at if merges else None
            title = title_of(self.git, head)
            return MergedChange(branch, commit, title, "merge", merger, merged_at, review)
        return None

    def say(self, pull: PullRequest, action: Action, text: str, key: Path) -> ReviewStatement:
        """Sign a statement about the present head of a branch, and add it to the others; return it."""
        signed, statement = self.signed(pull, action, text, key)
        self.log(pull.branch).append(signed)
        return statement

    def signed(
        self, pull: PullRequest, action: Action, text: str, key: Path, commit: str | None = None
    ) -> tuple[SignedText, ReviewStatement]:
        """Sign a statement that is not added yet; Refusal when the key is nobody's."""
        signers = self._counted.signers(self.base(pull))
        try:
            statement = ReviewStatement(
                action=action,
                person=person_of(key, signers),
                branch=pull.branch,
                head=pull.head,
                tree=tree_of(self.git, pull.head),
                commit=commit,
                text=text,
                at=datetime.now(UTC).isoformat(timespec="microseconds"),
            )
        except ValidationError as refused:
            first = refused.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise Refusal(f"this cannot be signed: {where}: {first['msg']}", fix="use fewer words") from None
        data = statement.as_bytes()
        signature = sign(data, key, NAMESPACE)
        if signed_by(data, signature, signers) != statement.person:
            raise Refusal(f"{key} and {key}.pub are not of one key", fix="name another one with --key")
        return SignedText(data, signature), statement

    def log(self, branch: str) -> ReviewLog:
        """Return the statements about a branch, on the remote where the branch is there."""
        return ReviewLog(self.git, branch, self._remote_of(branch))

    def request(self, pull: PullRequest, key: Path) -> None:
        """Ask for the present head to be merged if nobody has; Refusal for its approver, who could not be both."""
        base, log = self.base(pull), self.log(pull.branch)
        statement = {(each.action, each.person) for each in self._of_change(pull, base, log)}
        if "request" in {action for action, _ in statement}:
            return
        person = person_of(key, self._counted.signers(base))
        if ("approve", person) in statement:
            raise Refusal(
                f"nobody has asked for {pull.name} to be merged, and {person}, who has approved it, cannot",
                fix=f"its author does: platform review {shlex.quote(pull.name)} --request",
            )
        self.say(pull, "request", "", key)

    @property
    def _counted(self) -> CountedStatements:
        return CountedStatements(self.git, self.signers)

    def _of_change(self, pull: PullRequest, base: str, log: ReviewLog) -> Iterator[ReviewStatement]:
        statements = self._counted.valid(log.read(log.tip()), pull.branch, base)
        heads = {pull.head, *self._counted.updates(pull.head, base).values()}
        return (statement for statement in statements if statement.head in heads)

    def open_pull_request(self, branch: str, title: str, body: str) -> PullRequest:  # noqa: ARG002 there is no page to show them
        if self._has_remote():
            ref = branch_ref(self.git, branch)
            self.git.run("push", "--quiet", "--no-verify", self.remote, f"{ref}:{ref}")
        return self.pull_request(branch)

    def checks(self, head: str) -> tuple[ForgeCheck, ...]:  # noqa: ARG002 nothing runs on a branch
        return ()

    def verdict_of(self, head: str) -> StatusState | None:  # noqa: ARG002 `platform merge` judges anew
        return None

    def post_status(self, head: str, state: StatusState, description: str) -> None:  # noqa: ARG002
        _nowhere()

    def post_comment(self, name: str, key: str, body: str) -> None:  # noqa: ARG002
        _nowhere()

    def keep_issues(self, label: str, issues: Sequence[Issue]) -> None:  # noqa: ARG002
        _nowhere()

    def _branches_merged_by(self, commit: str) -> Iterator[tuple[str, str | None]]:
        """Yield the branches that may have become a merge commit, the one that its message names first."""
        named = merged_branch(self.git, commit)
        for remote in (self.remote, None) if self._has_remote() else (None,):
            branches = reviewed_branches(self.git, remote)
            yield from ((branch, remote) for branch in sorted(branches, key=lambda branch: branch != named))

    def _time(self, commit: str) -> datetime:
        seconds = int(self.git.run("log", "--max-count=1", "--format=%ct", commit))
        return datetime.fromtimestamp(seconds, UTC)

    def _committer(self, commit: str) -> str:
        return self.git.run("log", "--max-count=1", "--format=%ce", commit).decode(errors="replace").strip()

    def _tip(self, branch: str) -> tuple[str | None, str | None]:
        """Return where a branch is, and the remote that has it; (None, None) where there is none."""
        ref = branch_ref(self.git, branch)
        if self._has_remote() and (tip := RemoteRef(self.git, self.remote, ref).fetch()):
            return tip, self.remote
        return tip_of(self.git, ref), None

    def _remote_of(self, branch: str) -> str | None:
        return self._tip(branch)[1]

    def _has_remote(self) -> bool:
        return self.remote in remotes(self.git)


def _nowhere() -> NoReturn:
    raise ForgeError("signed reviews have no page to post on", fix="leave out --post")

"""Which signed statements about a branch count, and what they say as a review."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from mlplatform.core.review import GivenReview, Review
from mlplatform.providers.forge.interface import ForgeError
from mlplatform.providers.forge.signed.log import SignedText
from mlplatform.providers.forge.signed.people import contributors
from mlplatform.providers.forge.signed.signers import Signers, read_signers
from mlplatform.providers.forge.signed.signing import signed_by
from mlplatform.providers.forge.signed.statement import ReviewStatement
from mlplatform.providers.git import Git
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.merge import head_before_update, is_merge
from mlplatform.providers.git.refs import tip_of
from mlplatform.providers.git.write import tree_of

_STATES = {"approve": "approved", "reject": "changes-requested", "comment": "commented"}


@dataclass(frozen=True, slots=True)
class CountedStatements:
    """The statements of a repository that count by a commit's file of signers, which lies at `path`."""

    git: Git
    path: str

    def signers(self, base: str, at: datetime | None = None) -> Signers:
        """Return whose keys count as a commit has it; at a time (None: now), as keys expire."""
        return read_signers(self.git, base, self.path, at)

    def valid(
        self, texts: Sequence[SignedText], branch: str, base: str, at: datetime | None = None
    ) -> Iterator[ReviewStatement]:
        """Yield the statements about a branch that count: signed by whom they name, and about that commit's tree.

        Each counts once, where it was added first: somebody else could add it again after it was withdrawn.
        """
        signers = self.signers(base, at)
        counted: set[bytes] = set()
        for text in texts:
            with suppress(ForgeError, ValidationError):
                person = signed_by(text.data, text.signature, signers)
                statement = ReviewStatement.model_validate_json(text.data)
                is_about_it = (statement.person, statement.branch) == (person, branch) and self._is_tree_of(
                    statement
                )
                if is_about_it and text.data not in counted:
                    counted.add(text.data)
                    yield statement

    def as_review(self, name: str, head: str, base: str, statements: Sequence[ReviewStatement]) -> Review:
        """Return the review of a head on top of a base; ForgeError when nobody has asked for it to be merged.

        What was said of a head before main was merged into it is said of this one: the change is the same.
        """
        updates = self.updates(head, base)
        heads = {head, *updates.values()}
        requests = [
            statement
            for statement in statements
            if statement.action == "request" and not self._is_merged(statement.head, base)
        ]
        requested = [statement.person for statement in requests if statement.head in heads]
        if not requested:
            raise ForgeError(
                f"nobody has asked for {name} to be merged at {head[:12]}",
                fix=f"its author does: platform review {shlex.quote(name)} --request",
            )
        return Review(
            schema="approvals/v1",
            requester=requested[0],
            contributors=list(contributors(self.git, base, head, self.signers(base), updates)),
            pushers=sorted({statement.person for statement in requests}),
            head=head,
            reviews=[
                GivenReview(
                    user=statement.person,
                    state=_STATES[statement.action],  # type: ignore[arg-type]
                    head=head if statement.head in heads else statement.head,
                )
                for statement in statements
                if statement.action in _STATES
            ],
        )

    def updates(self, head: str, base: str) -> Mapping[str, str]:
        """Return the merges of main at the end of a branch that left its change as it was, each to the head before."""
        updates: dict[str, str] = {}
        if not is_merge(self.git, head):
            return updates
        on_main = frozenset(self.git.run("rev-list", "--first-parent", base).decode().split())
        while before := head_before_update(self.git, head, on_main):
            updates[head] = before
            head = before
        return updates

    def _is_tree_of(self, statement: ReviewStatement) -> bool:
        """True when a statement names the tree of its commit, or that is not in this clone, as an older head may be."""
        return not self._is_here(statement.head) or tree_of(self.git, statement.head) == statement.tree

    def _is_merged(self, head: str, base: str) -> bool:
        """True for the head of an earlier change, whose branch had the same name."""
        return self._is_here(head) and is_ancestor(self.git, head, base)

    def _is_here(self, commit: str) -> bool:
        return tip_of(self.git, commit) is not None

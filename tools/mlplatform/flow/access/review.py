"""`platform access review`: who can do what, what changed since the last review, who should not be listed, sign-off."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from mlplatform.core.access import AccessChange, AccessListing, find_leavers
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.access_review import AccessReview
from mlplatform.core.naming import Kind, parse_path, path_of
from mlplatform.core.quarter import QUARTER, QUARTER_WORDS, start_of_quarter
from mlplatform.core.records.change import ChangePredicate
from mlplatform.flow.access.listing import PLATFORM, access_at, access_changes, git_signers
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import document_at, documents_at, tip_at
from mlplatform.propose.access_review import Decision, propose_access_review
from mlplatform.propose.proposal import Proposal
from mlplatform.providers.forge.signed.signing import default_key
from mlplatform.providers.signing.ssh import public_key


def review_access(workspace: Workspace, quarter: str, rev: str) -> AccessListing:
    """Return the listing of a quarter at a commit; Refusal for what is no quarter, or has not begun."""
    if not re.fullmatch(QUARTER, quarter):
        raise Refusal(f"{quarter} is no quarter", fix=f"name {QUARTER_WORDS}")
    now = datetime.now(UTC)
    if start_of_quarter(quarter) > now:
        raise Refusal(f"{quarter} has not begun", fix="name one that has, or the present one")
    git = workspace.git
    commit = git.resolve(rev)
    entries = access_at(git, commit)
    last, review = _last_review(workspace, commit, quarter)
    since = review.commit if review else _beginning(workspace, commit, quarter, now)
    removed = [each.who for each in review.decisions if each.decision == "remove"] if review else []
    left = (document_at(git, commit, PLATFORM) or {}).get("leavers")
    leavers = find_leavers(
        entries,
        [who for who in left if isinstance(who, str)] if isinstance(left, list) else [],
        access_at(git, since) if since else (),
        removed,
    )
    changes = tuple(_approved(workspace, access_changes(git, since, commit)))
    return AccessListing(quarter, commit, entries, since, last, changes, leavers)


def propose_sign_off(
    workspace: Workspace,
    listing: AccessListing,
    base: str,
    decisions: Sequence[Decision] = (),
    key: Path | None = None,
) -> Proposal:
    """Propose the sign-off as a commit that the reviewer's SSH key signs.

    Refusal when the key is nobody's of the platform team, or a leaver is not decided about.
    """
    tip, file = workspace.git.resolve(base), key or default_key(workspace.git)
    reviewer = git_signers(workspace.git, tip).keys.get(public_key(file))
    team = {
        entry.who.casefold() for entry in listing.entries if entry.right == "approves what the platform owns"
    }
    if reviewer is None or reviewer.casefold() not in team:
        whose = f"{reviewer}'s" if reviewer else "nobody's"
        raise Refusal(
            f"{file} is {whose} key, and the platform team signs access reviews off",
            fix="name the key of one of the team with --key",
        )
    decided = {decision.who.casefold() for decision in decisions}
    for leaver in listing.leavers:
        if leaver.who.casefold() not in decided:
            raise Refusal(
                f"{leaver.who} {leaver.reason}, and nothing is decided about that",
                fix=f'--remove "{leaver.who}: why", or --keep "{leaver.who}: why"',
            )
    document = AccessReview(
        schema="access-review/v1",
        commit=listing.commit,
        digest=listing.digest,
        reviewer=reviewer,
        decisions=[],
    )
    return propose_access_review(workspace.git, tip, listing.quarter, document, decisions, file)


def _last_review(workspace: Workspace, commit: str, quarter: str) -> tuple[str, AccessReview | None]:
    """Return the newest review of an earlier quarter that a commit has."""
    paths = workspace.git.tree(commit, [Kind.ACCESS_REVIEW.entry.root])
    names = sorted(
        identity.name for path in paths if (identity := parse_path(path)) and identity.name < quarter
    )
    for name in reversed(names):
        path = path_of(Kind.ACCESS_REVIEW, name)
        data = documents_at(workspace.git, [(commit, path)]).get((commit, path))
        try:
            return name, AccessReview.model_validate(data)
        except ValidationError:
            continue  # its own finding says so
    return "", None


def _beginning(workspace: Workspace, commit: str, quarter: str, now: datetime) -> str | None:
    try:
        return tip_at(workspace.git, commit, start_of_quarter(quarter), now)
    except Refusal:
        return None  # main began later


def _approved(workspace: Workspace, changes: Iterator[AccessChange]) -> Iterator[AccessChange]:
    """Add who approved each change, as far as the ledger in this clone says."""
    approvals: Mapping[str, ChangePredicate] = {
        statement.predicate.commit: statement.predicate
        for statement in statements(workspace)
        if isinstance(statement.predicate, ChangePredicate)
    }
    for change in changes:
        record = approvals.get(change.commit)
        approval = record.approvals.get(change.entry.path) if record else None
        yield replace(change, approved_by=approval.approvedBy if approval else ())

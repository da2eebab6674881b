"""The keys that may sign records: what a clone shows of them, and records that add or revoke one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from mlplatform.core.errors import Refusal
from mlplatform.core.evidence.trust import TrustedKey, TrustRoots
from mlplatform.core.kinds.git_host import SignedSettings
from mlplatform.core.records.change import ChangePredicate
from mlplatform.core.records.key import KeyPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.flow.actor import actor
from mlplatform.flow.evidence.record_changes import change_ledger
from mlplatform.flow.evidence.sources import evidence_sources
from mlplatform.flow.review.git_host import settings_at
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.forge.signed.signers import read_signers
from mlplatform.providers.git.main_history import main_history
from mlplatform.providers.signing.envelope import unseal
from mlplatform.providers.signing.ssh import SignatureError, public_key
from mlplatform.record.ledger_commits import ledger_commits


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key to be trusted or revoked: whose it is, until when it counts, and why."""

    action: Literal["trust", "revoke"]
    name: str
    key: Path
    reason: str
    until: datetime | None = None


def claimed_roots(workspace: Workspace, ledger: str | None = None) -> TrustRoots:
    """Return trust roots that a clone's own record would fit: the keys that signed it, and where it begins.

    They prove nothing until somebody has compared the keys with those that the platform team says are its own.
    """
    sources = evidence_sources(workspace, ledger)
    people = _people(workspace, sources.main)
    keys: dict[str, TrustedKey] = {}
    changes: list[ChangePredicate] = []
    for commit in ledger_commits(workspace.git, sources.tip):
        if not commit.is_signed or commit.data is None:
            continue
        try:
            sealed = unseal(commit.data)
            predicate = Statement.from_json(sealed.payload).predicate
        except (SignatureError, ValueError):
            continue
        name = people.get(sealed.key) or f"recorder-{len(keys) + 1}"
        keys.setdefault(sealed.key, TrustedKey(name=name, key=sealed.key))
        changes += [predicate] if isinstance(predicate, ChangePredicate) else []
    if not changes:
        raise Refusal(f"no change is on record on {sources.ledger}", fix="platform record")
    recorded = {change.commit: change for change in changes}
    first = [each for each in main_history(workspace.git, sources.main) if each.commit in recorded][-1:]
    if not first or not first[0].parents:
        raise Refusal("no recorded change is one of main's, after its first commit", fix="git fetch origin")
    return TrustRoots(
        schema="trust/v1",
        repository=recorded[first[0].commit].repository,
        genesis=first[0].parents[0],
        keys=list(keys.values()),
    )


def _people(workspace: Workspace, main: str) -> Mapping[str, str]:
    """Return whose a key is, where main names the keys of its reviewers: they sign what they merge."""
    settings = settings_at(workspace, main)
    return (
        read_signers(workspace.git, main, settings.signers).keys
        if isinstance(settings, SignedSettings)
        else {}
    )


def record_key(workspace: Workspace, change: KeyChange, key: Path | None = None) -> str:
    """Put on the ledger that a key may sign records from now on, or may not any more; return the record's commit.

    `key` signs that on the company's ledger; None: the recorder's.
    """
    predicate = KeyPredicate(
        action=change.action,
        name=change.name,
        key=public_key(change.key),
        until=change.until,
        reason=change.reason,
        identity=actor(),
    )
    return change_ledger(workspace, key).append(Statement.of(predicate))


def parse_time(text: str) -> datetime:
    """Read a time with its zone; Refusal where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Refusal(f"{text} is no time with a zone", fix="write it as 2027-12-31T00:00:00Z")
    return moment

"""Prints what was recorded of changes, and what a verification of the record found."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import yaml

from mlplatform.core.evidence.problem import EvidenceProblem
from mlplatform.core.evidence.reconciliation import AppliedChange
from mlplatform.core.evidence.trust import TrustRoots
from mlplatform.core.evidence.verification import Verification
from mlplatform.core.records.change import ChangePredicate
from mlplatform.providers.signing.ssh import fingerprint
from mlplatform.report.plain import counted, one_line


def recorded_text(changes: Iterable[tuple[ChangePredicate, str | None]]) -> str:
    """A line for each change: its commit, its title, and by whose approval it came."""
    lines = [_recorded_line(change, record) for change, record in changes]
    return "\n".join(lines) or "every commit of main is on record already"


def recorded_json(changes: Iterable[tuple[ChangePredicate, str | None]]) -> dict[str, Any]:
    return {"recorded": [{"record": record, "change": change.as_json()} for change, record in changes]}


def verification_text(verification: Verification) -> str:
    """The problems by kind, each with its commit, and then how much was looked at."""
    counts = verification.counts
    lines: list[str] = []
    by_kind = sorted(verification.problems, key=lambda problem: problem.kind)
    for kind, problems in groupby(by_kind, key=lambda problem: problem.kind):
        lines += [f"{kind.sentence} ({kind.value}):", *(f"  {_problem_line(each)}" for each in problems)]
    lines += [_open_line(change) for change in verification.open_changes]
    about = (
        f"{counted(counts.records, 'record')} of {verification.ledger}, {counted(counts.changes, 'change')} of main "
        f"and {counted(counts.applies, 'apply').replace('applys', 'applies')}"
    )
    if counts.unsigned:
        about += f"; {counted(counts.unsigned, 'record')} by earlier releases, which did not sign"
    found = counted(len(verification.problems), "problem")
    return "\n".join([*lines, f"verified {about}: {found}"])


def verification_json(verification: Verification) -> dict[str, Any]:
    counts = verification.counts
    return {
        "isClean": verification.is_clean,
        "problems": [problem.as_json() for problem in verification.problems],
        "open": [_applied_json(change) for change in verification.open_changes],
        "checked": {
            "ledger": verification.ledger,
            "records": counts.records,
            "unsigned": counts.unsigned,
            "changes": counts.changes,
            "applies": counts.applies,
        },
        "checkpoint": verification.checkpoint.model_dump(mode="json", by_alias=True),
    }


def trust_text(trust: TrustRoots) -> str:
    """The file of trust roots, with what its reader has to do."""
    head = (
        "# What a verifier of the record takes on trust. It was written from a clone, and proves nothing until you\n"
        "# have compared each key, and the commit, with what the platform team publishes. Keep it elsewhere.\n"
    )
    prints = "".join(f"# {trusted.name}: {fingerprint(trusted.key)}\n" for trusted in trust.keys)
    roots = trust.model_dump(mode="json", by_alias=True, exclude_none=True)
    return head + prints + yaml.safe_dump(roots, sort_keys=False, width=200)


def _recorded_line(change: ChangePredicate, record: str | None) -> str:
    where = f"as {record[:12]}" if record else "already, by somebody faster"
    names = sorted({name for approval in change.approvals.values() for name in approval.approvedBy})
    people = f"approved by {', '.join(names) or 'nobody'}" if change.merge else "which nobody reviewed"
    return f"{change.commit[:12]} is recorded {where}: {one_line(change.title)}, {one_line(people)}"


def _problem_line(problem: EvidenceProblem) -> str:
    what = "record" if problem.is_record else "commit"
    return f"{what} {problem.commit[:12]}: {one_line(problem.message)}"


def _open_line(change: AppliedChange) -> str:
    return f"open: {change.commit[:12]} {one_line(change.path)}: {one_line(change.reason)}"


def _applied_json(change: AppliedChange) -> dict[str, str | None]:
    return {
        "commit": change.commit,
        "environment": change.environment,
        "path": change.path,
        "became": change.became,
        "record": change.record,
        "reason": change.reason,
    }

"""`platform emergency`: a signed statement that lets some gates be passed for some hours, and its review afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeVar

from mlplatform.core.emergency import EmergencyStatus
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.document_kind import values_at
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.records.base import parse
from mlplatform.core.records.emergency import (
    EMERGENCY_NAMESPACE,
    EmergencyPredicate,
    EmergencyReviewPredicate,
    SignedPredicate,
)
from mlplatform.core.records.statement import Statement
from mlplatform.flow.emergency.statements import (
    EmergencyRules,
    emergency_statuses,
    find_emergency,
    ledger_name,
)
from mlplatform.flow.evidence.record_changes import change_ledger
from mlplatform.flow.review.git_host import main_commit
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import document_at
from mlplatform.providers.git.write import require_identity
from mlplatform.providers.signing.ssh import public_key, sign

_REVIEW_WITHIN = timedelta(hours=24)
S = TypeVar("S", bound=SignedPredicate)


@dataclass(frozen=True, slots=True)
class EmergencyRequest:
    """Who asks for which gates, for whom, how long and why; without gates, tenants, hours or a requester: those that
    platform.yaml allows, those of the incident, as long as may be, and whoever git says runs the command."""

    incident: str
    reason: str
    authoriser: str
    key: Path
    gates: Sequence[str] = ()
    tenants: Sequence[str] = ()
    hours: int | None = None
    requester: str = ""


def declare_emergency(workspace: Workspace, request: EmergencyRequest) -> EmergencyPredicate:
    """Put a signed emergency on the ledger; Refusal where it would not count, so that nothing useless is recorded."""
    base = main_commit(workspace)
    rules = EmergencyRules.at(workspace, base)
    ledger = change_ledger(workspace)
    now = datetime.now(UTC).replace(microsecond=0)
    said = _parsed(
        {
            "repository": rules.repository,
            "ledger": ledger_name(ledger),
            "incident": request.incident,
            "reason": request.reason,
            "requester": request.requester or _requester(workspace, rules),
            "authoriser": request.authoriser,
            "gates": sorted(request.gates or rules.settings.gates),
            "tenants": sorted(request.tenants or _tenants(workspace, base, request.incident)),
            "since": now.isoformat(),
            "until": (now + timedelta(hours=request.hours or rules.settings.hours)).isoformat(),
            "reviewDue": (now + _REVIEW_WITHIN).isoformat(),
        }
    )
    for tenant in said.tenants:
        if document_at(workspace.git, base, path_of(Kind.TENANT, tenant)) is None:
            raise Refusal(f"there is no tenant {tenant} on main", fix="name one with --tenant")
    _require_own(rules, request.key, request.authoriser)
    signed = _signed(said, request.key)
    if flaw := rules.flaw(signed, ledger_name(ledger)):
        raise Refusal(f"it would not count: {flaw}", fix="see `emergency` in platform.yaml on main")
    ledger.append(Statement.of(signed))
    return signed


def review_emergency(
    workspace: Workspace, name: str, verdict: Literal["approved", "rejected"], text: str, key: Path
) -> EmergencyReviewPredicate:
    """Put the review of an emergency on the ledger; Refusal for one that would not count."""
    base = main_commit(workspace)
    rules = EmergencyRules.at(workspace, base)
    ledger, said = find_emergency(workspace, name)
    reviewer = rules.signers.keys.get(public_key(key))
    if reviewer is None:
        raise Refusal(f"{key} is nobody's key", fix="have the platform team list it in the file of signers")
    now = datetime.now(UTC).replace(microsecond=0)
    review = EmergencyReviewPredicate(
        repository=rules.repository,
        ledger=ledger_name(ledger),
        emergency=name,
        verdict=verdict,
        reviewer=reviewer,
        text=text,
        at=now,
    )
    signed = _signed(review, key)
    owners = _owners(workspace, base, said.tenants)
    if flaw := rules.review_flaw(signed, said, owners, ledger_name(ledger)):
        fix = "have an owner of its tenants or one of the platform team review it, who did neither"
        raise Refusal(f"the review would not count: {flaw}", fix=fix)
    change_ledger(workspace).append(Statement.of(signed))
    return signed


def list_emergencies(workspace: Workspace) -> tuple[EmergencyStatus, ...]:
    """Return the emergencies on the ledgers of this clone, newest first, judged by main."""
    base = main_commit(workspace)
    rules = EmergencyRules.at(workspace, base)
    paths = workspace.git.tree(base, [Kind.TENANT.entry.root])
    tenants = [path.split("/")[1] for path in paths if Kind.TENANT.entry.pattern.fullmatch(path)]
    owners = {tenant: _owners(workspace, base, [tenant]) for tenant in tenants}
    return emergency_statuses(workspace, rules, owners, datetime.now(UTC))


def _parsed(values: dict[str, object]) -> EmergencyPredicate:
    try:
        return parse(EmergencyPredicate, values)
    except ValueError as why:
        raise Refusal(f"this is no emergency: {why}", fix="see `platform emergency --help`") from None


def _signed(said: S, key: Path) -> S:
    return replace(said, signature=sign(said.content(), key, EMERGENCY_NAMESPACE).decode())


def _require_own(rules: EmergencyRules, key: Path, person: str) -> None:
    owner = rules.signers.keys.get(public_key(key), "nobody")
    if owner.lower() != person.lower():
        raise Refusal(f"{key} is {owner}'s key, and not {person}'s", fix="name the authoriser's with --key")


def _requester(workspace: Workspace, rules: EmergencyRules) -> str:
    require_identity(workspace.git)
    email = workspace.git.run("config", "--get", "user.email").decode().strip()
    person = rules.signers.person_of_email(email)
    if person is None:
        raise Refusal("who asks for it is not known", fix="name them: --requester LOGIN")
    return person


def _tenants(workspace: Workspace, base: str, incident: str) -> list[str]:
    path = path_of(Kind.INCIDENT, incident)
    document = document_at(workspace.git, base, path) or {}
    names = [name for _, name in values_at(document, "tenants[]") if isinstance(name, str)]
    if not names:
        raise Refusal(f"main has no incident {incident} that names a tenant", fix="name one with --tenant")
    return names


def _owners(workspace: Workspace, base: str, tenants: Iterable[str]) -> set[str]:
    documents = (document_at(workspace.git, base, path_of(Kind.TENANT, tenant)) or {} for tenant in tenants)
    return {
        name for document in documents for _, name in values_at(document, "owners[]") if isinstance(name, str)
    }

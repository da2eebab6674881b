"""The changes that make one environment as a judged commit declares it. Pure: reads nothing, changes nothing."""

from collections.abc import Set

from mlplatform.core.document import Document
from mlplatform.core.errors import Refusal
from mlplatform.core.finding import Finding
from mlplatform.core.hold import documents_digest, hold_on
from mlplatform.core.kinds import Deployment
from mlplatform.core.plan import Change, Plan, Refused
from mlplatform.core.repository import Repository
from mlplatform.plan.actual import Actual, DriftRevert
from mlplatform.plan.blast_radius import assert_within_blast_radius, unconfirmed
from mlplatform.plan.deployment import deployment_changes
from mlplatform.plan.on_hold import refusal, restore_changes
from mlplatform.plan.removal import removal_changes
from mlplatform.plan.repair import repair_answers, unmanaged_models


def plan(
    repository: Repository,
    environment: str,
    target: str,
    actual: Actual,
    confirmed: Set[str] = frozenset(),
) -> Plan:
    """The plan for one environment. Refusal when it is unknown, blocked, or changes too much at once.

    A critical model is taken out only where `confirmed` has its name.
    """
    if repository.commit is None:
        raise Refusal(
            "a plan is made from a commit, not from the working tree", fix="commit the change first"
        )
    if blocked := repository.blocked_environments.get(environment):
        raise Refusal(
            f"{environment} is blocked: {blocked.message}",
            fix=blocked.fix or "run `platform check`",
            where=blocked.where,
        )
    if environment not in repository.environments:
        known = ", ".join(repository.environments_in_order()) or "none"
        raise Refusal(f"there is no environment {environment} (there are: {known})")
    changes: list[Change] = []
    refused: list[Refused] = []
    for answer in _answers(repository, environment, actual, confirmed):
        if isinstance(answer, Refused):
            refused.append(answer)
        else:
            changes.extend(answer)
    if actual.undo is None:  # to put back what was applied is no new change
        put_back = {one.resource for one in refused if one.is_held}
        wanted = [change for change in changes if change.resource not in put_back]
        assert_within_blast_radius(repository.environments[environment], wanted, actual)
    declared = {
        model: documents_digest(repository, environment, model)
        for model in sorted({change.resource for change in changes})
        if model in repository.deployments.get(environment, {})
    }
    return Plan.of(environment, target, repository.commit, tuple(changes), tuple(refused), declared)


def _answers(
    repository: Repository, environment: str, actual: Actual, confirmed: Set[str]
) -> list[tuple[Change, ...] | Refused]:
    declared = repository.deployments.get(environment, {})
    if actual.undo is not None:
        return _undone(repository, environment, actual, actual.undo)
    answers: list[tuple[Change, ...] | Refused] = []
    for name in sorted(declared):
        document = declared[name]
        blocked = repository.blocked(environment, name.split("/")[0])
        hold = hold_on(actual.holds, repository, environment, document)
        if hold and not blocked:
            answers.append(refusal(document, hold))
            answers.append(restore_changes(repository, document, hold, actual))
        else:
            answers.append(_declared(repository, environment, document, actual))
    for model in sorted(known_to(actual) - declared.keys()):
        if stops := repository.blocked(environment, model.split("/")[0]) or _misread(repository):
            answers.append(Refused(model, f"blocked: {stops.message}", stops.fix, stops.where))
        elif kept := unconfirmed(model, environment, actual, confirmed):
            answers.append(kept)
        else:
            answers.append(removal_changes(repository.environments[environment].body, model, actual))
    return answers


def _undone(
    repository: Repository, environment: str, actual: Actual, undo: DriftRevert
) -> list[tuple[Change, ...] | Refused]:
    """Nothing but what puts back the changes by hand."""
    answers: list[tuple[Change, ...] | Refused] = [*unmanaged_models(repository, environment, undo)]
    for model in sorted({drift.model for drift in undo.drifts if drift.model}):
        if blocked := repository.blocked(environment, model.split("/")[0]):
            answers.append(Refused(model, f"blocked: {blocked.message}", blocked.fix, blocked.where))
        else:
            answers += repair_answers(repository, environment, model, actual, undo)
    return answers


def _misread(repository: Repository) -> Finding | None:
    """An error in any tenant's deployments: the document that a removal misses may be that very one, misplaced."""
    return next((f for f in repository.blocked_tenants.values() if f.path.startswith("environments/")), None)


def _declared(
    repository: Repository, environment: str, document: Document[Deployment], actual: Actual
) -> tuple[Change, ...] | Refused:
    name = document.name.split("/", 1)[1]
    blocked = repository.blocked(environment, name.split("/")[0])
    if blocked:
        return Refused(name, f"blocked: {blocked.message}", blocked.fix, blocked.where)
    return deployment_changes(repository, environment, document, actual)


def known_to(actual: Actual) -> set[str]:
    """Every model that the environment holds anything of: a champion, a route or a loaded version."""
    championed = {model for model, aliases in actual.registry.aliases.items() if "champion" in aliases}
    return championed | set(actual.serving.weights) | {served.model for served in actual.serving.versions}

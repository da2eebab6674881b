"""Plans one environment: the changes from its actual state to a checked commit. Pure: reads and changes nothing."""

from collections.abc import Set

from mlplatform.core.document import Document
from mlplatform.core.errors import Refusal
from mlplatform.core.finding import Finding
from mlplatform.core.hold import documents_digest, hold_on
from mlplatform.core.kinds import Deployment
from mlplatform.core.plan import Change, Plan, Refused
from mlplatform.core.repository import Repository
from mlplatform.plan.actual import Actual, DriftRevert
from mlplatform.plan.blast_radius import assert_within_blast_radius, refuse_unconfirmed
from mlplatform.plan.deployment import deployment_changes
from mlplatform.plan.drift_revert import drift_revert_changes, refuse_unmanaged
from mlplatform.plan.on_hold import hold_refusal, restore_changes
from mlplatform.plan.removal import removal_changes


def plan(
    repository: Repository,
    environment: str,
    target: str,
    actual: Actual,
    confirmed: Set[str] = frozenset(),
) -> Plan:
    """Return the plan for one environment; Refusal when it is unknown, blocked, or changes too much at once.

    A critical model is removed only where `confirmed` has its name.
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
        names = ", ".join(repository.environments_in_order()) or "none"
        raise Refusal(f"there is no environment {environment} (there are: {names})")
    changes: list[Change] = []
    refused: list[Refused] = []
    for answer in _model_answers(repository, environment, actual, confirmed):
        if isinstance(answer, Refused):
            refused.append(answer)
        else:
            changes.extend(answer)
    if actual.drift_revert is None:  # to put back what was applied is no new change
        restored = {refusal.resource for refusal in refused if refusal.is_on_hold}
        counted = [change for change in changes if change.resource not in restored]
        assert_within_blast_radius(repository.environments[environment], counted, actual)
    declared = {
        model: documents_digest(repository, environment, model)
        for model in sorted({change.resource for change in changes})
        if model in repository.deployments.get(environment, {})
    }
    return Plan.of(environment, target, repository.commit, tuple(changes), tuple(refused), declared)


def _model_answers(
    repository: Repository, environment: str, actual: Actual, confirmed: Set[str]
) -> list[tuple[Change, ...] | Refused]:
    declared = repository.deployments.get(environment, {})
    if actual.drift_revert is not None:
        return _drift_revert_answers(repository, environment, actual, actual.drift_revert)
    answers: list[tuple[Change, ...] | Refused] = []
    for name in sorted(declared):
        document = declared[name]
        blocked = repository.blocked(environment, name.split("/")[0])
        hold = hold_on(actual.holds, repository, environment, document)
        if hold and not blocked:
            answers.append(hold_refusal(document, hold))
            answers.append(restore_changes(repository, document, hold, actual))
        else:
            answers.append(_declared_answer(repository, environment, document, actual))
    for model in sorted(models_present(actual) - declared.keys()):
        if finding := repository.blocked(environment, model.split("/")[0]) or _error_in_deployments(
            repository
        ):
            answers.append(Refused(model, f"blocked: {finding.message}", finding.fix, finding.where))
        elif refusal := refuse_unconfirmed(model, environment, actual, confirmed):
            answers.append(refusal)
        else:
            answers.append(removal_changes(repository.environments[environment].body, model, actual))
    return answers


def _drift_revert_answers(
    repository: Repository, environment: str, actual: Actual, drift_revert: DriftRevert
) -> list[tuple[Change, ...] | Refused]:
    """Return the changes that undo what was changed by hand, and nothing else."""
    answers: list[tuple[Change, ...] | Refused] = [*refuse_unmanaged(repository, environment, drift_revert)]
    for model in sorted({drift.model for drift in drift_revert.drifts if drift.model}):
        if blocked := repository.blocked(environment, model.split("/")[0]):
            answers.append(Refused(model, f"blocked: {blocked.message}", blocked.fix, blocked.where))
        else:
            answers += drift_revert_changes(repository, environment, model, actual, drift_revert)
    return answers


def _error_in_deployments(repository: Repository) -> Finding | None:
    """Return an error in any tenant's deployments: a document that seems to be deleted may be misplaced there."""
    return next((f for f in repository.blocked_tenants.values() if f.path.startswith("environments/")), None)


def _declared_answer(
    repository: Repository, environment: str, document: Document[Deployment], actual: Actual
) -> tuple[Change, ...] | Refused:
    name = document.name.split("/", 1)[1]
    blocked = repository.blocked(environment, name.split("/")[0])
    if blocked:
        return Refused(name, f"blocked: {blocked.message}", blocked.fix, blocked.where)
    return deployment_changes(repository, environment, document, actual)


def models_present(actual: Actual) -> set[str]:
    """Return every model that has a champion, a route or a loaded version in the environment."""
    championed = {model for model, aliases in actual.registry.aliases.items() if "champion" in aliases}
    return championed | set(actual.serving.weights) | {served.model for served in actual.serving.versions}

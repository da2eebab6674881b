"""Compares what protects main on its Git host with what main's platform.yaml declares, and records it."""

from dataclasses import dataclass

from mlplatform.core.control_differences import control_differences
from mlplatform.core.controls_comparison import ControlsComparison, ControlsDeclaration
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.git_host import GitHubSettings
from mlplatform.core.records.base import parse
from mlplatform.core.records.controls import ControlsPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.review.git_host import main_commit, settings_at
from mlplatform.flow.workspace import REMOTE, Workspace
from mlplatform.providers.forge import ControlsProvider, controls_provider
from mlplatform.providers.forge.interface import ControlsHost
from mlplatform.record.ledger import shared_ledger


@dataclass(frozen=True, slots=True)
class DeclaredHost:
    """What main declares of a Git host, and how that is reached."""

    declared: ControlsDeclaration
    settings: GitHubSettings
    provider: ControlsProvider

    def connect(self) -> ControlsHost:
        """Connect to the Git host, with the credentials of the environment."""
        return self.provider.connect(self.settings)


def declared_host(workspace: Workspace) -> DeclaredHost:
    """Return the Git host that main names, and what main declares of it; Refusal where it has no controls."""
    commit = main_commit(workspace)
    settings, provider = controls_provider(settings_at(workspace, commit))
    repository = load_repository(workspace.git, commit)
    names = sorted({*repository.environments, *repository.blocked_environments})
    declared = ControlsDeclaration(settings.repository, commit, provider.declare(settings, names))
    return DeclaredHost(declared, settings, provider)


def compare_controls(host: DeclaredHost) -> ControlsComparison:
    """Return how what is in force differs from what is declared, or why the Git host does not say."""
    declared = host.declared
    try:
        in_force = host.connect().in_force(declared.controls)
    except Refusal as cause:
        return ControlsComparison(declared, None, cause=cause)
    return ControlsComparison(declared, in_force, control_differences(declared.controls, in_force))


def record_comparison(workspace: Workspace, comparison: ControlsComparison) -> str:
    """Append a comparison to the company's ledger, and return the record's commit."""
    declared, in_force = comparison.declared, comparison.in_force
    predicate = parse(
        ControlsPredicate,
        {
            "repository": declared.repository,
            "commit": declared.commit,
            "digest": declared.controls.digest(),
            "inForce": in_force.as_json() if in_force else "unknown",
            "differences": [difference.as_json() for difference in comparison.differences],
            "cause": str(comparison.cause or ""),
        },
    )
    return shared_ledger(workspace.git, REMOTE).append(Statement.of(predicate))

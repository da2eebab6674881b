"""Keeps an issue open on the Git host for each difference that was found, and closes it when it is gone."""

from collections.abc import Callable, Mapping

from mlplatform.core.drift import Drift, Drifted
from mlplatform.core.errors import Refusal
from mlplatform.core.pull_request import Issue
from mlplatform.flow.review.git_host import forge_of_main
from mlplatform.flow.workspace import Workspace


def post_drift(
    workspace: Workspace,
    environments: Mapping[str, Drifted | Refusal],
    issue: Callable[[str, Drift], Issue],
) -> None:
    """Keep the issues of each environment that could be compared; those of another one stay as they are."""
    forge = forge_of_main(workspace)
    for name, drifted in environments.items():
        if isinstance(drifted, Drifted):
            forge.keep_issues(f"drift-{name}", [issue(name, drift) for drift in drifted.drifts])

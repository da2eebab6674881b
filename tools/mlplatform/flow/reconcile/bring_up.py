"""Finds what an environment was brought up with: on a new target nothing has run yet, and main says what to run."""

from collections.abc import Sequence

from mlplatform.core.applied import applied_commits
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository
from mlplatform.load.history import documents_at
from mlplatform.providers.git import Git


def brought_up_with(
    git: Git, repository: Repository, environment: str, ledger: Sequence[Statement]
) -> frozenset[tuple[str, str]]:
    """Return the pins (model, digest) of the first commit that the ledger has of an environment.

    Without a record it is this commit. Those versions ran in the environments before at some time, on whatever target
    there was then.
    """
    declared = repository.deployments.get(environment, {})
    commits = applied_commits(ledger, environment)
    if not commits:
        return frozenset((model, document.body.digest) for model, document in declared.items())
    places = {(commits[-1], path_of(Kind.DEPLOYMENT, f"{environment}/{model}")): model for model in declared}
    return frozenset(
        (places[place], str(document.get("digest"))) for place, document in documents_at(git, places).items()
    )

"""Finds the models that may be removed only when somebody confirms it by name."""

from collections.abc import Iterable, Sequence

from mlplatform.core.applied import applied_commits
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository
from mlplatform.load.history import documents_at
from mlplatform.providers.git import Git
from mlplatform.providers.git.past import files_at


def critical_among(
    git: Git, repository: Repository, environment: str, models: Iterable[str], ledger: Sequence[Statement]
) -> frozenset[str]:
    """Return the critical ones of some models: by their documents, or by the last applied commit that had them.

    So a change that removes both `critical: true` and the model, in one step or several, does not get around the
    confirmation. A model of which nothing is known counts as critical.
    """
    models = set(models)
    if not models:
        return frozenset()
    bodies = {model: repository.models[model].body for model in models & repository.models.keys()}
    critical = {model for model, body in bodies.items() if body.critical}
    declared = _declared_last(git, applied_commits(ledger, environment), environment, models)
    documents = {(commit, path_of(Kind.MODEL, model)): model for model, commit in declared.items()}
    harmless = {
        documents[place]
        for place, document in documents_at(git, documents).items()
        if not document.get("critical")
    }
    return frozenset(critical | (models - harmless))


def _declared_last(
    git: Git, newest_first: Sequence[str], environment: str, models: set[str]
) -> dict[str, str]:
    """Return the newest of the commits that declares each model in the environment, where one does."""
    paths = {model: path_of(Kind.DEPLOYMENT, f"{environment}/{model}") for model in models}
    newest: dict[str, str] = {}
    for start in range(0, len(newest_first), _AT_ONCE):
        commits = newest_first[start : start + _AT_ONCE]
        existing = files_at(
            git, [(commit, paths[model]) for commit in commits for model in models - newest.keys()]
        )
        for commit in commits:
            for model in models - newest.keys():
                if (commit, paths[model]) in existing:
                    newest[model] = commit
        if newest.keys() == models:
            break
    return newest


_AT_ONCE = 50  # commits: nearly always the first of them does

"""Which models must not be taken away unconfirmed."""

from collections.abc import Iterable, Sequence

from mlplatform.core.naming import Kind, path_of
from mlplatform.core.repository import Repository
from mlplatform.core.statement import Statement, applied_commits
from mlplatform.load.history import documents_at
from mlplatform.providers.git import Git
from mlplatform.providers.git.past import files_at


def critical_among(
    git: Git, repository: Repository, environment: str, models: Iterable[str], known: Sequence[Statement]
) -> frozenset[str]:
    """Those of the models that are critical, as their documents say, or said in the newest applied commit that declared
    them there: one change does not take away the word and the model, in however many runs. Where nobody can tell, they
    are."""
    models = set(models)
    if not models:
        return frozenset()
    bodies = {model: repository.models[model].body for model in models & repository.models.keys()}
    said = {model for model, body in bodies.items() if body.critical}
    declared = _declared_last(git, applied_commits(known, environment), environment, models)
    at = {(commit, path_of(Kind.MODEL, model)): model for model, commit in declared.items()}
    harmless = {
        at[where] for where, document in documents_at(git, at).items() if not document.get("critical")
    }
    return frozenset(said | (models - harmless))


def _declared_last(
    git: Git, newest_first: Sequence[str], environment: str, models: set[str]
) -> dict[str, str]:
    """The newest of the commits that declares each model in the environment; without those that none does."""
    paths = {model: path_of(Kind.DEPLOYMENT, f"{environment}/{model}") for model in models}
    found: dict[str, str] = {}
    for start in range(0, len(newest_first), _AT_ONCE):
        commits = newest_first[start : start + _AT_ONCE]
        there = files_at(
            git, [(commit, paths[model]) for commit in commits for model in models - found.keys()]
        )
        for commit in commits:
            for model in models - found.keys():
                if (commit, paths[model]) in there:
                    found[model] = commit
        if found.keys() == models:
            break
    return found


_AT_ONCE = 50  # commits: nearly always the first of them does

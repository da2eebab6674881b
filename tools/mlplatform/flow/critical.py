"""Which models must not be taken away unconfirmed."""

from collections.abc import Iterable, Sequence

from mlplatform.core.naming import Kind, path_of
from mlplatform.core.repository import Repository
from mlplatform.core.statement import Statement, last_applied
from mlplatform.load.history import documents_at
from mlplatform.providers.git import Git


def critical_among(
    git: Git, repository: Repository, environment: str, models: Iterable[str], known: Sequence[Statement]
) -> frozenset[str]:
    """Those of the models that are critical, as their documents say or said in the commit that was applied last: one
    change does not take away the word and the model. Where nobody can tell, they are."""
    models = set(models)
    bodies = {model: repository.models[model].body for model in models & repository.models.keys()}
    said = {model for model, body in bodies.items() if body.critical}
    last = last_applied(known, environment)
    if last is None:
        return frozenset(said | (models - bodies.keys()))
    at = {(last.commit, path_of(Kind.MODEL, model)): model for model in models}
    harmless = {
        at[where] for where, document in documents_at(git, at).items() if not document.get("critical")
    }
    return frozenset(said | (models - harmless))

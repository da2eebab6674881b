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
    """Those of the models that are critical, as their documents say; where a document is gone too, what it said in the
    commit that was applied last; and where nobody can tell, they are."""
    unsaid = {model for model in models if model not in repository.models}
    said = {model for model in models if model not in unsaid and repository.models[model].body.critical}
    last = last_applied(known, environment)
    at = {(last, path_of(Kind.MODEL, model)): model for model in unsaid} if last else {}
    harmless = {
        at[where] for where, document in documents_at(git, at).items() if not document.get("critical")
    }
    return frozenset(said | (unsaid - harmless))

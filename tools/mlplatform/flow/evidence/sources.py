"""Where the evidence of a clone lies: which ledger, and which main it is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment
from mlplatform.core.naming import Kind, path_of
from mlplatform.flow.workspace import MAIN, REMOTE, Workspace
from mlplatform.load.history import documents_at
from mlplatform.local.identity import read_target_id
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.refs import tip_of
from mlplatform.providers.git.remote import remotes
from mlplatform.record.ledger import copies_of_shared, local_ledger


@dataclass(frozen=True, slots=True)
class EvidenceSources:
    """The ref of a ledger with its newest record, and the tip of main; `is_shared`: it is the company's."""

    ledger: str
    tip: str
    main: str
    is_shared: bool


def evidence_sources(workspace: Workspace, ledger: str | None = None) -> EvidenceSources:
    """Return the company's ledger and the remote's main as this clone has them, or else the clone's own."""
    git = workspace.git
    shared = [copy.ref for copy in copies_of_shared(git, REMOTE)]
    ref = ledger or _longest(workspace, shared) or _own(workspace)
    tip = tip_of(git, ref) if ref else None
    if ref is None or tip is None:
        raise Refusal(
            f"there is no ledger {ref} here" if ref else "this clone has no ledger",
            fix="git fetch origin evidence:refs/platform/evidence",
        )
    is_remote = REMOTE in remotes(git)
    main = (tip_of(git, f"refs/remotes/{REMOTE}/{MAIN}") if is_remote else None) or tip_of(
        git, f"refs/heads/{MAIN}"
    )
    if main is None:
        raise Refusal(f"there is no {MAIN} here", fix=f"git fetch {REMOTE} {MAIN}")
    if git.is_shallow():
        raise Refusal(
            "this clone is shallow, and the record is about all of main", fix="git fetch --unshallow"
        )
    return EvidenceSources(ref, tip, main, ref in shared)


def environments_on(workspace: Workspace, sources: EvidenceSources) -> Mapping[str, bool]:
    """Return the environments at the tip of main, and whether a ledger is the one that their applies are on."""
    names = {path.split("/")[1] for path in workspace.git.tree(sources.main, ["environments"])}
    places = {(sources.main, path_of(Kind.ENVIRONMENT, name)): name for name in names}
    documents = documents_at(workspace.git, places)
    return {places[place]: _is_shared(data) == sources.is_shared for place, data in documents.items()}


def _is_shared(data: Mapping[str, object]) -> bool:
    try:
        return Environment.model_validate(data).is_shared
    except ValidationError:
        return True


def _longest(workspace: Workspace, refs: list[str]) -> str | None:
    """Return the copy that has all records; Refusal where each has records that the other lacks."""
    there = {ref: tip for ref in refs if (tip := tip_of(workspace.git, ref))}
    for ref, tip in there.items():
        if all(is_ancestor(workspace.git, other, tip) for other in there.values()):
            return ref
    if there:
        names = " and ".join(there)
        raise Refusal(f"{names} have different records: one was rewritten", fix="name one with --ledger")
    return None


def _own(workspace: Workspace) -> str | None:
    name = read_target_id(workspace.target)
    return local_ledger(workspace.git, name).ref if name else None

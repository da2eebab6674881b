"""The Git host of a commit: as its platform.yaml says, and never as a branch under review says."""

from pydantic import TypeAdapter, ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.git_host import AnyGitHostSettings, SignedSettings
from mlplatform.core.naming import Kind, path_of
from mlplatform.flow.workspace import MAIN, REMOTE, Workspace
from mlplatform.load.history import document_at
from mlplatform.providers.forge import connect_forge
from mlplatform.providers.forge.interface import Forge
from mlplatform.providers.forge.signed.signers import read_signers
from mlplatform.providers.git.refs import branch_ref, tip_of
from mlplatform.providers.git.remote import RemoteRef, remotes

_PLATFORM = path_of(Kind.PLATFORM, "platform")
_SETTINGS: TypeAdapter[AnyGitHostSettings] = TypeAdapter(AnyGitHostSettings)


def settings_at(workspace: Workspace, commit: str) -> AnyGitHostSettings | None:
    """Return `gitHost:` as a commit's platform.yaml has it; None where it has none, Refusal where it is not valid."""
    document = document_at(workspace.git, commit, _PLATFORM) or {}
    if document.get("gitHost") is None:
        return None
    try:
        return _SETTINGS.validate_python(document["gitHost"])
    except ValidationError as refused:
        first = refused.errors(include_url=False)[0]
        raise Refusal(
            f"`gitHost` is not valid: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            where=_PLATFORM,
            fix="run `platform check`",
        ) from None


def has_signed_reviews(workspace: Workspace, commit: str) -> bool:
    """True where the reviews of changes to a commit are signed, and no Git host keeps them."""
    return isinstance(settings_at(workspace, commit), SignedSettings)


def require_reviewable(workspace: Workspace, tree: str) -> None:
    """Refusal when nobody could review another change once a tree is main's, so that nobody could mend it either."""
    settings = settings_at(workspace, tree)
    if isinstance(settings, SignedSettings):
        read_signers(workspace.git, tree, settings.signers)


def forge_of(workspace: Workspace, name: str) -> Forge:
    """Connect to the Git host of a pull request, by its number or branch, as main says where it is to be merged."""
    return forge_at(workspace, main_of(workspace, name))


def forge_of_main(workspace: Workspace) -> Forge:
    """Connect to the Git host that main of the remote names, or of this clone where there is no remote."""
    return forge_at(workspace, main_commit(workspace))


def forge_at(workspace: Workspace, commit: str) -> Forge:
    """Connect to the Git host that a commit of main names."""
    return connect_forge(settings_at(workspace, commit), workspace.git)


def main_commit(workspace: Workspace) -> str:
    """Return the tip of main of the remote, or of this clone where there is no remote."""
    return _main(workspace, is_remote=REMOTE in remotes(workspace.git))


def main_of(workspace: Workspace, name: str) -> str:
    """Return the tip of main that a pull request is for: the remote's, unless its branch is in this clone alone."""
    git, is_numbered = workspace.git, name.removeprefix("#").isdigit()
    is_remote = REMOTE in remotes(git) and (
        is_numbered or RemoteRef(git, REMOTE, branch_ref(git, name)).tip() is not None
    )
    return _main(workspace, is_remote=is_remote)


def _main(workspace: Workspace, *, is_remote: bool) -> str:
    git, ref = workspace.git, f"refs/heads/{MAIN}"
    tip = RemoteRef(git, REMOTE, ref).fetch() if is_remote else tip_of(git, ref)
    if tip is None:
        raise Refusal(f"there is no branch {MAIN}", fix="push it, or make it, first")
    return tip

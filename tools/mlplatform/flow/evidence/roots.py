"""Reads what a verifier brings along: trust roots and a checkpoint, from files that are not in the clone."""

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.evidence.checkpoint import Checkpoint
from mlplatform.core.evidence.trust import TrustRoots
from mlplatform.core.kinds.base import StrictModel
from mlplatform.flow.workspace import Workspace
from mlplatform.strict_yaml.parser import parse

M = TypeVar("M", bound=StrictModel)


def read_trust(workspace: Workspace, path: Path) -> TrustRoots:
    """Read the file of trust roots; Refusal where it lies in the clone, which would then vouch for itself."""
    return read_roots(path, workspace.git.root, "the clone")


def read_roots(path: Path, judged: Path, what: str) -> TrustRoots:
    """Read the file of trust roots; Refusal where it lies in the folder that it is to judge, which is `what`."""
    if path.resolve().is_relative_to(judged.resolve()):
        raise Refusal(
            f"{path} lies in {what} that it is to judge, so whoever changed the one may have changed the other",
            fix="keep it elsewhere, as it came from the platform team",
        )
    return _read(path, TrustRoots, "`platform evidence trust` says what it has to hold")


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint that an earlier verification wrote."""
    return _read(path, Checkpoint, "take the file that `--write-checkpoint` wrote, or leave out --checkpoint")


def _read(path: Path, model: type[M], fix: str) -> M:
    try:
        text = path.read_bytes()
    except OSError as cause:
        raise Refusal(f"{path} cannot be read: {cause.strerror}", fix=fix) from None
    parsed = parse(str(path), text)
    if parsed.findings:
        first = parsed.findings[0]
        raise Refusal(first.message, where=first.where, fix=fix)
    try:
        return model.model_validate(parsed.data)
    except ValidationError as refused:
        first_error = refused.errors(include_url=False)[0]
        key = ".".join(map(str, first_error["loc"]))
        raise Refusal(f"`{key}`: {first_error['msg']}", where=str(path), fix=fix) from None

"""The identity of a local target: a random name made once, and the folder that it was made in.

The registries and servers of a target name files by their absolute paths. So a copy of `.platform/` would change the
original's registries and drive its servers, and a moved one would find nothing: both are refused.
"""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.target import LocalTarget
from mlplatform.local.processes import runs_elsewhere

_ANEW = "remove .platform here and run `platform up`, which makes a target of its own"


@dataclass(frozen=True, slots=True)
class _Identity:
    """`.platform/target`: the 12 hex digits, and the folder of the checkout (None: made by an earlier release)."""

    name: str
    root: Path | None


def read_target_id(target: LocalTarget) -> str | None:
    """The 12 hex digits in `.platform/target`, None before there are any; Refusal where the file holds others."""
    identity = _read(target)
    return identity.name if identity else None


def target_id(target: LocalTarget) -> str:
    """The identity of this target, made now if there is none; two processes at once get the same one.

    Refusal for a target that was copied or moved here. One that does not know its folder yet is told.
    """
    identity = _read(target)
    if identity and identity.root is None and not _is_copy_by_processes(target):
        new = target.identity_file.with_name(f"target.{secrets.token_hex(6)}.new")
        new.write_bytes(os.fsencode(_text(target, identity.name)))
        new.replace(target.identity_file)
    if identity:
        require_at_home(target)
        return identity.name
    return _make(target)


def require_at_home(target: LocalTarget) -> None:
    """Refusal when `.platform/` was copied or moved from another folder; nothing where there is no target."""
    identity = _read(target)
    if identity is None:
        return
    if identity.root is None and _is_copy_by_processes(target):
        raise _refusal(
            target, "this .platform is a copy: the servers on record here are another checkout's", _ANEW
        )
    if identity.root is None:
        raise _refusal(target, "this target does not say which folder it was made in", "run `platform up`")
    if _is_same_folder(identity.root, target.root) or _is_link_to(target, identity.root):
        return
    if _names_same_target(identity):
        raise _refusal(
            target,
            f"this .platform is a copy of the one in {identity.root}, whose servers and registries it would change",
            _ANEW,
        )
    raise _refusal(
        target,
        f"this .platform was moved here from {identity.root}, where its registries look for their files",
        f"move the checkout back; or run `platform down`, {_ANEW}",
    )


def _read(target: LocalTarget) -> _Identity | None:
    try:
        text = os.fsdecode(target.identity_file.read_bytes())
    except FileNotFoundError:
        return None
    match = re.fullmatch(r"([0-9a-f]{12})\n?(?:(/[^\0\n]*)\n)?", text)
    if not match:
        raise _refusal(
            target,
            "the identity of this target is damaged: it should be 12 hex digits, and below them the checkout's folder",
            "restore the file, or remove it to begin a new target with a record of its own",
        )
    return _Identity(match[1], Path(match[2]) if match[2] else None)


def _make(target: LocalTarget) -> str:
    target.folder.mkdir(parents=True, exist_ok=True)
    name = secrets.token_hex(6)
    new = target.identity_file.with_name(f"target.{name}.new")
    new.write_bytes(os.fsencode(_text(target, name)))
    try:
        os.link(new, target.identity_file)  # unlike a rename, it never replaces another's
    except FileExistsError:
        return target_id(target)
    finally:
        new.unlink()
    return name


def _text(target: LocalTarget, name: str) -> str:
    root = target.root.resolve()
    return f"{name}\n{root}\n" if "\n" not in str(root) else f"{name}\n"


def _is_link_to(target: LocalTarget, root: Path) -> bool:
    """True when `.platform` is a link to the one of that folder, as a runner's checkouts share it."""
    return target.folder.is_symlink() and _is_same_folder(target.folder.resolve().parent, root)


def _is_same_folder(known: Path, root: Path) -> bool:
    try:
        return known.samefile(root)
    except OSError:
        return False


def _names_same_target(identity: _Identity) -> bool:
    """True when the folder that a target was made in still has it."""
    try:
        original = _read(LocalTarget(identity.root)) if identity.root else None
    except (Refusal, OSError):
        return True  # something is there, and nobody can tell that it is not the original
    return original is not None and original.name == identity.name


def _is_copy_by_processes(target: LocalTarget) -> bool:
    folders = (record.parent.name for record in target.folder.glob("*/processes"))
    return any(runs_elsewhere(target.environment(name)) for name in folders)


def _refusal(target: LocalTarget, message: str, fix: str) -> Refusal:
    return Refusal(message, where=str(target.identity_file.relative_to(target.root)), fix=fix)

"""The identity of a local target: a random name made once, so that its record is told from every other's."""

import os
import re
import secrets

from mlplatform.core.errors import Refusal
from mlplatform.core.target import LocalTarget


def read_target_id(target: LocalTarget) -> str | None:
    """The 12 hex digits in `.platform/target`, None before there are any; Refusal where the file holds others."""
    try:
        text = target.identity_file.read_text(errors="replace").strip()
    except FileNotFoundError:
        return None
    if not re.fullmatch("[0-9a-f]{12}", text):
        raise Refusal(
            "the identity of this target is damaged: it should be 12 hex digits",
            where=str(target.identity_file.relative_to(target.root)),
            fix="restore the file, or remove it to begin a new target with a record of its own",
        )
    return text


def target_id(target: LocalTarget) -> str:
    """The identity of this target, made now if there is none; two processes at once get the same one."""
    if existing := read_target_id(target):
        return existing
    target.folder.mkdir(parents=True, exist_ok=True)
    identity = secrets.token_hex(6)
    new = target.identity_file.with_name(f"target.{identity}.new")
    new.write_text(f"{identity}\n")
    try:
        os.link(new, target.identity_file)  # unlike a rename, it never replaces another's
    except FileExistsError:
        return target_id(target)
    finally:
        new.unlink()
    return identity

"""Semantic versions as people write them: `v1.0`, `1.3`, `latest`."""

import re
from typing import get_args

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.base import Version

_VERSION = re.compile(get_args(Version)[1].pattern)
_SHORT = re.compile(r"[vV]?([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?")


def meant_version(text: str) -> str:
    """Return the semantic version that a text most likely stands for, as 1.0.0 for `v1.0`; empty for none."""
    short = _SHORT.fullmatch(text.strip())
    return ".".join(str(int(part or 0)) for part in short.groups()) if short else ""


def require_version(text: str) -> None:
    """Refusal when a text is no semantic version: nothing is registered or pinned under such a name."""
    if _VERSION.fullmatch(text) is None:
        raise Refusal(
            f"{text!a} is no semantic version",
            fix=f"write it as {meant_version(text) or 'MAJOR.MINOR.PATCH, as 1.0.0'}",
        )

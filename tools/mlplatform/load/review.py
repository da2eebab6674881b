"""Reads the people of a change from a file that a forge adapter filled."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.review import Review

_MOST_BYTES = 1024 * 1024
_FIX = "have the forge adapter write it anew; policies/schemas/approvals.schema.json says what it holds"


def read_review(path: Path) -> Review:
    """The review in a file; a Refusal that names the place when it is not exactly one."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise Refusal(f"the approvals have more than {_MOST_BYTES} bytes", fix=_FIX, where=str(path))
        return Review.model_validate(json.loads(data, object_pairs_hook=_once))
    except OSError as why:
        raise Refusal(f"the approvals cannot be read: {why.strerror}", fix=_FIX, where=str(path)) from None
    except ValidationError as refused:
        first = refused.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the document"
        raise Refusal(
            f"the approvals are not right: {place}: {first['msg']}", fix=_FIX, where=str(path)
        ) from None
    except (ValueError, RecursionError) as why:
        raise Refusal(f"the approvals are not JSON: {why}", fix=_FIX, where=str(path)) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are there once: of two, a reader could see one and the judge the other."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found

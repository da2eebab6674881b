"""Read the approvals file, in which an adapter for the Git host wrote the people of a change."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.review import Review

_MOST_BYTES = 1024 * 1024
_FIX = "have the adapter for the Git host write it again, as policies/schemas/approvals.schema.json says"


def read_review(path: Path) -> Review:
    """Read the review in a file; Refusal names the position when it is not valid."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise Refusal(f"the approvals have more than {_MOST_BYTES} bytes", fix=_FIX, where=str(path))
        return Review.model_validate(json.loads(data, object_pairs_hook=_unique))
    except OSError as why:
        raise Refusal(f"the approvals cannot be read: {why.strerror}", fix=_FIX, where=str(path)) from None
    except ValidationError as refused:
        first = refused.errors(include_url=False)[0]
        position = ".".join(map(str, first["loc"])) or "the document"
        raise Refusal(
            f"the approvals are not valid: {position}: {first['msg']}", fix=_FIX, where=str(path)
        ) from None
    except (ValueError, RecursionError) as why:
        raise Refusal(f"the approvals are not JSON: {why}", fix=_FIX, where=str(path)) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; ValueError when a key is used twice, as a reader could see one value and the check the other."""
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key is used twice")
    return values

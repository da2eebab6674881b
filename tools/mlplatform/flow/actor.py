"""Who runs this."""

import getpass
from typing import Any

APPROVED_LOCALLY = "local-unreviewed"


def actor() -> dict[str, Any]:
    """What a statement says of the person or machine that makes it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        user = "unknown"
    return {"identity": user, "approvedBy": [APPROVED_LOCALLY]}

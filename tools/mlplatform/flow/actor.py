"""Names the person or machine that runs a command."""

import getpass
from typing import Any

APPROVED_LOCALLY = "local-unreviewed"


def actor() -> dict[str, Any]:
    """Return the user's name, and how the run was approved, as records on the ledger state them."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        user = "unknown"
    return {"identity": user, "approvedBy": [APPROVED_LOCALLY]}

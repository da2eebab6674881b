"""Names the person or machine that runs a command."""

import getpass
from typing import Any


def actor() -> dict[str, Any]:
    """Return the user's name, as records on the ledger state it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        user = "unknown"
    return {"identity": user}

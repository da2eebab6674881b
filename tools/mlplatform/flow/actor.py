"""Names the person or machine that runs a command."""

import getpass

from mlplatform.core.records.base import as_unicode


def actor() -> str:
    """Return the user's name, as records on the ledger state it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return "unknown"
    return as_unicode(user)

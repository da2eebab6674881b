"""What `platform new` leaves for somebody to write, and what no document may still hold."""

CHANGE_ME = "CHANGE-ME"
NO_NAME = "change-me"
NO_COLUMN = "change_me"
OWNERS = ("owner-one", "owner-two", "owner-three")
NO_DIGEST = "sha256:" + "0" * 64

_WHOLE = frozenset({*OWNERS, NO_NAME, NO_COLUMN, NO_DIGEST})


def is_placeholder(text: str) -> bool:
    """Whether a value, or a key, was left by `platform new`."""
    return text in _WHOLE or CHANGE_ME in text or text.endswith(f"/{NO_NAME}")

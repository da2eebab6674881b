"""The placeholders of `platform new`, which no merged document may contain."""

CHANGE_ME = "CHANGE-ME"
NO_NAME = "change-me"
NO_COLUMN = "change_me"
OWNERS = ("owner-one", "owner-two", "owner-three")
NO_DIGEST = "sha256:" + "0" * 64

_EXACT = frozenset({*OWNERS, NO_NAME, NO_COLUMN, NO_DIGEST})


def is_placeholder(text: str) -> bool:
    """True when a value or a key is a placeholder of `platform new`."""
    return text in _EXACT or CHANGE_ME in text or text.endswith(f"/{NO_NAME}")

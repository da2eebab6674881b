"""Who we are to an MLflow server: from the environment variables that MLflow itself reads, and nowhere else."""

import base64
import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from mlplatform.core.errors import Refusal

USERNAME, PASSWORD, TOKEN = (f"MLFLOW_TRACKING_{what}" for what in ("USERNAME", "PASSWORD", "TOKEN"))
HINT = f"set {USERNAME} and {PASSWORD}, or {TOKEN}"
_THIS_MACHINE = ("127.0.0.1", "localhost")


def authorization(url: str) -> Mapping[str, str]:
    """The header that says who asks, or none. Refusal before a secret would travel unencrypted."""
    header = _header()
    if header and not is_private(url):
        raise Refusal(
            f"the credentials for {url} are not sent, as anybody on the way could read them",
            fix="use an https:// address, or unset the MLFLOW_TRACKING_ variables",
        )
    return {"Authorization": header} if header else {}


def is_private(url: str) -> bool:
    """True when what is said to an address cannot be read on the way."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in _THIS_MACHINE


def _header() -> str:
    username, password, token = (os.environ.get(name) for name in (USERNAME, PASSWORD, TOKEN))
    if username and password:
        return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"
    if token and token.isascii() and token.isprintable():
        return f"Bearer {token}"
    if token:
        raise Refusal(f"{TOKEN} holds characters that no token has", fix="set it to the token alone")
    return ""

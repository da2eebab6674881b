"""Payload stores, chosen by the scheme of an artifact's URI from a literal table."""

from urllib.parse import urlsplit

from mlplatform.providers.artifacts.file import FileStore
from mlplatform.providers.artifacts.interface import ArtifactError, ArtifactStore
from mlplatform.providers.artifacts.mlflow import ProxyStore

STORES: dict[str, ArtifactStore] = {"file": FileStore(), "http": ProxyStore(), "https": ProxyStore()}


def store_for(uri: str) -> ArtifactStore:
    """The store that a URI lies in."""
    scheme = urlsplit(uri).scheme
    if scheme not in STORES:
        raise ArtifactError(f"no artifact store reads {scheme or 'a bare path'}: {uri}")
    return STORES[scheme]

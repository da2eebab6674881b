"""Find where the bytes of a version were pinned before: under which model, as which version."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from mlplatform.core.artifact_use import ArtifactUse, revocations
from mlplatform.core.naming import Kind, parse_path, path_of
from mlplatform.core.payload import DIGEST
from mlplatform.load.history import changes_of, documents_at, is_deployment
from mlplatform.providers.git import Git
from mlplatform.providers.git.past import paths_with
from mlplatform.strict_yaml.parser import parse

_DIGEST = re.compile(DIGEST)


def artifact_uses(git: Git, commit: str, digests: Collection[str]) -> tuple[ArtifactUse, ...]:
    """Return the versions that the first-parent history of a commit pinned with some digests, in any environment.

    `revoked` is what the last document of the model revoked. What is no digest was never pinned.
    """
    digests = [digest for digest in digests if _DIGEST.fullmatch(digest)]
    if not digests:
        return ()
    pins: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for pin, metrics in _pins(git, commit, digests):
        pins.setdefault(pin, []).append(metrics)
    documents = _last_documents(git, commit, {model for model, _, _ in pins})
    present = documents_at(git, [(commit, path_of(Kind.MODEL, model)) for model in documents])
    return tuple(
        sorted(
            (
                ArtifactUse(
                    *pin,
                    (commit, path_of(Kind.MODEL, pin[0])) in present,
                    tuple(revocations(documents.get(pin[0], {}))),
                    tuple(metrics),
                )
                for pin, metrics in pins.items()
            ),
            key=lambda use: (use.model, use.version),
        )
    )


def _pins(
    git: Git, commit: str, digests: Collection[str]
) -> Iterator[tuple[tuple[str, str, str], Mapping[str, Any]]]:
    """Yield model, version and digest of each document that pinned one of the digests, with its metrics.

    Only the documents are read that had one of the digests at some time, or a backslash, which could hide any.
    """
    written = paths_with(git, commit, Kind.DEPLOYMENT.entry.root, "|".join([*digests, r"\\"]))
    changes = changes_of(git, commit, sorted(filter(is_deployment, written)))
    documents = {(change.path, change.oid) for change in changes if change.oid}
    texts = git.blobs(sorted({oid for _, oid in documents}))
    sought = [digest.encode() for digest in digests]
    for path, oid in sorted(documents):
        text = texts[oid]
        if b"\\" not in text and not any(digest in text for digest in sought):
            continue
        data, identity = parse(path, text).data or {}, parse_path(path)
        if identity and data.get("digest") in digests:
            metrics = data.get("metrics")
            pin = str(identity.model), str(data.get("version")), str(data["digest"])
            yield pin, metrics if isinstance(metrics, Mapping) else {}


def _last_documents(git: Git, commit: str, models: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """Return each model's document as it is, or as it was last."""
    paths = {path_of(Kind.MODEL, model): model for model in models}
    newest: dict[str, str] = {}
    for change in git.changes(commit, sorted(paths)) if paths else ():
        if change.oid and change.path in paths:
            newest.setdefault(change.path, change.commit)
    documents = documents_at(git, [(at, path) for path, at in newest.items()])
    return {paths[path]: data for (_, path), data in documents.items()}

"""Registers a trained version in the first environment's registry."""

import re

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Deployment
from mlplatform.core.kinds.base import LABEL, LONGEST_LABEL
from mlplatform.core.names import lookalike
from mlplatform.core.naming import printable
from mlplatform.core.payload import ArtifactRef, digest_of, short_digest
from mlplatform.core.repository import Repository
from mlplatform.core.version_words import require_version
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.registry.interface import (
    Lineage,
    RegisteredVersion,
    Registry,
    TrainingRun,
)
from mlplatform.strict_yaml.characters import hidden


def register(
    repository: Repository, registry: Registry, model: str, version: str, run_id: str
) -> RegisteredVersion:
    """Register what a run produced; Refusal when the run's data sets are not those that the model declares."""
    if model not in repository.models:
        raise Refusal(f"there is no model {model}", fix=f"add models/{model}.yaml first")
    require_version(version)
    run = registry.run(run_id)
    _assert_code_was_committed(run)
    _assert_trained_on_declared_data(repository, model, run.lineage)
    _assert_metrics_fit_a_document(run.lineage)
    digest = digest_of(store_for(run.payload_uri).entries(run.payload_uri, run.payload_folder))
    _assert_not_pinned_otherwise(repository, model, version, digest)
    _assert_no_other_version(registry, model, version, digest)
    _assert_no_other_model(repository, registry, model, digest)
    return registry.add(model, version, ArtifactRef(run.payload_uri, digest, run.payload_folder), run.lineage)


def _assert_code_was_committed(run: TrainingRun) -> None:
    """Refusal when the run says that its code was not what its commit has: lineage would name other code."""
    if run.uncommitted and run.uncommitted != "none":
        commit = (run.lineage.commit or "no commit")[:12]
        raise Refusal(
            f"run {run.lineage.run} was trained by code that is not in its commit {commit}: "
            f"{printable(run.uncommitted)[:200]}",
            fix="commit the code, and train again",
        )


def _assert_trained_on_declared_data(repository: Repository, model: str, lineage: Lineage) -> None:
    document = repository.models[model]
    declared = {
        name: repository.datasets[name].body.digest
        for name in document.body.data.datasets
        if name in repository.datasets
    }
    if dict(lineage.data) == declared:
        return
    wrong = sorted(k for k in declared.keys() | lineage.data.keys() if declared.get(k) != lineage.data.get(k))
    line, column = document.position(("data", "datasets"))
    raise Refusal(
        f"run {lineage.run} was not trained on the declared data: {', '.join(wrong)} differ",
        fix="train again on the data set as its document describes it, and log its digest",
        where=f"{document.path}:{line}:{column}",
    )


def _assert_metrics_fit_a_document(lineage: Lineage) -> None:
    """Refusal for a metric that no deployment could state: a version that cannot be pinned is not registered."""
    for name in sorted(lineage.metrics):
        if not re.fullmatch(LABEL, name) or len(name) > LONGEST_LABEL or hidden(name) or lookalike(name):
            raise Refusal(
                f"run {lineage.run} measured {name!a}, and no document can hold a metric of that name",
                fix=f"log it under a name of at most {LONGEST_LABEL} visible characters, without blanks at its ends",
            )


def _assert_not_pinned_otherwise(repository: Repository, model: str, version: str, digest: str) -> None:
    """Refusal when a document pins this version with another digest: reviewed YAML is kept."""
    for environment, declared in repository.deployments.items():
        document = declared.get(model)
        if document and _pins_otherwise(document.body, version, digest):
            line, column = document.position(("digest",))
            raise Refusal(
                f"training {model} {version} gave {short_digest(digest)} and {environment} pins "
                f"{short_digest(document.body.digest)}: the artifact differs from the reviewed one",
                fix="install the locked requirements and train the reviewed code, or give it a new version",
                where=f"{document.path}:{line}:{column}",
            )


def _assert_no_other_version(registry: Registry, model: str, version: str, digest: str) -> None:
    """Refusal for an artifact under two versions: a server names what it serves by the digest."""
    registered = registry.read().by_digest(model, digest)
    if registered and registered.version != version:
        raise Refusal(
            f"this artifact is registered as {model} {registered.version} already",
            fix=f"use {registered.version}, or train what differs",
        )


def _assert_no_other_model(repository: Repository, registry: Registry, model: str, digest: str) -> None:
    """Refusal for the artifact of another model: it carries what that one was trained on, whatever this run says."""
    for other, versions in registry.read().versions.items():
        for registered in versions.values():
            if other != model and other in repository.models and registered.ref.digest == digest:
                raise Refusal(
                    f"this artifact is {other} {registered.version}, and another model may not have it",
                    fix=f"train {model} on its own data; for a new name of {other} remove models/{other}.yaml",
                )


def _pins_otherwise(body: Deployment, version: str, digest: str) -> bool:
    return body.version == version and body.digest != digest

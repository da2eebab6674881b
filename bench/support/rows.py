"""Registered models as rows of MLflow's database: its client would take minutes for what it is asked here once."""

import time
from collections.abc import Mapping, Sequence

from mlflow.store.model_registry.dbmodels import models as tables
from sqlalchemy import create_engine, insert, text

from mlplatform.core.payload import ArtifactRef
from mlplatform.providers.registry.interface import Lineage, RegisteredVersion
from mlplatform.providers.registry.mlflow.tags import to_tags

RUN, COMMIT = "0123456789abcdef" * 2, "0123456789" * 4


def place_of(digest: str) -> str:
    """Where the artifacts of a version lie: one place for all models."""
    return f"1/{RUN}/artifacts/{digest[7:]}"


def fill(
    database: str,
    prefix: str,
    digests: Mapping[str, str],
    models: Sequence[str],
    metrics: Mapping[str, float],
    aliases: Mapping[str, str],
) -> None:
    """Every model with every version (semver to digest), and these aliases."""
    now = int(time.time() * 1000)
    place = [{"workspace": "default", "name": prefix + model.replace("/", ".")} for model in models]
    dated = {"creation_time": now, "last_updated_time": now}
    versions, tags, named = [], [], []
    for model, key in zip(models, place, strict=True):
        for number, (semver, digest) in enumerate(digests.items(), start=1):
            source = f"mlflow-artifacts:/{place_of(digest)}"
            lineage = Lineage(RUN, COMMIT, {}, metrics)
            said = to_tags(RegisteredVersion(model, semver, ArtifactRef(source, digest), lineage))
            status = {"current_stage": "None", "status": "READY", "source": source}
            versions.append({**key, "version": number, **dated, **status})
            tags += [{**key, "version": number, "key": k, "value": v} for k, v in said.items()]
        numbers = {semver: number for number, semver in enumerate(digests, start=1)}
        named += [{**key, "alias": alias, "version": numbers[semver]} for alias, semver in aliases.items()]
    with create_engine(database).begin() as connection:
        connection.execute(insert(tables.SqlRegisteredModel), [{**key, **dated} for key in place])
        connection.execute(insert(tables.SqlModelVersion), versions)
        connection.execute(insert(tables.SqlModelVersionTag), tags)
        connection.execute(insert(tables.SqlRegisteredModelAlias), named)
        connection.execute(text("ANALYZE"))  # as autovacuum would within the minute

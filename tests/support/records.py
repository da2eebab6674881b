"""Statements for tests: what a test does not care about is filled in."""

from collections.abc import Iterable
from typing import Any

from mlplatform.core.outcome import Outcome
from mlplatform.core.plan import Plan
from mlplatform.core.records.base import parse
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.header import RunHeader
from mlplatform.core.records.registration import RegistrationPredicate
from mlplatform.core.records.retry import RetryPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.record.ledger import Record
from tests.support.values import COMMIT, digest

DIGEST = "sha256:" + "e" * 64
SIGNATURE = {"inputs": [{"name": "X", "type": "FP32", "shape": [-1, 2]}], "outputs": []}


def run_header(**keys: Any) -> RunHeader:
    return parse(RunHeader, {"identity": "ada", **keys})


def apply_record(environment: str = "production", outcomes: Iterable[Outcome] = (), **keys: Any) -> Statement:
    """The record of an apply; `keys` are any that it may have."""
    header = {"identity": "ada", "environment": environment, "target": "laptop", "commit": COMMIT}
    listed = [{"reason": "", **outcome.as_json()} for outcome in outcomes]
    values = {**header, "digest": DIGEST, "refused": [], "outcomes": listed, **keys}
    return Statement.of(parse(DeploymentPredicate, values))


def plan_record(plan: Plan, outcomes: Iterable[Outcome] = (), **keys: Any) -> Statement:
    """The record of an apply of a plan."""
    header = {key: value for key, value in plan.as_json().items() if key != "changes"}
    return apply_record(**{**header, "outcomes": outcomes, **keys})


def registration_record(model: str, version: str, environment: str = "development", **keys: Any) -> Statement:
    made_from = {"run": "run-1", "commit": "f" * 40, "data": {}, "metrics": {}}
    about = {"environment": environment, "model": model, "version": version, "digest": digest(version)}
    return Statement.of(parse(RegistrationPredicate, {**about, **made_from, **keys}))


def retry_record(model: str, version: str, environment: str = "production", **keys: Any) -> Statement:
    about = {"environment": environment, "model": model, "version": version, "digest": digest(version)}
    return Statement.of(parse(RetryPredicate, {**about, "identity": "ada", "reason": "repaired", **keys}))


def candidate(version: str, digest_of: str | None = None, **keys: Any) -> dict[str, Any]:
    """The values of a version to be loaded or probed."""
    served = {"source": None, "format": "onnx", "signature": SIGNATURE, "instances": 1}
    return {"version": version, "digest": digest_of or digest(version), **served, **keys}


def predicate_json(record: Record) -> dict[str, Any]:
    """The predicate of a record on a ledger, as it was written."""
    values: dict[str, Any] = record.statement.as_json()["predicate"]
    return values


def copied(version: str, **keys: Any) -> dict[str, Any]:
    """The values of a version that is copied from the environment before."""
    source = {"from": "integration", "source": "file:///registry"}
    made_from = {"run": "run-1", "commit": "f" * 40, "data": {}, "metrics": {}}
    return {"version": version, "digest": digest(version), **source, **made_from, **keys}

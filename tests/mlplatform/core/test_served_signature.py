"""A version is what it answered as, whatever its model's document says by now."""

from collections.abc import Mapping
from typing import Any

from mlplatform.core.kinds import Model
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.served_signature import ServedSignature, proven, refuted, signature_of
from mlplatform.core.statement import Statement, deployment_statement
from tests.support.values import digest, model

TUMOUR = "clinic/tumour"
MODEL = Model.model_validate(model())
NOW = ServedSignature.by(MODEL)
THEN = ServedSignature("pyfunc", {"inputs": [{"name": "Z", "type": "FP64", "shape": [-1]}], "outputs": []})
VERSION = TUMOUR, digest("1.0.0")


def tried(
    action: Action, result: Result, signed: ServedSignature, environment: str = "production"
) -> Statement:
    after: Mapping[str, Any] = {
        "version": "1.0.0",
        "digest": VERSION[1],
        "format": signed.format,
        "signature": signed.signature,
    }
    outcome = Outcome(Change(action, "triton", TUMOUR, None, after), result)
    return deployment_statement({"environment": environment, "commit": "c" * 40}, [outcome.as_json()])


def test_a_version_that_answered_anywhere_is_served_as_it_answered_last() -> None:
    known = proven(
        [
            tried(Action.PROBE, Result.APPLIED, NOW),
            tried(Action.PROBE, Result.APPLIED, THEN, environment="development"),
        ]
    )
    assert signature_of(TUMOUR, MODEL, VERSION[1], known) == THEN


def test_a_version_that_never_answered_is_served_as_its_document_says() -> None:
    known = proven(
        [
            tried(Action.LOAD, Result.APPLIED, THEN),
            tried(Action.PROBE, Result.FAILED, THEN),
            tried(Action.PROBE, Result.NOT_ATTEMPTED, THEN),
        ]
    )
    assert known == {}
    assert signature_of(TUMOUR, MODEL, VERSION[1], known) == NOW


def test_another_model_of_the_same_bytes_has_a_signature_of_its_own() -> None:
    known = proven([tried(Action.PROBE, Result.APPLIED, THEN)])
    assert signature_of("clinic/progression", MODEL, VERSION[1], known) == NOW


def test_what_a_version_failed_as_is_known() -> None:
    statements = [
        tried(Action.LOAD, Result.FAILED, THEN),
        tried(Action.PROBE, Result.FAILED, NOW),
        tried(Action.PROBE, Result.APPLIED, NOW),
    ]
    assert refuted(statements) == {VERSION: (THEN, NOW)}

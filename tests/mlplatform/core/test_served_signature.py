"""A version is what it answered as, whatever its model's document says by now."""

from mlplatform.core.kinds import Model
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.records.base import parse
from mlplatform.core.records.changes import RecordedSignature
from mlplatform.core.records.statement import Statement
from mlplatform.core.served_signature import ServedSignature, proven, refuted, signature_of
from tests.support.records import apply_record, candidate
from tests.support.values import digest, model

TUMOUR = "clinic/tumour"
MODEL = Model.model_validate(model())
NOW = ServedSignature.by(MODEL)
SIGNATURE = {"inputs": [{"name": "Z", "type": "FP64", "shape": [-1]}], "outputs": []}
THEN = ServedSignature("pyfunc", parse(RecordedSignature, SIGNATURE))
VERSION = TUMOUR, digest("1.0.0")


def tried(
    action: Action, result: Result, signed: ServedSignature, environment: str = "production"
) -> Statement:
    after = candidate("1.0.0", format=signed.format, signature=signed.signature.as_json())
    outcome = Outcome(Change(action, "triton", TUMOUR, None, after), result)
    return apply_record(environment, [outcome])


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

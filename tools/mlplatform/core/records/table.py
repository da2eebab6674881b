"""The predicates that this release reads, by their type: to add one is one line."""

from mlplatform.core.records.base import Predicate
from mlplatform.core.records.change import ChangePredicate
from mlplatform.core.records.controls import ControlsPredicate
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.emergency import EmergencyPredicate, EmergencyReviewPredicate
from mlplatform.core.records.hold import HoldPredicate
from mlplatform.core.records.intent import IntentPredicate
from mlplatform.core.records.key import KeyPredicate
from mlplatform.core.records.registration import RegistrationPredicate
from mlplatform.core.records.retry import RetryPredicate
from mlplatform.core.records.snapshot import SnapshotPredicate
from mlplatform.core.records.validation import ValidationPredicate

_PREDICATES: tuple[type[Predicate], ...] = (
    ChangePredicate,
    ControlsPredicate,
    DeploymentPredicate,
    EmergencyPredicate,
    EmergencyReviewPredicate,
    HoldPredicate,
    IntentPredicate,
    KeyPredicate,
    RegistrationPredicate,
    RetryPredicate,
    SnapshotPredicate,
    ValidationPredicate,
)
PREDICATES = {predicate.predicate_type: predicate for predicate in _PREDICATES}


def short_name(predicate_type: str) -> str:
    """Return what people call a type of predicate: `deployment` for `urn:mlplatform:predicate:deployment:v1`."""
    return predicate_type.removeprefix("urn:mlplatform:predicate:").rsplit(":", 1)[0]

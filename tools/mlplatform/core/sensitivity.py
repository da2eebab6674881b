"""How sensitive data is: the same as policies/rego/lib/sensitivity.rego."""

from mlplatform.core.kinds.base import Classification
from mlplatform.core.kinds.dataset import Dataset

_RANKS: dict[Classification, int] = {"public": 0, "internal": 1, "confidential": 2, "pii": 3}


def sensitivity(dataset: Dataset) -> Classification:
    """Return a data set's own classification, or that of its most sensitive column when that is higher."""
    classifications = (
        dataset.classification,
        *(column.classification for column in dataset.columns.values()),
    )
    return max(classifications, key=_RANKS.__getitem__)


def covers(clearance: Classification, classification: Classification) -> bool:
    """True when a clearance is at least as high as a classification."""
    return _RANKS[classification] <= _RANKS[clearance]

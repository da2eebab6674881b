"""What two environments pin differently."""

from typing import Any

from mlplatform.observe.environment_diff import PinDifference, deployment_differences
from tests.support.values import deployment, digest, repository

TUMOUR = "clinic/tumour"


def differences(left: dict[str, Any], right: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    pins = repository({"integration": left, "production": right}).deployments
    found = deployment_differences(pins["integration"], pins["production"])
    return [(one.model, one.key, one.left, one.right) for one in found]


def test_version_digest_metrics_resources_and_rollout_are_compared_key_by_key() -> None:
    other = deployment("1.1.0", metrics={"auc": 0.9, "recall": 0.8})
    other["serving"]["instances"] = 3
    other["rollout"] = {"strategy": "canary", "steps": [10, 50], "stepSeconds": 60}
    assert differences({TUMOUR: deployment("1.0.0")}, {TUMOUR: other}) == [
        (TUMOUR, "version", "1.0.0", "1.1.0"),
        (TUMOUR, "digest", digest("1.0.0"), digest("1.1.0")),
        (TUMOUR, "metrics.auc", 0.95, 0.9),
        (TUMOUR, "serving.instances", 1, 3),
        (TUMOUR, "rollout.strategy", "all", "canary"),
        (TUMOUR, "rollout.steps", [], [10, 50]),
        (TUMOUR, "rollout.stepSeconds", None, 60),
        (TUMOUR, "metrics.recall", None, 0.8),
    ]


def test_where_a_version_came_from_is_no_difference() -> None:
    other = {**deployment("1.0.0"), "from": {"environment": "development", "run": "r"}}
    assert differences({TUMOUR: deployment("1.0.0")}, {TUMOUR: other}) == []


def test_a_model_that_one_side_does_not_pin_is_its_version_alone() -> None:
    pins = repository({"integration": {TUMOUR: deployment("1.0.0")}}).deployments["integration"]
    assert deployment_differences(pins, {}) == (PinDifference(TUMOUR, "version", "1.0.0", None),)
    assert deployment_differences({}, pins) == (PinDifference(TUMOUR, "version", None, "1.0.0"),)

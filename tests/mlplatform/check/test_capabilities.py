"""What a provider cannot do is refused before the merge, never ignored."""

import pytest

from tests.support.repository import NEW, good_repository, judged, said, with_change

PRODUCTION = "environments/production/environment.yaml"
PINNED = "environments/production/reading/recommender.yaml"
OTHER = f"{{version: 1.1.0, digest: {NEW}, percent: 10}}"

CASES = {
    "a provider that is not there yet": (
        (PRODUCTION, "provider: triton", "provider: kserve"),
        [f"{PRODUCTION}:6:11 capability-provider there is no serving by kserve yet"],
    ),
    "a shared registry after one that is on one machine": (
        (PRODUCTION, "uri: local", "uri: https://mlflow.example.com"),
        [
            f"{PRODUCTION}:5:30 capability-uri mlflow at https://mlflow.example.com is shared, and promotes from "
            "integration, whose registry is on one machine only"
        ],
    ),
    "a registry that anybody on the way can read": (
        ("environments/development/environment.yaml", "uri: local", "uri: http://mlflow.example.com"),
        [
            "environments/development/environment.yaml:4:30 capability-uri mlflow at http://mlflow.example.com is "
            "reached without encryption"
        ],
    ),
    "a server elsewhere": (
        (PRODUCTION, "provider: triton", "provider: triton, uri: https://triton.example.com"),
        [
            f"{PRODUCTION}:6:29 capability-uri triton at https://triton.example.com cannot be reached from here yet"
        ],
    ),
    "a canary": (
        (PINNED, "strategy: all", "strategy: canary, steps: [5, 50]"),
        [f"{PINNED}:7:11 capability-rollout triton does not roll out by canary"],
    ),
    "steps that the strategy does not heed": (
        (PINNED, "strategy: all", "strategy: all, steps: [5, 50]"),
        [f"{PINNED}:7:26 capability-rollout the strategy all moves all requests at once and heeds no steps"],
    ),
    "an experiment": (
        (
            PINNED,
            "rollout:",
            f"experiment: {{id: exp-7, challenger: {{version: 1.1.0, digest: {NEW}}}, percent: 10}}\nrollout:",
        ),
        [f"{PINNED}:7:1 capability-experiment triton runs no experiments yet"],
    ),
    "a shadow": (
        (PINNED, "rollout:", f"shadow: {OTHER}\nrollout:"),
        [f"{PINNED}:7:1 capability-shadow triton runs no shadows yet"],
    ),
    "a GPU": (
        (PINNED, "count: 0", "count: 1"),
        [f"{PINNED}:6:53 capability-gpu triton gives no GPU here"],
    ),
}


@pytest.mark.parametrize(("change", "expected"), CASES.values(), ids=CASES)
def test_what_the_provider_cannot_do_is_found(change: tuple[str, str, str], expected: list[str]) -> None:
    assert said(judged(with_change(good_repository(), *change))) == expected


def test_a_format_that_the_provider_does_not_serve_is_found_at_each_deployment() -> None:
    checked = judged(
        with_change(good_repository(), "models/reading/recommender.yaml", "format: onnx", "format: tensorrt")
    )
    assert [line.split(" ", 1)[1] for line in said(checked)] == [
        "capability-format triton does not serve models of format tensorrt"
    ] * 3


def test_registries_that_are_all_shared_are_right() -> None:
    files = good_repository()
    for name in ("development", "integration", "production"):
        path = f"environments/{name}/environment.yaml"
        files = with_change(files, path, "uri: local", f'uri: https://mlflow.example.com, prefix: "{name}."')
    assert said(judged(files)) == []

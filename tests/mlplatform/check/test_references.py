"""Every reference resolves, and each that does not is one finding where it stands."""

from collections.abc import Mapping

import pytest

from mlplatform.core.payload import digest_of_bytes
from tests.support.repository import (
    WORDS,
    good_repository,
    judged,
    said,
    second_tenant,
    with_change,
    without,
)

TENANT = "tenants/reading/tenant.yaml"
EVENTS = "tenants/reading/datasets/events.yaml"
LEXICON = "tenants/reading/datasets/lexicon.yaml"
MODEL = "models/reading/recommender.yaml"
DEVELOPMENT = "environments/development/environment.yaml"
INTEGRATION = "environments/integration/environment.yaml"
PRODUCTION = "environments/production/environment.yaml"
FIRST = "environments/development/reading/recommender.yaml"
OTHER = "sha256:" + "f" * 64
PINNED = "environments/production/reading/recommender.yaml"

BROKEN = {
    "a data set that is not there": (
        (MODEL, "reading/events,", "reading/event,"),
        f"{MODEL}:9:19 link-dataset there is no data set reading/event",
    ),
    "a gate for an environment that is not there": (
        (MODEL, "  integration: {auc", "  staging: {auc"),
        f"{MODEL}:11:3 link-environment there is no environment staging",
    ),
    "a quota for an environment that is not there": (
        (TENANT, "  production: {gpu", "  prod: {gpu"),
        f"{TENANT}:11:3 link-environment there is no environment prod",
    ),
    "an owner from somewhere else": (
        (EVENTS, "owner: ada", "owner: mallory"),
        f"{EVENTS}:2:1 link-owner mallory is neither an owner nor a member of tenant reading",
    ),
    "data shared with nobody we know": (
        (EVENTS, "sharedWith: []", "sharedWith: [school]"),
        f"{EVENTS}:14:14 link-tenant there is no tenant school",
    ),
    "data whose digest is another": (
        (
            LEXICON,
            "digest: sha256:",
            f"digest: {OTHER} #",
        ),
        f"{LEXICON}:6:1 link-data examples/data/reading/words.csv has the digest {digest_of_bytes(WORDS.encode())}",
    ),
    "data that is another tenant's": (
        (LEXICON, "data/reading/", "data/school/"),
        f"{LEXICON}:3:1 link-data examples/data/school/words.csv is not tenant reading's",
    ),
    "data that is not there": (
        (LEXICON, "words.csv", "verbs.csv"),
        f"{LEXICON}:3:1 link-data there is no file examples/data/reading/verbs.csv",
    ),
    "a promotion from nowhere": (
        (PRODUCTION, "promotesFrom: integration", "promotesFrom: staging"),
        f"{PRODUCTION}:3:1 link-environment there is no environment staging",
    ),
    "a promotion that says another environment": (
        (PINNED, "environment: integration", "environment: development"),
        f"{PINNED}:4:8 link-origin production promotes from integration, and from names development",
    ),
    "a promotion that says no environment": (
        (PINNED, "environment: integration, ", ""),
        f"{PINNED}:4:1 link-origin production promotes from integration, and from names no environment",
    ),
    "a promotion to the first environment": (
        (FIRST, "from: {", "from: {environment: integration, "),
        f"{FIRST}:4:8 link-origin nothing is promoted to development: it is the first",
    ),
    "other data than the model's": (
        (PINNED, "reading/lexicon:", "reading/glossary:"),
        f"{PINNED}:4:34 link-origin from.data names reading/events, reading/glossary "
        "and the model reads reading/events, reading/lexicon",
    ),
}


@pytest.mark.parametrize(("change", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_broken_reference_is_found_where_it_stands(change: tuple[str, str, str], expected: str) -> None:
    found = [line for line in said(judged(with_change(good_repository(), *change))) if " link-" in line]
    assert found == [expected]


SCRIPT = "examples/training/reading_recommender.py"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (SCRIPT, []),
        ("examples/training/reading_other.py", ["there is no file examples/training/reading_other.py"]),
        (
            "examples/training/school_predictor.py",
            ["examples/training/school_predictor.py is not tenant reading's"],
        ),
        ("examples/training/csv_data.py", ["examples/training/csv_data.py is not tenant reading's"]),
        (
            "examples/training/reading/x.py",
            ["examples/training/reading/x.py is not tenant reading's"],
        ),
    ],
)
def test_a_model_is_trained_by_a_script_of_its_tenant_that_is_there(script: str, expected: list[str]) -> None:
    there = {SCRIPT: "", "examples/training/school_predictor.py": "", "examples/training/csv_data.py": ""}
    files = with_change(
        {**good_repository(), **there}, MODEL, "gates:", f"training: {{script: {script}}}\ngates:"
    )
    assert said(judged(files)) == [f"{MODEL}:10:12 link-training {line}" for line in expected]


def test_a_broken_reference_is_found_once() -> None:
    checked = judged(with_change(good_repository(), MODEL, "reading/events,", "reading/event,"))
    assert [finding.rule for finding in checked.findings if finding.path == MODEL] == ["link-dataset"]


def test_the_name_that_was_meant_is_offered() -> None:
    checked = judged(with_change(good_repository(), MODEL, "reading/events,", "reading/event,"))
    assert [finding.fix for finding in checked.findings if finding.rule == "link-dataset"] == [
        "did you mean reading/events?"
    ]


def test_from_data_may_be_left_out() -> None:
    files = good_repository()
    line = next(line for line in files[PINNED].splitlines() if line.startswith("from:"))
    assert said(judged(with_change(files, PINNED, line, "from: {environment: integration}"))) == []


def test_a_member_may_own_a_data_set_whatever_the_case_of_the_letters() -> None:
    assert said(judged(with_change(good_repository(), EVENTS, "owner: ada", "owner: Linus"))) == []


@pytest.mark.parametrize(
    ("gone", "rules"),
    [
        ("platform.yaml", {"link-platform"}),
        (TENANT, {"link-tenant"}),
        (MODEL, {"link-model"}),
        (INTEGRATION, {"link-environment"}),
        (EVENTS, {"link-dataset"}),
    ],
)
def test_what_refers_to_a_document_that_is_gone_says_so(gone: str, rules: set[str]) -> None:
    assert {finding.rule for finding in judged(without(good_repository(), gone)).findings} == rules


def test_each_deployment_of_a_model_that_is_gone_is_a_finding() -> None:
    found = judged(without(good_repository(), MODEL)).findings
    assert [finding.path for finding in found] == [
        f"environments/{environment}/reading/recommender.yaml"
        for environment in ("development", "integration", "production")
    ]


def _orders(development: int, integration: int, production: int) -> Mapping[str, str]:
    files = good_repository()
    files = with_change(files, DEVELOPMENT, "order: 1", f"order: {development}")
    files = with_change(files, INTEGRATION, "order: 2", f"order: {integration}")
    return with_change(files, PRODUCTION, "order: 3", f"order: {production}")


def test_orders_grow_along_the_way_of_promotion() -> None:
    assert said(judged(_orders(10, 20, 30))) == []
    assert [line.split()[0] for line in said(judged(_orders(1, 2, 2)))] == [f"{PRODUCTION}:3:1"]


def test_environments_that_promote_in_a_circle_are_found() -> None:
    files = with_change(good_repository(), DEVELOPMENT, "order: 1", "order: 1\npromotesFrom: production")
    assert said(judged(files), "link-order") == [
        f"{DEVELOPMENT}:3:1 link-order production has order 3 and does not come before order 1"
    ]


def test_an_environment_that_promotes_from_itself_is_found() -> None:
    files = with_change(
        good_repository(), PRODUCTION, "promotesFrom: integration", "promotesFrom: production"
    )
    assert len(said(judged(files), "link-order")) == 1


def test_only_the_first_environment_promotes_from_nowhere() -> None:
    files = with_change(good_repository(), PRODUCTION, "promotesFrom: integration\n", "")
    assert said(judged(files), "link-order") == [
        f"{PRODUCTION}:2:1 link-order production promotes from nowhere, and development comes before it"
    ]


def test_environments_that_share_a_registry_are_both_found() -> None:
    files = good_repository()
    for path in (INTEGRATION, PRODUCTION):
        files = with_change(files, path, "uri: local", "uri: http://mlflow.example.com")
    assert [line.split(" link-")[0] for line in said(judged(files), "link-registry")] == [
        f"{INTEGRATION}:5:30",
        f"{PRODUCTION}:5:30",
    ]


def test_a_prefix_of_its_own_makes_a_shared_registry_two() -> None:
    files = good_repository()
    for path, prefix in ((INTEGRATION, "int."), (PRODUCTION, "prod.")):
        new = f'uri: http://mlflow.example.com, prefix: "{prefix}"'
        files = with_change(files, path, "uri: local", new)
    assert said(judged(files), "link-registry") == []


def test_another_tenants_data_set_may_be_read() -> None:
    files = {**good_repository(), **second_tenant()}
    changed = with_change(files, MODEL, "reading/lexicon", "school/grades")
    assert said(judged(changed), "link-dataset") == []

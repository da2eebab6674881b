"""A finding stops what it touches, and nothing else."""

from dataclasses import replace

import pytest

from mlplatform.check import references
from mlplatform.check.check import check
from mlplatform.core.finding import error
from mlplatform.core.naming import Kind, parse_path
from mlplatform.providers.policy import connect_engine
from tests.support.repository import (
    good_repository,
    judged,
    loaded,
    said,
    second_tenant,
    with_change,
    without,
)

ALL = {"development", "integration", "production"}
EVENTS = "tenants/reading/datasets/events.yaml"
GRADES = "tenants/school/datasets/grades.yaml"
MODEL = "models/reading/recommender.yaml"
PINNED = "environments/production/reading/recommender.yaml"
PRODUCTION = "environments/production/environment.yaml"


def _two_tenants() -> dict[str, str]:
    return {**good_repository(), **second_tenant()}


def _reading_reads_grades() -> dict[str, str]:
    files = with_change(_two_tenants(), MODEL, "reading/lexicon", "school/grades")
    for environment in ALL:
        path = f"environments/{environment}/reading/recommender.yaml"
        files = with_change(files, path, "reading/lexicon", "school/grades")
    return files


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("tenants/reading/tenant.yaml", "clearance: pii", "clearance: all"),
        (EVENTS, "region: us-east-1", "region: 7"),
        (EVENTS, "inTransit: tls", "inTransit: none"),
        (EVENTS, "schema: dataset/v1", "schema: dataset/v2"),
        (MODEL, "owner: ada", "owner: mallory"),
        (PINNED, "auc: 0.93", "auc: 0.2"),
        (PINNED, "schema: deployment/v1", "{"),
    ],
)
def test_an_error_in_a_tenants_document_blocks_that_tenant_only(path: str, old: str, new: str) -> None:
    repository = judged(with_change(_two_tenants(), path, old, new)).repository
    assert set(repository.blocked_tenants) == {"reading"}
    assert not repository.blocked_environments
    assert repository.blocked("production", "school") is None


def test_the_first_error_says_why() -> None:
    files = with_change(good_repository(), PINNED, "auc: 0.93", "auc: 0.2")
    why = judged(files).repository.blocked("production", "reading")
    assert why is not None
    assert (why.path, why.rule) == (PINNED, "gates-met")


def test_an_error_in_a_data_set_blocks_every_tenant_that_reads_it() -> None:
    files = with_change(_reading_reads_grades(), GRADES, "inTransit: tls", "inTransit: none")
    repository = judged(files).repository
    assert set(repository.blocked_tenants) == {"reading", "school"}
    assert repository.blocked_tenants["reading"].path == GRADES


def test_a_data_set_that_cannot_be_read_blocks_every_tenant_that_reads_it() -> None:
    files = with_change(_reading_reads_grades(), GRADES, "schema: dataset/v1", "{")
    checked = judged(files)
    assert {finding.path for finding in checked.findings} == {GRADES}
    assert set(checked.repository.blocked_tenants) == {"reading", "school"}


def test_another_error_of_the_tenant_that_shares_its_data_blocks_nobody_else() -> None:
    files = with_change(_reading_reads_grades(), "tenants/school/tenant.yaml", "costCenter: K8-SCHOOL\n", "")
    assert set(judged(files).repository.blocked_tenants) == {"school"}


@pytest.mark.parametrize(("old", "new"), [("order: 3", "order: three"), ("schema: environment/v1", "{")])
def test_an_error_in_an_environments_document_blocks_that_environment(old: str, new: str) -> None:
    checked = judged(with_change(_two_tenants(), PRODUCTION, old, new))
    assert {finding.path for finding in checked.findings} == {PRODUCTION}
    assert set(checked.repository.blocked_environments) == {"production"}
    assert not checked.repository.blocked_tenants


def test_an_error_in_an_environment_does_not_block_the_next_one() -> None:
    checked = judged(
        with_change(good_repository(), "environments/integration/environment.yaml", "order: 2", "order: x")
    )
    assert set(checked.repository.blocked_environments) == {"integration"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("platform.yaml", "schema: platform/v1\nteam: [margaret]\nownedPaths: [tools/]\n"),
        ("platform.yaml", "{"),
        ("policies/rego/encryption.rego", "package platform.encryption\nallow := {"),
        ("policies/schemas/organisation/tenant.json", "{"),
        ("policies/schemas/organisation/nobody.json", "{}"),
        ("tenants/astray.yaml", "schema: tenant/v1\n"),
    ],
)
def test_an_error_in_what_belongs_to_everybody_blocks_every_environment(path: str, text: str) -> None:
    repository = judged({**_two_tenants(), path: text}).repository
    assert set(repository.blocked_environments) == ALL
    assert not repository.blocked_tenants


def test_a_missing_platform_document_blocks_every_environment() -> None:
    assert set(judged(without(good_repository(), "platform.yaml")).repository.blocked_environments) == ALL


def test_a_file_that_is_no_document_blocks_the_tenant_whose_folder_it_is_in() -> None:
    files = {**_two_tenants(), "environments/production/reading/recommender.yml": "schema: deployment/v1\n"}
    assert set(judged(files).repository.blocked_tenants) == {"reading"}


def test_a_data_file_that_cannot_be_read_blocks_its_tenant() -> None:
    found = loaded(_two_tenants())
    unreadable = error("path-symlink", "examples/data/reading/words.csv", "a symbolic link")
    checked = check(replace(found, findings=(unreadable,)), connect_engine(found.policies))
    assert set(checked.repository.blocked_tenants) == {"reading"}
    assert not checked.repository.blocked_environments


def test_every_document_that_policies_skip_is_blocked() -> None:
    """A document that refers to a broken one is not judged; then something has to keep it from being planned."""
    files = _reading_reads_grades()
    for broken in [path for path in files if path.endswith(".yaml")]:
        repository = judged({**files, broken: "{"}).repository
        kind = parse_path(broken)
        assert kind is not None
        for environment, models in repository.deployments.items():
            for model in models:
                tenant = model.split("/")[0]
                is_touched = (
                    kind.kind is Kind.PLATFORM
                    or (kind.environment == environment and kind.kind is Kind.ENVIRONMENT)
                    or kind.tenant == tenant
                    or (broken == GRADES and tenant == "reading")
                )
                assert (repository.blocked(environment, tenant) is not None) is is_touched, (
                    broken,
                    environment,
                    model,
                )


def test_a_judge_that_crashes_is_found_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyError("nowhere")

    monkeypatch.setattr(references, "_missing", crash)
    files = with_change(good_repository(), EVENTS, "inTransit: tls", "inTransit: none")
    checked = judged(files)
    (crashed,) = [finding for finding in checked.findings if finding.rule == "check-crashed"]
    assert crashed.message.startswith("the judge of links crashed: KeyError: 'nowhere'")
    assert set(checked.repository.blocked_environments) == ALL
    assert said(checked, "encryption-in-transit")

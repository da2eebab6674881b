"""Paths are found by the kind of their document, by tenant, and by the document that they refer to."""

from mlplatform.core.naming import Identity, Kind
from mlplatform.load.path_index import PathIndex
from tests.support.repository import good_repository, second_tenant

MODEL = "reading/recommender"
PINS = {f"environments/{name}/{MODEL}.yaml" for name in ("development", "integration", "production")}
INDEX = PathIndex({*good_repository(), *second_tenant(), "README.md"})


def test_a_path_is_of_the_kind_that_it_says() -> None:
    assert INDEX.of_kind[Kind.TENANT] == {"tenants/reading/tenant.yaml", "tenants/school/tenant.yaml"}
    assert "README.md" not in set().union(*INDEX.of_kind.values())


def test_the_deployments_of_a_tenant_are_those_in_every_environment() -> None:
    assert INDEX.deployments_of({"reading"}) == PINS


def test_the_paths_that_refer_to_a_model_are_its_deployments() -> None:
    assert INDEX.children(Identity(Kind.MODEL, MODEL)) == PINS

"""Which deployments a command is about."""

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.finding import error
from mlplatform.flow.selection import EVERYTHING, Selection
from tests.support.values import ENVIRONMENTS, deployment, repository

REPOSITORY = repository({"production": {"clinic/tumour": deployment("1.0.0")}})


def test_without_a_filter_everything_is_selected() -> None:
    assert EVERYTHING.environments(REPOSITORY) == ENVIRONMENTS
    assert EVERYTHING.includes("clinic/tumour")
    EVERYTHING.require_match(repository({}))


def test_a_model_and_a_tenant_both_have_to_match() -> None:
    assert Selection(tenant="clinic").includes("clinic/tumour")
    assert not Selection(tenant="clin").includes("clinic/tumour")
    assert not Selection("clinic/tumour", "postal").includes("clinic/tumour")


def test_an_environment_that_is_not_declared_is_refused_with_those_that_are() -> None:
    with pytest.raises(Refusal, match="there are: development, integration, production"):
        Selection(environment="staging").environments(REPOSITORY)


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (Selection("clinic/tumor"), "there is no model clinic/tumor"),
        (Selection("clinic/tumour", "postal"), "there is no model clinic/tumour of tenant postal"),
        (Selection(tenant="postal"), "there is no tenant postal"),
    ],
)
def test_what_there_is_not_is_refused_by_name(selection: Selection, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        selection.require_match(REPOSITORY)


def test_an_environment_that_cannot_be_read_is_not_passed_over() -> None:
    finding = error("schema-type", "environments/staging/environment.yaml", "order is no number", fix="")
    broken = repository({}, blocked_environments={"staging": finding, "production": finding})
    assert dict(EVERYTHING.unreadable(broken)) == {"staging": finding}
    assert dict(Selection(environment="production").unreadable(broken)) == {}


def test_what_runs_and_no_document_names_can_be_selected() -> None:
    Selection("postal/digits").require_match(REPOSITORY, ["postal/digits"])

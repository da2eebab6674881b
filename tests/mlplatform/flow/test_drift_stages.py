"""Deprecated stages that somebody changed with MLflow's own client are found, named and put back."""

from collections.abc import Iterator
from typing import Any

import pytest

from mlplatform.core.drift import DriftKind
from mlplatform.core.errors import Refusal
from mlplatform.core.repository import Repository
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.drift.adopt import adopt_drift
from mlplatform.flow.drift.drift import find_drift, revert_drift
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile.planning import make_plan
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.providers.registry.mlflow import MlflowRegistry
from mlplatform.providers.registry.mlflow.names import Names
from mlplatform.report.change import plan_text, reconciled_text
from tests.support.known_state import Template
from tests.support.laboratory import Laboratory, environments, laboratory
from tests.support.registries import client_of
from tests.support.stack import servers

PRODUCTION, NAME = "production", "lab.scaler"
VERSIONS = ("1.0.0", "1.1.0", "1.2.0")

# of the calls that these tests make; that ours are silent is tested in test_mlflow_database.py
pytestmark = [
    pytest.mark.servers,
    pytest.mark.filterwarnings("ignore:.*is deprecated since 2.9.0:FutureWarning"),
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template[Laboratory]]:
    """A production that keeps legacy stages: 1.2.0 in Production, 1.1.0 Archived, 1.0.0 in none."""
    made = laboratory(tmp_path_factory.mktemp("stages"), VERSIONS)
    settings = environments()[PRODUCTION]
    settings["registry"] |= {"legacyStages": True}
    made.commit({f"environments/{PRODUCTION}/environment.yaml": settings}, "production keeps stages")
    with servers(made.place.target, PRODUCTION):
        for version in VERSIONS:
            made.pin(PRODUCTION, version)
            assert reconcile(made.place, head(made), PRODUCTION, SILENT).is_done
        yield Template.of(made)


@pytest.fixture
def client(lab: Laboratory) -> Any:
    paths = lab.place.paths(PRODUCTION)
    return client_of(MlflowRegistry(paths.registry_database, paths.artifacts, Names("")))


def head(lab: Laboratory) -> Repository:
    return load_repository(lab.place.git, lab.place.git.resolve("HEAD"))


def found(lab: Laboratory) -> list[tuple[DriftKind, str]]:
    return [(one.kind, one.message) for one in find_drift(lab.place, head(lab), PRODUCTION).drifts]


def stages(client: Any) -> list[str]:
    versions = client.search_model_versions(f"name = '{NAME}'", order_by=["version_number ASC"])
    return [version.current_stage for version in versions]


def test_a_stage_changed_by_hand_is_found_planned_in_words_and_put_back(lab: Laboratory, client: Any) -> None:
    assert found(lab) == []
    client.transition_model_version_stage(NAME, "3", "Archived")
    assert found(lab) == [(DriftKind.STAGE, "1.2.0 is in stage Archived and belongs in Production")]
    text = "stage Archived → Production of 1.2.0 (mlflow)"
    assert text in plan_text(make_plan(lab.place, head(lab), PRODUCTION))
    done = revert_drift(lab.place, head(lab), PRODUCTION, SILENT)
    assert [text in plan_text(done.plan), reconciled_text(done).endswith("1 applied")] == [True, True]
    assert stages(client) == ["None", "Archived", "Production"]
    assert found(lab) == []


@pytest.mark.exhaustive
def test_a_version_that_was_put_in_a_stage_beside_the_champion_leaves_it(
    lab: Laboratory, client: Any
) -> None:
    client.transition_model_version_stage(NAME, "1", "Staging")
    assert found(lab) == [(DriftKind.STAGE, "1.0.0 is in stage Staging and belongs in None")]
    assert revert_drift(lab.place, head(lab), PRODUCTION, SILENT).is_done
    assert stages(client) == ["None", "Archived", "Production"]


@pytest.mark.exhaustive
def test_no_document_can_declare_a_stage(lab: Laboratory, client: Any) -> None:
    client.transition_model_version_stage(NAME, "3", "Archived")
    with pytest.raises(Refusal, match=r"none of it can be declared: lab/scaler: 1\.2\.0 is in stage"):
        adopt_drift(lab.place, head(lab), PRODUCTION, "main", "")
    assert revert_drift(lab.place, head(lab), PRODUCTION, SILENT).is_done


@pytest.mark.exhaustive
def test_of_a_moved_alias_the_stages_that_follow_it_are_no_change_of_their_own(
    lab: Laboratory, client: Any
) -> None:
    client.set_registered_model_alias(NAME, "champion", "1")
    assert [kind for kind, _ in found(lab)] == [DriftKind.ALIAS]
    assert revert_drift(lab.place, head(lab), PRODUCTION, SILENT).is_done
    assert (stages(client), found(lab)) == (["None", "Archived", "Production"], [])

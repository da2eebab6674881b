"""Which policies bind a change."""

import pytest

from mlplatform.core.check_result import CheckResult
from mlplatform.flow.check.run_check import check_change, check_commit, check_working_tree
from tests.support.known_state import Template
from tests.support.laboratory import Laboratory, laboratory

POINTS = "tenants/lab/datasets/points.yaml"
ENCRYPTION = "policies/rego/encryption.rego"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template[Laboratory]:
    return Template.of(laboratory(tmp_path_factory.mktemp("judge"), []))


def rules(checked: CheckResult) -> set[str]:
    return {finding.rule for finding in checked.findings}


def test_a_good_repository_is_clean_in_the_working_tree_and_as_a_commit(lab: Laboratory) -> None:
    assert check_working_tree(lab.place.git).findings == ()
    assert check_commit(lab.place.git, "HEAD").findings == ()


def test_without_a_base_rules_of_change_are_not_applicable(lab: Laboratory) -> None:
    checked = check_working_tree(lab.place.git)
    assert "promotion-order" in checked.not_applicable
    assert "promotion-order" not in checked.rules
    assert "promotion-order" in check_change(lab.place.git, "HEAD", None).rules


def test_a_change_is_judged_by_the_policies_of_its_base_even_when_it_deletes_them(lab: Laboratory) -> None:
    text = (lab.place.git.root / POINTS).read_text().replace('"internal"', '"pii"')
    (lab.place.git.root / POINTS).write_text(text)
    (lab.place.git.root / ENCRYPTION).unlink()
    assert "encryption-at-rest" in rules(check_change(lab.place.git, "HEAD", None))


def test_a_policy_that_the_change_breaks_is_found_as_well(lab: Laboratory) -> None:
    (lab.place.git.root / ENCRYPTION).write_text("package platform.encryption\n\nnot rego")
    checked = check_change(lab.place.git, "HEAD", None)
    assert "policy-broken" not in rules(checked)
    assert "policy-broken" in {finding.rule for finding in checked.proposed}
    assert not checked.is_clean


def test_a_change_is_held_to_the_organisations_schemas_of_its_base_even_when_it_deletes_them(
    lab: Laboratory,
) -> None:
    git = lab.place.git
    schema = git.root / "policies/schemas/organisation/tenant.json"
    schema.parent.mkdir(parents=True)
    schema.write_text('{"properties": {"costCenter": {"pattern": "^ORG-"}}}')
    git.run("add", "--all")
    git.run("commit", "--quiet", "--message", "schema")
    schema.unlink()
    assert "schema-organisation" in rules(check_change(git, "HEAD", None))

"""A good repository passes, and what check answers with can be relied on."""

from pathlib import Path

from mlplatform.check.check import RULES, SCANNED, check
from mlplatform.load.load import load
from mlplatform.load.source import WorkingTree
from mlplatform.providers.policy import connect_engine
from mlplatform.providers.policy.metadata import read_packages
from tests.support.repository import ROOT, base_of, good_repository, judged, said, second_tenant


def test_a_good_repository_has_no_findings() -> None:
    checked = judged(good_repository())
    assert said(checked) == []
    assert checked.is_clean
    assert checked.documents == 11


def test_a_second_tenant_has_no_findings() -> None:
    assert said(judged({**good_repository(), **second_tenant()})) == []


def test_the_example_repository_has_no_errors() -> None:
    loaded = load(WorkingTree(Path(ROOT)))
    checked = check(loaded, connect_engine(loaded.policies))
    assert said(checked) == []
    assert checked.documents > 10


def test_the_repository_holds_every_document_by_name() -> None:
    repository = judged(good_repository()).repository
    assert repository.platform is not None
    assert set(repository.tenants) == {"reading"}
    assert set(repository.datasets) == {"reading/events", "reading/lexicon"}
    assert set(repository.models) == {"reading/recommender"}
    assert repository.environments_in_order() == ("development", "integration", "production")
    assert repository.deployments["production"]["reading/recommender"].body.version == "1.0.0"
    assert not repository.blocked_tenants
    assert not repository.blocked_environments


def test_without_a_base_rules_of_change_are_not_applicable() -> None:
    checked = judged(good_repository())
    assert "promotion-order" in checked.not_applicable
    assert "promotion-order" not in checked.rules
    assert "encryption-at-rest" in checked.rules


def test_with_a_base_every_rule_is_asked() -> None:
    files = good_repository()
    checked = judged(files, base=base_of(files))
    packages, _ = read_packages(
        {p: t for p, t in files.items() if p.startswith("policies/rego/") and "_test" not in p}
    )
    declared = {rule for package in packages for rule in package.rules}
    of_review = {rule for package in packages if package.asks == "review" for rule in package.rules}
    assert set(checked.not_applicable) == of_review | {SCANNED}
    assert set(checked.rules) == (declared - of_review) | set(RULES)
    assert said(checked) == []


def test_an_empty_repository_says_what_is_missing() -> None:
    checked = judged({})
    assert {finding.rule for finding in checked.findings} == {"link-platform", "policy-missing"}

"""Whose a path is, and what rules of review see of the people of a change."""

import pytest

from mlplatform.check.ownership import is_first, is_owned_by_platform, review_input, subject_of
from mlplatform.core.check_result import CheckResult
from mlplatform.core.naming import Identity, Kind, tenant_of
from mlplatform.core.review import Review
from tests.support.repository import (
    base_of,
    good_repository,
    judged,
    loaded,
    second_tenant,
    with_change,
    without,
)

HEAD = "a" * 40
OWNED = "ownedPaths: [platform.yaml, Tools/, environments/*/environment.yaml, '*', docs/*.md]"


def test_a_path_belongs_to_the_tenant_whose_folder_it_lies_in() -> None:
    assert tenant_of("tenants/reading/tenant.yaml") == "reading"
    assert tenant_of("tenants/reading/datasets/events.yaml") == "reading"
    assert tenant_of("models/reading/recommender.yaml") == "reading"
    assert tenant_of("environments/production/reading/recommender.yaml") == "reading"
    assert tenant_of("examples/data/reading/words.csv") == "reading"
    assert tenant_of("examples/training/reading_recommender.py") == "reading"
    assert tenant_of("examples/training/reading/recommender.py") == "reading"


@pytest.mark.parametrize(
    "path", ["environments/production/environment.yaml", "tenants/stray.yaml", "README.md", "a/tenants/x/y"]
)
def test_other_paths_belong_to_no_tenant(path: str) -> None:
    assert tenant_of(path) == ""


@pytest.mark.parametrize(
    ("path", "owned"),
    [
        ("platform.yaml", True),
        ("tools/a/b.py", True),
        ("TOOLS/a.py", True),
        ("tools", True),  # a file at the root
        ("toolsx/a.py", False),
        ("environments/production/environment.yaml", True),
        ("environments/production/reading/environment.yaml", False),
        ("README.md", True),
        ("docs/flow.md", True),
        ("docs/deep/flow.md", False),
        ("tenants/reading/tenant.yaml", False),
        ("platform.yaml/x", False),
    ],
)
def test_the_platform_owns_what_the_base_says(path: str, owned: bool) -> None:
    good = good_repository()
    said = good["platform.yaml"].split("ownedPaths:")[0] + OWNED + "\n"
    files = {**good, "platform.yaml": said}
    assert is_owned_by_platform(path, base_of(files), loaded(files)) is owned


def test_a_change_does_not_take_a_path_from_the_platform() -> None:
    good = good_repository()
    head = {**good, "platform.yaml": good["platform.yaml"].replace("tools/", "bench/")}
    assert is_owned_by_platform("tools/a.py", base_of(good), loaded(head))


def test_a_file_is_about_its_document_its_data_set_or_its_tenant() -> None:
    good = good_repository()
    base, head = base_of(good), loaded(good)
    assert subject_of("models/reading/recommender.yaml", base, head) == (
        Identity(Kind.MODEL, "reading/recommender"),
        True,
    )
    assert subject_of("examples/training/reading_x.py", base, head) == (
        Identity(Kind.TENANT, "reading"),
        False,
    )
    assert subject_of("README.md", base, head) == (Identity(Kind.PLATFORM, "platform"), False)


@pytest.mark.parametrize(("old", "new"), [("clearance: pii", "clearance: secret"), ("owners:", "owners: [")])
def test_the_files_of_a_new_tenant_whose_document_is_broken_are_not_called_nobodys(
    old: str, new: str
) -> None:
    before, after = good_repository(), {**good_repository(), **second_tenant()}
    base = base_of(before)
    assert "ownership-unmatched" not in rules_of(judged(after, base=base))
    broken = with_change(after, "tenants/school/tenant.yaml", old, new)
    found = judged(broken, base=base)
    assert "ownership-unmatched" not in rules_of(found)
    assert not found.is_clean
    assert "tenants/school/tenant.yaml" in {finding.path for finding in found.findings if finding.is_error}
    assert {"approvals-quorum"} <= {finding.rule for finding in found.missing_approvals}
    assert any("repair tenants/school/tenant.yaml first" in one.message for one in found.missing_approvals)
    without_it = without(after, "tenants/school/tenant.yaml")
    assert "ownership-unmatched" in rules_of(judged(without_it, base=base))


def rules_of(checked: CheckResult) -> set[str]:
    return {finding.rule for finding in checked.findings}


def test_the_first_environment_is_the_one_that_is_promoted_to_from_none() -> None:
    good = good_repository()
    base, head = base_of(good), loaded(good)
    first = {name for name in ("development", "integration", "production") if is_first(name, base, head)}
    assert len(first) == 1
    assert not is_first("nowhere", base, head)


def review(**differences: object) -> Review:
    said = {
        "schema": "approvals/v1",
        "requester": "Linus",
        "contributors": ["Linus", "ADA"],
        "pushers": [],
        "head": HEAD,
        "reviews": [{"user": "Grace", "state": "approved", "head": "b" * 40, "team": "reading"}],
    }
    return Review.model_validate(said | differences)


def test_logins_are_compared_in_lower_case() -> None:
    said = review_input(review(), HEAD)
    assert (said["requester"], said["contributors"]) == ("linus", ["ada", "linus"])
    assert said["reviews"] == [
        {"user": "grace", "state": "approved", "head": "b" * 40, "isHead": False, "team": "reading"}
    ]


def test_a_review_of_another_head_says_so() -> None:
    assert review_input(review(), HEAD)["isHead"] is True
    assert review_input(review(), "c" * 40)["isHead"] is False
    assert review_input(review(), None)["isHead"] is False


def test_without_a_file_nobody_has_reviewed() -> None:
    said = review_input(None, HEAD)
    assert (said["given"], said["reviews"], said["requester"]) == (False, [], "")


def test_a_bot_may_review_without_making_the_file_unreadable() -> None:
    bot = {"user": "dependabot[bot]", "state": "approved", "head": HEAD}
    assert review_input(replace_reviews(bot), HEAD)["reviews"][0]["user"] == "dependabot[bot]"


def replace_reviews(*reviews: dict[str, str]) -> Review:
    return review(reviews=list(reviews))

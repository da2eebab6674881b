"""check.yml, run by act: what a pull request gets to hear at once, from its own code."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.github_state import Pull
from tests.support.hosted import Hosted

TENANT = "tenants/clinic/tenant.yaml"


def event(world: Hosted, pull: Pull) -> Mapping[str, Any]:
    base = {"sha": world.git("rev-parse", "origin/main"), "ref": "main"}
    return {
        "number": pull.number,
        "pull_request": {"number": pull.number, "head": {"sha": pull.head, "ref": pull.branch}, "base": base},
    }


def test_a_promotion_passes_and_its_reports_are_kept(world: Hosted) -> None:
    world.platform("promote", "clinic/tumour", "--to", "production")
    pull = world.open("promote/production/clinic.tumour-1.1.0")
    ran = world.run("check.yml", "pull_request", event(world, pull), head=pull.head)
    assert ran.succeeded, ran.output
    assert ran.jobs == {
        "Documents and policies": True,
        "Lint and tests, where code changed": True,
        "required": True,
    }
    assert "2 more approvals by clinic's owners are needed" in ran.output
    assert (world.runner.parent / "check.sarif").read_text().startswith("{")
    assert "<testsuite" in (world.runner.parent / "check.xml").read_text()


def test_a_broken_document_fails_with_an_annotation_and_so_does_what_is_required(world: Hosted) -> None:
    text = (world.runner / TENANT).read_text().replace("clearance: pii", "clearance: everything")
    pull = world.propose("broken", {TENANT: text})
    ran = world.run("check.yml", "pull_request", event(world, pull), head=pull.head)
    assert ran.jobs == {
        "Documents and policies": False,
        "Lint and tests, where code changed": True,
        "required": False,
    }
    assert f"::error file={TENANT}" in ran.output


@pytest.mark.exhaustive
def test_a_merge_group_is_checked_too(world: Hosted) -> None:
    world.platform("promote", "clinic/tumour", "--to", "production")
    pull = world.open("promote/production/clinic.tumour-1.1.0")
    group = {"head_sha": pull.head, "base_sha": world.git("rev-parse", "origin/main")}
    ran = world.run("check.yml", "merge_group", {"merge_group": group}, head=pull.head)
    assert ran.jobs["required"], ran.output

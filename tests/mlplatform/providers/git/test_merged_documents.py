"""Two changes of one document: allowed where each key is as the one side that changed it says."""

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.merge import merged_tree, require_merge_as_reviewed
from tests.support.scratch import Scratch

TENANT = "tenants/clinic/tenant.yaml"
DEPLOYMENT = "environments/production/clinic/tumour.yaml"
TEXT = """\
schema: tenant/v1
description: Models for hospitals
owners: [ada, grace]

# They ask.
members: [linus]

# What it may use.
budget: {monthlyUSD: 400}
quotas:
  production:
    gpu: 1
    # How fast.
    cpu: 4
    # How large.
    memoryGiB: 8
"""


def merge(repo: Scratch, mine: tuple[str, str], theirs: tuple[str, str], path: str = TENANT) -> None:
    """Merge two changes of a text, each from something to something else, and require it as reviewed."""
    repo.commit({path: TEXT})
    repo.run("switch", "--quiet", "--create", "branch")
    repo.commit({path: TEXT.replace(*mine)})
    repo.run("switch", "--quiet", "main")
    repo.commit({path: TEXT.replace(*theirs)})
    base, head = repo.run("rev-parse", "main", "branch").split()
    require_merge_as_reviewed(repo.git, base, head, merged_tree(repo.git, base, head))


def test_changes_of_different_keys_are_merged(repo: Scratch) -> None:
    merge(repo, ("hospitals", "clinics"), ("[linus]", "[linus, hedy]"))


def test_changes_of_one_key_are_a_refusal_though_git_merges_its_lines(repo: Scratch) -> None:
    with pytest.raises(Refusal, match="nobody has reviewed what becomes of it") as refused:
        merge(repo, ("gpu: 1", "gpu: 2"), ("memoryGiB: 8", "memoryGiB: 16"))
    assert refused.value.where == TENANT


@pytest.mark.parametrize("path", [DEPLOYMENT, "README.md", "infrastructure/tenant.yaml"])
def test_a_deployment_and_what_is_no_document_are_a_refusal(repo: Scratch, path: str) -> None:
    with pytest.raises(Refusal) as refused:
        merge(repo, ("hospitals", "clinics"), ("[linus]", "[linus, hedy]"), path)
    assert refused.value.where == path


def test_a_document_that_a_side_made_unreadable_is_a_refusal(repo: Scratch) -> None:
    with pytest.raises(Refusal):
        merge(repo, ("hospitals", "clinics"), ("memoryGiB: 8\n", "memoryGiB: 8\ndescription: twice\n"))


def test_a_merge_that_says_something_of_its_own_is_a_refusal(repo: Scratch) -> None:
    merge(repo, ("hospitals", "clinics"), ("[linus]", "[linus, hedy]"))
    base, head = repo.run("rev-parse", "main", "branch").split()
    repo.run("merge", "--quiet", "--no-ff", "--no-edit", "branch")
    repo.commit({TENANT: repo.at("HEAD", TENANT).replace("400", "9000")})
    with pytest.raises(Refusal):
        require_merge_as_reviewed(repo.git, base, head, repo.run("rev-parse", "HEAD^{tree}"))

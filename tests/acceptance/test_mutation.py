"""The corpus bites: with any one rule, check or refusal turned off, at least one of its cases fails."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.mutants import Hunt, Mutant, Noticed, hunt, mutants

pytestmark = pytest.mark.exhaustive

MUTANTS = mutants()
NOT_BY_A_CASE = {
    "it guards our own table of kinds, whose entries no pull request makes": (
        "core.kinds.table:__new__:ValueError",
    ),
    "it guards against faults of ours, which no pull request makes: tests/mlplatform/check/test_blocked.py": (
        "check.check:_run_checker:check-crashed",
    ),
    "it takes a process with limits: test_corpus judges such cases in one": (
        "flow.check.sandboxed_check:_unfinished:check-unfinished",
    ),
    "Checkov itself has to be missing or lost: tests/mlplatform/providers/scan/test_process.py": (
        "check.infrastructure:infrastructure:any",
    ),
    "what Checkov would have to say of itself: tests/mlplatform/providers/scan/test_frameworks.py, test_confine.py": (
        "providers.scan.results:findings:checkov-skip",
        "providers.scan.results:_troubles:checkov-failed",
        "providers.scan.results:_troubles:checkov-failed#2",
        "providers.scan.results:_uncovered:checkov-failed",
    ),
    "the loader finds it first, or the parser cannot get there": (
        "strict_yaml.characters:decode:yaml-size",
        "strict_yaml.parser:_syntax:yaml-syntax#2",
        "check.custom_schemas:_kind:_Unusable",
        "providers.scan.text_guard:read:checkov-failed#2",
    ),
    "it takes more bytes than a case should hold: tests/mlplatform/load/test_dataset_files.py, test_tables.py": (
        "load.dataset_files:_within_total:file-size",
        "load.tables:_read_cells:_NoTable",
    ),
    "a file of a commit can be read: tests/mlplatform/load/test_load.py": (
        "load.read_files:_unreadable:path-unreadable",
    ),
    "it is asked of all of a state, and a case is a change: tests/mlplatform/flow/access/test_review.py": (
        "check.access_reviews:overdue_review:document-access-review",
    ),
    "`platform lineage --at` asks it, not `check`: tests/mlplatform/flow/lineage/test_lineage.py": (
        "load.history:tip_at:Refusal",
    ),
    "the approvals are the Git host's, not the pull request's": (
        "load.review:read_review:Refusal",
        "load.review:read_review:Refusal#2",
    ),
    "every case starts from main as it is: tests/mlplatform/flow/check/test_changeset.py": (
        "providers.git.compare:merge_base:Refusal",
    ),
    "git refuses to make such a mode: tests/mlplatform/load/test_portable_tree.py": (
        "load.portable_tree:_mode:path-mode",
    ),
    "git has to be broken, or its objects: tests/mlplatform/providers/git, flow/check/test_changeset.py": (
        "providers.git.compare:merge_base:Refusal#2",
        "providers.git.git:_refuse_two_meanings:Refusal",
        "providers.git.compare:listing:GitError",
        "providers.git.compare:differences:GitError",
        "providers.git.git:discover:Refusal",
        "providers.git.git:run:Refusal",
        "providers.git.git:run:GitError",
        "providers.git.git:run:GitError#2",
        "providers.git.git:resolve:GitError",
        "providers.git.git:resolve:Refusal",
        "providers.git.git:tree:GitError",
        "providers.git.git:_batch:GitError",
    ),
}
SURVIVORS = {name: reason for reason, names in NOT_BY_A_CASE.items() for name in names}


@pytest.fixture(scope="module")
def hunting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hunt]:
    with hunt(tmp_path_factory.mktemp("mutation")) as hunting:
        yield hunting


@pytest.fixture(scope="module")
def noticed() -> dict[str, Noticed | None]:
    """Who noticed what, for the score."""
    return {}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_case_notices_what_is_turned_off(
    hunting: Hunt, noticed: dict[str, Noticed | None], mutant: Mutant
) -> None:
    noticed[mutant.name] = found = hunting.who_notices(mutant)
    if mutant.name in SURVIVORS:
        assert found is None, f"take it off the list: {found} notices"
    else:
        assert found is not None, "no case notices: write one, or say why there can be none"


def test_every_survivor_is_there() -> None:
    assert SURVIVORS.keys() <= {mutant.name for mutant in MUTANTS}


def test_no_two_mutants_have_the_same_name() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_all_that_were_tried_are_noticed_but_those_on_the_list(
    noticed: dict[str, Noticed | None],
    capsys: pytest.CaptureFixture[str],
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    found = [one for one in noticed.values() if one]
    could = [name for name in noticed if name not in SURVIVORS]
    score = f"{len(found)} of {len(could)} ({sum(one.by_a_crash for one in found)} by a crash)"
    with capsys.disabled():
        print(f"\nmutation score: {score}, and {len(noticed) - len(could)} that no case can notice")
    record_testsuite_property("mutation score", score)
    assert len(found) == len(could)

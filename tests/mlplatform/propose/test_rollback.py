"""A rollback pins again what an environment pinned before, as first-parent history tells it."""

from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.history import History
from mlplatform.load.history import history as history_of
from mlplatform.propose.pinned import read_pinned
from mlplatform.propose.proposal import Proposal
from mlplatform.propose.rollback import rollback
from tests.support.scratch import MODEL, Scratch, deployment

PRODUCTION = "environments/production/clinic/tumour.yaml"
AUC = {"1.0.0": 0.91, "1.1.0": 0.93, "1.2.0": 0.95}


def pinned_in_turn(repo: Scratch, *versions: str) -> History:
    """Production pins these versions one after the other, on top of 1.0.0."""
    for turn, version in enumerate(versions):
        repo.commit({PRODUCTION: deployment(version, AUC[version], "integration", f"change {turn}")})
    return history_of(repo.git, "main")


def back(repo: Scratch, history: History, to: str | None = None) -> Proposal:
    return rollback(repo.git, history, environment="production", model=MODEL, to=to)


def test_a_rollback_goes_to_the_version_before_with_its_digest_origin_and_metrics(repo: Scratch) -> None:
    history = pinned_in_turn(repo, "1.1.0")
    proposal = back(repo, history)
    then = read_pinned(repo.at("HEAD~1", PRODUCTION), PRODUCTION)
    assert read_pinned((proposal.files[PRODUCTION] or b"").decode(), PRODUCTION) == then
    assert proposal.branch == "rollback/production/clinic.tumour-1.0.0"
    assert proposal.title == "production: clinic/tumour 1.1.0 → 1.0.0 (rollback)"
    assert f"\n- pinned before by commit: {history.pins['production', MODEL][1].commit}\n" in proposal.message
    assert "\n- metric auc: 0.93 → 0.91\n" in proposal.message


def test_how_the_deployment_runs_stays_as_it_is_now(repo: Scratch) -> None:
    pinned_in_turn(repo, "1.1.0")
    bigger = (
        deployment("1.2.0", AUC["1.2.0"]).replace("instances: 1", "instances: 4").replace("# small", "# big")
    )
    repo.commit({PRODUCTION: bigger})
    text = (back(repo, history_of(repo.git, "main")).files[PRODUCTION] or b"").decode()
    assert "serving: {instances: 4, cpu: 1, memoryGiB: 1, gpu: {count: 0}}   # big\n" in text
    assert "version: 1.1.0   # reviewed\n" in text


@pytest.mark.parametrize(
    ("versions", "goes_to"),
    [
        (["1.1.0", "1.2.0"], "1.1.0"),
        (["1.1.0", "1.2.0", "1.1.0"], "1.0.0"),  # 1.2.0 was left by a rollback already
        (["1.1.0", "1.0.0", "1.1.0"], "1.0.0"),  # promoted, rolled back, promoted again
        (["1.1.0", "1.1.0"], "1.0.0"),  # changed in how it runs only
        (["1.1.0", "1.0.0", "1.2.0"], "1.0.0"),
    ],
)
def test_a_rollback_undoes_what_brought_the_present_version(
    repo: Scratch, versions: list[str], goes_to: str
) -> None:
    assert f"→ {goes_to} (rollback)" in back(repo, pinned_in_turn(repo, *versions)).title


def test_a_rollback_goes_to_the_version_that_is_named(repo: Scratch) -> None:
    history = pinned_in_turn(repo, "1.1.0", "1.2.0")
    assert back(repo, history, to="1.0.0").title == "production: clinic/tumour 1.2.0 → 1.0.0 (rollback)"


def test_a_version_that_was_never_pinned_there_is_refused_with_those_that_were(repo: Scratch) -> None:
    history = pinned_in_turn(repo, "1.1.0")
    with pytest.raises(Refusal, match=r"production never pinned clinic/tumour 1.2.0") as refused:
        back(repo, history, to="1.2.0")
    assert refused.value.fix.endswith("1.1.0, 1.0.0")


def test_a_rollback_to_what_is_pinned_now_is_refused(repo: Scratch) -> None:
    history = pinned_in_turn(repo, "1.1.0")
    with pytest.raises(Refusal, match=r"pins clinic/tumour 1.1.0 already"):
        back(repo, history, to="1.1.0")


def test_the_first_version_cannot_be_rolled_back(repo: Scratch) -> None:
    with pytest.raises(Refusal, match=r"pinned nothing of clinic/tumour before 1.0.0"):
        back(repo, pinned_in_turn(repo))


@pytest.mark.parametrize(
    ("environment", "model", "way"),
    [
        ("development", MODEL, f"platform deploy {MODEL} VERSION --env development"),
        ("development", "clinic/progression", "platform deploy clinic/progression VERSION --env development"),
        ("production", MODEL, f"platform promote {MODEL} --to production"),
        ("production", "clinic/progression", "platform promote clinic/progression --to production"),
    ],
)
def test_where_there_is_nothing_to_go_back_to_the_command_that_brings_a_version_is_named(
    repo: Scratch, environment: str, model: str, way: str
) -> None:
    with pytest.raises(Refusal) as refused:
        rollback(repo.git, history_of(repo.git, "main"), environment=environment, model=model)
    assert f"`{way}`" in refused.value.fix


def test_a_shallow_clone_cannot_know_what_was_pinned_before(repo: Scratch, tmp_path: Path) -> None:
    pinned_in_turn(repo, "1.1.0")
    repo.run("clone", "--quiet", "--depth=1", f"file://{repo.root}", str(tmp_path / "shallow"))
    shallow = Scratch(tmp_path / "shallow")
    with pytest.raises(Refusal, match="shallow") as refused:
        back(shallow, history_of(shallow.git, "main"))
    assert "git fetch --unshallow" in refused.value.fix


def test_what_is_not_deployed_cannot_be_rolled_back(repo: Scratch) -> None:
    with pytest.raises(Refusal, match="pins no version of clinic/progression"):
        rollback(repo.git, pinned_in_turn(repo), environment="production", model="clinic/progression")

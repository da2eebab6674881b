"""What is on hold in an environment: here and on other machines, for proposals and for a retry."""

from dataclasses import replace
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold, hold_statement
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.promotion.proposals import ProposalRequest, propose_promote
from mlplatform.flow.rollback.holds import holds_in
from mlplatform.flow.rollback.retry import lift_hold
from mlplatform.providers.git import Git
from mlplatform.record.ledger import shared_ledger
from tests.support.laboratory import SCALER, Laboratory, laboratory, run_git
from tests.support.records import apply_record
from tests.support.values import ENVIRONMENTS, environment


@pytest.fixture
def lab(tmp_path: Path) -> Laboratory:
    """Environments that other machines reach too; their registry is never asked here."""
    made = laboratory(tmp_path / "lab", ["1.0.0", "1.1.0"])
    shared = {name: environment(order) for order, name in enumerate(ENVIRONMENTS, start=1)}
    for name, said in shared.items():
        said["registry"] = {"provider": "mlflow", "uri": "https://mlflow.example.com", "prefix": f"{name}."}
    made.commit({f"environments/{name}/environment.yaml": said for name, said in shared.items()}, "shared")
    made.pin("production", "1.0.0")
    made.pin("integration", "1.1.0")
    run_git(tmp_path, "clone", "-q", "--bare", str(tmp_path / "lab"), "remote.git")
    run_git(made.place.git.root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    return replace(made, shared="https://mlflow.example.com")


def test_nobody_proposes_what_failed_on_another_machine(lab: Laboratory, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "-q", str(tmp_path / "remote.git"), "other")
    hold = Hold(
        "production", SCALER, "1.1.0", lab.payloads["1.1.0"].digest, "", {"champion": "1.0.0"}, "it broke", ""
    )
    shared_ledger(Git(tmp_path / "other"), "origin").append(hold_statement(hold, fence=1))
    asked = ProposalRequest("production", SCALER, "main", "")
    with pytest.raises(Refusal, match=r"1\.1\.0 is on hold in production since .*: it broke"):
        propose_promote(lab.place, asked)


def test_a_proposal_is_refused_while_nobody_can_say_what_is_on_hold(lab: Laboratory, tmp_path: Path) -> None:
    (tmp_path / "remote.git").rename(tmp_path / "elsewhere.git")
    with pytest.raises(Refusal, match="the remote origin cannot be reached"):
        propose_promote(lab.place, ProposalRequest("production", SCALER, "main", ""))


def test_what_failed_where_it_ran_before_is_not_promoted_from_there(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "lab", ["1.0.0", "1.1.0"])
    lab.pin("production", "1.0.0")
    lab.pin("integration", "1.1.0")
    asked = ProposalRequest("production", SCALER, "main", "")
    assert propose_promote(lab.place, asked).pinned
    hold = Hold(
        "integration",
        SCALER,
        "1.1.0",
        lab.payloads["1.1.0"].digest,
        "",
        {"champion": "1.0.0"},
        "it broke",
        "",
    )
    lab.ledger().append(hold_statement(hold, fence=0))
    with pytest.raises(Refusal, match=r"1\.1\.0 is on hold in integration since .*: it broke"):
        propose_promote(lab.place, asked)


def test_a_hold_is_lifted_from_what_is_pinned_and_stays_where_nothing_could_be_applied(
    tmp_path: Path,
) -> None:
    lab = laboratory(tmp_path / "lab", ["1.0.0", "1.1.0"])
    older = lab.place.git.resolve("HEAD")
    lab.pin("production", "1.1.0")
    for version in lab.payloads:
        held = Hold(
            "production",
            SCALER,
            version,
            lab.payloads[version].digest,
            "",
            {"champion": None},
            "it broke",
            "",
        )
        lab.ledger().append(hold_statement(held, fence=0))
    lab.ledger().append(apply_record(commit=lab.place.git.resolve("HEAD")))
    with pytest.raises(Refusal, match="does not contain"):
        lift_hold(lab.place, load_repository(lab.place.git, older), "production", SCALER, "1.0.0", "")
    assert len(holds_in(lab.place, "production")) == 2
    repository = load_repository(lab.place.git, "HEAD")
    assert lift_hold(lab.place, repository, "production", SCALER, None, "").version == "1.1.0"
    assert [hold.version for hold in holds_in(lab.place, "production").values()] == ["1.0.0"]

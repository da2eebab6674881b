"""Where no ledger tells what a version is, the commit does that described it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.kinds import Model
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change, Plan
from mlplatform.core.records.statement import Statement
from mlplatform.core.served_signature import ServedSignature
from mlplatform.flow.reconcile import served_signature
from mlplatform.flow.reconcile.served_signature import plan_with_signatures, signatures_of
from mlplatform.plan.actual import Actual
from mlplatform.providers.git import Git
from tests.support.laboratory import run_git
from tests.support.records import apply_record, candidate
from tests.support.values import (
    actual,
    deployment,
    digest,
    document,
    model,
    registered,
    registry,
    repository,
    served,
    serving,
)

TUMOUR = "clinic/tumour"
VERSION = TUMOUR, digest("1.0.0")
HELD = registry(registered(TUMOUR, "1.0.0"), registered(TUMOUR, "1.1.0"))


class Past:
    """A repository of one model, commit by commit."""

    def __init__(self, root: Path) -> None:
        run_git(root, "init", "-q", "-b", "main")
        self.git, self.takes, self.pins = Git(root), "X", dict[str, str]()

    def commit(self, takes: str = "", **pins: str) -> None:
        """Declare what the input of the model is called, and what environments pin."""
        self.takes, self.pins = takes or self.takes, self.pins | pins
        files = {path_of(Kind.MODEL, TUMOUR): self.model()}
        for environment, version in self.pins.items():
            files[path_of(Kind.DEPLOYMENT, f"{environment}/{TUMOUR}")] = deployment(version)
        for path, said in files.items():
            (self.git.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.git.root / path).write_text(json.dumps(said))
        run_git(self.git.root, "add", "-A")
        ada = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        run_git(self.git.root, *ada, "commit", "-q", "-m", "a step")

    def model(self) -> dict[str, Any]:
        said = model()
        said["signature"]["inputs"][0]["name"] = self.takes
        return said

    def plan(self, there: Actual, *known: Statement) -> Plan:
        pins = {environment: {TUMOUR: deployment(version)} for environment, version in self.pins.items()}
        declared = repository(pins, commit=self.git.resolve("HEAD"))
        declared = replace(declared, models={TUMOUR: document(Kind.MODEL, TUMOUR, self.model())})
        return plan_with_signatures(self.git, declared, "production", "laptop", there, known)


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path)


def taken(made: Plan) -> set[str]:
    """What the versions that a plan loads or probes are said to take."""
    afters = [one.after for one in made.changes if one.action in (Action.LOAD, Action.PROBE)]
    return {after["signature"]["inputs"][0]["name"] for after in afters if after}


def failed(action: Action, takes: str) -> Statement:
    said = model()
    said["signature"]["inputs"][0]["name"] = takes
    signed = ServedSignature.by(Model.model_validate(said))
    after = candidate("1.0.0", VERSION[1], signature=signed.signature.as_json())
    outcome = Outcome(Change(action, "triton", TUMOUR, None, after), Result.FAILED)
    return apply_record(outcomes=[outcome])


def test_an_older_version_is_what_was_declared_when_it_was_pinned(past: Past) -> None:
    past.commit(development="1.0.0")
    past.commit("Z", development="2.0.0")
    past.commit(production="1.0.0")
    assert taken(past.plan(actual(HELD))) == {"X"}


def test_a_version_is_what_it_was_though_the_next_one_is_only_described_yet(past: Past) -> None:
    past.commit(development="1.0.0")
    past.commit(production="1.0.0")
    past.commit("Z")
    assert taken(past.plan(actual(HELD))) == {"X"}


def test_a_version_whose_document_was_put_right_is_what_it_says_now(past: Past) -> None:
    past.commit(production="1.0.0")
    past.commit("Z")
    assert taken(past.plan(actual(HELD))) == {"Z"}


def test_what_failed_as_it_was_declared_once_is_tried_as_it_is_declared_now(past: Past) -> None:
    past.commit(development="1.0.0", production="1.0.0")
    past.commit("Z")
    assert taken(past.plan(actual(HELD), failed(Action.LOAD, "X"))) == {"Z"}


def test_the_same_commit_and_ledger_give_the_same_plan(past: Past) -> None:
    past.commit(development="1.0.0")
    past.commit("Z", development="2.0.0")
    past.commit(production="1.0.0")
    assert past.plan(actual(HELD)).digest == past.plan(actual(HELD)).digest


def test_history_is_not_read_for_a_plan_of_nothing_nor_for_documents_that_never_changed(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> Iterator[None]:
        raise AssertionError("history was read")

    monkeypatch.setattr(served_signature, "history", read)
    past.commit(development="1.1.0", production="1.0.0")
    assert taken(past.plan(actual(HELD))) == {"X"}
    monkeypatch.setattr(served_signature, "rewritten", read)
    settled = registry(registered(TUMOUR, "1.0.0"), aliases={TUMOUR: {"champion": "1.0.0"}})
    steady = actual(settled, serving(served(TUMOUR, "1.0.0"), routed={TUMOUR: "1.0.0"}))
    assert past.plan(steady).changes == ()


def test_a_clone_without_its_history_takes_what_is_declared_now(past: Past, tmp_path: Path) -> None:
    past.commit(development="1.0.0")
    past.commit("Z", development="2.0.0", production="1.0.0")
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "-q", "--depth", "1", tmp_path.as_uri(), str(clone))
    past.git = Git(clone)
    assert taken(past.plan(actual(HELD))) == {"Z"}
    assert signatures_of(past.git, repository({}, commit=past.git.resolve("HEAD")), {VERSION}, ()) == {}

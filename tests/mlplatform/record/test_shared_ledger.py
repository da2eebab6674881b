"""The company's ledger: one ref of a bare remote, written from several clones."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.records.registration import RegistrationPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.providers.git import Git
from mlplatform.record.ledger import Ledger, Record, shared_ledger
from tests.support.records import registration_record

DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Ledger, Ledger]:
    """The ledger as two clones of one remote have it."""
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "remote"], check=True)
    for name in ("one", "two"):
        subprocess.run(["git", "clone", "-q", tmp_path / "remote", tmp_path / name], check=True)
    return shared_ledger(Git(tmp_path / "one"), "origin"), shared_ledger(Git(tmp_path / "two"), "origin")


def said(run: str) -> Statement:
    return registration_record("clinic/tumour", "1.0.0", digest=DIGEST, run=run)


def run_of(record: Record) -> str:
    predicate = record.statement.predicate
    assert isinstance(predicate, RegistrationPredicate)
    return str(predicate.run)


def runs(ledger: Ledger) -> list[str]:
    ledger.sync()
    return [run_of(record) for record in ledger.newest_first()]


def test_what_one_clone_appends_the_other_reads(clones: tuple[Ledger, Ledger]) -> None:
    one, two = clones
    one.append(said("a"))
    two.append(said("b"))
    assert runs(one) == runs(two) == ["b", "a"]


def test_appends_from_two_clones_at_once_all_end_up_in_one_chain(clones: tuple[Ledger, Ledger]) -> None:
    def append(number: int) -> None:
        clones[number % 2].append(said(str(number)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(16)))
    assert sorted(runs(clones[0]), key=int) == [str(number) for number in range(16)]
    assert runs(clones[0]) == runs(clones[1])


def test_a_remote_that_is_gone_is_named_and_nothing_counts_as_recorded(
    clones: tuple[Ledger, Ledger], tmp_path: Path
) -> None:
    (tmp_path / "remote").rename(tmp_path / "elsewhere")
    with pytest.raises(Refusal, match="the remote origin cannot be reached"):
        clones[0].append(said("a"))
    (tmp_path / "elsewhere").rename(tmp_path / "remote")
    assert runs(clones[0]) == []


def test_a_ledger_that_was_rewritten_on_the_remote_is_noticed(clones: tuple[Ledger, Ledger]) -> None:
    one, two = clones
    first = one.append(said("a"))
    one.append(said("b"))
    subprocess.run(
        ["git", "-C", one.git.root, "push", "-q", "-f", "origin", f"{first}:refs/heads/evidence"], check=True
    )
    with pytest.raises(Refusal, match="lacks records that are here"):
        one.sync()
    with pytest.raises(Refusal, match="lacks records that are here"):
        one.append(said("c"))
    assert [run_of(record) for record in one.newest_first()] == ["b", "a"]
    assert runs(two) == ["a"]


def test_neither_branch_nor_working_tree_of_the_clone_is_touched(clones: tuple[Ledger, Ledger]) -> None:
    clones[0].append(said("a"))
    git = clones[0].git
    assert git.run("for-each-ref", "refs/heads") == b""
    assert git.run("status", "--porcelain") == b""

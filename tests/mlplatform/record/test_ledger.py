"""The ledger in a real git repository."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.records.registration import RegistrationPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.providers.git import Git
from mlplatform.record.ledger import Ledger, Record, local_ledger
from tests.support.records import registration_record

DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def git(tmp_path: Path) -> Git:
    subprocess.run(["git", "init", "-q", "-b", "main", tmp_path], check=True)
    return Git(tmp_path)


def said(version: str) -> Statement:
    return registration_record("clinic/tumour", version, digest=DIGEST, run=version)


def run_of(record: Record) -> str:
    predicate = record.statement.predicate
    assert isinstance(predicate, RegistrationPredicate)
    return str(predicate.run)


def runs(ledger: Ledger) -> list[str]:
    return [run_of(record) for record in ledger.newest_first()]


def test_an_empty_ledger_has_no_records(git: Git) -> None:
    assert list(local_ledger(git, "0123456789ab").newest_first()) == []


def test_records_come_back_newest_first_and_unchanged(git: Git) -> None:
    ledger = local_ledger(git, "0123456789ab")
    ledger.append(said("1.0.0"))
    ledger.append(said("1.1.0"))
    assert runs(ledger) == ["1.1.0", "1.0.0"]
    assert next(ledger.newest_first()).statement.subjects == {"development/clinic/tumour@1.1.0": DIGEST}


def test_the_same_statement_twice_is_two_records(git: Git) -> None:
    ledger = local_ledger(git, "0123456789ab")
    ledger.append(said("1.0.0"))
    ledger.append(said("1.0.0"))
    assert runs(ledger) == ["1.0.0", "1.0.0"]


def test_each_record_is_the_child_of_the_one_before_it(git: Git) -> None:
    ledger = local_ledger(git, "0123456789ab")
    first = ledger.append(said("1.0.0"))
    second = ledger.append(said("1.1.0"))
    assert git.run("rev-parse", f"{second}^").decode().strip() == first


def test_appends_at_the_same_time_all_end_up_in_the_ledger(git: Git) -> None:
    ledger = local_ledger(git, "0123456789ab")
    versions = [f"1.{minor}.0" for minor in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda version: ledger.append(said(version)), versions))
    assert sorted(runs(ledger)) == sorted(versions)


def test_a_ledger_touches_neither_branch_nor_working_tree(git: Git) -> None:
    (git.root / ".git" / "info" / "exclude").write_text(".platform/\n")
    local_ledger(git, "0123456789ab").append(said("1.0.0"))
    assert git.run("for-each-ref", "refs/heads") == b""
    assert git.run("status", "--porcelain") == b""


def put(ledger: Ledger, text: bytes) -> str:
    """Put any text on the ledger as its newest record, and return its commit."""
    git, tip = ledger.git, ledger.tip()
    blob = git.run("hash-object", "-w", "--stdin", stdin=text).decode().strip()
    tree = git.run("mktree", stdin=f"100644 blob {blob}\tstatement.json\n".encode()).decode().strip()
    who = {f"GIT_{role}_{part}": "x" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    parent = ("-p", tip) if tip else ()
    commit = git.run("commit-tree", tree, *parent, "-m", "forged", env=who).decode().strip()
    git.run("update-ref", ledger.ref, commit)
    return commit


def test_a_record_that_is_no_statement_is_refused_by_its_commit(git: Git) -> None:
    ledger = local_ledger(git, "0123456789ab")
    commit = put(ledger, b"{}")
    with pytest.raises(Refusal, match=commit[:12]):
        list(ledger.newest_first())


def test_a_record_that_does_not_fit_its_type_is_refused_by_its_commit_and_key(git: Git) -> None:
    ledger = local_ledger(git, "0123456789ab")
    ledger.append(said("1.0.0"))
    text = json.dumps(said("1.1.0").as_json()).replace(DIGEST, "md5:1")
    commit = put(ledger, text.encode())
    with pytest.raises(Refusal, match=rf"record {commit[:12]} of .* predicate\.digest: ") as refused:
        list(ledger.newest_first())
    assert commit[:12] in refused.value.fix


def test_a_record_of_a_later_release_stops_no_reader(git: Git) -> None:
    ledger = local_ledger(git, "0123456789ab")
    ledger.append(said("1.0.0"))
    put(ledger, json.dumps(said("1.1.0").as_json()).replace("registration:v1", "registration:v2").encode())
    ledger.append(said("1.2.0"))
    kinds = [record.statement.predicate.predicate_type for record in ledger.newest_first()]
    assert [kind.rsplit(":", 1)[1] for kind in kinds] == ["v1", "v2", "v1"]


def test_a_git_identity_is_not_needed(git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    assert local_ledger(git, "0123456789ab").append(said("1.0.0"))


def test_what_was_read_before_is_read_no_more_and_what_is_new_is(git: Git) -> None:
    ledger = local_ledger(git, "0123456789ab")
    for run in ("a", "b"):
        ledger.append(said(run))
    first = list(ledger.newest_first())
    other = local_ledger(Git(git.root), "0123456789ab")
    other.append(said("c"))
    again = list(ledger.newest_first())
    assert [run_of(record) for record in again] == ["c", "b", "a"]
    assert all(new is old for new, old in zip(again[1:], first, strict=True))


def test_a_ledger_that_was_rewritten_is_read_anew(git: Git) -> None:
    ledger = local_ledger(git, "0123456789ab")
    for run in ("a", "b"):
        ledger.append(said(run))
    assert len(list(ledger.newest_first())) == 2
    git.run("update-ref", ledger.ref, f"{ledger.tip()}~1")
    assert [run_of(record) for record in ledger.newest_first()] == ["a"]
    ledger.append(said("c"))
    assert [run_of(record) for record in ledger.newest_first()] == ["c", "a"]

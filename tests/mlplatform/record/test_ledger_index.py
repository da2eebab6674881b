"""The index of a ledger answers as the ledger itself does, whatever became of either."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlplatform.core.errors import Refusal
from mlplatform.core.records.base import Predicate
from mlplatform.core.records.statement import Statement
from mlplatform.core.topics import Topic, TopicKind, topics
from mlplatform.providers.git import Git
from mlplatform.record import ledger_index
from mlplatform.record.ledger import Ledger, local_ledger
from mlplatform.record.ledger_index import FORMAT, index_file, newest_on
from tests.support.ledgers import ledgers, newest_of, write_ledger
from tests.support.records import registration_record
from tests.support.values import digest

TUMOUR = Topic(TopicKind.ORIGIN, "", "clinic/tumour", digest("1.0.0"))


@contextmanager
def repository() -> Iterator[Git]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
        yield Git(Path(folder))


@pytest.fixture
def git() -> Iterator[Git]:
    with repository() as git:
        yield git


@pytest.fixture
def ledger(git: Git) -> Ledger:
    """A ledger of three registrations of one version."""
    ledger = local_ledger(git, "0123456789ab")
    write_ledger(git.root, ledger.ref, [registered(run) for run in "abc"])
    return ledger


def registered(run: str) -> Statement:
    return registration_record("clinic/tumour", "1.0.0", run=run)


def with_id(statement: Statement, identifier: str) -> Statement:
    """The ledger gives each record an id, so that no two are equal: git names no change where nothing changed."""
    assert isinstance(statement.predicate, Predicate)
    return replace(statement, predicate=replace(statement.predicate, id=identifier))


def newest_run(ledger: Ledger) -> str:
    """The newest run on the ledger, as a command that has just been started finds it."""
    ledger_index._open.clear()
    [statement] = newest_on(ledger, [TUMOUR])
    return str(statement.as_json()["predicate"]["run"])


def kept(ledger: Ledger) -> Path:
    return index_file(ledger.git, ledger.ref)


MOMENTS = [datetime(2026, month, day, tzinfo=UTC) for month, day in ((1, 1), (2, 2))]
steps = st.lists(st.tuples(st.integers(0, 12), ledgers, st.booleans()), min_size=1, max_size=4)


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_it_follows_a_ledger_that_grows_is_cut_or_rewritten(
    steps: list[tuple[int, list[Statement], bool]],
) -> None:
    with repository() as git:
        ledger, whole = local_ledger(git, "0123456789ab"), list[Statement]()
        numbers = count(1)
        for cut, drawn, is_new_process in steps:
            more = [with_id(statement, f"{next(numbers)}") for statement in drawn]
            whole = [*whole[: len(whole) - cut], *more] if cut < len(whole) else [*whole, *more]
            _rewrite(ledger, whole, len(whole) - len(more))
            if is_new_process:
                ledger_index._open.clear()
            wanted = sorted({topic for statement in whole for topic in topics(statement)} | {TUMOUR})
            for topic in wanted:
                assert newest_on(ledger, [topic]) == newest_of(whole, [topic])
            for at in (None, *MOMENTS):
                assert newest_on(ledger, wanted, at) == newest_of(whole, wanted, at)


def _rewrite(ledger: Ledger, whole: list[Statement], same: int) -> None:
    """Let the ledger have these statements, of which the first are there already."""
    commits = [file.commit for file in ledger.files(tip)][::-1] if (tip := ledger.tip()) else []
    write_ledger(ledger.git.root, ledger.ref, whole[same:], commits[same - 1] if same else "")


def test_what_is_kept_is_used_and_grows(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    newest_run(ledger)
    first = kept(ledger).read_bytes()
    tip = str(ledger.tip())
    write_ledger(ledger.git.root, ledger.ref, [registered("d")], tip)
    asked: list[str | None] = []
    files = Ledger.files
    monkeypatch.setattr(
        Ledger, "files", lambda self, tip, since=None: asked.append(since) or files(self, tip, since)
    )
    assert [newest_run(ledger), newest_run(ledger)] == ["d", "d"]
    assert asked == [tip]
    assert kept(ledger).read_bytes() != first


def test_any_damage_is_noticed(ledger: Ledger) -> None:
    newest_run(ledger)
    whole = kept(ledger).read_bytes()
    places = {0, len(FORMAT), *range(len(FORMAT) + 32, len(whole), len(whole) // 20), len(whole) - 1}
    for place in places:
        kept(ledger).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert newest_run(ledger) == "c"
        assert kept(ledger).read_bytes() == whole
    for length in (0, 5, len(whole) // 2):
        kept(ledger).write_bytes(whole[:length])
        assert newest_run(ledger) == "c"


def test_one_of_another_format_is_made_again(ledger: Ledger) -> None:
    newest_run(ledger)
    whole = kept(ledger).read_bytes()
    kept(ledger).write_bytes(FORMAT.replace(b" 1\n", b" 2\n") + whole[len(FORMAT) :])
    assert newest_run(ledger) == "c"
    assert kept(ledger).read_bytes() == whole


def test_one_of_another_repository_is_made_again(ledger: Ledger) -> None:
    newest_run(ledger)
    with repository() as other:
        theirs = local_ledger(other, "0123456789ab")
        write_ledger(other.root, theirs.ref, [registered("z")])
        kept(theirs).parent.mkdir()
        kept(theirs).write_bytes(kept(ledger).read_bytes())
        assert newest_run(theirs) == "z"


def test_an_old_record_that_a_merge_of_another_history_leads_to_does_not_count(ledger: Ledger) -> None:
    newest_run(ledger)
    git, old = ledger.git, str(ledger.tip())
    write_ledger(git.root, "refs/heads/other", [registered("other")])
    tree = git.run("rev-parse", "refs/heads/other^{tree}").decode().strip()
    who = ["-c", "user.name=ada", "-c", "user.email=ada@example.com"]
    merge = git.run(*who, "commit-tree", tree, "-p", "refs/heads/other", "-p", old, "-m", "")
    git.run("update-ref", ledger.ref, merge.decode().strip())
    wanted = [TUMOUR]
    whole = [record.statement for record in ledger.newest_first()][::-1]
    assert newest_run(ledger) == "other"
    assert newest_on(ledger, wanted) == newest_of(whole, wanted)


def test_a_clone_that_cannot_be_written_to_answers_and_keeps_nothing(ledger: Ledger) -> None:
    kept(ledger).parent.write_text("in the way of the folder")  # a mode would not stop root
    assert newest_run(ledger) == "c"


def test_working_trees_of_a_clone_share_it(ledger: Ledger, tmp_path: Path) -> None:
    git = ledger.git
    write_ledger(git.root, "refs/heads/main", [registered("x")])
    git.run("worktree", "add", "--quiet", "--detach", str(tmp_path / "other"), "main")
    assert index_file(Git(tmp_path / "other"), ledger.ref).resolve() == kept(ledger).resolve()


def test_a_record_that_cannot_be_read_is_refused_again_and_again(ledger: Ledger) -> None:
    newest_run(ledger)
    git = ledger.git
    blob = git.run("hash-object", "-w", "--stdin", stdin=b"{}").decode().strip()
    tree = git.run("mktree", stdin=f"100644 blob {blob}\tstatement.json\n".encode()).decode().strip()
    who = ["-c", "user.name=ada", "-c", "user.email=ada@example.com"]
    bad = git.run(*who, "commit-tree", tree, "-p", str(ledger.tip()), "-m", "").decode().strip()
    git.run("update-ref", ledger.ref, bad)
    for _ in range(2):
        with pytest.raises(Refusal, match=f"record {bad[:12]} of"):
            newest_run(ledger)


def test_two_commands_at_once_both_answer(ledger: Ledger) -> None:
    script = (
        "import sys; from pathlib import Path; from mlplatform.providers.git import Git;"
        "from mlplatform.core.topics import Topic; from mlplatform.record.ledger import local_ledger;"
        "from mlplatform.record.ledger_index import newest_on;"
        "ledger = local_ledger(Git(Path(sys.argv[1])), '0123456789ab');"
        "print(*(each.as_json()['predicate']['run'] for each in newest_on(ledger, [Topic(*sys.argv[2:])])))"
    )
    command = [sys.executable, "-c", script, str(ledger.git.root), *TUMOUR]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) for _ in range(3)
    ]
    assert [process.communicate()[0] for process in running] == ["c\n"] * 3
    assert [file.name for file in kept(ledger).parent.iterdir()] == [kept(ledger).name]
    assert newest_run(ledger) == "c"

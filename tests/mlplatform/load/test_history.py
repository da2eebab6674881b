from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.history import Pin
from mlplatform.load.history import history, pinned_since, rewritten, tip_at
from mlplatform.providers.git import Git
from tests.support.git_objects import Entry, ObjectStore
from tests.support.scratch import DIGESTS, Scratch, deployment

PATH = "environments/production/clinic/tumour.yaml"
KEY = ("production", "clinic/tumour")


def pin(version: str, commit: str) -> Pin:
    return Pin(*KEY, version, DIGESTS[version], commit)


def test_every_environment_has_its_pins(repo: Scratch) -> None:
    known = history(repo.git, "main")
    assert known.commit == repo.head()
    assert known.complete
    assert {key: [pin.version for pin in pins] for key, pins in known.pins.items()} == {
        ("development", "clinic/tumour"): ["1.2.0"],
        ("integration", "clinic/tumour"): ["1.1.0"],
        ("production", "clinic/tumour"): ["1.0.0"],
    }


def test_pins_come_newest_first_with_the_commit_that_brought_each(repo: Scratch) -> None:
    first = repo.head()
    second = repo.commit({PATH: deployment("1.1.0", 0.93)}, "promote")
    repo.commit({PATH: deployment("1.1.0", 0.93, comment="said in other words")}, "only a comment")
    repo.commit({"README.md": "unrelated\n"})
    third = repo.commit({PATH: deployment("1.0.0", 0.91)}, "roll back")
    known = history(repo.git, "HEAD")
    assert known.of(*KEY) == (pin("1.0.0", third), pin("1.1.0", second), pin("1.0.0", first))
    assert history(repo.git, second).of(*KEY) == (pin("1.1.0", second), pin("1.0.0", first))


def test_a_promotion_that_was_merged_counts_from_its_merge(repo: Scratch) -> None:
    first = repo.head()
    repo.run("checkout", "--quiet", "-b", "promote")
    repo.commit({PATH: deployment("1.2.0", 0.95)}, "a step that was never on main")
    repo.commit({PATH: deployment("1.1.0", 0.93)}, "what was approved")
    repo.run("checkout", "--quiet", "main")
    repo.run("merge", "--quiet", "--no-ff", "promote", "--message", "merge")
    assert history(repo.git, "main").of(*KEY) == (pin("1.1.0", repo.head()), pin("1.0.0", first))


def test_a_deployment_that_was_deleted_keeps_its_history(repo: Scratch) -> None:
    first = repo.head()
    (repo.root / PATH).unlink()
    repo.commit({}, "delete")
    again = repo.commit({PATH: deployment("1.0.0", 0.91)}, "bring back")
    assert history(repo.git, "HEAD").of(*KEY) == (pin("1.0.0", again), pin("1.0.0", first))
    (repo.root / PATH).unlink()
    repo.commit({}, "delete again")
    assert history(repo.git, "HEAD").of(*KEY) == (pin("1.0.0", again), pin("1.0.0", first))


@pytest.mark.parametrize(
    "text",
    [
        "not: [yaml\n",
        "",
        "schema: deployment/v1\nversion: 1.1.0\n",
        f"schema: deployment/v1\ndigest: {DIGESTS['1.1.0']}\n",
        "schema: deployment/v1\nversion: 1.1.0\ndigest: latest\n",
        f"schema: deployment/v1\nversion: 1.1\ndigest: {DIGESTS['1.1.0']}\n",
        f"schema: model/v1\nversion: 1.1.0\ndigest: {DIGESTS['1.1.0']}\n",
        f"schema: deployment/v1\nversion: 1.1.0\ndigest: {DIGESTS['1.1.0']}\ndigest: {DIGESTS['1.2.0']}\n",
        f"schema: deployment/v1\nversion: [1.1.0]\ndigest: {DIGESTS['1.1.0']}\n",
    ],
)
def test_a_document_that_cannot_be_read_pins_nothing(repo: Scratch, text: str) -> None:
    first = repo.head()
    repo.commit({PATH: text}, "broken")
    assert history(repo.git, "HEAD").of(*KEY) == (pin("1.0.0", first),)


def test_only_deployments_are_pins(repo: Scratch) -> None:
    text = deployment("1.1.0", 0.93)
    repo.commit(
        {"environments/production/clinic/tumour.yml": text, "environments/production/clinic/a/b.yaml": text}
    )
    (repo.root / "environments/production/clinic/linked.yaml").symlink_to("tumour.yaml")
    repo.commit({})
    assert len(history(repo.git, "HEAD").pins) == 3


def test_a_shallow_clone_says_that_its_history_is_not_complete(repo: Scratch, tmp_path: Path) -> None:
    repo.commit({PATH: deployment("1.1.0", 0.93)}, "promote")
    repo.run("clone", "--quiet", "--depth=1", repo.root.as_uri(), str(tmp_path / "shallow"))
    known = history(Git(tmp_path / "shallow"), "HEAD")
    assert not known.complete
    assert known.of(*KEY) == (pin("1.1.0", repo.head()),)


def test_a_pin_holds_since_the_commit_that_brought_it(repo: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlplatform.load.history._READ_AT_ONCE", 2)
    repo.commit({PATH: deployment("1.1.0", 0.93)}, "promote")
    repo.commit({PATH: deployment("1.0.0", 0.91)}, "roll back")
    promoted = repo.commit({PATH: deployment("1.1.0", 0.93)}, "promote again")
    for number in range(4):
        repo.commit({PATH: deployment("1.1.0", 0.93, comment=f"{number}")}, "only a comment")
    assert pinned_since(repo.git, "HEAD", PATH, "1.1.0", DIGESTS["1.1.0"]) == promoted
    assert pinned_since(repo.git, "HEAD", PATH, "1.0.0", DIGESTS["1.0.0"]) is None
    assert pinned_since(repo.git, "HEAD", f"{PATH}.other", "1.1.0", DIGESTS["1.1.0"]) is None


def test_a_long_history_takes_a_fixed_number_of_processes(
    repo: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        repo.commit({PATH: deployment("1.1.0" if number % 2 else "1.2.0", 0.9)}, "to and fro")
    asked: list[str] = []
    run = Git.run

    def counted(self: Git, *args: str, stdin: bytes = b"") -> bytes:
        asked.append(args[0])
        return run(self, *args, stdin=stdin)

    monkeypatch.setattr(Git, "run", counted)
    assert len(history(repo.git, "HEAD").of(*KEY)) == 6
    assert (asked.count("log"), asked.count("cat-file")) == (2, 1)
    assert len(asked) <= 7


NOW = datetime(2026, 7, 1, tzinfo=UTC)


def on(day: int) -> datetime:
    """A day of the year 2026."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)


def clocked(root: Path, days: Iterable[int]) -> tuple[Git, list[str]]:
    """A repository, and its commits, each with its committer's clock on such a day and another pin."""
    store = ObjectStore.new(root)
    commits: list[str] = []
    for number, day in enumerate(days):
        version = ("1.0.0", "1.1.0", "1.2.0")[number % 3]
        files = {PATH: Entry(deployment(version, 0.9).encode())}
        commits.append(store.commit(files, commits[-1] if commits else None, int(on(day).timestamp())))
    store.point("main", commits[-1])
    return Git(root), commits


@pytest.mark.parametrize("back", [20, 40], ids=["between-two", "on-the-day"])
def test_a_commit_whose_clock_was_set_back_landed_no_earlier_than_what_it_stands_on(
    tmp_path: Path, back: int
) -> None:
    git, (first, second, late) = clocked(tmp_path / "r", [10, 40, back])
    assert tip_at(git, "main", on(30), NOW) == first
    assert tip_at(git, "main", on(50), NOW) == late
    assert tip_at(git, second, on(50), NOW) == second


def test_a_commit_whose_clock_is_ahead_landed_no_later_than_the_next(tmp_path: Path) -> None:
    git, (first, ahead, next_one) = clocked(tmp_path / "r", [10, 4000, 60])
    assert tip_at(git, "main", on(50), NOW) == first
    assert tip_at(git, "main", on(70), NOW) == next_one
    assert tip_at(git, ahead, on(70), NOW) == first


def test_before_the_oldest_commit_there_is_none(tmp_path: Path) -> None:
    git, _ = clocked(tmp_path / "r", [10, 40])
    with pytest.raises(Refusal, match="no commit of 2026-01-06"):
        tip_at(git, "main", on(5), NOW)


@pytest.mark.parametrize(
    ("days", "ended"),
    [([10, 40, 60], 40), ([10, 150, 60], 60), ([10, 150, 160, 60], 60), ([10, 40, 20], 20)],
    ids=["as-said", "ahead", "both-ahead", "the-next-is-behind"],
)
def test_a_pin_ended_no_later_than_any_clock_that_follows_says(
    tmp_path: Path, days: list[int], ended: int
) -> None:
    git, _ = clocked(tmp_path / "r", days)
    assert history(git, "main").of(*KEY)[-1].until == on(ended).timestamp()


def test_commits_that_touch_no_deployment_tell_the_time_as_well(repo: Scratch) -> None:
    ahead = {"GIT_COMMITTER_DATE": "2099-01-01T00:00:00Z"}
    repo.write(PATH, deployment("1.1.0", 0.93))
    repo.run("add", "--all")
    repo.git.run("commit", "--quiet", "--message", "promote", env=ahead)
    before = datetime.now(UTC).timestamp()
    repo.commit({"README.md": "unrelated\n"})
    until = history(repo.git, "HEAD").of(*KEY)[-1].until
    assert until is not None
    assert abs(until - before) < 3600


def test_what_more_than_one_commit_wrote_was_rewritten(repo: Scratch) -> None:
    tumour, progression = "models/clinic/tumour.yaml", "models/clinic/progression.yaml"
    assert rewritten(repo.git, "HEAD", [tumour, progression]) == frozenset()
    repo.commit({tumour: "schema: model/v1\ncritical: true\n"}, "critical")
    assert rewritten(repo.git, "HEAD", [tumour, progression]) == {tumour}
    assert rewritten(repo.git, "HEAD", [progression]) == frozenset()
    assert rewritten(repo.git, "HEAD", []) == frozenset()

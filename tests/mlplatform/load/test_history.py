from pathlib import Path

import pytest

from mlplatform.core.history import Pin
from mlplatform.load.history import history, holds_since
from mlplatform.providers.git import Git
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


def test_the_current_pin_holds_since_the_commit_that_brought_it(repo: Scratch) -> None:
    promoted = repo.commit({PATH: deployment("1.1.0", 0.93)}, "promote")
    repo.commit({PATH: deployment("1.1.0", 0.94)}, "other metrics, same pin")
    known = history(repo.git, "HEAD")
    assert holds_since(known, *KEY, "1.1.0", DIGESTS["1.1.0"]) == pin("1.1.0", promoted)
    assert holds_since(known, *KEY, "1.0.0", DIGESTS["1.0.0"]) is None
    assert holds_since(known, "production", "clinic/other", "1.0.0", DIGESTS["1.0.0"]) is None


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
    assert asked.count("log") == asked.count("cat-file") == 1
    assert len(asked) <= 5

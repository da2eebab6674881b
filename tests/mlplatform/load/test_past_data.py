"""What data sets said of the same data before, in first-parent history."""

from typing import Any

from mlplatform.load.past_data import past_data
from mlplatform.providers.git.compare import listing
from tests.support.scratch import Scratch

CREW = "tenants/clinic/datasets/crew.yaml"
OPEN = "tenants/clinic/datasets/open.yaml"


def _text(classification: str, location: str = "s3://crew/v1/", letter: str = "a") -> str:
    return f"schema: dataset/v1\nlocation: {location}\ndigest: sha256:{letter * 64}\nclassification: {classification}\n"


def _data(location: str, letter: str = "b") -> dict[str, Any]:
    return {"location": location, "digest": "sha256:" + letter * 64}


def _past(repo: Scratch, path: str, after: dict[str, Any], before: dict[str, Any] | None = None) -> list[str]:
    git, head = repo.git, repo.head()
    found = past_data(git, head, listing(git, head), [(path, before, after)]).get(path, ())
    return [f"{one['name']} {one['classification']}" for one in found]


def _delete(repo: Scratch, path: str) -> None:
    (repo.root / path).unlink()
    repo.commit({}, "delete")


def test_a_data_set_that_was_deleted_is_found_by_bytes_place_and_path(repo: Scratch) -> None:
    repo.commit({CREW: _text("pii")}, "add")
    _delete(repo, CREW)
    assert _past(repo, OPEN, _data("s3://other/", "a")) == ["clinic/crew pii"]
    assert _past(repo, OPEN, _data("s3://crew/")) == ["clinic/crew pii"]
    assert _past(repo, CREW, _data("s3://other/")) == ["clinic/crew pii"]
    assert _past(repo, OPEN, _data("s3://other/")) == []


def test_its_last_word_counts(repo: Scratch) -> None:
    repo.commit({CREW: _text("pii")}, "add")
    repo.commit({CREW: _text("internal")}, "lower, with a waiver")
    _delete(repo, CREW)
    assert _past(repo, OPEN, _data("s3://crew/v1/")) == ["clinic/crew internal"]


def test_a_place_that_a_data_set_left_is_what_it_was(repo: Scratch) -> None:
    repo.commit({CREW: _text("pii")}, "add")
    repo.commit({CREW: _text("pii", "s3://crew-two/", "c")}, "move")
    assert _past(repo, OPEN, _data("s3://crew/v1/")) == ["clinic/crew pii"]


def test_what_is_still_said_is_the_bases_to_judge(repo: Scratch) -> None:
    repo.commit({CREW: _text("pii")}, "add")
    repo.commit({CREW: _text("internal")}, "lower, with a waiver")
    assert _past(repo, OPEN, _data("s3://crew/v1/")) == []


def test_data_that_a_data_set_had_before_is_not_asked_for_again(repo: Scratch) -> None:
    repo.commit({CREW: _text("pii")}, "add")
    _delete(repo, CREW)
    assert _past(repo, OPEN, _data("s3://crew/v1/"), _data("s3://crew/v1/")) == []


def test_a_text_that_hides_behind_an_escape_is_found(repo: Scratch) -> None:
    hidden = _text("pii").replace("s3://crew/v1/", '"s3://cr\\x65w/v1/"')
    repo.commit({CREW: hidden}, "add")
    _delete(repo, CREW)
    assert _past(repo, OPEN, _data("s3://crew/v1/")) == ["clinic/crew pii"]

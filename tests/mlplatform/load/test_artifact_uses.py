"""Every version that was pinned with a digest is found, and little else is read."""

from pathlib import Path

import pytest

from mlplatform.load.artifact_uses import artifact_uses
from tests.support.scratch import DIGESTS, Scratch, deployment

OLD, NEW = DIGESTS["1.0.0"], DIGESTS["1.2.0"]
OTHER = "environments/development/clinic/progression.yaml"
PRODUCTION = "environments/production/clinic/tumour.yaml"


def uses(repo: Scratch, *digests: str) -> list[tuple[str, str]]:
    """The model and version of every use."""
    return [(use.model, use.version) for use in artifact_uses(repo.git, repo.head(), digests)]


def test_a_digest_that_nothing_pinned_has_no_uses(repo: Scratch) -> None:
    assert uses(repo, "sha256:" + "9" * 64) == []


@pytest.mark.parametrize("text", ["", "1.0.0", "sha256:.*", "(", "sha256:"])
def test_what_is_no_digest_was_never_pinned(repo: Scratch, text: str) -> None:
    assert uses(repo, text) == []


def test_a_pin_that_ended_is_found(repo: Scratch) -> None:
    repo.commit({PRODUCTION: deployment("1.1.0", 0.93, "integration")})
    assert uses(repo, OLD) == [("clinic/tumour", "1.0.0")]


def test_a_number_that_changed_under_the_same_digest_is_found_as_well(repo: Scratch) -> None:
    renumbered = repo.read(PRODUCTION).replace("version: 1.0.0", "version: 1.0.1")
    repo.commit({PRODUCTION: renumbered})
    assert uses(repo, OLD) == [("clinic/tumour", "1.0.0"), ("clinic/tumour", "1.0.1")]


def test_two_models_with_the_same_document_are_both_found(repo: Scratch) -> None:
    repo.commit({OTHER: repo.read("environments/development/clinic/tumour.yaml")})
    assert uses(repo, NEW) == [("clinic/progression", "1.2.0"), ("clinic/tumour", "1.2.0")]


def test_an_escape_hides_no_digest(repo: Scratch) -> None:
    hidden = '"' + OLD.replace("sha256", r"sha\x32\x356") + '"'
    repo.commit({OTHER: deployment("1.0.0", 0.91).replace(OLD, hidden)})
    assert ("clinic/progression", "1.0.0") in uses(repo, OLD)


def test_a_partial_clone_fetches_what_is_searched_at_once(repo: Scratch, tmp_path: Path) -> None:
    for version in ("1.1.0", "1.2.0"):
        repo.commit({PRODUCTION: deployment(version, 0.93, "integration")})
    repo.run("config", "uploadpack.allowFilter", "true")
    folder = tmp_path / "partial"
    repo.run("clone", "--quiet", "--filter=blob:none", "--no-checkout", repo.root.as_uri(), str(folder))
    clone = Scratch(folder)
    before = len(list(folder.glob(".git/objects/pack/*.pack")))
    assert uses(clone, OLD) == [("clinic/tumour", "1.0.0")]
    assert len(list(folder.glob(".git/objects/pack/*.pack"))) - before <= 2

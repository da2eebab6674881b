"""What was changed by hand is written into the documents as a person would have written it."""

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.propose.adopt import Adoption, adopt
from mlplatform.propose.pinned import Pinned
from tests.support.scratch import MODEL, Scratch, deployment

PRODUCTION = "environments/production/clinic/tumour.yaml"
OTHER = Pinned("1.1.0", "sha256:" + "7" * 64, metrics={"auc": 0.93})


def adopted(repo: Scratch, *adoptions: Adoption) -> tuple[str, str]:
    """The document of production after the adoption, and the commit's message."""
    base = repo.git.resolve("main")
    made = adopt(repo.git, base, environment="production", adoptions=adoptions, reason="the night shift")
    return (made.files[PRODUCTION] or b"").decode(), made.message


def test_a_version_is_pinned_and_every_other_line_stays(repo: Scratch) -> None:
    before = repo.at("main", PRODUCTION)
    text, message = adopted(repo, Adoption(MODEL, OTHER, None, ("the alias champion was moved",)))
    assert "version: 1.1.0   # reviewed\n" in text
    assert [line for line in before.splitlines() if "serving" in line or "rollout" in line] == [
        line for line in text.splitlines() if "serving" in line or "rollout" in line
    ]
    assert message.startswith("production: clinic/tumour 1.1.0 (adopted: it was changed by hand)\n")
    assert "the alias champion was moved" in message
    assert "Why: the night shift" in message


def test_a_number_of_instances_is_all_that_changes(repo: Scratch) -> None:
    before = repo.at("main", PRODUCTION)
    text, _ = adopted(repo, Adoption(MODEL, None, 3, ("it was given 3 instances",)))
    assert text == before.replace("instances: 1", "instances: 3")


def test_what_is_declared_already_is_not_proposed(repo: Scratch) -> None:
    with pytest.raises(Refusal, match="what the base declares"):
        adopted(repo, Adoption(MODEL, None, 1, ()))


def test_without_a_document_there_is_nothing_to_adopt_into(repo: Scratch) -> None:
    repo.git.run("rm", "-q", PRODUCTION)
    repo.git.run("commit", "-q", "-m", "taken out")
    base = repo.git.resolve("HEAD")
    with pytest.raises(Refusal, match="so there is no document to adopt into"):
        adopt(repo.git, base, environment="production", adoptions=[Adoption(MODEL, OTHER, None, ())])


def test_the_same_adoption_has_the_same_branch_and_another_has_another(repo: Scratch) -> None:
    repo.commit({PRODUCTION: deployment("1.0.0", 0.9)})
    base = repo.git.resolve("main")

    def branch(instances: int) -> str:
        made = adopt(
            repo.git, base, environment="production", adoptions=[Adoption(MODEL, None, instances, ())]
        )
        return made.branch

    assert branch(2) == branch(2) != branch(3)
    assert branch(2).startswith("adopt/production/")

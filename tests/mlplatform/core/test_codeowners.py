"""CODEOWNERS has GitHub ask whom the check asks."""

import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from mlplatform.core.codeowners import UnwritableCodeowners, codeowners
from mlplatform.core.kinds import Environment, Platform, Tenant

GITHUB = {"provider": "github", "repository": "acme/models", "verdictApp": 7, "ledgerApp": 8}
TENANT = {
    "schema": "tenant/v1",
    "description": "A team",
    "owners": ["ada", "grace", "mary"],
    "members": ["linus"],
    "contact": {"email": "a@example.com", "oncall": "a"},
    "costCenter": "A",
    "clearance": "internal",
    "quotas": {},
    "budget": {"monthlyUSD": 1},
}
ENVIRONMENT = {
    "schema": "environment/v1",
    "order": 1,
    "registry": {"provider": "mlflow", "uri": "local"},
    "serving": {"provider": "triton"},
    "blastRadius": {"maxChangedPercent": 30, "minResources": 10},
}
OWNED = ["*", "tools/", ".github/", "environments/*/environment.yaml", "examples/training/reading_shared.py"]


def platform(**more: Any) -> Platform:
    said = {"schema": "platform/v1", "team": ["margaret", "dennis"], "ownedPaths": OWNED, **more}
    return Platform.model_validate(said)


def environment(required: int, groups: list[str]) -> Environment:
    return Environment.model_validate({**ENVIRONMENT, "approvals": {"required": required, "from": groups}})


TENANTS = {"reading": Tenant.model_validate(TENANT)}
ENVIRONMENTS = {
    "development": environment(0, ["owners", "members"]),
    "integration": environment(1, ["owners", "members"]),
    "production": environment(2, ["platform"]),
}


def asked(text: str, path: str) -> list[str]:
    """Return whom GitHub asks for a path: the last line that matches decides."""
    lines = [line.split(" ") for line in text.splitlines() if line and not line.startswith("#")]
    matches = [people for pattern, *people in lines if _matches(pattern.removeprefix("/"), path)]
    return matches[-1] if matches else []


def _matches(pattern: str, path: str) -> bool:
    steps, places = pattern.rstrip("/").split("/"), path.split("/")
    is_below = len(places) > len(steps) if pattern.endswith("/") else len(places) == len(steps)
    return is_below and all(map(fnmatchcase, places, steps))


@pytest.mark.parametrize(
    ("path", "people"),
    [
        ("README.md", "margaret dennis"),
        ("tools/a/b.py", "margaret dennis"),
        ("environments/production/environment.yaml", "margaret dennis"),
        ("tenants/reading/datasets/events.yaml", "ada grace mary"),
        ("models/reading/recommender.yaml", "ada grace mary"),
        ("examples/data/reading/words.csv", "ada grace mary"),
        ("examples/training/reading_recommender.py", "ada grace mary"),
        ("examples/training/reading/recommender.py", "ada grace mary"),
        ("examples/training/reading_shared.py", "margaret dennis"),
        ("environments/development/reading/recommender.yaml", ""),
        ("environments/integration/reading/recommender.yaml", "ada grace mary linus"),
        ("environments/production/reading/recommender.yaml", "margaret dennis"),
        ("tenants/reading/tenant.yaml", "ada grace mary margaret dennis"),
        (".github/workflows/ci.yml", "margaret dennis"),
        (".github/CODEOWNERS", ""),
        ("somewhere/else.txt", ""),
    ],
)
def test_github_asks_those_who_may_approve(path: str, people: str) -> None:
    text = codeowners(platform(), TENANTS, ENVIRONMENTS)
    assert asked(text, path) == [f"@{login}" for login in people.split()]


def test_what_is_the_platforms_in_a_tenants_folder_stays_the_platforms() -> None:
    text = codeowners(platform(ownedPaths=["environments/"]), TENANTS, ENVIRONMENTS)
    assert asked(text, "environments/integration/reading/x.yaml") == ["@margaret", "@dennis"]


def test_a_person_has_the_login_of_github() -> None:
    people = {"Ada": {"login": "ada-lovelace"}, "margaret": {"login": "mhamilton"}}
    text = codeowners(platform(gitHost={**GITHUB, "people": people}), TENANTS, ENVIRONMENTS)
    assert asked(text, "models/reading/x.yaml") == ["@ada-lovelace", "@grace", "@mary"]
    assert asked(text, "tools/x.py") == ["@mhamilton", "@dennis"]


def test_nobody_asks_a_bot() -> None:
    text = codeowners(platform(bots=["Grace"]), TENANTS, ENVIRONMENTS)
    assert asked(text, "models/reading/x.yaml") == ["@ada", "@mary"]


def test_several_stars_are_one() -> None:
    text = codeowners(platform(ownedPaths=["docs/**.md"]), TENANTS, ENVIRONMENTS)
    assert "\n/docs/*.md @margaret" in text


def test_without_tenants_there_is_no_line_of_one() -> None:
    text = codeowners(platform(ownedPaths=["tools/"]), {}, {})
    patterns = [line.split()[0] for line in text.splitlines() if line.startswith("/")]
    assert patterns == ["/tools/", "/.github/CODEOWNERS"]
    assert "root" not in text


@pytest.mark.parametrize("path", ["docs/[a-z].md", "two words/", "!tools/", "/tools/", "a?b", "#x", "a\\b"])
def test_a_path_that_github_would_read_otherwise_is_refused(path: str) -> None:
    with pytest.raises(UnwritableCodeowners, match=re.escape(repr(path))):
        codeowners(platform(ownedPaths=[path]), {}, {})

"""CONTRIBUTING points at what is there: a newcomer who looks for a thing finds it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROWS = re.findall(
    r"^\| (?!looking for|---)([^|]+) \| (`[^|]+) \|$", (ROOT / "CONTRIBUTING.md").read_text(), re.M
)


@pytest.mark.parametrize(("thing", "paths"), ROWS, ids=[thing for thing, _ in ROWS])
def test_what_somebody_looks_for_lies_where_contributing_says(thing: str, paths: str) -> None:
    for path in re.findall(r"`([^`]+)`", paths):
        folder = (
            ROOT
            if path.startswith(("tools/", "policies/", ".github/", "tests/"))
            else ROOT / "tools/mlplatform"
        )
        assert (folder / path).exists(), f"{thing}: there is no {path}"


@pytest.mark.parametrize(
    "word",
    [
        "rollback",
        "promotion",
        "drift",
        "lineage",
        "ownership",
        "pii",
        "hold",
        "lease",
        "review",
        "verdict",
        "controls",
    ],
)
def test_a_word_of_the_domain_is_the_name_of_a_file_or_folder(word: str) -> None:
    names = {
        part for path in (ROOT / "tools/mlplatform").rglob("*.py") for part in (path.stem, path.parent.name)
    }
    assert any(word in name.split("_") or f"{word}s" in name.split("_") for name in names)


def test_the_tenant_of_the_recipe_is_none_that_the_corpus_has() -> None:
    (tenant,) = set(re.findall(r"platform new tenant (\S+)", (ROOT / "CONTRIBUTING.md").read_text()))
    assert f"tenants/{tenant}/" not in (ROOT / "tests/acceptance/main.yaml").read_text()

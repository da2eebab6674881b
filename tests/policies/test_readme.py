"""What policies/README.md shows works, and what it lists is there."""

import re

from mlplatform.check.policy_input import readable
from mlplatform.core.naming import Kind
from mlplatform.providers.policy.metadata import read_packages
from tests.support.repository import ROOT, good_repository, judged, said, with_change

README = (ROOT / "policies/README.md").read_text()
EXAMPLE = re.findall(r"```rego\n(.*?)```", README, re.DOTALL)[0]
PATH = "policies/rego/names.rego"
MODEL = "models/reading/recommender.yaml"


def test_the_example_is_a_package_that_is_asked() -> None:
    (package,), flaws = read_packages({PATH: EXAMPLE})
    assert flaws == ()
    files = {**good_repository(), PATH: EXAMPLE}
    assert said(judged(files)) == []
    files = with_change(files, MODEL, "What to read next", "x" * 81)
    assert said(judged(files)) == [
        f"{MODEL}:3:1 {next(iter(package.rules))} the description has 81 characters"
    ]


def test_every_part_is_described() -> None:
    parts = {part for kind in Kind for asks in ("state", "change", "review") for part in readable(kind, asks)}
    assert parts | readable("path", "review") <= set(re.findall(r"`(\w+)`", README))

"""The policy that policies/checkov/README.md shows is one that works."""

from tests.mlplatform.providers.scan.cases import POLICIES
from tests.support.repository import ROOT


def test_the_example_of_the_readme_is_the_policy_that_the_cases_use() -> None:
    import yaml

    readme = (ROOT / "policies/checkov/README.md").read_text()
    example = yaml.safe_load(readme.split("```yaml\n")[1].split("```")[0])
    assert example == yaml.safe_load(POLICIES["policies/checkov/tagged.yaml"])

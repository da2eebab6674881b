"""Which attributes of Git hide a change from its reviewers."""

import pytest

from mlplatform.load.hidden_diffs import hidden_diffs

PATH = "examples/training/clinic/.gitattributes"


@pytest.mark.parametrize(
    "line",
    [
        "*.py binary",
        "* -diff",
        "* linguist-generated=true",
        "*.py linguist-vendored",
        "*.yaml filter=lfs diff=lfs merge=lfs -text",
        "*.csv -diff",
        "*.yaml merge=ours",
        "*.py working-tree-encoding=UTF-16",
        "*.py ident",
        "docs/** export-subst",
        "[attr]quiet -diff",
        '"*.py" -diff',
        "requirements/*.txt linguist-generated",
    ],
)
def test_an_attribute_that_hides_a_change_is_refused_at_its_place(line: str) -> None:
    findings = list(hidden_diffs({PATH: f"# notes\n{line}\n"}))
    assert {finding.rule for finding in findings} == {"file-hidden-diff"}
    assert {finding.line for finding in findings} == {2}


@pytest.mark.parametrize(
    "line",
    [
        "examples/data/**/*.csv -text",
        "*.yaml text eol=lf",
        "* text=auto",
        "*.png binary",
        "*.onnx filter=lfs diff=lfs merge=lfs -text",
        "*.py diff=python",
        "*.ipynb linguist-language=Python",
        "# * -diff",
        "",
    ],
)
def test_an_ordinary_attribute_passes(line: str) -> None:
    assert list(hidden_diffs({PATH: line})) == []

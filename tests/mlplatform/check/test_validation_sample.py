"""A held-out sample has the columns that the model takes and its target, and is data that the tenant may read."""

import pytest

from tests.support.held_out import CSV, HELD_OUT, MODEL, ROWS, VALIDATION, with_held_out
from tests.support.repository import judged, said, second_tenant


def validated(asked: str = VALIDATION) -> dict[str, str]:
    """The good repository, whose model is validated like this."""
    return with_held_out(f"validation: {asked}\n")


def test_a_sample_that_fits_is_fine() -> None:
    assert said(judged(validated())) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("target: outcome", "target: outcom", "13:63 link-validation reading/held-out has no column outcom"),
        ("[score, level]", "[score, levle]", "13:96 link-validation reading/held-out has no column levle"),
        (
            "[score, level]",
            "[score]",
            "13:80 link-validation the signature takes 2 columns for each row, and 1 are named",
        ),
        (
            "[score, level]",
            "[score, outcome]",
            "13:96 link-validation outcome is the target: a model that is given the answer is not asked anything",
        ),
        (
            "task: classification",
            "task: regression",
            "13:41 link-validation no output gives a number for each row, as a regression must",
        ),
        ("reading/held-out", "reading/held-in", "13:14 link-dataset there is no data set reading/held-in"),
    ],
)
def test_a_sample_that_does_not_fit_is_one_finding_in_its_place(old: str, new: str, finding: str) -> None:
    assert said(judged(validated(VALIDATION.replace(old, new)))) == [f"{MODEL}:{finding}"]


def test_a_sample_outside_the_repository_is_refused() -> None:
    asked = VALIDATION.replace("reading/held-out", "reading/events").replace("level", "student_email")
    findings = said(judged(validated(asked.replace("outcome", "score"))), "link-validation")
    assert findings[0] == (
        f"{MODEL}:13:14 link-validation reading/events lies at s3://reading-events/v3/, "
        "and a sample is a CSV file in examples/data"
    )


def test_the_data_that_it_is_trained_on_is_no_sample() -> None:
    asked = "{dataset: reading/lexicon, task: classification, target: level, inputs: [word, level]}"
    found = said(judged(validated(asked)), "validation-held-out")
    assert found == [
        f"{MODEL}:13:14 validation-held-out the model is validated with reading/lexicon, which it is trained on"
    ]


def test_another_tenants_data_is_no_sample_unless_it_is_shared() -> None:
    files = validated(VALIDATION.replace("reading/held-out", "school/held-out")) | second_tenant()
    theirs = {
        "tenants/school/datasets/held-out.yaml": HELD_OUT.replace("reading", "school"),
        "examples/data/school/held-out.csv": ROWS,
    }
    assert [line.split()[1] for line in said(judged(files | theirs))] == ["validation-clearance"]
    shared = {
        **theirs,
        "tenants/school/datasets/held-out.yaml": f"{HELD_OUT.replace('reading', 'school')}sharedWith: [reading]\n",
    }
    assert said(judged(files | shared)) == []


def test_a_broken_sample_blocks_the_tenant_that_reads_it() -> None:
    files = validated() | {CSV: ROWS + "3,4,1\n"}
    assert set(judged(files).repository.blocked_tenants) == {"reading"}


def test_a_regression_with_classes_is_refused() -> None:
    asked = VALIDATION.replace("classification", "regression, classes: [low, high]")
    assert "a regression has no classes" in said(judged(validated(asked)))[0]

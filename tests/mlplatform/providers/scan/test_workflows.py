"""Our checks of workflows: each refuses what it is for, and lets its harmless neighbour pass."""

import pytest

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.workflows import judge_action, judge_workflows
from mlplatform.providers.scan.tree import read_documents
from tests.mlplatform.providers.scan.workflow_cases import CHECKOUT, HARMLESS, PATH, READ, REFUSED

OURS = {name: case for name, case in REFUSED.items() if case[0].startswith("CKV")}


def judged(text: str, path: str = PATH) -> list[Finding]:
    return list(judge_workflows({path: read_documents(text)[0]}))


@pytest.mark.parametrize("case", OURS)
def test_what_takes_over_a_workflow_is_refused(case: str) -> None:
    rule, text = OURS[case]
    assert {finding.rule for finding in judged(text)} == {rule}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_is_harmless_passes(case: str) -> None:
    assert judged(HARMLESS[case]) == []


def test_a_finding_points_at_the_value() -> None:
    text = (
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: docker://a@sha256:00\n"
    )
    (finding,) = judged(text)
    assert finding.where == f"{PATH}:6:15"
    assert finding.message == "What looks like a commit or a digest is one: docker://a@sha256:00 is neither"


def test_a_workflow_that_others_call_is_judged_by_their_events_too() -> None:
    called = "on: workflow_call\npermissions: {}\njobs: {a: {if: false, runs-on: ubuntu-24.04, steps: [{run: ls}]}}\n"
    caller = f"on: pull_request\npermissions: {READ}\njobs: {{a: {{uses: ./{PATH}}}}}\n"
    roots = {PATH: read_documents(called)[0]}
    assert list(judge_workflows(roots)) == []
    roots[".github/workflows/pull.yml"] = read_documents(caller)[0]
    assert [(finding.path, finding.rule) for finding in judge_workflows(roots)] == [(PATH, "CKV_MLP_5")]


def test_a_workflow_is_judged_by_the_events_of_its_callers_callers() -> None:
    called = "on: workflow_call\npermissions: {}\njobs: {a: {if: false, runs-on: ubuntu-24.04, steps: [{run: ls}]}}\n"
    caller = "on: EVENT\npermissions: {}\njobs: {a: {uses: ./PATH}}\n"
    between = ".github/workflows/between.yml"
    texts = {
        ".github/workflows/a.yml": caller.replace("EVENT", "pull_request").replace("PATH", between),
        between: caller.replace("EVENT", "workflow_call").replace("PATH", PATH),
        PATH: called,
    }
    found = judge_workflows({path: read_documents(text)[0] for path, text in texts.items()})
    assert [(finding.path, finding.rule) for finding in found] == [(PATH, "CKV_MLP_5")]


def test_a_composite_action_is_judged_for_detours_and_pins() -> None:
    text = (
        "runs:\n  using: composite\n  steps:\n"
        "    - {run: 'eval \"$NAME\"', shell: bash, env: {NAME: '${{ inputs.name }}'}}\n"
        "    - uses: docker://a@sha256:00\n"
        "    - {run: 'echo \"$NAME\"', shell: bash, env: {NAME: '${{ inputs.name }}'}}\n"
    )
    found = judge_action(".github/actions/a/action.yml", read_documents(text)[0])
    assert {(finding.rule, finding.line) for finding in found} == {("CKV_MLP_2", 4), ("CKV_MLP_3", 5)}


def test_a_composite_action_takes_no_head_as_nobody_knows_who_calls_it() -> None:
    text = (
        "runs:\n  using: composite\n  steps:\n"
        f"    - {{{CHECKOUT}, with: {{ref: '${{{{ inputs.ref }}}}'}}}}\n    - {{{CHECKOUT}}}\n"
        "    - {run: 'git fetch o $REF; git switch -d FETCH_HEAD', shell: bash}\n"
    )
    found = judge_action("ci/take/action.yml", read_documents(text)[0])
    assert [(finding.rule, finding.line) for finding in found] == [("CKV_MLP_1", 4), ("CKV_MLP_1", 6)]

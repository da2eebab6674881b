"""Which values a workflow makes itself, which variables programs obey, and which base a pull request is judged by."""

import pytest

from mlplatform.providers.scan.checks.own_values import is_own
from mlplatform.providers.scan.checks.workflow import workflow_of
from mlplatform.providers.scan.checks.workflows import judge_workflows
from mlplatform.providers.scan.tree import read_documents

PATH = ".github/workflows/a.yml"
TITLE = "${{ github.event.pull_request.title }}"
WORKFLOW = """\
on: EVENT
permissions: {contents: read}
env: {REPORT: report.txt, TITLE: "${{ github.event.head_commit.message }}"}
jobs:
  first:
    runs-on: ubuntu-24.04
    outputs: {day: "${{ steps.day.outputs.day }}", title: "${{ steps.title.outputs.title }}"}
    steps:
      - {id: day, run: 'echo "day=$(date +%F)" >> "$GITHUB_OUTPUT"'}
      - {id: title, run: 'echo "title=$(git log -1 --format=%s)" >> "$GITHUB_OUTPUT"'}
      - {id: event, run: 'echo "title=$X" >> "$GITHUB_OUTPUT"', env: {X: "${{ github.head_ref }}"}}
      - {id: action, uses: ./.github/actions/a}
  second:
    needs: first
    runs-on: ubuntu-24.04
    steps: [{run: 'echo "REPORT=$(cat a)" >> "$GITHUB_ENV"'}]
"""


def own(expression: str, job: str = "first", event: str = "push") -> bool:
    (root,) = read_documents(WORKFLOW.replace("EVENT", event))
    return is_own(expression, workflow_of(PATH, root), job)


def found(step: str, event: str = "pull_request", runs_on: str = "ubuntu-24.04") -> set[str]:
    text = (
        f"on: {event}\npermissions: {{contents: read}}\n"
        f"jobs: {{a: {{runs-on: {runs_on}, steps: [{{{step}}}]}}}}\n"
    )
    (root,) = read_documents(text)
    return {finding.rule for finding in judge_workflows({PATH: root})}


@pytest.mark.parametrize(
    "expression",
    [
        "env.REPORT",
        "steps.day.outputs.day",
        "steps.day.outcome",
        "format('{0}', steps.day.outputs.day)",
        "github.sha",
        "needs.first.result",
        "needs.first.outputs.day",
    ],
)
def test_what_a_workflow_works_out_itself_is_its_own(expression: str) -> None:
    assert own(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "env.TITLE",
        "env.ELSEWHERE",
        "steps.title.outputs.title",
        "steps.event.outputs.title",
        "steps.action.outputs.a",
        "steps.nowhere.outputs.a",
        "needs.first.outputs.title",
        "steps.day.outputs.day || github.head_ref",
        "steps['day'].outputs.day",
        "github.event.issue.title",
    ],
)
def test_what_others_write_is_not_however_it_gets_there(expression: str) -> None:
    assert not own(expression)


def test_what_a_step_may_have_set_is_no_literal_and_an_outsiders_start_trusts_no_step() -> None:
    assert not own("env.REPORT", job="second")
    assert not own("steps.day.outputs.day", event="pull_request_target")


@pytest.mark.parametrize(
    "name",
    [
        "BASH_ENV",
        "MAKEFLAGS",
        "LD_PRELOAD",
        "NODE_OPTIONS",
        "PYTHONPATH",
        "GIT_SSH_COMMAND",
        "bash_env",
        "PIP_INDEX_URL",
    ],
)
def test_a_variable_that_programs_obey_takes_no_value_of_others(name: str) -> None:
    assert "CKV_MLP_22" in found(f'run: ls, env: {{{name}: "{TITLE}"}}')
    assert found(f'run: ls, env: {{{name}: "${{{{ github.sha }}}}"}}') == set()


@pytest.mark.parametrize("name", ["TITLE", "GIT_BRANCH", "GIT_AUTHOR_NAME", "PYTHON_VERSION", "ENVIRONMENT"])
def test_a_variable_that_no_program_obeys_takes_any(name: str) -> None:
    assert found(f'run: ls, env: {{{name}: "{TITLE}"}}') == set()


@pytest.mark.parametrize(
    "command",
    [
        "platform check --base HEAD --head HEAD",
        "platform check --base origin/main --fast",
        "platform check --base=HEAD~1",
        "platform check --base $GITHUB_SHA",
        "platform check --base origin/main --head origin/main",
        "platform check --base ${{ github.event.pull_request.head.sha }}",
    ],
)
def test_a_judge_of_another_change_is_refused(command: str) -> None:
    assert found(f"run: '{command}'") == {"CKV_MLP_24"}


@pytest.mark.parametrize(
    "command",
    [
        "platform check",
        "platform check --base origin/main",
        "platform check --base main --head HEAD --format github",
        "platform check --base ${{ github.event.pull_request.base.sha }} --head ${{ github.sha }}",
        'platform check --base "origin/$GITHUB_BASE_REF"',
    ],
)
def test_a_judge_of_the_pull_request_passes(command: str) -> None:
    assert found(f"run: '{command}'") == set()


def test_where_a_workflow_starts_at_the_base_that_is_no_head() -> None:
    env = 'env: {SHA: "${{ github.event.pull_request.head.sha }}"}'
    step = "run: 'platform check --base BASE --head HEAD_', "
    for base in ('"$GITHUB_SHA"', '"$(git merge-base "$GITHUB_SHA" "$SHA")"'):
        text = step.replace("BASE", base).replace("HEAD_", '"$SHA"')
        assert "CKV_MLP_24" not in found(text + env, event="pull_request_target")
    text = step.replace("BASE", "origin/main").replace("HEAD_", "HEAD")
    assert "CKV_MLP_24" in found(text + env, event="pull_request_target")
    assert found("run: 'platform check --base \"$(git merge-base origin/main HEAD)\"'") == set()


@pytest.mark.parametrize("runs_on", ["self-hosted", "[self-hosted, gpu]", "{group: large}", "our-machines"])
def test_a_machine_of_ours_runs_no_pull_request(runs_on: str) -> None:
    assert found("run: ls", runs_on=runs_on) == {"CKV_MLP_23"}
    assert found("run: ls", event="push", runs_on=runs_on) == set()

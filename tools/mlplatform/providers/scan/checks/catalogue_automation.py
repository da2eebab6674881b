"""The rules of our own checks of what runs for a pull request, or for whoever works on one, beside the catalogue."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(
    Rule,
    severity=Severity.ERROR,
    soc2=("CC6.1", "CC8.1"),
    is_waivable=True,
    where="tools/mlplatform/providers/scan/checks/",
)

AUTOMATION = (
    _rule(
        "CKV_MLP_22",
        "Variables that programs obey hold nothing of others",
        "bash expands BASH_ENV before a script starts, make takes options from MAKEFLAGS, node from NODE_OPTIONS, and "
        "so do git, Python, the loader and many more. A value that others write is then executed, though no script "
        "holds it.",
        fix="choose a name that no program obeys, such as TITLE",
        passes='env: {TITLE: "${{ github.event.pull_request.title }}"}',
        fails='env: {BASH_ENV: "${{ github.event.pull_request.title }}"}',
    ),
    _rule(
        "CKV_MLP_23",
        "A pull request's job runs on a machine that is thrown away",
        "What a pull request proposes runs before anybody has read it. On a machine of ours it can stay, read what "
        "the next job does, and reach our network. A container that is privileged or mounts its machine is as good "
        "as that.",
        fix="use a runner that GitHub hosts (ubuntu-24.04); do what needs a machine of ours on push, after the merge",
        passes="on: pull_request, and runs-on: ubuntu-24.04",
        fails="on: pull_request, and runs-on: [self-hosted, gpu]",
    ),
    _rule(
        "CKV_MLP_24",
        "A pull request's job judges its head against its base",
        "A job that compares the head with itself, or leaves out Checkov and zizmor, is green whatever is proposed.",
        fix='say --base "$BASE" with BASE: ${{ github.event.pull_request.base.sha }}, or --base origin/main; no --fast',
        passes="run: platform check --base origin/main",
        fails="run: platform check --base HEAD --head HEAD --fast",
    ),
    _rule(
        "CKV_MLP_25",
        "No other program runs what is in the repository",
        "A file for another CI system, a workspace in the cloud or an editor runs commands as soon as somebody "
        "connects it, and nothing here judges them.",
        fix="do it in a workflow below .github/workflows/, or ask for a waiver that says who looks at it",
        passes=".github/workflows/check.yml",
        fails=".gitlab-ci.yml",
    ),
    _rule(
        "CKV_MLP_26",
        "Hooks are ours, or of one commit",
        "A hook runs on the machine of everybody who commits. A branch or a tag may be other code tomorrow.",
        fix="say the 40 digits of the commit (`pre-commit autoupdate --freeze`) and exact versions of further packages",
        passes="rev: 971923581912ef60a6b70dbf0c3e9a39563c9d47 # frozen: v0.11.4",
        fails="rev: main",
    ),
)

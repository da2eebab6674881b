"""Infrastructure is judged as it would be merged, and not as it lies on a branch that left the base long ago."""

import pytest

from mlplatform.flow.check.run_check import check_change
from tests.support.scratch import Scratch

PORT = """\
resource "aws_security_group_rule" "ssh" {{
  description       = "ssh"
  type              = "ingress"
  from_port         = 22
  to_port           = 22
  protocol          = "tcp"
  cidr_blocks       = ["{source}"]
  security_group_id = "sg-1"
}}
"""
CALLED = """\
name: called
on: workflow_call
permissions: {{contents: read}}
jobs:
  answer:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with: {{ref: "{ref}"}}
"""
CALLER = """\
name: caller
on: pull_request_target
permissions: {contents: read}
jobs:
  answer: {uses: ./.github/workflows/called.yml}
"""
HEAD = "${{ github.event.pull_request.head.sha }}"


@pytest.mark.exhaustive
def test_a_stale_branch_answers_for_what_it_makes_of_main_and_not_for_what_main_repaired(
    zoo: Scratch,
) -> None:
    port, called = "infrastructure/port.tf", ".github/workflows/called.yml"
    zoo.commit({port: PORT.format(source="0.0.0.0/0"), called: CALLED.format(ref="main")})
    zoo.run("branch", "stale")
    zoo.commit({port: PORT.format(source="10.0.0.0/8"), ".github/workflows/caller.yml": CALLER})
    zoo.run("checkout", "--quiet", "stale")
    zoo.commit({called: CALLED.format(ref=HEAD)})
    findings = check_change(zoo.git, "main", "stale").findings
    assert ("CKV_MLP_1", called) in {(finding.rule, finding.path) for finding in findings}
    assert port not in {finding.path for finding in findings}

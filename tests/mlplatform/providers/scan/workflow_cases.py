"""Workflows that are refused, with the rule that refuses each, and their harmless neighbours."""

PATH = ".github/workflows/check.yml"
SHA = "08c6903cd8c0fde910a37f88322edcfb5dd907a8"
HEAD = """
on: {on}
permissions: {permissions}
jobs:
  check:
    runs-on: ubuntu-24.04
"""
READ = "{contents: read}"


def job(body: str, *, on: str = "push", permissions: str = READ) -> str:
    """A workflow of one job whose lines below `runs-on` are given."""
    lines = (f"    {line}" for line in body.strip("\n").splitlines())
    return HEAD.format(on=on, permissions=permissions) + "\n".join(lines) + "\n"


def steps(*written: str, on: str = "push") -> str:
    """A workflow of one job with these steps."""
    return job("\n".join(["steps:", *(f"  - {step}" for step in written)]), on=on)


TARGET = "pull_request_target"
PULL = "pull_request"
CHECKOUT = f"uses: actions/checkout@{SHA}"
OF_HEAD = "'${{ github.event.pull_request.head.sha }}'"
IMAGE = f"alpine@sha256:{'0' * 64}"

REFUSED = {
    "the head checked out with the base's rights": (
        "CKV_MLP_1",
        steps(f"{{{CHECKOUT}, with: {{ref: '${{{{ github.event.pull_request.head.sha }}}}'}}}}", on=TARGET),
    ),
    "the head's branch checked out": (
        "CKV_MLP_1",
        steps(f"{{{CHECKOUT}, with: {{ref: 'refs/pull/${{{{ github.event.number }}}}/merge'}}}}", on=TARGET),
    ),
    "the head's repository checked out": (
        "CKV_MLP_1",
        steps(
            f"{{{CHECKOUT}, with: {{repository: '${{{{ github.event.pull_request.head.repo.full_name }}}}'}}}}",
            on=TARGET,
        ),
    ),
    "the head of a run checked out": (
        "CKV_MLP_1",
        steps(
            f"{{{CHECKOUT}, with: {{ref: '${{{{ github.event.workflow_run.head_sha }}}}'}}}}",
            on="{workflow_run: {workflows: [check], types: [completed]}}",
        ),
    ),
    "the head checked out by gh": ("CKV_MLP_1", steps("run: gh pr checkout 7", on=TARGET)),
    "the head checked out by git": (
        "CKV_MLP_1",
        steps("{run: 'git fetch origin \"$SHA\" && git checkout FETCH_HEAD', env: {SHA: '1'}}", on=TARGET),
    ),
    "the head checked out for a comment": (
        "CKV_MLP_1",
        steps("run: git fetch origin refs/pull/7/head:x && git switch x", on="issue_comment"),
    ),
    "the head of an input in capitals": (
        "CKV_MLP_1",
        steps(f"{{{CHECKOUT}, with: {{Ref: {OF_HEAD}}}}}", on=TARGET),
    ),
    "the head's repository beside a branch": (
        "CKV_MLP_1",
        steps(
            f"{{{CHECKOUT}, with: {{ref: main, repository: '${{{{ github.event.pull_request.head.repo.full_name }}}}'}}}}",
            on=TARGET,
        ),
    ),
    "the head checked out by another action": (
        "CKV_MLP_1",
        steps(f"{{uses: acme/clone@{SHA}, with: {{ref: {OF_HEAD}}}}}", on=TARGET),
    ),
    "the head handed to a workflow that is called": (
        "CKV_MLP_1",
        f"on: {TARGET}\npermissions: {{}}\njobs:\n  a:\n    uses: acme/x/.github/workflows/a.yml@{SHA}\n"
        f"    with: {{ref: {OF_HEAD}}}\n",
    ),
    "the head downloaded": (
        "CKV_MLP_1",
        steps(
            f"{{run: 'curl -L https://codeload.github.com/a/b/tar.gz/$SHA | tar xz', env: {{SHA: {OF_HEAD}}}}}",
            on=TARGET,
        ),
    ),
    "the head checked out over two lines": (
        "CKV_MLP_1",
        steps(f'{{run: "git fetch o $SHA; git \\\\\\n checkout $SHA", env: {{SHA: {OF_HEAD}}}}}', on=TARGET),
    ),
    "the head checked out after somebody else's check": (
        "CKV_MLP_1",
        steps(
            f"{{{CHECKOUT}, with: {{ref: '${{{{ github.event.check_suite.head_sha }}}}'}}}}", on="check_suite"
        ),
    ),
    "a title behind braces in a text": (
        "zizmor-template-injection",
        steps("run: echo ${{ '}}' && github.head_ref }}"),
    ),
    "a title in the shell of every step": (
        "CKV_MLP_2",
        job("defaults: {run: {shell: 'bash -c ${{ github.head_ref }} {0}'}}\nsteps: [{run: ls}]"),
    ),
    "a title in the options of a container": (
        "CKV_MLP_2",
        job(f"container: {{image: {IMAGE}, options: '${{{{ github.head_ref }}}}'}}\nsteps: [{{run: ls}}]"),
    ),
    "a container of a tag": ("zizmor-unpinned-images", job("container: alpine:3\nsteps: [{run: ls}]")),
    "a container's image of a tag": (
        "zizmor-unpinned-images",
        job("container: {image: alpine:3}\nsteps: [{run: ls}]"),
    ),
    "a service of a tag": (
        "zizmor-unpinned-images",
        job("services: {db: {image: postgres:17}}\nsteps: [{run: ls}]"),
    ),
    "a title in a script": (
        "zizmor-template-injection",
        steps("run: echo ${{ github.event.pull_request.title }}"),
    ),
    "a title in a script of several lines": (
        "zizmor-template-injection",
        steps("{name: a, run: \"true\\necho '${{github.event.issue.title}}'\"}"),
    ),
    "a branch in a script": ("zizmor-template-injection", steps("run: git log ${{ github.head_ref }}")),
    "a reference in a script": ("zizmor-template-injection", steps("run: echo ${{ github.ref_name }}")),
    "an input in a script": ("zizmor-template-injection", steps("run: echo ${{ inputs.version }}")),
    "a value of a document in a script": (
        "zizmor-template-injection",
        steps("run: a ${{ steps.read.outputs.version }}"),
    ),
    "everything in a script": ("zizmor-template-injection", steps("run: echo '${{ toJSON(github.event) }}'")),
    "an index in a script": ("zizmor-template-injection", steps("run: echo ${{ github['head_ref'] }}")),
    "a hidden title in a script": (
        "zizmor-template-injection",
        steps("run: echo ${{ github.sha && github.event.pull_request.title }}"),
    ),
    "a title in github-script": (
        "CKV_MLP_2",
        steps(
            f"{{uses: actions/github-script@{SHA}, with: {{script: 'x = \"${{{{ github.event.comment.body }}}}\"'}}}}"
        ),
    ),
    "a matrix of somebody's making in a script": (
        "zizmor-template-injection",
        job(
            "strategy: {matrix: {x: '${{ fromJSON(needs.a.outputs.b) }}'}}\nsteps: [{run: 'echo ${{ matrix.x }}'}]"
        ),
    ),
    "an action of a tag": ("zizmor-unpinned-uses", steps("uses: actions/checkout@v5")),
    "an action of a branch": ("zizmor-unpinned-uses", steps("uses: acme/action@main")),
    "an action of a short commit": ("zizmor-unpinned-uses", steps("uses: acme/action@08c6903")),
    "an action of nothing": ("zizmor-failed", steps("uses: acme/action")),
    "an action of an image's tag": ("zizmor-unpinned-images", steps("uses: docker://alpine:3.20")),
    "a reusable workflow of a tag": (
        "zizmor-unpinned-uses",
        "on: push\npermissions: {}\njobs:\n  a:\n    uses: acme/x/.github/workflows/a.yml@v1\n",
    ),
    "an action of an expression": ("zizmor-unpinned-uses", steps("uses: 'acme/action@${{ inputs.x }}'")),
    "a token that writes": ("CKV_MLP_4", job("steps: [{run: ls}]", on=PULL, permissions="{contents: write}")),
    "a token that takes roles": (
        "CKV_MLP_4",
        job("steps: [{run: ls}]", on=PULL, permissions="{id-token: write}"),
    ),
    "a token that approves": (
        "CKV_MLP_4",
        job("steps: [{run: ls}]", on="[push, pull_request]", permissions="{pull-requests: write}"),
    ),
    "a token that writes all": ("CKV_MLP_4", job("steps: [{run: ls}]", on=PULL, permissions="write-all")),
    "a token in the merge queue that writes": (
        "CKV_MLP_4",
        job("steps: [{run: ls}]", on="[merge_group]", permissions="{contents: write}"),
    ),
    "a token of a job that writes": (
        "CKV_MLP_4",
        job("permissions: {contents: write}\nsteps: [{run: ls}]", on=PULL),
    ),
    "a token of which nothing is said": (
        "zizmor-excessive-permissions",
        "on: pull_request\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: ls}]}}\n",
    ),
    "a token of which too little is said": (
        "CKV_MLP_4",
        "on: pull_request\npermissions:\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: ls}]}}\n",
    ),
    "a token of the base's workflow that pushes": (
        "CKV_MLP_4",
        job("steps: [{run: ls}]", on=TARGET, permissions="{contents: write}"),
    ),
    "a condition on a job": ("CKV_MLP_5", job("if: github.actor != 'ada'\nsteps: [{run: ls}]", on=PULL)),
    "a condition that ends like always": (
        "CKV_MLP_5",
        job("if: false && always()\nsteps: [{run: ls}]", on="merge_group"),
    ),
    "a trigger with paths": (
        "CKV_MLP_5",
        job("steps: [{run: ls}]", on="{pull_request: {paths: ['models/**']}}"),
    ),
    "a trigger without paths": (
        "CKV_MLP_5",
        job("steps: [{run: ls}]", on="{pull_request: {paths-ignore: ['docs/**']}}"),
    ),
    "a job that may fail": ("CKV_MLP_5", job("continue-on-error: true\nsteps: [{run: ls}]", on=PULL)),
    "a step that may fail": (
        "CKV_MLP_5",
        job("steps: [{run: platform check, continue-on-error: true}]", on=PULL),
    ),
    "a job skipped with another": ("CKV_MLP_5", job("needs: build\nsteps: [{run: ls}]", on=PULL)),
    "a job that always runs and never looks": (
        "CKV_MLP_5",
        job("needs: build\nif: always()\nsteps: [{run: ls}]", on=PULL),
    ),
    "a secret": ("CKV_MLP_6", steps("{run: a, env: {KEY: '${{ secrets.DEPLOY_KEY }}'}}", on=PULL)),
    "every secret": ("CKV_MLP_6", steps("{run: a, env: {KEY: '${{ toJSON(secrets) }}'}}", on=PULL)),
    "a secret by index": ("CKV_MLP_6", steps("{run: a, env: {K: \"${{ secrets['A'] }}\"}}", on=PULL)),
    "a secret that is called alike": (
        "CKV_MLP_6",
        steps("{run: a, env: {K: '${{ secrets.GITHUB_TOKEN_OF_ADA }}'}}", on=PULL),
    ),
    "inherited secrets": (
        "zizmor-secrets-inherit",
        "on: pull_request\npermissions: {}\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n    secrets: inherit\n",
    ),
}

TITLE = "'${{ github.event.pull_request.title }}'"


def privileged(*written: str, on: str = TARGET) -> tuple[str, str]:
    """What CKV_MLP_12 refuses: these steps, started by an outsider with the base's rights."""
    return "CKV_MLP_12", steps(*written, on=on)


def handing(script: str) -> tuple[str, str]:
    """What CKV_MLP_2 refuses: a script with a title in its environment."""
    return "CKV_MLP_2", steps(f"{{run: {script!r}, env: {{TITLE: {TITLE}}}}}", on=PULL)


def judging(step: str) -> tuple[str, str]:
    """What CKV_MLP_5 refuses: a step that judges, as it is written."""
    return "CKV_MLP_5", steps(step, on=PULL)


REFUSED |= {
    "a diff applied with rights": privileged('run: gh pr diff "$N" | git apply'),
    "the head by a name in two pieces": privileged(
        'run: P=pull; git fetch o "refs/$P/$N/head:x" && git checkout x'
    ),
    "an artifact taken with rights": privileged(f"uses: actions/download-artifact@{SHA}", on="workflow_run"),
    "an artifact taken by gh": privileged("run: gh run download 7", on="workflow_run"),
    "an artifact taken by its address": privileged(
        "run: gh api repos/a/b/actions/artifacts/7/zip > report.txt", on="workflow_run"
    ),
    "a script of anybody's with rights": privileged("run: bash ./build.sh", on="issue_comment"),
    "a download with rights": privileged("run: curl -LO https://a.example/x"),
    "a command behind a comment": privileged('run: "echo a#b; bash x"'),
    "a command behind a comment with a quote": privileged("run: \"echo a # don't\\nbash x\\necho 'ok'\""),
    "a command inside another": privileged('run: echo "$(bash x)"'),
    "a command inside a default": privileged('run: echo "${A:-$(bash x)}"'),
    "a command between grave accents": privileged("run: echo `bash x`"),
    "a command in a here-document": privileged('run: "cat <<E | x\\nE"'),
    "a command spelt in escapes": privileged("run: $'\\x62ash' x"),
    "a command by a variable": privileged("run: $TOOL x"),
    "a file written for make": privileged('run: echo "$A" > Makefile && make'),
    "a variable for make": privileged('run: make NAME="$A"'),
    "a variable that leads git": privileged("run: GIT_DIR=x git fetch"),
    "git led by an option": privileged("run: git -c core.pager=x log"),
    "a number that is code": privileged('run: if [[ "$A" -eq 1 ]]; then ls; fi'),
    "a quote that does not end": privileged("run: echo 'a"),
    "a script for another program": privileged("{run: print(1), shell: python}"),
    "scripts for another program": (
        "CKV_MLP_12",
        job("defaults: {run: {shell: 'python {0}'}}\nsteps: [{run: ls}]", on=TARGET),
    ),
    "another action with rights": privileged(f"uses: acme/label@{SHA}"),
    "another workflow with rights": (
        "CKV_MLP_12",
        f"on: {TARGET}\npermissions: {{}}\njobs:\n  a:\n    uses: acme/x/.github/workflows/a.yml@{SHA}\n",
    ),
    "JavaScript that starts git": privileged(
        f"{{uses: actions/github-script@{SHA}, with: {{script: \"await exec.exec('git', ['fetch'])\"}}}}"
    ),
    "JavaScript that fetches the head": privileged(
        f"{{uses: actions/github-script@{SHA}, with: {{script: 'github.request(`GET /repos/a/b/pulls/${{n}}/head`)'}}}}"
    ),
    "a title in a script by another name": (
        "CKV_MLP_2",
        steps(f"{{uses: azure/cli@{SHA}, with: {{inlineScript: {TITLE}}}}}"),
    ),
    "a title in arguments by another name": (
        "CKV_MLP_2",
        steps(f"{{uses: acme/x@{SHA}, with: {{extra_ARGS: {TITLE}}}}}"),
    ),
    "a title for later steps": handing('echo "T=$TITLE" >> "$GITHUB_ENV"'),
    "a title for the path": handing('echo "${TITLE}" >> $GITHUB_PATH'),
    "a title as an answer": handing('echo "title=$TITLE" >> "$GITHUB_OUTPUT"'),
    "a title as an answer of a group": handing('{ echo "$TITLE"\n} >> "$GITHUB_OUTPUT"'),
    "a title evaluated": handing('eval "$TITLE"'),
    "a title for a shell": handing('bash -c "$TITLE"'),
    "a title through a pipe": handing('echo "$TITLE" | sh'),
    "a title as a command": handing("$TITLE"),
    "a title of the workflow's environment": (
        "CKV_MLP_2",
        f"on: push\npermissions: {{}}\nenv: {{TITLE: {TITLE}}}\njobs: {{a: {{runs-on: ubuntu-24.04, steps: [{{run: eval $TITLE}}]}}}}\n",
    ),
    "a judge that is skipped": judging("{run: platform check, if: github.actor != 'ada'}"),
    "a judge whose answer is dropped": judging("run: platform check || true"),
    "a judge whose answer goes into a pipe": judging("run: platform check | tee report.txt"),
    "a judge in the background": judging("run: platform check &"),
    "a judge in a condition": judging('run: "if platform check; then echo good; fi"'),
    "a judge in a text": judging('run: echo "$(platform check)"'),
    "a judge before a good end": judging('run: "platform check\\nexit 0"'),
    "a judge where failing is no failure": judging('run: "set +e\\nplatform check\\necho done"'),
    "a judge in a shell that goes on": judging("{run: platform check, shell: 'bash {0}'}"),
}

HARMLESS = {
    "nothing special": job("steps: [{run: ls}]", on="[push, pull_request, merge_group]"),
    "no rights": job("steps: [{run: ls}]", on=PULL, permissions="{}"),
    "rights to read": job("steps: [{run: ls}]", on=PULL, permissions="read-all"),
    "an upload of findings": job("steps: [{run: ls}]", on=PULL, permissions="{security-events: write}"),
    "a comment by the base's workflow": job(
        "steps: [{run: ls}]", on=TARGET, permissions="{pull-requests: write}"
    ),
    "a push that writes": job(
        "steps: [{run: ls}]", on="push", permissions="{contents: write, id-token: write}"
    ),
    "a push with a condition": job(
        "if: github.ref == 'x'\nneeds: build\nsteps: [{run: ls}]", on="{push: {paths: [a]}}"
    ),
    "a push with a secret": steps("{run: a, env: {KEY: '${{ secrets.DEPLOY_KEY }}'}}"),
    "the job's own token": steps("{run: a, env: {T: '${{ secrets.GITHUB_TOKEN }}'}}", on=PULL),
    "a base checked out": steps(CHECKOUT, on=TARGET),
    "a head checked out without rights": steps(
        f"{{{CHECKOUT}, with: {{ref: '${{{{ github.event.pull_request.head.sha }}}}'}}}}", on=PULL
    ),
    "a head fetched and not checked out": steps(
        '{run: \'git fetch origin "$SHA" && platform check --head "$SHA"\','
        " env: {SHA: '${{ github.event.pull_request.head.sha }}'}}",
        on=TARGET,
    ),
    "a title in the environment": steps(
        "{run: 'echo \"$TITLE\"', env: {TITLE: '${{ github.event.pull_request.title }}'}}"
    ),
    "a commit in a script": steps("run: echo ${{ github.sha }} ${{ github.event.pull_request.head.sha }}"),
    "a literal matrix in a script": job(
        "strategy: {matrix: {x: [a, b]}}\nsteps: [{run: 'echo ${{ matrix.x }}'}]"
    ),
    "a condition on a step": steps("{run: ls, if: github.event.pull_request.title != 'x'}", on=PULL),
    "pinned actions": steps(
        CHECKOUT,
        f"uses: acme/all/deep@{SHA}",
        "uses: ./.github/actions/set-up",
        f"uses: docker://a/b@sha256:{'0' * 64}",
    ),
    "a job that always runs and looks": job(
        "needs: [build]\nif: ${{ always() }}\n"
        "steps: [{run: 'test $R = success', env: {R: '${{ needs.build.result }}'}}]",
        on=PULL,
    ),
    "pinned containers": job(
        f"container: {IMAGE}\nservices: {{db: {{image: {IMAGE}}}}}\nsteps: [{{run: ls}}]"
    ),
    "a number in an expression with braces": steps("run: echo ${{ '}}' }} ${{ github.sha }}"),
    "the base's branch checked out": steps(f"{{{CHECKOUT}, with: {{ref: main}}}}", on=TARGET),
    "a branch handed on by a push": steps(f"{{uses: acme/clone@{SHA}, with: {{ref: main}}}}"),
    "an answer with rights": steps(
        '{run: \'if test -n "$A"; then gh pr comment "$N" --body "done; see $A" # as asked\n fi\'}',
        "run: gh api repos/a/b/statuses/$SHA -f state=success",
        f"{{uses: actions/github-script@{SHA}, with: {{script: 'await github.rest.issues.createComment(x)'}}}}",
        '{run: \'x="$(git merge-base HEAD "$SHA")"; echo "base=$x" >> "$GITHUB_OUTPUT"\'}',
        "run: make -s check 2>&1 > report.txt",
        "uses: ./.github/actions/set-up",
        on=TARGET,
    ),
    "a shell without rights": steps("run: bash build.sh", on=PULL),
    "a title that is compared": steps(
        f'{{run: "case \\"$T\\" in feat*)\\n echo kind=feature >> \\"$GITHUB_OUTPUT\\";; esac", env: {{T: {TITLE}}}}}'
    ),
    "a number for later steps": steps(
        "{run: 'echo \"N=$N\" >> \"$GITHUB_ENV\"', env: {N: '${{ github.event.pull_request.number }}'}}"
    ),
    "a title in a description": steps(
        f"{{uses: acme/x@{SHA}, with: {{description: {TITLE}, run-name: {TITLE}}}}}"
    ),
    "a judge whose answer counts": steps(
        "run: platform check --format sarif > findings.sarif 2>&1",
        "run: git fetch origin x && platform check",
        "{run: platform check, if: always()}",
        f"{{uses: github/codeql-action/upload-sarif@{SHA}, if: always()}}",
        on=PULL,
    ),
    "branches of a trigger": job("steps: [{run: ls}]", on="{pull_request: {branches: [main]}}"),
}

"""The rules of our own checks and of the scanner itself."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule
from mlplatform.providers.scan.checks.catalogue_automation import AUTOMATION
from mlplatform.providers.scan.checks.catalogue_infrastructure import INFRASTRUCTURE

_rule = partial(
    Rule,
    severity=Severity.ERROR,
    soc2=("CC7.1", "CC8.1"),
    is_waivable=True,
    where="tools/mlplatform/providers/scan/checks/",
)

_OWN = (
    _rule(
        "CKV_MLP_1",
        "No checkout of the head with the base's rights",
        "pull_request_target, workflow_run and their like run with secrets and a token that writes; the head's "
        "files are an outsider's, and a build, a test or a configuration among them would run with those rights.",
        soc2=("CC6.1", "CC8.1"),
        fix="check out nothing but the base, and read the head as git objects; or use `on: pull_request`",
        passes="on: pull_request_target, and actions/checkout without `ref`",
        fails="on: pull_request_target, and actions/checkout with `ref: ${{ github.event.pull_request.head.sha }}`",
    ),
    _rule(
        "CKV_MLP_2",
        "What others write is executed by no detour",
        "A shell, the options of a container and an action's input that is code take a value of ${{ }} for code, as a "
        "script does (zizmor-template-injection). So does a script that executes such a variable of its environment, "
        "or hands it on to later steps.",
        soc2=("CC6.1", "CC7.1", "CC8.1"),
        fix='hand the value over in `env:` and use "$NAME" in the script',
        passes='env: {TITLE: "${{ github.event.pull_request.title }}"} and run: echo "$TITLE"',
        fails='env: {TITLE: "${{ github.event.pull_request.title }}"} and run: eval "$TITLE"',
    ),
    _rule(
        "CKV_MLP_3",
        "What looks like a commit or a digest is one",
        "A commit has 40 digits in small letters, a digest 64. What only looks like one may be a name that is moved to "
        "other code after the review. That there is one at all is zizmor-unpinned-uses and zizmor-unpinned-images.",
        soc2=("CC6.8", "CC8.1"),
        fix="use owner/action@ and the 40 digits of the commit, or docker://image@sha256: and the 64 digits",
        passes="uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0",
        fails="uses: docker://alpine@sha256:0000",
    ),
    _rule(
        "CKV_MLP_4",
        "A pull request's job has a token that only reads",
        "The job runs what the pull request proposes; a token that writes would let it push, release, approve, or "
        "take a cloud role.",
        soc2=("CC6.1", "CC6.3"),
        fix="say `permissions: {contents: read}` for the workflow, and do what writes in a workflow on push",
        passes="permissions: {contents: read}",
        fails="on: pull_request, and permissions: {contents: write}",
    ),
    _rule(
        "CKV_MLP_5",
        "A job that a merge waits for always runs",
        "GitHub takes a required job that was skipped for green. So the jobs of a workflow on pull_request or "
        "merge_group have no `if:` but always(), no path filters, no continue-on-error, no `needs` that could skip. "
        "A step that runs `platform check` is not skipped either, and its exit status is not dropped by `||`, a pipe, "
        "`set +e` or `exit 0`.",
        soc2=("CC8.1",),
        fix="drop the condition and decide inside a step; with `needs`, say `if: always()` and fail unless every "
        "needs.*.result is success",
        passes="jobs: {check: {runs-on: ubuntu-24.04, steps: […]}}",
        fails="jobs: {check: {if: github.actor != 'ada', …}}",
    ),
    _rule(
        "CKV_MLP_6",
        "A pull request's job is given no secret",
        "The job runs what the pull request proposes, which could send the secret anywhere.",
        soc2=("CC6.1",),
        fix="do what needs the secret in a workflow on push, after the merge",
        passes="on: pull_request, and no secrets but GITHUB_TOKEN",
        fails="on: pull_request, and env: {KEY: ${{ secrets.DEPLOY_KEY }}}",
    ),
    _rule(
        "CKV_MLP_7",
        "An OIDC trust policy names the whole subject",
        "With a wildcard in `sub`, or without it, every branch, pull request or repository that the provider gives "
        "tokens to can take the role. A trust policy that cannot be read without running Terraform is refused as "
        "well.",
        soc2=("CC6.1", "CC6.3"),
        fix="write a data aws_iam_policy_document with a StringEquals condition on …:sub and the whole subject",
        passes='test = "StringEquals", variable = "…:sub", values = ["repo:acme/models:environment:production"]',
        fails='values = ["repo:acme/*"]',
    ),
    _rule(
        "CKV_MLP_8",
        "Buckets are encrypted with a KMS key of ours",
        "With a key that we manage, reading the data needs the right to use the key, and each use is on record.",
        soc2=("CC6.1", "CC6.7"),
        fix="add aws_s3_bucket_server_side_encryption_configuration with aws:kms and kms_master_key_id",
        passes='sse_algorithm = "aws:kms" and kms_master_key_id = aws_kms_key.tenant.arn',
        fails='sse_algorithm = "AES256", or aws:kms without a key, or alias/aws/s3',
    ),
    _rule(
        "CKV_MLP_9",
        "Buckets refuse requests without TLS",
        "Data in transit is encrypted whoever asks for it; Checkov asks for this of public buckets only.",
        soc2=("CC6.7",),
        fix="add aws_s3_bucket_policy with a data aws_iam_policy_document that denies s3:* to * when "
        'aws:SecureTransport is "false"',
        passes='effect = "Deny", actions = ["s3:*"], condition Bool aws:SecureTransport = false',
        fails="an aws_s3_bucket without aws_s3_bucket_policy",
    ),
    _rule(
        "CKV_MLP_10",
        "Terraform modules lie in this repository",
        "What a module elsewhere holds is neither reviewed nor judged here.",
        soc2=("CC8.1",),
        fix="copy the module into infrastructure/ and use its path",
        passes='source = "./tenant"',
        fails='source = "terraform-aws-modules/s3-bucket/aws"',
    ),
    _rule(
        "CKV_MLP_11",
        "Manifests are of a kind that Checkov judges",
        "Checkov has no check for this kind, so nothing says whether what it starts is safe.",
        soc2=("CC7.1", "CC8.1"),
        fix="use a kind of Kubernetes itself, or ask for a waiver that says who looked at it",
        passes="kind: Deployment",
        fails="kind: InferenceService",
    ),
    _rule(
        "CKV_MLP_12",
        "What an outsider starts does little",
        "A workflow on pull_request_target, workflow_run, issue_comment and their like has the base's secrets and "
        "token. What it may do is a list: check out the base, git as a reader, gh to answer, make and platform. "
        "Artifacts, downloads, shells and other actions could bring code of the pull request by other ways.",
        soc2=("CC6.1", "CC8.1"),
        fix="do it in a workflow on pull_request, without rights, or on push; or ask for a waiver",
        passes='run: platform check --head "$SHA"',
        fails='run: gh pr diff "$NUMBER" | git apply && make test',
    ),
)

OWN: dict[str, Rule] = {rule.id: rule for rule in (*_OWN, *INFRASTRUCTURE, *AUTOMATION)}

SCANNER = (
    _rule(
        "checkov-missing",
        "Checkov and zizmor are installed",
        "Without it nothing judges the infrastructure, and what nothing judged is not merged.",
        fix="install the control plane again: make up",
        passes="Checkov and zizmor of the locked requirements in the environment of `platform`",
        fails="an environment without checkov",
        is_waivable=False,
    ),
    _rule(
        "checkov-failed",
        "Everything infrastructural is judged",
        "A file that does not parse, that no framework looks at, or a scan that ends early is not a pass.",
        fix="do what the finding says; platform explain says what is judged",
        passes='resource "aws_kms_key" "tenant" {…} in a file that parses',
        fails='resource "aws_kms_key" {',
        is_waivable=False,
    ),
    _rule(
        "checkov-skip",
        "No comment turns a check off",
        "An exception has an owner, a reason and an expiry, and is approved: it is a waiver, not a comment. The "
        "check runs nevertheless.",
        fix="say in policies/waivers/ why, with an owner and an expiry, and delete the comment",
        passes="a waiver of CKV_AWS_18 in policies/waivers/",
        fails="# checkov:skip=CKV_AWS_18: too dear",
    ),
    _rule(
        "checkov-configuration",
        "Nothing in the tree configures Checkov",
        "A configuration file could leave out checks, frameworks or folders in the pull request that it hides.",
        fix="delete it",
        passes="no .checkov.yaml anywhere",
        fails=".checkov.yaml with skip-check: [CKV_AWS_19]",
        is_waivable=False,
    ),
)

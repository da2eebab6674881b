"""The rules of our own checks and of the scanner itself."""

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

WHERE = "tools/mlplatform/providers/scan/checks/"


def _rule(
    id: str, title: str, soc2: tuple[str, ...], description: str, fix: str, passes: str, fails: str
) -> Rule:
    return Rule(
        id, title, description, Severity.ERROR, soc2, fix, passes, fails, is_waivable=True, where=WHERE
    )  # fmt: skip


_OWN = (
    _rule(
        "CKV_MLP_1",
        "No checkout of the head with the base's rights",
        ("CC6.1", "CC8.1"),
        "pull_request_target, workflow_run and their like run with secrets and a token that writes; the head's files "
        "are an outsider's, and a build, a test or a configuration among them would run with those rights.",
        "check out nothing but the base, and read the head as git objects; or use `on: pull_request`",
        "on: pull_request_target, and actions/checkout without `ref`",
        "on: pull_request_target, and actions/checkout with `ref: ${{ github.event.pull_request.head.sha }}`",
    ),
    _rule(
        "CKV_MLP_2",
        "No expression that others write inside a script",
        ("CC6.1", "CC7.1", "CC8.1"),
        "GitHub puts the value of ${{ }} into the script before a shell reads it: a pull request's title, a branch "
        "name or a value of a document is then a command.",
        "hand the value over in `env:` and use \"$NAME\" in the script",
        'env: {TITLE: "${{ github.event.pull_request.title }}"} and run: echo "$TITLE"',
        'run: echo "${{ github.event.pull_request.title }}"',
    ),
    _rule(
        "CKV_MLP_3",
        "Actions are pinned to a commit",
        ("CC6.8", "CC8.1"),
        "A tag or branch of somebody else's repository can be moved to other code after the review.",
        "use owner/action@ and the 40 characters of the commit, with the version as a comment",
        "uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0",
        "uses: actions/checkout@v5",
    ),
    _rule(
        "CKV_MLP_4",
        "A pull request's job has a token that only reads",
        ("CC6.1", "CC6.3"),
        "The job runs what the pull request proposes; a token that writes would let it push, release, approve, or take "
        "a cloud role. Permissions that are not said are the repository's default, which may be all of them.",
        "say `permissions: {contents: read}` for the workflow, and do what writes in a workflow on push",
        "permissions: {contents: read}",
        "on: pull_request, and permissions: {contents: write}, or none said",
    ),
    _rule(
        "CKV_MLP_5",
        "A job that a merge waits for always runs",
        ("CC8.1",),
        "GitHub takes a required job that was skipped for green. So the jobs of a workflow on pull_request or "
        "merge_group have no `if:` but always(), no path filters, no continue-on-error, no `needs` that could skip.",
        "drop the condition and decide inside a step; with `needs`, say `if: always()` and fail unless every "
        "needs.*.result is success",
        "jobs: {check: {runs-on: ubuntu-24.04, steps: […]}}",
        "jobs: {check: {if: github.actor != 'ada', …}}",
    ),
    _rule(
        "CKV_MLP_6",
        "A pull request's job is given no secret",
        ("CC6.1",),
        "The job runs what the pull request proposes, which could send the secret anywhere.",
        "do what needs the secret in a workflow on push, after the merge",
        "on: pull_request, and no secrets but GITHUB_TOKEN",
        "on: pull_request, and env: {KEY: ${{ secrets.DEPLOY_KEY }}}",
    ),
    _rule(
        "CKV_MLP_7",
        "An OIDC trust policy names the whole subject",
        ("CC6.1", "CC6.3"),
        "With a wildcard in `sub`, or without it, every branch, pull request or repository that the provider gives "
        "tokens to can take the role. A trust policy that cannot be read without running Terraform is refused as well.",
        "write a data aws_iam_policy_document with a StringEquals condition on …:sub and the whole subject",
        "test = \"StringEquals\", variable = \"…:sub\", values = [\"repo:acme/models:environment:production\"]",
        "values = [\"repo:acme/*\"]",
    ),
    _rule(
        "CKV_MLP_8",
        "Buckets are encrypted with a KMS key of ours",
        ("CC6.1", "CC6.7"),
        "With a key that we manage, reading the data needs the right to use the key, and each use is on record.",
        "add aws_s3_bucket_server_side_encryption_configuration with aws:kms and kms_master_key_id",
        "sse_algorithm = \"aws:kms\" and kms_master_key_id = aws_kms_key.tenant.arn",
        "sse_algorithm = \"AES256\", or aws:kms without a key, or alias/aws/s3",
    ),
    _rule(
        "CKV_MLP_9",
        "Buckets refuse requests without TLS",
        ("CC6.7",),
        "Data in transit is encrypted whoever asks for it; Checkov asks for this of public buckets only.",
        "add aws_s3_bucket_policy with a data aws_iam_policy_document that denies s3:* to * when "
        "aws:SecureTransport is \"false\"",
        "effect = \"Deny\", actions = [\"s3:*\"], condition Bool aws:SecureTransport = false",
        "an aws_s3_bucket without aws_s3_bucket_policy",
    ),
    _rule(
        "CKV_MLP_10",
        "Terraform modules lie in this repository",
        ("CC8.1",),
        "What a module elsewhere holds is neither reviewed nor judged here.",
        "copy the module into infrastructure/ and use its path",
        "source = \"./tenant\"",
        "source = \"terraform-aws-modules/s3-bucket/aws\"",
    ),
    _rule(
        "CKV_MLP_11",
        "Manifests are of a kind that Checkov judges",
        ("CC7.1", "CC8.1"),
        "Checkov has no check for this kind, so nothing says whether what it starts is safe.",
        "use a kind of Kubernetes itself, or ask for a waiver that says who looked at it",
        "kind: Deployment",
        "kind: InferenceService",
    ),
)  # fmt: skip

OWN: dict[str, Rule] = {rule.id: rule for rule in _OWN}


def _scanner(
    id: str, title: str, description: str, fix: str, passes: str, fails: str, waivable: bool
) -> Rule:
    soc2 = ("CC7.1", "CC8.1")
    return Rule(
        id, title, description, Severity.ERROR, soc2, fix, passes, fails, is_waivable=waivable, where=WHERE
    )  # fmt: skip


SCANNER = (
    _scanner(
        "checkov-missing",
        "Checkov is installed",
        "Without it nothing judges the infrastructure, and what nothing judged is not merged.",
        "install the control plane again: make up",
        "Checkov of the locked requirements in the environment of `platform`",
        "an environment without checkov",
        False,
    ),
    _scanner(
        "checkov-failed",
        "Everything infrastructural is judged",
        "A file that does not parse, that no framework looks at, or a scan that ends early is not a pass.",
        "do what the finding says; platform explain says what is judged",
        "resource \"aws_kms_key\" \"tenant\" {…} in a file that parses",
        "resource \"aws_kms_key\" {",
        False,
    ),
    _scanner(
        "checkov-skip",
        "No comment turns a check off",
        "An exception has an owner, a reason and an expiry, and is approved: it is a waiver, not a comment. The check "
        "runs nevertheless.",
        "say in policies/waivers/ why, with an owner and an expiry, and delete the comment",
        "a waiver of CKV_AWS_18 in policies/waivers/",
        "# checkov:skip=CKV_AWS_18: too dear",
        True,
    ),
    _scanner(
        "checkov-configuration",
        "Nothing in the tree configures Checkov",
        "A configuration file could leave out checks, frameworks or folders in the pull request that it hides.",
        "delete it",
        "no .checkov.yaml anywhere",
        ".checkov.yaml with skip-check: [CKV_AWS_19]",
        False,
    ),
)  # fmt: skip

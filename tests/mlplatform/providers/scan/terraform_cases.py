"""Terraform for the run of all cases: each folder is a module of its own."""

KEY = """
resource "aws_kms_key" "tenant" {
  enable_key_rotation = true
  tags                = { tenant = "clinic" }
  policy              = data.aws_iam_policy_document.key.json
}
data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:DescribeKey"]
    resources = ["arn:aws:kms:us-east-1:111111111111:key/1"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111111111111:root"]
    }
  }
}
"""
BUCKET = """
resource "aws_s3_bucket" "data" {
  bucket = "clinic-data"
}
"""
AT_REST = """
resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.tenant.arn
    }
  }
}
"""
TLS = """
resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id
  policy = data.aws_iam_policy_document.tls.json
}
data "aws_iam_policy_document" "tls" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.data.arn, "${aws_s3_bucket.data.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
"""
TRUST = """
variable "repository" {}
resource "aws_iam_role" "ci" {
  name               = "ci"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }
CONDITION
  }
}
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}
"""
CONDITION = """
    condition {
      test     = "TEST"
      variable = "token.actions.githubusercontent.com:CLAIM"
      values   = VALUES
    }
"""
EACH = "{\n  for_each = aws_s3_bucket.data\n"
ID = "aws_s3_bucket.data.id"
ARN = "aws_kms_key.tenant.arn"
SUBJECT = '["repo:acme/models:environment:production"]'


def condition(values: str = SUBJECT, *, test: str = "StringEquals", claim: str = "sub") -> str:
    return CONDITION.replace("TEST", test).replace("CLAIM", claim).replace("VALUES", values)


def trust(*conditions: str) -> str:
    return TRUST.replace("CONDITION", "\n".join(conditions))


def role(policy: str) -> str:
    return f'resource "aws_iam_role" "ci" {{\n  name = "ci"\n  assume_role_policy = {policy}\n}}\n'


def encoded(subject: str) -> str:
    return (
        'jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow",'
        ' Action = "sts:AssumeRoleWithWebIdentity", Principal = { Federated = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com" },'
        f" Condition = {{ {subject} }} }}] }})"
    )


# By folder: what our own checks find in it. Checkov's own findings are not asked for here.
REFUSED = {
    "sub-wildcard": ("CKV_MLP_7", trust(condition('["repo:acme/*"]', test="StringLike"))),
    "sub-branches": ("CKV_MLP_7", trust(condition('["repo:acme/models:ref:refs/heads/*"]', test="StringLike"))),
    "sub-one-of-two": ("CKV_MLP_7", trust(condition(f'[{SUBJECT[1:-1]}, "repo:acme/models:*"]', test="StringLike"))),
    "sub-question-mark": ("CKV_MLP_7", trust(condition('["repo:acme/models:environment:?"]', test="StringLike"))),
    "sub-pull-request": ("CKV_MLP_7", trust(condition('["repo:acme/models:pull_request"]'))),
    "sub-unknown": ("CKV_MLP_7", 'variable "subject" {}\n' + trust(condition("[var.subject]"))),
    "sub-any-value": ("CKV_MLP_7", trust(condition(test="ForAnyValue:StringEquals"))),
    "sub-missing": ("CKV_MLP_7", trust(condition('["sts.amazonaws.com"]', claim="aud"))),
    "sub-unconditional": ("CKV_MLP_7", trust("")),
    "sub-if-exists": ("CKV_MLP_7", trust(condition(test="StringEqualsIfExists"))),
    "sub-not-equals": ("CKV_MLP_7", trust(condition(test="StringNotEquals"))),
    "sub-all-values": ("CKV_MLP_7", trust(condition(test="ForAllValues:StringEquals"))),
    "sub-second-statement": (
        "CKV_MLP_7",
        trust(
            condition()
            + '  }\n  statement {\n    actions = ["sts:AssumeRoleWithWebIdentity"]\n    principals {\n'
            '      type = "Federated"\n      identifiers = ["arn:aws:iam::1:oidc-provider/x"]\n    }\n'
        ),
    ),
    "sub-by-variable": (
        "CKV_MLP_7",
        trust(condition('["repo:${var.who}:environment:production"]', test="StringLike"))
        + 'variable "who" {\n  default = "acme/*"\n}\n',
    ),
    "sub-dynamic": (
        "CKV_MLP_7",
        trust('    dynamic "condition" {\n      for_each = var.repository\n      content {}\n    }\n'),
    ),
    "sub-encoded": (
        "CKV_MLP_7",
        role(encoded('StringLike = { "token.actions.githubusercontent.com:sub" = "repo:acme/*" }')),
    ),
    "sub-encoded-missing": ("CKV_MLP_7", role(encoded(""))),
    "sub-json": (
        "CKV_MLP_7",
        role(
            '<<EOT\n{"Version": "2012-10-17", "Statement": {"Effect": "Allow",'
            ' "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/x"}}}\nEOT'
        ),
    ),
    "sub-in-a-file": ("CKV_MLP_7", role('file("/etc/hostname")')),
    "sub-of-a-variable": ("CKV_MLP_7", 'variable "trust" {}\n' + role("var.trust")),
    "sub-uncounted": ("CKV_MLP_7", role(encoded("")).replace("{\n", "{\n  count = 0\n", 1)),
    "bucket-aes": ("CKV_MLP_8", KEY + BUCKET + TLS + AT_REST.replace("aws:kms", "AES256")),
    "bucket-without-key": (
        "CKV_MLP_8",
        KEY + BUCKET + TLS + AT_REST.replace("kms_master_key_id = aws_kms_key.tenant.arn", ""),
    ),
    "bucket-key-of-aws": ("CKV_MLP_8", KEY + BUCKET + TLS + AT_REST.replace(ARN, '"alias/aws/s3"')),
    "bucket-of-another": ("CKV_MLP_8", KEY + BUCKET + TLS + AT_REST.replace("bucket.data", "bucket.data2")),
    "bucket-plain": ("CKV_MLP_9", KEY + BUCKET + AT_REST),
    "bucket-allows": ("CKV_MLP_9", KEY + BUCKET + AT_REST + TLS.replace('"Deny"', '"Allow"')),
    "bucket-denies-tls": ("CKV_MLP_9", KEY + BUCKET + AT_REST + TLS.replace('"false"', '"true"')),
    "bucket-denies-folder": ("CKV_MLP_9", KEY + BUCKET + AT_REST + TLS.replace("}/*", "}/public/*")),
    "bucket-denies-some": ("CKV_MLP_9", KEY + BUCKET + AT_REST + TLS.replace('"s3:*"', '"s3:GetObject"')),
    "bucket-denies-somebody": (
        "CKV_MLP_9",
        KEY + BUCKET + AT_REST + TLS.replace('["*"]', '["arn:aws:iam::111111111111:root"]'),
    ),
    "bucket-policy-in-a-file": (
        "CKV_MLP_9",
        KEY + BUCKET + AT_REST + TLS.replace("data.aws_iam_policy_document.tls.json", 'file("tls.json")'),
    ),
    "module-registry": ("CKV_MLP_10", 'module "a" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n'),
    "module-git": ("CKV_MLP_10", 'module "a" {\n  source = "git::https://example.com/a.git?ref=' + "0" * 40 + '"\n}\n'),
    "module-nowhere": ("CKV_MLP_10", 'module "a" {\n  source = "./nothing"\n}\n'),
}  # fmt: skip
# What is HCL and no Terraform.
MISSHAPEN = {
    "shape-no-label": "resource {\n}\n",
    "shape-one-label": 'resource "aws_kms_key" {\n  description = "a"\n}\n',
    "shape-three-labels": 'resource "aws_kms_key" "a" "b" {\n}\n',
    "shape-attribute": "resource = [1]\n",
    "shape-source": 'module "a" {\n  source = ["./a"]\n}\n',
    "shape-statement": 'data "aws_iam_policy_document" "a" {\n  statement {\n    principals = "*"\n  }\n}\n',
    "shape-rule": BUCKET + AT_REST.replace("rule {", 'rule = "x"\n  more {'),
}
# What a few lines would make Checkov do for hours, or pass over; by the file that is blamed.
UNBOUNDED = {
    "many/main.tf": (
        "a count or for_each makes 100000000 copies",
        'resource "aws_kms_key" "a" {\n  count = 100000000\n  enable_key_rotation = true\n}\n',
    ),
    "many-by-variable/main.tf": (
        "a count or for_each makes 30000 copies",
        'variable "n" {\n  default = 30000\n}\nresource "aws_kms_key" "a" {\n  count = var.n\n}\n',
    ),
    "many-modules/main.tf": (
        "a count or for_each makes 5000 copies",
        'module "a" {\n  count  = 5000\n  source = "../sub-exact"\n}\n',
    ),
    "round-back/main.tf": (
        "modules that call each other without end",
        'module "a" {\n  source = "../round"\n}\n',
    ),
    "round-itself/main.tf": (
        "modules that call each other without end",
        'module "a" {\n  source = "./."\n}\n',
    ),
    "tree-0/main.tf": (
        "more than 200 calls of modules",
        "".join(f'module "{name}" {{\n  source = "../tree-1"\n}}\n' for name in "abcdefghijklmnopq"),
    ),
    "dynamic/main.tf": (
        "what the dynamic block ingress of aws_security_group.a makes, Checkov does not work out",
        'variable "ports" {}\nresource "aws_security_group" "a" {\n  dynamic "ingress" {\n    for_each = var.ports\n'
        '    content {\n      from_port = ingress.value\n      cidr_blocks = ["0.0.0.0/0"]\n    }\n  }\n}\n',
    ),
    "dynamic-deep/main.tf": (
        "what the dynamic block b of aws_kms_key.a makes, Checkov does not work out",
        'resource "aws_kms_key" "a" {\n  c {\n    dynamic "b" {\n      for_each = [1]\n      content {}\n    }\n  }\n}\n',
    ),
}
TREE = {
    f"infrastructure/tree-{depth}/main.tf": "".join(
        f'module "{name}" {{\n  source = "../tree-{depth + 1}"\n}}\n' for name in "abc"
    )
    for depth in (1, 2)
} | {
    "infrastructure/round/main.tf": 'module "a" {\n  source = "../round-back"\n}\n',
    "infrastructure/tree-3/main.tf": 'resource "aws_kms_key" "a" {\n  enable_key_rotation = true\n}\n',
}
HARMLESS = {
    "few": 'resource "aws_kms_key" "a" {\n  count = 3\n  enable_key_rotation = true\n}\n',
    "dynamic-plain": 'variable "on" {}\nresource "aws_kms_key" "a" {\n  dynamic "b" {\n    for_each = var.on ? [1] : []\n'
    "    content {\n      c = 1\n    }\n  }\n}\n",
    "sub-exact": trust(condition()),
    "sub-exact-like": trust(condition(test="StringLike")),
    "sub-exact-of-a-repository": trust(condition('["repo:${var.repository}:environment:production"]')),
    "sub-exact-and-audience": trust(condition('["sts.amazonaws.com"]', claim="aud"), condition()),
    "sub-exact-encoded": role(
        encoded('StringEquals = { "token.actions.githubusercontent.com:sub" = "repo:acme/models:environment:x" }')
    ),
    "sub-of-a-service": role(
        'jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole",'
        ' Principal = { Service = "sagemaker.amazonaws.com" } }] })'
    ),
    "bucket-good": KEY + BUCKET + AT_REST + TLS,
    "bucket-for-each": (
        KEY
        + BUCKET.replace("{\n", '{\n  for_each = toset(["a", "b"])\n', 1).replace('"clinic-data"', "each.key")
        + AT_REST.replace("{\n", EACH, 1).replace(ID, "each.value.id")
        + TLS.replace("{\n", EACH, 1)
        .replace("aws_s3_bucket.data.id", "each.value.id")
        .replace("aws_s3_bucket.data.arn", 'aws_s3_bucket.data["a"].arn')
    ),
    "module-here": 'module "a" {\n  source = "../bucket-good"\n}\n',
    "nothing": "# nothing yet\n",
}  # fmt: skip

OPEN_GROUP = """
resource "aws_security_group_rule" "SKIPin" {
  type              = "ingress"
  from_port         = 22
  to_port           = 22
  protocol          = "tcp"
  description       = "a"
  security_group_id = "sg-1"
  cidr_blocks       = ["0.0.0.0/0"]
}
"""
CHECKOVS = {
    "infrastructure/open/main.tf": OPEN_GROUP.replace("SKIP", ""),
    "infrastructure/.hidden/node_modules/main.tf": OPEN_GROUP.replace("SKIP", ""),
    "infrastructure/skip/main.tf": OPEN_GROUP.replace("SKIP", "").replace(
        "ingress\"", "ingress\" # Bridgecrew:skip=CKV_AWS_24:no\n  # checkov:skip=CKV_AWS_24"
    ),
    "infrastructure/off/main.tf": OPEN_GROUP.replace("SKIP", "").replace("{\n", "{\n  count = 0\n", 1),
    "infrastructure/off-by-variable/main.tf": OPEN_GROUP.replace("SKIP", "").replace(
        "{\n", "{\n  count = var.on ? 1 : 0\n", 1
    ) + 'variable "on" {\n  default = false\n}\n',
    "infrastructure/off-for-each/main.tf": OPEN_GROUP.replace("SKIP", "").replace(
        "{\n", "{\n  for_each = toset([])\n", 1
    ),
    "infrastructure/off-module/main.tf": 'module "a" {\n  count = 0\n  source = "./inner"\n}\n',
    "infrastructure/off-module/inner/main.tf": OPEN_GROUP.replace("SKIP", ""),
    "infrastructure/by-file/main.tf": OPEN_GROUP.replace("SKIP", "").replace(
        '["0.0.0.0/0"]', "var.from"
    ) + 'variable "from" {}\n',
    "infrastructure/by-file/terraform.tfvars": 'from = ["0.0.0.0/0"]\n',
    "infrastructure/untagged/main.tf": KEY.replace('{ tenant = "clinic" }', "{}"),
    "infrastructure/odd name, é/main.tf": OPEN_GROUP.replace("SKIP", ""),
    "infrastructure/secret/main.tf": 'locals {\n  key = "AKIA' + 'IOSFODNN7ABCDEFG"\n}\n',
}  # fmt: skip
UNREADABLE = {
    "infrastructure/broken/main.tf": 'resource "aws_s3_bucket" {',
    "infrastructure/broken-beside/good.tf": OPEN_GROUP.replace("SKIP", ""),
    "infrastructure/broken-beside/bad.tf": "}",
    "infrastructure/twice/main.tf": OPEN_GROUP.replace("SKIP", "") * 2,
    "infrastructure/json/main.tf.json": "{}",
    "infrastructure/escapes/main.tf": 'module "a" {\n  source = "../../../../../../../../../../etc"\n}\n',
}
TERRAFORM = {
    **{f"infrastructure/{folder}/main.tf": text for folder, (_, text) in REFUSED.items()},
    **{f"infrastructure/{folder}/main.tf": text for folder, text in HARMLESS.items()},
    **{f"infrastructure/{folder}/main.tf": text for folder, text in MISSHAPEN.items()},
    **{f"infrastructure/{path}": text for path, (_, text) in UNBOUNDED.items()},
    **TREE,
    **CHECKOVS,
    **UNREADABLE,
}

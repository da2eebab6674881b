"""Our checks of Terraform: CKV_MLP_7 to CKV_MLP_10."""

import posixpath
import re
from collections.abc import Iterator, Sequence

from mlplatform.providers.scan.checks.blocks import Block, Failure, texts, values
from mlplatform.providers.scan.checks.statements import PolicyStatement, of_document, of_policy, referred
from mlplatform.providers.scan.checks.terraform_network import judge_network

EXACT = ("StringEquals", "StringLike")
# A wildcard, what every pull request of a repository says, or what only a run of Terraform would know.
OPEN = re.compile(r"[*?]|:pull_request$|^(?:\$\{\s*)?(?:var|local|each|data|module)\.")
SAML_ONLY = {"sts:assumerolewithsaml", "sts:tagsession", "sts:setsourceidentity"}
KMS = ("aws:kms", "aws:kms:dsse")
OBJECTS = re.compile(r"\*|[^/]*/\*")  # all of a bucket's, not those of a folder in it
# Checkov's, of the policies of people and roles.
OF_IDENTITIES = frozenset(
    ("CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_109", "CKV_AWS_110", "CKV_AWS_111", "CKV_AWS_356")
)
UNREADABLE = "cannot be read without running Terraform: write it as a data aws_iam_policy_document"


def judge(block: Block, blocks: Sequence[Block]) -> Iterator[Failure]:
    """Yield what our checks refuse in a block, one of the blocks of a tree."""
    yield from judge_network(block)
    if block.kind == "module":
        yield from _module(block, blocks)
    elif block.type == "aws_iam_role":
        yield from _role(block)
    elif block.kind == "data" and block.type == "aws_iam_policy_document":
        yield from _document(block)
    elif block.type == "aws_s3_bucket":
        yield from _bucket(block, blocks)


def _module(block: Block, blocks: Sequence[Block]) -> Iterator[Failure]:
    source = (texts(block.body.get("source")) or [""])[0]
    folder = posixpath.normpath(posixpath.join(block.folder, source))
    if not source.startswith(("./", "../")) or folder not in {other.folder for other in blocks}:
        message = f"nothing here is the module's source {source or '(none)'}, so nothing judges it"
        yield Failure("CKV_MLP_10", block, message, "source")


def _role(block: Block) -> Iterator[Failure]:
    policy = block.body.get("assume_role_policy")
    if referred(policy) or referred(block.source.get("assume_role_policy")):
        return  # the document is judged where it is written
    yield from _trust(block, of_policy(policy), "assume_role_policy")


def _document(block: Block) -> Iterator[Failure]:
    mentions = f"{block.body} {block.source}".lower()
    merged = values(block.body.get("source_policy_documents")) + values(
        block.body.get("override_policy_documents")
    )
    unread = [part for part in merged if not referred(part) and of_policy(part) is None]
    statements = of_document(block)
    if statements is None or unread or any(item.effect == "unreadable" for item in statements):
        if re.search(r"webidentity|federated|oidc|sts:", mentions) or unread:
            yield Failure(
                "CKV_MLP_7", block, f"who may assume a role {UNREADABLE} without dynamic blocks", "dynamic"
            )
        return
    yield from _trust(
        block, statements + [item for part in merged for item in of_policy(part) or ()], "condition"
    )


def is_resource_policy(block: Block) -> bool:
    """True when a block is a policy document that IAM takes for nothing but the policy of a resource."""
    if block.kind != "data" or block.type != "aws_iam_policy_document":
        return False
    statements = of_document(block)
    return bool(statements) and all(item.principals for item in statements or ())


def _trust(block: Block, statements: list[PolicyStatement] | None, attribute: str) -> Iterator[Failure]:
    if statements is None:
        yield Failure("CKV_MLP_7", block, f"the trust policy {UNREADABLE}", attribute)
    elif any(_is_open(statement) for statement in statements):
        message = (
            "whoever holds a token of the OIDC provider may assume it: no condition gives the whole subject"
        )
        yield Failure("CKV_MLP_7", block, message, attribute)


def _is_open(statement: PolicyStatement) -> bool:
    """True when a statement lets in web identities without naming the subject in full."""
    actions = {action.lower() for action in statement.actions}
    is_federated = any(
        kind == "Federated" or (kind == "*" and _is_web(actions)) for kind, _ in statement.principals
    )
    if statement.effect != "Allow" or not is_federated or (actions and actions <= SAML_ONLY):
        return False
    return not any(
        condition.test in EXACT
        and condition.variable.lower().endswith(":sub")
        and condition.values
        and not any(OPEN.search(value) for value in condition.values)
        for condition in statement.conditions
    )


def _is_web(actions: set[str]) -> bool:
    return any(action == "*" or action.startswith("sts:") for action in actions)


def _bucket(block: Block, blocks: Sequence[Block]) -> Iterator[Failure]:
    related = [other for other in blocks if other.folder == block.folder and _refers(other, block)]
    if not any(_has_managed_key(other) for other in related):
        message = "no aws:kms with such a key"
        yield Failure("CKV_MLP_8", block, message)
    if not any(_denies_plain_transport(other, block, blocks) for other in related):
        message = "no bucket policy that can be read denies them"
        yield Failure("CKV_MLP_9", block, message)


def _refers(other: Block, bucket: Block) -> bool:
    name = re.compile(rf"\baws_s3_bucket\.{re.escape(bucket.name)}(?![\w-])")
    return any(name.search(text) for key in ("bucket", "for_each") for text in texts(other.source.get(key)))


def _has_managed_key(block: Block) -> bool:
    if block.type != "aws_s3_bucket_server_side_encryption_configuration":
        return False
    defaults = [
        default
        for rule in values(block.body.get("rule"))
        for default in values(rule.get("apply_server_side_encryption_by_default"))
    ]
    return bool(defaults) and all(
        texts(default.get("sse_algorithm"))[:1] in ([name] for name in KMS)
        and any(key and "alias/aws/" not in key for key in texts(default.get("kms_master_key_id")))
        for default in defaults
    )


def _denies_plain_transport(block: Block, bucket: Block, blocks: Sequence[Block]) -> bool:
    if block.type != "aws_s3_bucket_policy":
        return False
    name = referred(block.source.get("policy")) or referred(block.body.get("policy"))
    if not name:
        return any(_denies(statement) for statement in of_policy(block.body.get("policy")) or ())
    documents = [
        other
        for other in blocks
        if other.type == "aws_iam_policy_document" and other.name == name and other.folder == bucket.folder
    ]
    return any(_denies(statement) for document in documents for statement in of_document(document) or ())


def _denies(statement: PolicyStatement) -> bool:
    return (
        statement.effect == "Deny"
        and any(action.lower() in ("s3:*", "*") for action in statement.actions)
        and any(identifier == "*" for _, identifier in statement.principals)
        and any(OBJECTS.fullmatch(resource) for resource in statement.resources)
        and len(statement.conditions) == 1
        and statement.conditions[0].test == "Bool"
        and statement.conditions[0].variable.lower() == "aws:securetransport"
        and statement.conditions[0].values == ("false",)
    )

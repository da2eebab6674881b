"""Statements of IAM policies, whether written as JSON or as aws_iam_policy_document, in one shape."""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.providers.scan.checks.blocks import Block, texts, values

REFERENCE = re.compile(
    r"\s*(?:\$\{\s*)?data\.aws_iam_policy_document\.(\w[\w-]*)(?:\[[^\]]*\])?\.(?:minified_)?json(?:\s*\})?\s*"
)
ENCODED = re.compile(r"\s*(?:\$\{\s*)?jsonencode\((.*)\)(?:\s*\})?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """`test` on `variable`: any of `values`."""

    test: str
    variable: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyStatement:
    """One statement; `principals` are pairs of type and identifier."""

    effect: str
    actions: tuple[str, ...]
    principals: tuple[tuple[str, str], ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]


def of_document(block: Block) -> list[PolicyStatement] | None:
    """The statements of an aws_iam_policy_document; None when not all of them can be read."""
    body = block.body
    if "dynamic" in body:
        return None
    return [_written(statement) for statement in values(body.get("statement"))]


def of_policy(value: Any) -> list[PolicyStatement] | None:
    """The statements of a policy attribute that is JSON or jsonencode(…); None when it cannot be read."""
    policy = _parsed(value)
    if not isinstance(policy, Mapping):
        return None
    statements = (
        [policy["Statement"]] if isinstance(policy.get("Statement"), Mapping) else policy.get("Statement")
    )
    if not isinstance(statements, list) or not all(isinstance(item, Mapping) for item in statements):
        return None
    return [_encoded(item) for item in statements]


def referred(value: Any) -> str | None:
    """The name of the aws_iam_policy_document that a policy attribute is, if it is one."""
    items = values(value)
    match = REFERENCE.fullmatch(items[0]) if len(items) == 1 and isinstance(items[0], str) else None
    return match[1] if match else None


def _parsed(value: Any) -> Any:
    items = values(value)
    if len(items) != 1:
        return None
    policy = items[0]
    if not isinstance(policy, str):
        return policy
    encoded = ENCODED.fullmatch(policy)
    try:
        return ast.literal_eval(encoded[1]) if encoded else json.loads(policy)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _written(statement: Any) -> PolicyStatement:
    if not isinstance(statement, Mapping) or "dynamic" in statement:
        return PolicyStatement("unreadable", (), (), (), ())
    return PolicyStatement(
        effect=_one(statement.get("effect"), "Allow"),
        actions=tuple(texts(statement.get("actions"))),
        principals=tuple(
            (_one(principal.get("type"), ""), identifier)
            for principal in values(statement.get("principals"))
            for identifier in texts(principal.get("identifiers"))
        ),
        resources=tuple(texts(statement.get("resources"))),
        conditions=tuple(
            Condition(
                _one(item.get("test"), ""), _one(item.get("variable"), ""), tuple(texts(item.get("values")))
            )
            for item in values(statement.get("condition"))
        ),
    )


def _encoded(statement: Mapping[str, Any]) -> PolicyStatement:
    principal = statement.get("Principal")
    principals = (
        principal.items() if isinstance(principal, Mapping) else [("*", principal)] if principal else []
    )
    tests = statement.get("Condition")
    return PolicyStatement(
        effect=_one(statement.get("Effect"), "Allow"),
        actions=tuple(texts(statement.get("Action"))),
        principals=tuple((str(kind), name) for kind, names in principals for name in texts(names)),
        resources=tuple(texts(statement.get("Resource"))),
        conditions=tuple(
            Condition(str(test), str(variable), tuple(texts(expected)))
            for test, variables in (tests.items() if isinstance(tests, Mapping) else ())
            for variable, expected in (variables.items() if isinstance(variables, Mapping) else ())
        ),
    )


def _one(value: Any, otherwise: str) -> str:
    items = texts(value)
    return items[0] if items else otherwise

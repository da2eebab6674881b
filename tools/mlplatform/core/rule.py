"""Rules: what each requires, why, and how to fulfil it. Every finding has the id of a rule."""

from dataclasses import dataclass
from typing import Literal

from mlplatform.core.finding import Severity

RuleScope = Literal["state", "change", "review"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, in Python, Rego or Checkov.

    `description` says why the rule exists, `soc2` names the criteria that it is evidence for, `passes` and `fails` are
    short examples. `is_waivable` is True when a waiver may suspend it. `where` is the file that implements it.
    """

    id: str
    title: str
    description: str
    severity: Severity
    soc2: tuple[str, ...]
    fix: str
    passes: str
    fails: str
    asks: RuleScope = "state"
    is_waivable: bool = False
    where: str = ""

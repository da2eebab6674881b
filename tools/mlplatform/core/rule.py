"""What a rule is: what it wants, why, and how to be right. Every finding carries the id of one."""

from dataclasses import dataclass
from typing import Literal

from mlplatform.core.finding import Severity

RuleScope = Literal["state", "change", "review"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, whoever judges by it.

    `description` says why it is there; `soc2` names the criteria it is evidence for; `passes` and `fails` are
    short examples; `is_waivable` whether a waiver may suspend it; `where` says where it is written.
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

"""Rules: what each requires, why, and how to fulfil it. Every finding has the id of a rule."""

from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from mlplatform.core.finding import Finding, Severity, error, warning

RuleScope = Literal["state", "change", "review"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, in Python, Rego or Checkov.

    `description` says why the rule exists, `soc2` names the criteria that it is evidence for, `passes` and `fails` are
    short examples. `is_waivable` is True when a waiver may suspend it, `is_loosening` when its findings say what a
    change makes looser. `where` is the file that implements it.
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
    is_loosening: bool = False

    def error(self, path: str, message: str, *, fix: str = "", at: tuple[int, int] = (1, 1)) -> Finding:
        """Make an error by this rule at a position of a file."""
        return error(self.id, path, message, fix=fix, at=at)

    def warning(self, path: str, message: str, *, fix: str = "", at: tuple[int, int] = (1, 1)) -> Finding:
        """Make a warning by this rule at a position of a file."""
        return warning(self.id, path, message, fix=fix, at=at)


def declare_rule(
    module: str,
    id: str,
    title: str,
    description: str,
    *,
    soc2: tuple[str, ...],
    fix: str,
    passes: str,
    fails: str,
    severity: Severity = Severity.ERROR,
    asks: RuleScope = "state",
    is_loosening: bool = False,
) -> Rule:
    """Make the rule of a checker in Python: `module` is the `__name__` of the module that declares it."""
    where = _path_of(module)
    return Rule(
        id,
        title,
        description,
        severity,
        soc2,
        fix,
        passes,
        fails,
        asks,
        where=where,
        is_loosening=is_loosening,
    )


def declared_rules(*modules: ModuleType) -> tuple[Rule, ...]:
    """Return the rules that these modules declare as constants, without those that they import."""
    return tuple(
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Rule) and value.where == _path_of(module.__name__)
    )


def _path_of(module: str) -> str:
    return f"tools/{module.replace('.', '/')}.py"

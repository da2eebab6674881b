"""An engine that denies everything it is asked, and says in the message what exactly that was."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlplatform.check.policy_input import readable
from mlplatform.core.naming import Kind
from mlplatform.core.rule import RuleScope
from mlplatform.providers.policy.interface import Decision, Denial, Flaw, PolicyError
from mlplatform.providers.policy.metadata import Subject

_PACKAGE = """\
# METADATA
# title: {id}
# custom:
#   kinds: [{kind}]
#   asks: {asks}
#   reads: [{reads}]
package platform.{name}

decision := {{"evaluated": set(), "deny": set()}}

# METADATA
# title: {id}
# description: Nobody may have this.
# custom:
#   id: {id}
#   severity: error
#   soc2: [CC8.1]
#   fix: There is none.
#   passes: nothing
#   fails: everything
#   waivable: true
satisfied contains "{id}" if false
"""


def policies() -> dict[str, str]:
    """For each kind of document, and each part of the input, a package that reads it."""
    found: dict[str, str] = {}
    asked: tuple[tuple[RuleScope, tuple[Subject, ...]], ...] = (
        ("state", tuple(Kind)),
        ("change", (*Kind, "path")),
    )
    for asks, kinds in asked:
        for kind in kinds:
            for part in sorted(readable(kind, asks) - {"document"}):
                name = f"{asks}_{kind}_{part}"
                found[f"policies/rego/{name}.rego"] = _PACKAGE.format(
                    name=name, kind=kind, asks=asks, reads=f"document, {part}", id=f"spy-{asks}-{kind}-{part}"
                )
    return found


def rule_of(package: str) -> str:
    return "spy-" + package.removeprefix("platform.").replace("_", "-")


@dataclass(frozen=True, slots=True)
class Spy:
    """A policy engine; two findings are the same exactly when the documents joined to the judged one are."""

    policies: Mapping[str, str]
    broken: Sequence[Flaw] = ()
    name: str = "spy"

    def decide(self, package: str, inputs: Sequence[str]) -> Sequence[Decision | PolicyError]:
        rule = rule_of(package)
        digests = (hashlib.sha256(text.encode()).hexdigest()[:12] for text in inputs)
        return [Decision(frozenset({rule}), (Denial(rule, f"was given {digest}"),)) for digest in digests]

    def close(self) -> None:
        pass

"""Reading the answer of a package: what is not exactly a decision is no answer."""

from typing import Any

from mlplatform.providers.policy.interface import Decision, Denial, PolicyError


def read_decision(answer: Any) -> Decision:
    """The decision in an engine's answer (plain JSON values); PolicyError names what is wrong with it."""
    if not isinstance(answer, dict):
        raise PolicyError("its decision is undefined")
    if answer.keys() - {"approvedBy", "required"} != {"evaluated", "deny"}:
        raise PolicyError(
            "its decision has to hold evaluated and deny, and nothing else but approvedBy and required"
        )
    evaluated, deny = answer["evaluated"], answer["deny"]
    if not isinstance(evaluated, list) or not all(isinstance(rule, str) for rule in evaluated):
        raise PolicyError("its evaluated has to be a set of rule ids")
    if not isinstance(deny, list):
        raise PolicyError("its deny has to be a set of denials")
    approved_by = answer.get("approvedBy", [])
    if not isinstance(approved_by, list) or not all(isinstance(login, str) for login in approved_by):
        raise PolicyError("its approvedBy has to be a set of logins")
    required = answer.get("required", 0)
    if type(required) is not int or required < 0:
        raise PolicyError("its required has to be a number of approvals")
    denials = tuple(_denial(entry) for entry in deny)
    return Decision(frozenset(evaluated), denials, frozenset(approved_by), required)


def _denial(entry: Any) -> Denial:
    if not isinstance(entry, dict) or entry.keys() - {"fix"} != {"rule", "message", "at"}:
        raise PolicyError("each denial has to hold rule, message and at, and nothing else but fix")
    rule, message, at, fix = entry["rule"], entry["message"], entry["at"], entry.get("fix", "")
    if not isinstance(fix, str):
        raise PolicyError("the fix of a denial has to be text")
    if not isinstance(rule, str) or not isinstance(message, str) or not message:
        raise PolicyError("the rule and the message of a denial have to be text")
    if not isinstance(at, list) or not all(type(step) in (str, int) for step in at):
        raise PolicyError("the at of a denial has to be a list of keys and list places")
    return Denial(rule, message, tuple(at), fix)

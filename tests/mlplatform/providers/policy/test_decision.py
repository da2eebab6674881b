"""What is not exactly a decision is no answer."""

import pytest

from mlplatform.providers.policy.decision import read_decision
from mlplatform.providers.policy.interface import Decision, Denial, PolicyError

DENIAL = {"rule": "a", "message": "no", "at": ["columns", 0]}


def test_a_decision_is_read() -> None:
    assert read_decision({"evaluated": ["a", "b"], "deny": [DENIAL]}) == Decision(
        frozenset({"a", "b"}), (Denial("a", "no", ("columns", 0)),)
    )


def test_a_decision_on_a_review_says_whose_approvals_counted() -> None:
    answer = {"evaluated": ["a"], "deny": [], "approvedBy": ["ada"], "required": 2}
    assert read_decision(answer) == Decision(frozenset({"a"}), (), frozenset({"ada"}), 2)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        True,
        "<undefined>",
        [],
        {},
        {"evaluated": []},
        {"deny": []},
        {"evaluated": [], "deny": [], "allow": True},
        {"evaluated": [], "deny": [], "approvedBy": "ada"},
        {"evaluated": [], "deny": [], "approvedBy": [1]},
        {"evaluated": [], "deny": [], "required": True},
        {"evaluated": [], "deny": [], "required": -1},
        {"evaluated": "a", "deny": []},
        {"evaluated": [1], "deny": []},
        {"evaluated": {"a": True}, "deny": []},
        {"evaluated": [], "deny": {}},
        {"evaluated": [], "deny": None},
        {"evaluated": [], "deny": ["no"]},
        {"evaluated": [], "deny": [{}]},
        {"evaluated": [], "deny": [{**DENIAL, "rule": None}]},
        {"evaluated": [], "deny": [{**DENIAL, "message": ""}]},
        {"evaluated": [], "deny": [{**DENIAL, "message": {"text": "no"}}]},
        {"evaluated": [], "deny": [{**DENIAL, "at": "columns"}]},
        {"evaluated": [], "deny": [{**DENIAL, "at": [None]}]},
        {"evaluated": [], "deny": [{**DENIAL, "at": [True]}]},
        {"evaluated": [], "deny": [{**DENIAL, "at": [1.5]}]},
        {"evaluated": [], "deny": [{**DENIAL, "severity": "warning"}]},
    ],
)
def test_anything_else_is_refused(answer: object) -> None:
    with pytest.raises(PolicyError):
        read_decision(answer)

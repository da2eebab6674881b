"""The engine that asks both: it answers where they agree, and fails a test where they do not."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from mlplatform.providers.policy.interface import Decision, Denial, PolicyError
from tests.support.both_engines import BothEngines, comparable
from tests.support.opa import running_opa

PATH = "policies/rego/size.rego"
PACKAGE = """\
package platform.size

decision := {"evaluated": {"size"}, "deny": deny}

deny contains {"rule": "size", "message": sprintf("%v is too much", [input.size]), "at": []} if input.size > 3

deny contains {"rule": "size", "message": "no number", "at": []} if to_number(input.text) > 3
"""


@pytest.fixture(scope="module")
def opa_url() -> Iterator[str]:
    with running_opa() as opa:
        yield opa.url


def test_what_both_say_is_the_answer(opa_url: str) -> None:
    with closing(BothEngines({PATH: PACKAGE}, opa_url)) as both:
        assert both.broken == ()
        texts = [json.dumps(one) for one in [{"size": 3}, {"size": 4}, {"size": 4, "text": "x"}]]
        fine, denied, stopped = both.decide("platform.size", texts)
        assert fine == Decision(frozenset({"size"}), ())
        assert denied == Decision(frozenset({"size"}), (Denial("size", "4 is too much"),))
        assert isinstance(stopped, PolicyError)


def test_a_difference_fails(opa_url: str) -> None:
    """Of a rule with two bodies the engines may keep denials in another order, and format no number differently."""
    text = PACKAGE.replace('sprintf("%v is too much", [input.size])', 'sprintf("%x", [input.size])')
    with (
        closing(BothEngines({PATH: text}, opa_url)) as both,
        pytest.raises(AssertionError, match="differently"),
    ):
        both.decide("platform.size", ['{"size": 3000.5}'])


def test_only_the_order_of_denials_and_the_words_of_errors_may_differ() -> None:
    one, two = Denial("a", "no"), Denial("b", "no")
    rules = frozenset({"a", "b"})
    assert comparable(Decision(rules, (one, two))) == comparable(Decision(rules, (two, one)))
    assert comparable(PolicyError("x")) == comparable(PolicyError("y"))
    assert comparable(Decision(rules, (one, two))) != comparable(Decision(rules, (one,)))
    assert comparable(Decision(rules, ())) != comparable(Decision(frozenset({"a"}), ()))
    assert comparable(Decision(rules, ())) != comparable(PolicyError("x"))

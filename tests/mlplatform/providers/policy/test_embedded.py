"""The embedded engine: strict about errors, without a way out of its input, and the same for every order of inputs."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from mlplatform.providers.policy import ENGINES, connect_engine
from mlplatform.providers.policy.calls import IMPURE
from mlplatform.providers.policy.interface import Decision, Denial, PolicyError
from tests.support.repository import ROOT

PACKAGE = """\
package platform.size

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

satisfied contains "size" if input.size <= 3

deny contains {"rule": "size", "message": sprintf("%v is too much", [input.size]), "at": ["sizes", 0]} if {
	not "size" in satisfied
}
"""


def _decide(text: str, *inputs: object, package: str = "platform.size") -> Sequence[Decision | PolicyError]:
    engine = connect_engine({"policies/rego/size.rego": text})
    assert engine.broken == ()
    return engine.decide(package, [json.dumps(one) for one in inputs])


def test_it_is_chosen_by_default() -> None:
    assert connect_engine({}).name == "embedded"
    assert set(ENGINES) == {"embedded"}


def test_a_decision_is_read() -> None:
    assert _decide(PACKAGE, {"size": 3}, {"size": 4}) == [
        Decision(frozenset({"size"}), ()),
        Decision(frozenset({"size"}), (Denial("size", "4 is too much", ("sizes", 0)),)),
    ]


def test_one_input_leaves_nothing_behind_for_the_next() -> None:
    inputs = [{"size": 3}, {}, {"size": 4}, {}, {"size": "x"}, {"size": 3}]
    alone = [_decide(PACKAGE, one)[0] for one in inputs]
    together = _decide(PACKAGE, *inputs)
    assert [repr(one) for one in together] == [repr(one) for one in alone]


def test_an_input_that_is_no_json_is_no_answer_and_the_next_one_is_answered() -> None:
    engine = connect_engine({"policies/rego/size.rego": PACKAGE})
    first, broken, surrogate, last = engine.decide(
        "platform.size", ['{"size":1}', '{"size":', r'"\ud800"', '{"size":9}']
    )
    assert isinstance(first, Decision)
    assert isinstance(broken, PolicyError)
    assert isinstance(surrogate, PolicyError)
    assert isinstance(last, Decision)
    assert last.denials


def test_a_package_that_is_not_there_is_no_answer() -> None:
    (answer,) = _decide(PACKAGE, {}, package="platform.other")
    assert str(answer) == "it has no decision"


@pytest.mark.parametrize(
    "body",
    [
        'to_number("x") > 1',
        'not to_number("x") > 1',
        "1 / input.zero > 0",
        'time.parse_rfc3339_ns("yesterday") > 0',
        'regex.match("(", "x")',
        "input.words[_] == to_number(input.words[_])",
    ],
)
def test_a_built_in_that_fails_is_no_answer(body: str) -> None:
    text = PACKAGE.replace("input.size <= 3", body)
    (answer,) = _decide(text, {"size": 1, "zero": 0, "words": ["x"]})
    assert isinstance(answer, PolicyError)
    assert str(answer).startswith("it stopped")
    assert "\n" not in str(answer)


@pytest.mark.parametrize("call", sorted(IMPURE))
def test_what_asks_anything_but_the_input_is_refused(call: str) -> None:
    engine = connect_engine({"policies/rego/size.rego": f"package platform.size\nr := {call}(1)\n"})
    assert [(flaw.line, flaw.message.split()[0]) for flaw in engine.broken] == [(2, call)]


@pytest.mark.parametrize(
    "place", ["x := [time.now_ns() | true]", "f(x) := rand.intn(x, 2)", 'd := {"a": [opa.runtime()]}']
)
def test_a_forbidden_call_is_found_wherever_it_stands(place: str) -> None:
    engine = connect_engine({"policies/rego/size.rego": f"package platform.size\n{place}\n"})
    assert len(engine.broken) == 1


def test_a_function_of_the_package_itself_may_be_called() -> None:
    text = PACKAGE.replace("input.size <= 3", "small(input.size)") + "small(size) if size <= 3\n"
    assert [
        len(answer.denials)
        for answer in _decide(text, {"size": 3}, {"size": 4})
        if isinstance(answer, Decision)
    ] == [0, 1]


def test_a_text_that_is_broken_takes_part_in_nothing() -> None:
    engine = connect_engine(
        {"b.rego": "package platform.size\nsatisfied contains 1 if {", "policies/rego/size.rego": PACKAGE}
    )
    assert [flaw.path for flaw in engine.broken] == ["b.rego"]
    assert isinstance(engine.decide("platform.size", ['{"size": 1}'])[0], Decision)


def test_a_text_with_a_forbidden_call_takes_part_in_nothing() -> None:
    text = 'package platform.size\nsatisfied contains "size" if time.now_ns() > 0\n'
    engine = connect_engine({"b.rego": text, "policies/rego/size.rego": PACKAGE})
    (answer,) = engine.decide("platform.size", ['{"size": 9}'])
    assert isinstance(answer, Decision)
    assert answer.denials


def test_versions_and_times_are_what_opa_says() -> None:
    """What another embedded engine answered wrongly."""
    text = PACKAGE.replace(
        "input.size <= 3",
        """{
	semver.compare("1.10.0", "1.9.0") == 1
	time.parse_rfc3339_ns("2026-08-15T00:00:00Z") == 1786752000000000000
	not "a" < 1
	net.cidr_contains("10.0.0.0/8", "10.1.2.3")
	regex.match(`^\\p{L}+$`, "Zoë")
}""",
    )
    (answer,) = _decide(text, {"size": 9})
    assert answer == Decision(frozenset({"size"}), ())


def test_capabilities_name_only_what_the_embedded_engine_has() -> None:
    """`opa check --capabilities` and the embedded engine refuse the same calls."""
    from regorus import Engine

    listed = json.loads((ROOT / "policies/capabilities.json").read_text())["builtins"]
    answer = json.loads(Engine().eval_query_as_json("opa.runtime().builtins"))
    own = {name for name in answer["result"][0]["expressions"][0]["value"] if not name.startswith("__")}
    operators = {builtin["name"] for builtin in listed if "infix" in builtin}
    syntax = {"assign", "eq", "internal.member_2", "internal.member_3"}
    assert {builtin["name"] for builtin in listed} - operators - syntax == own - IMPURE - {"minus"} - syntax


def test_the_table_of_engines_imports_none() -> None:
    program = "import sys, mlplatform.providers.policy as p; sys.exit('regorus' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": str(ROOT / "tools")})

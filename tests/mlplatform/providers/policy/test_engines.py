"""What both engines promise: strict about errors, and one input leaves nothing behind for the next."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing

import pytest

from mlplatform.providers.policy import ENGINES, connect_engine
from mlplatform.providers.policy.builtin_allowlist import IMPURE
from mlplatform.providers.policy.interface import Decision, Denial, PolicyEngine, PolicyError
from tests.support.opa import running_opa

PATH = "policies/rego/size.rego"
ODD = "policies/rego/odd.rego"
PACKAGE = """\
package platform.size

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

satisfied contains "size" if input.size <= 3

deny contains {"rule": "size", "message": sprintf("%v is too much", [input.size]), "at": ["sizes", 0]} if {
	not "size" in satisfied
}
"""


Connect = Callable[[dict[str, str]], PolicyEngine]


@pytest.fixture(scope="module")
def opa_url() -> Iterator[str]:
    with running_opa() as opa:
        yield opa.url


@pytest.fixture(params=sorted(ENGINES))
def connect(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    name = request.param
    if name == "opa":
        monkeypatch.setenv("OPA_URL", request.getfixturevalue("opa_url"))
    with ExitStack() as stack:
        yield lambda policies: stack.enter_context(closing(connect_engine(policies, name)))


def _decide(
    connect: Connect, text: str, *inputs: object, package: str = "platform.size"
) -> Sequence[Decision | PolicyError]:
    engine = connect({PATH: text})
    assert engine.broken == ()
    return engine.decide(package, [json.dumps(one) for one in inputs])


def test_a_decision_is_read(connect: Connect) -> None:
    assert _decide(connect, PACKAGE, {"size": 3}, {"size": 4}) == [
        Decision(frozenset({"size"}), ()),
        Decision(frozenset({"size"}), (Denial("size", "4 is too much", ("sizes", 0)),)),
    ]


def test_nobody_asked_is_no_answer(connect: Connect) -> None:
    assert list(_decide(connect, PACKAGE)) == []


def test_one_input_leaves_nothing_behind_for_the_next(connect: Connect) -> None:
    inputs = [{"size": 3}, {}, {"size": 4}, {}, {"size": "x"}, {"size": 3}]
    alone = [_decide(connect, PACKAGE, one)[0] for one in inputs]
    together = _decide(connect, PACKAGE, *inputs)
    assert [repr(one) for one in together] == [repr(one) for one in alone]


def test_a_thousand_inputs_are_answered_in_their_order(connect: Connect) -> None:
    answers = _decide(connect, PACKAGE, *({"size": size} for size in range(1000)))
    said = [denial.message for one in answers if isinstance(one, Decision) for denial in one.denials]
    assert said == [f"{size} is too much" for size in range(4, 1000)]


def test_an_input_that_is_no_json_is_no_answer_and_the_next_one_is_answered(connect: Connect) -> None:
    texts = ['{"size":1}', '{"size":', r'"\ud800"', '{"size":NaN}', r'{"size":9,"word":"\ud83d\ude00"}']
    first, broken, surrogate, number, last = connect({PATH: PACKAGE}).decide("platform.size", texts)
    assert isinstance(first, Decision)
    assert isinstance(broken, PolicyError)
    assert isinstance(surrogate, PolicyError)
    assert isinstance(number, PolicyError)
    assert isinstance(last, Decision)
    assert last.denials


def test_a_package_that_is_not_there_is_no_answer(connect: Connect) -> None:
    (answer,) = _decide(connect, PACKAGE, {}, package="platform.other")
    assert str(answer) == "it has no decision"


def test_a_package_without_a_decision_is_no_answer(connect: Connect) -> None:
    (answer,) = _decide(connect, PACKAGE.replace("decision :=", "decided :="), {"size": 1})
    assert isinstance(answer, PolicyError)


@pytest.mark.parametrize("value", ["input.nothing", "null", "true", '{"evaluated": satisfied}', "[]"])
def test_a_decision_that_is_none_is_no_answer(connect: Connect, value: str) -> None:
    head = PACKAGE[PACKAGE.index("{") : PACKAGE.index("\n\nsatisfied")]
    (answer,) = _decide(connect, PACKAGE.replace(head, value, 1), {"size": 1})
    assert isinstance(answer, PolicyError)


def test_a_decision_that_is_undefined_for_one_input_only_is_no_answer_to_that_one(connect: Connect) -> None:
    text = PACKAGE.replace("decision :=", "decision := answer if input.size != 4\n\nanswer :=")
    three, four, five = _decide(connect, text, {"size": 3}, {"size": 4}, {"size": 5})
    assert isinstance(three, Decision)
    assert isinstance(four, PolicyError)
    assert isinstance(five, Decision)


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
def test_a_built_in_that_fails_is_no_answer(connect: Connect, body: str) -> None:
    text = PACKAGE.replace("input.size <= 3", body)
    (answer,) = _decide(connect, text, {"size": 1, "zero": 0, "words": ["x"]})
    assert isinstance(answer, PolicyError)
    assert str(answer).startswith("it stopped")
    assert "\n" not in str(answer)


def test_only_the_input_that_a_built_in_fails_for_is_left_without_an_answer(connect: Connect) -> None:
    text = PACKAGE.replace("input.size <= 3", "to_number(input.size) <= 3")
    answers = _decide(connect, text, *({"size": size} for size in [1, 2, "x", 3, 9, "y", 1]))
    assert [isinstance(one, PolicyError) for one in answers] == [
        *(False, False, True),
        *(False, False, True, False),
    ]


def test_a_rule_with_two_values_is_no_answer(connect: Connect) -> None:
    text = PACKAGE.replace("input.size <= 3", "limit > 1") + "limit := 1\n\nlimit := input.size\n"
    one, two = _decide(connect, text, {"size": 1}, {"size": 2})
    assert isinstance(one, Decision)
    assert isinstance(two, PolicyError)


@pytest.mark.parametrize("call", sorted(IMPURE))
def test_what_asks_anything_but_the_input_is_refused(connect: Connect, call: str) -> None:
    engine = connect({PATH: f"package platform.size\nr := {call}(1)\n"})
    assert [(flaw.line, flaw.message.split()[0]) for flaw in engine.broken] == [(2, call)]


@pytest.mark.parametrize(
    "place", ["x := [time.now_ns() | true]", "f(x) := rand.intn(x, 2)", 'd := {"a": [opa.runtime()]}']
)
def test_a_forbidden_call_is_found_wherever_it_stands(connect: Connect, place: str) -> None:
    engine = connect({PATH: f"package platform.size\n{place}\n"})
    assert len(engine.broken) == 1


def test_a_function_of_the_package_itself_may_be_called(connect: Connect) -> None:
    text = PACKAGE.replace("input.size <= 3", "small(input.size)") + "small(size) if size <= 3\n"
    assert [
        len(answer.denials)
        for answer in _decide(connect, text, {"size": 3}, {"size": 4})
        if isinstance(answer, Decision)
    ] == [0, 1]


def test_a_function_of_a_library_of_a_library_may_be_called(connect: Connect) -> None:
    engine = connect(
        {
            PATH: PACKAGE.replace("input.size <= 3", "data.lib.a.small(input.size)"),
            "policies/rego/lib/a.rego": "package lib.a\n\nsmall(x) if data.lib.b.below(x, 4)\n",
            "policies/rego/lib/b.rego": "package lib.b\n\nbelow(x, y) if x < y\n",
        }
    )
    assert engine.broken == ()
    three, four = engine.decide("platform.size", ['{"size":3}', '{"size":4}'])
    assert isinstance(three, Decision)
    assert isinstance(four, Decision)
    assert (len(three.denials), len(four.denials)) == (0, 1)


def test_a_text_that_is_broken_takes_part_in_nothing(connect: Connect) -> None:
    engine = connect({ODD: "package platform.odd\nsatisfied contains 1 if {", PATH: PACKAGE})
    assert [(flaw.path, flaw.line) for flaw in engine.broken] == [(ODD, 2)]
    assert isinstance(engine.decide("platform.size", ['{"size": 1}'])[0], Decision)


def test_a_text_with_a_forbidden_call_takes_part_in_nothing(connect: Connect) -> None:
    size = PACKAGE.replace("input.size <= 3", "data.platform.odd.is_small")
    given = '{"size": 1}'
    for says, is_small in (("1 > 0", True), ("time.now_ns() > 0", False)):
        engine = connect({ODD: f"package platform.odd\nis_small if {says}\n", PATH: size})
        (answer,) = engine.decide("platform.size", [given])
        assert isinstance(answer, Decision)
        assert (answer.denials == ()) is is_small


MISPLACED = {
    "another file's package": (ODD, "package platform.size", 1, "package platform.size does not belong into"),
    "below a comment": (ODD, "# Odd\n\n  package platform.size", 3, "declare package platform.odd"),
    "behind a separator that Rego does not know": (
        ODD,
        "# \u2028package platform.odd\npackage platform.size",
        2,
        "does not belong into",
    ),
    "behind a carriage return": (
        ODD,
        "# \rpackage platform.odd\npackage platform.size",
        2,
        "does not belong",
    ),
    "written with a bracket": (ODD, 'package platform["size"]', 1, "on a line of its own"),
    "on two lines": (ODD, "package\nplatform.size", 1, "on a line of its own"),
    "with a rule behind": (ODD, "package platform.odd; x := 1", 1, "on a line of its own"),
    "inside another package": (ODD, "package platform.size.satisfied", 1, "does not belong into"),
    "around all packages": (ODD, "package platform", 1, "does not belong into"),
    "of data": (ODD, "package data.platform.size", 1, "does not belong into"),
    "of the library": (ODD, "package lib.limit", 1, "declare package platform.odd"),
    "out of the library": (
        "policies/rego/lib/size.rego",
        "package platform.size",
        1,
        "declare package lib.size",
    ),
    "of nobody": (ODD, "package odd", 1, "declare package platform.odd"),
    "none": (ODD, "x := 1", 1, "no package is declared"),
    "only behind a comment": (ODD, "# package platform.odd", 3, "no package is declared"),
    "a name with a point": (
        "policies/rego/size.satisfied.rego",
        "package platform.size.satisfied",
        1,
        "is no place for a package",
    ),
    "the same name in capitals": ("policies/rego/Size.rego", "package platform.size", 1, "is no place for"),
    "the same suffix in capitals": ("policies/rego/size.REGO", "package platform.size", 1, "is no place for"),
    "a folder below": ("policies/rego/more/size.rego", "package platform.size", 1, "is no place for"),
    "a folder in the library": ("policies/rego/lib/a/b.rego", "package lib.b", 1, "is no place for"),
    "another folder": ("size.rego", "package platform.size", 1, "is no place for a package"),
    "a name that cannot be printed": ("policies/rego/\u202e.rego", "package platform.size", 1, r"\\u202e"),
}
"""A path, the beginning of a text that would let everything pass, the line of its flaw and a part of the flaw."""


@pytest.mark.parametrize(("path", "head", "line", "says"), MISPLACED.values(), ids=MISPLACED)
def test_a_text_in_another_package_than_its_path_names_takes_part_in_nothing(
    connect: Connect, path: str, head: str, line: int, says: str
) -> None:
    engine = connect({path: f'{head}\n\nsatisfied contains "size"\n', PATH: PACKAGE})
    (flaw,) = engine.broken
    column = [*head.split("\n"), "", "x"][line - 1].find("package") + 1
    assert (flaw.path, flaw.line, flaw.column) == (path, line, max(column, 1))
    assert re.search(says, flaw.message)
    (answer,) = engine.decide("platform.size", ['{"size": 9}'])
    assert isinstance(answer, Decision)
    assert answer.denials


def test_a_package_beside_another_one_is_loaded(connect: Connect) -> None:
    """Carriage returns at the ends of lines are nothing odd."""
    other = PACKAGE.replace("platform.size", "platform.size_2").replace("\n", "\r\n")
    engine = connect({"policies/rego/size_2.rego": other, PATH: PACKAGE})
    assert engine.broken == ()
    assert [engine.decide(name, ['{"size": 3}']) for name in ("platform.size", "platform.size_2")] == [
        [Decision(frozenset({"size"}), ())]
    ] * 2


def test_a_call_into_a_library_that_is_broken_is_no_answer(connect: Connect) -> None:
    engine = connect(
        {
            PATH: PACKAGE.replace("input.size <= 3", "data.lib.a.small(input.size)"),
            "policies/rego/lib/a.rego": "package lib.a\n\nsmall(x) if {\n",
        }
    )
    (answer,) = engine.decide("platform.size", ['{"size": 1}'])
    assert isinstance(answer, PolicyError)


def test_versions_and_times_are_what_opa_says(connect: Connect) -> None:
    """What another embedded engine answered wrongly."""
    text = PACKAGE.replace(
        "input.size <= 3",
        """{
	semver.compare("1.10.0", "1.9.0") == 1
	time.parse_rfc3339_ns("2026-08-15T00:00:00Z") == 1786752000000000000
	input.now == 1786752000000000001
	not "a" < 1
	net.cidr_contains("10.0.0.0/8", "10.1.2.3")
	regex.match(`^\\p{L}+$`, "Zoë")
}""",
    )
    (answer,) = _decide(connect, text, {"size": 9, "now": 1786752000000000001})
    assert answer == Decision(frozenset({"size"}), ())

"""The engine inside this process: regorus, whose built-in errors are strict and whose answers are OPA's."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from mlplatform.providers.policy.calls import flaws_in_calls
from mlplatform.providers.policy.decision import read_decision
from mlplatform.providers.policy.interface import Decision, Flaw, PolicyError

_COMPLAINT = re.compile(
    r"--> (?P<path>.+?):(?P<line>\d+):(?P<column>\d+)\n.*?\^\n(?:error: )?(?P<message>[^\n]+)", re.DOTALL
)


class EmbeddedEngine:
    """Judges with Rego texts by path; a text that it cannot use is `broken` and takes part in nothing."""

    name = "embedded"

    def __init__(self, policies: Mapping[str, str]) -> None:
        self.policies = policies
        engine, unreadable = _load(policies)
        forbidden = tuple(_forbidden_calls(engine))
        self.broken: Sequence[Flaw] = unreadable + forbidden
        if forbidden:
            left_out = {flaw.path for flaw in self.broken}
            engine, _ = _load({path: text for path, text in policies.items() if path not in left_out})
        self._engine = engine

    def decide(self, package: str, inputs: Sequence[str]) -> Sequence[Decision | PolicyError]:
        rule = f"data.{package}.decision"
        return [self._decide(rule, text) for text in inputs]

    def _decide(self, rule: str, text: str) -> Decision | PolicyError:
        try:
            self._engine.set_input_json(text)
            answer = self._engine.eval_rule_as_json(rule)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic inside regorus is no Exception
            return PolicyError(_cause(error))
        return _read(answer)


@lru_cache(maxsize=1024)
def _read(answer: str) -> Decision | PolicyError:
    """The decision in an answer's text; nearly all documents get one of a few."""
    try:
        return read_decision(json.loads(answer))
    except (PolicyError, ValueError) as error:
        return error if isinstance(error, PolicyError) else PolicyError(f"its decision is not JSON: {error}")


def _load(policies: Mapping[str, str]) -> tuple[Any, tuple[Flaw, ...]]:
    """A regorus engine with every text that parses, and a flaw for each that does not."""
    from regorus import Engine

    engine, flaws = Engine(), []
    for path, text in policies.items():
        try:
            engine.add_policy(path, text)
        except RuntimeError as error:
            flaws.append(_flaw(path, str(error)))
    return engine, tuple(flaws)


def _forbidden_calls(engine: Any) -> Iterator[Flaw]:
    answer = json.loads(engine.eval_query_as_json("opa.runtime().builtins"))
    builtins = frozenset(answer["result"][0]["expressions"][0]["value"])
    for module in json.loads(engine.get_ast_as_json()):
        yield from flaws_in_calls(module, builtins)


def _flaw(path: str, error: str) -> Flaw:
    if found := _COMPLAINT.search(error):
        return Flaw(path, int(found["line"]), int(found["column"]), found["message"])
    return Flaw(path, 1, 1, _first_line(error))


def _cause(error: BaseException) -> str:
    """One line for what regorus prints over many, with a stack of its own below."""
    text = str(error)
    if found := _COMPLAINT.search(text):
        return f"it stopped at {found['path']}:{found['line']}:{found['column']}: {found['message']}"
    if "not a valid rule path" in text:
        return "it has no decision"
    return f"it stopped: {_first_line(text)}"


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0] or "for no reason given"

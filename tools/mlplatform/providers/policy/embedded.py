"""The engine inside this process: regorus, whose built-in errors are strict and whose answers are OPA's."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache

from mlplatform.providers.policy.compile import COMPLAINT, first_line, parse
from mlplatform.providers.policy.decision import read_decision
from mlplatform.providers.policy.interface import Decision, Flaw, PolicyError


class EmbeddedEngine:
    """Judges with Rego texts by path; a text that it cannot use is `broken` and takes part in nothing."""

    name = "embedded"

    def __init__(self, policies: Mapping[str, str]) -> None:
        self.policies = policies
        self.broken: Sequence[Flaw]
        self._engine, self.broken = parse(policies)

    def decide(self, package: str, inputs: Sequence[str]) -> Sequence[Decision | PolicyError]:
        rule = f"data.{package}.decision"
        return [self._decide(rule, text) for text in inputs]

    def close(self) -> None:
        """Nothing is held that would have to be let go."""

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


def _cause(error: BaseException) -> str:
    """One line for what regorus prints over many, with a stack of its own below."""
    text = str(error)
    if match := COMPLAINT.search(text):
        return f"it stopped at {match['path']}:{match['line']}:{match['column']}: {match['message']}"
    if "not a valid rule path" in text:
        return "it has no decision"
    return f"it stopped: {first_line(text)}"

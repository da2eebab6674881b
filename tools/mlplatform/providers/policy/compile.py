"""Flaws of Rego texts that are found without evaluating them, the same for every engine."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from mlplatform.providers.policy.builtin_allowlist import flaws_in_calls
from mlplatform.providers.policy.interface import Flaw
from mlplatform.providers.policy.package_paths import misplaced, package_for

COMPLAINT = re.compile(
    r"--> (?P<path>.+?):(?P<line>\d+):(?P<column>\d+)\n.*?\^\n(?:error: )?(?P<message>[^\n]+)", re.DOTALL
)


def parse(policies: Mapping[str, str]) -> tuple[Any, tuple[Flaw, ...]]:
    """A regorus engine with the texts that may be used, and why the others (by path) may not."""
    astray = tuple(misplaced(policies))
    policies = _without(policies, astray)
    engine, flaws = _compiled(policies)
    sound = _without(policies, flaws)
    if forbidden := tuple(flaw for path, text in sound.items() for flaw in _forbidden_calls(path, text)):
        flaws += forbidden
        engine, _ = _compiled(_without(policies, flaws))
    return engine, (*astray, *flaws)


def _compiled(policies: Mapping[str, str]) -> tuple[Any, tuple[Flaw, ...]]:
    """An engine with every text that parses and compiles, and a flaw for each that does not."""
    engine, flaws = _load(policies)
    while flaw := _first_that_does_not_compile(engine):
        # Without the place of the fault none of them can be told to be sound.
        more = [flaw] if flaw.path in policies else [_flaw(path, flaw.message) for path in policies]
        flaws += tuple(more)
        engine, _ = _load(_without(policies, flaws))
    return engine, flaws


def _first_that_does_not_compile(engine: Any) -> Flaw | None:
    """Texts are compiled all together when the first question is asked, as with a variable that nothing defines."""
    try:
        engine.eval_query_as_json("true")
    except RuntimeError as error:
        return _flaw("", str(error))
    return None


def _without(policies: Mapping[str, str], flaws: Iterable[Flaw]) -> dict[str, str]:
    left_out = {flaw.path for flaw in flaws}
    return {path: text for path, text in policies.items() if path not in left_out}


def first_line(text: str) -> str:
    """Return the first words of an error, above the stack that some print."""
    return text.strip().split("\n", 1)[0] or "for no reason given"


def _load(policies: Mapping[str, str]) -> tuple[Any, tuple[Flaw, ...]]:
    """A regorus engine with every text that parses, and a flaw for each that does not."""
    from regorus import Engine

    engine, flaws = Engine(), []
    for path, text in policies.items():
        try:
            package = engine.add_policy(path, text)
        except RuntimeError as error:
            flaws.append(_flaw(path, str(error)))
            continue
        if package != f"data.{package_for(path)}":
            flaw = Flaw(
                path, 1, 1, f"it is read as {package}: write package {package_for(path)} as others do"
            )
            engine, more = _load(_without(policies, [flaw]))
            return engine, (flaw, *more)
    return engine, tuple(flaws)


@lru_cache(maxsize=256)
def _forbidden_calls(path: str, text: str) -> tuple[Flaw, ...]:
    """Of one text, as nearly all are alike on both sides of a change, and looking takes most of the time."""
    from regorus import Engine

    engine = Engine()
    engine.add_policy(path, text)
    builtins = _builtins()
    return tuple(
        flaw for module in json.loads(engine.get_ast_as_json()) for flaw in flaws_in_calls(module, builtins)
    )


@cache
def _builtins() -> frozenset[str]:
    from regorus import Engine

    answer = json.loads(Engine().eval_query_as_json("opa.runtime().builtins"))
    return frozenset(answer["result"][0]["expressions"][0]["value"])


def _flaw(path: str, error: str) -> Flaw:
    if match := COMPLAINT.search(error):
        return Flaw(path or match["path"], int(match["line"]), int(match["column"]), match["message"])
    return Flaw(path, 1, 1, first_line(error))

"""How the controls that are in force differ from those that are declared; what is stricter is no difference."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlplatform.core.controls import SHOWN_WITH, Controls, Json, Ruleset

_LOOSENS = frozenset({"do_not_enforce_on_create", "update_allows_fetch_and_merge"})
_STATUSES = "required_status_checks"
_EVERY_METHOD = ("merge", "rebase", "squash")


@dataclass(frozen=True, slots=True)
class ControlDifference:
    """One difference: of which control, in which setting of it, and both values.

    `in_force` is None where there is nothing; where it is not shown, `needs` is the permission that shows it.
    """

    control: str
    setting: str
    declared: Any
    in_force: Any
    needs: str = ""

    @property
    def is_hidden(self) -> bool:
        """True when it is not known what is in force."""
        return bool(self.needs)

    def as_json(self) -> dict[str, Any]:
        return {
            "control": self.control,
            "setting": self.setting,
            "declared": self.declared,
            "inForce": self.in_force,
            "hidden": self.is_hidden,
        }


def ruleset_control(name: str) -> str:
    """Return what a ruleset is called among the controls."""
    return f"ruleset `{name}`"


def environment_control(name: str) -> str:
    """Return what an environment is called among the controls."""
    return f"environment `{name}`"


def control_differences(declared: Controls, in_force: Controls) -> tuple[ControlDifference, ...]:
    """Return every difference that makes what is in force weaker than what is declared, or unlike it."""
    return tuple(_differences(declared, in_force))


def _differences(declared: Controls, in_force: Controls) -> Iterator[ControlDifference]:
    for name, ruleset in declared.rulesets.items():
        if (actual := in_force.rulesets.get(name)) is None:
            yield ControlDifference(ruleset_control(name), "", ruleset.as_json(), None)
        else:
            yield from _of_ruleset(ruleset_control(name), ruleset, actual)
    for name, branches in declared.environments.items():
        allowed = in_force.environments.get(name)
        if allowed is None:
            yield ControlDifference(environment_control(name), "", list(branches), None)
        elif sorted(allowed) != sorted(branches):
            yield ControlDifference(environment_control(name), "branches", list(branches), list(allowed))
    for control, values in declared.settings.items():
        shown = in_force.settings.get(control, {})
        for setting, value in values.items():
            if (actual_value := shown.get(setting)) is None:
                yield ControlDifference(control, setting, value, None, SHOWN_WITH[control])
            elif actual_value != value:
                yield ControlDifference(control, setting, value, actual_value)


def _of_ruleset(control: str, declared: Ruleset, actual: Ruleset) -> Iterator[ControlDifference]:
    for setting in ("target", "enforcement"):
        if getattr(actual, setting) != getattr(declared, setting):
            yield ControlDifference(control, setting, getattr(declared, setting), getattr(actual, setting))
    if not set(declared.branches) <= set(actual.branches):
        yield ControlDifference(control, "branches", list(declared.branches), list(actual.branches))
    if actual.excluded:
        yield ControlDifference(control, "excluded", [], list(actual.excluded))
    bypass = [dict(actor) for actor in declared.bypass or ()]
    if actual.bypass is None:
        yield ControlDifference(control, "bypass", bypass, None, SHOWN_WITH["bypass"])
    elif sorted(map(repr, _plain(actual.bypass))) != sorted(map(repr, _plain(bypass))):
        yield ControlDifference(control, "bypass", bypass, [dict(actor) for actor in actual.bypass])
    for type_, parameters in declared.rules.items():
        if type_ not in actual.rules:
            yield ControlDifference(control, type_, dict(parameters) or True, None)
            continue
        for name, value in parameters.items():
            shown = actual.rules[type_].get(name)
            if not is_as_strict(name, value, shown):
                yield ControlDifference(control, f"{type_}.{name}", value, shown)


def is_as_strict(parameter: str, declared: Any, actual: Any) -> bool:
    """True when a parameter of a rule asks for at least what is declared; None is one that is not there."""
    if parameter == "allowed_merge_methods":
        return set(_EVERY_METHOD if actual is None else actual) <= set(declared)
    if parameter == _STATUSES:
        return _statuses(declared) <= _statuses(actual or ())
    if isinstance(declared, bool):
        loose, is_on = parameter in _LOOSENS, bool(actual)
        return is_on <= declared if loose else is_on >= declared
    return isinstance(actual, int) and bool(actual >= declared)


def _statuses(statuses: Any) -> set[tuple[str, int | None]]:
    return {(status["context"], status.get("integration_id")) for status in statuses}


def _plain(actors: Any) -> Iterator[tuple[str, int | None, str]]:
    for actor in actors:
        yield actor["actor_type"], actor.get("actor_id"), actor.get("bypass_mode", "always")


def with_declared(declared: Ruleset, actual: Ruleset | None) -> Ruleset:
    """Return a ruleset to write: as declared, and with what is stricter in the one that is in force."""
    if actual is None:
        return declared
    rules: dict[str, Json] = {**actual.rules}
    for type_, parameters in declared.rules.items():
        kept = dict(actual.rules.get(type_, {}))
        for name, value in parameters.items():
            if not is_as_strict(name, value, kept.get(name)):
                kept[name] = _joined_statuses(value, kept.get(name)) if name == _STATUSES else value
            elif name not in kept:
                kept[name] = value
        rules[type_] = kept
    branches = tuple(dict.fromkeys((*declared.branches, *actual.branches)))
    return Ruleset(branches, rules, declared.bypass)


def _joined_statuses(declared: Any, actual: Any) -> list[Json]:
    """Return the declared statuses, and those of other names that are asked for besides."""
    names = {status["context"] for status in declared}
    return [*declared, *(status for status in actual or () if status["context"] not in names)]

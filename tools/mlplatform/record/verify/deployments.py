"""Whether the applies on the ledger and the changes of main answer each other."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlplatform.core.evidence.problem import EvidenceProblem, ProblemKind
from mlplatform.core.evidence.reconciliation import AppliedChange, Became
from mlplatform.core.naming import parse_path
from mlplatform.core.records.deployment import DeploymentPredicate

_ELSEWHERE = "it is a local environment, which each machine applies for itself"


@dataclass(frozen=True, slots=True)
class RecordedApply:
    """The record of an apply, and the commit of the ledger that holds it."""

    record: str
    apply: DeploymentPredicate


@dataclass(frozen=True, slots=True)
class EnvironmentChange:
    """A path of an environment that a commit of main changed."""

    commit: str
    environment: str
    path: str


def environment_changes(commit: str, paths: Iterable[str]) -> Iterator[EnvironmentChange]:
    """Yield the deployments among the paths of a commit."""
    for path in paths:
        identity = parse_path(path)
        if identity and identity.kind.entry.pins:
            yield EnvironmentChange(commit, str(identity.environment), path)


def deployment_problems(
    applies: Sequence[RecordedApply], places: Mapping[str, int]
) -> Iterator[EvidenceProblem]:
    """Yield the applies of what is no commit of main; `places` are those of main's history, ascending."""
    for each in applies:
        if each.apply.commit not in places and each.apply.outcomes:
            message = f"{each.apply.environment} was made what {each.apply.commit[:12]} says, which main does not have"
            yield EvidenceProblem(ProblemKind.DEPLOYMENT, each.record, message, is_record=True)


def reconciled(
    changes: Iterable[EnvironmentChange],
    applies: Sequence[RecordedApply],
    places: Mapping[str, int],
    expected: Mapping[str, bool],
) -> Iterator[AppliedChange]:
    """Yield what became of each change; `expected` says which environments have their applies on this ledger."""
    lines = _lines(applies, places)
    for change in changes:
        place = places.get(change.commit, -1)
        whole = lines.get((change.environment, ""), _NO_LINE)
        answer = lines.get((change.environment, _model(change)), _NO_LINE).first(place) or whole.first(place)
        if answer:
            became, reason = _became(change, answer.apply)
            yield AppliedChange(*_key(change), became, answer.record, reason)
        elif expected.get(change.environment, True):
            yield AppliedChange(*_key(change), "open", None, "nothing has applied it yet")
        else:
            yield AppliedChange(*_key(change), "elsewhere", None, _ELSEWHERE)


def _key(change: EnvironmentChange) -> tuple[str, str, str]:
    return change.commit, change.environment, change.path


@dataclass(frozen=True, slots=True)
class _Line:
    """Applies in the order of the ledger, each with the greatest place of main that was applied by then."""

    applies: list[RecordedApply]
    greatest: list[int]

    def add(self, each: RecordedApply, place: int) -> None:
        self.applies.append(each)
        self.greatest.append(max(place, self.greatest[-1]) if self.greatest else place)

    def first(self, place: int) -> RecordedApply | None:
        """Return the first apply of a commit at a place of main or after it."""
        at = bisect_left(self.greatest, place)
        return self.applies[at] if at < len(self.applies) else None


_NO_LINE = _Line([], [])


def _lines(applies: Sequence[RecordedApply], places: Mapping[str, int]) -> Mapping[tuple[str, str], _Line]:
    """Return the applies by environment and model that they were about; under no model all of the environment."""
    lines: dict[tuple[str, str], _Line] = {}
    for each in applies:
        place = places.get(each.apply.commit)
        if place is None or each.apply.late:
            continue
        named = {outcome.resource for outcome in each.apply.outcomes} | {
            refusal.resource for refusal in each.apply.refused
        }
        for model in ("", *named):
            lines.setdefault((each.apply.environment, model), _Line([], [])).add(each, place)
    return lines


def _became(change: EnvironmentChange, apply: DeploymentPredicate) -> tuple[Became, str]:
    model = _model(change)
    for refusal in apply.refused:
        if refusal.resource == model:
            return "refused", refusal.reason
    outcomes = [outcome for outcome in apply.outcomes if outcome.resource == model]
    failed = next((outcome for outcome in outcomes if outcome.result != "applied"), None)
    if failed:
        return "failed", f"{failed.action}: {failed.reason or failed.result}"
    if outcomes:
        return "applied", ""
    return "nothing-to-do", "the environment was so already"


def _model(change: EnvironmentChange) -> str:
    identity = parse_path(change.path)
    return str(identity.model) if identity else ""

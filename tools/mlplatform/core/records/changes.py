"""The changes of an apply as records state them: for each action the values before and after, and the outcome."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AliasChoices, Field

from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.records.base import (
    Digest,
    IfGiven,
    Items,
    Number,
    RecordPart,
    Schema,
    record_part,
)


@record_part
class RecordedTensor(RecordPart):
    """One input or output of a version."""

    name: str
    type: str
    shape: Items[int]


@record_part
class RecordedSignature(RecordPart):
    """The inputs and outputs that a version is served with."""

    inputs: Items[RecordedTensor]
    outputs: Items[RecordedTensor]


@record_part
class MismatchedVersion(RecordPart):
    """A registered version that is not as it was registered, and what is wrong with it."""

    version: str
    digest: Digest
    wrong: str


@record_part
class CopiedVersion(RecordPart):
    """A version with what it was made from, and where its artifact is copied from."""

    version: str
    digest: Digest
    from_: str = Field(alias="from")
    source: str
    run: str | None
    commit: str | None
    data: dict[str, str]
    metrics: dict[str, Number]


@record_part
class RepairedVersion(RecordPart):
    """A version as it was registered once; without a source its own artifact is good."""

    version: str
    digest: Digest
    from_: str | None = Field(alias="from")
    source: str | None
    run: str | None
    commit: str | None
    data: dict[str, str]
    metrics: dict[str, Number]
    change: str | None
    approvedBy: Items[str]
    what: str


@record_part
class LoadedVersion(RecordPart):
    """A version on a server; `instances` is stated of one that is ready."""

    version: str
    digest: str
    ready: bool
    instances: Annotated[int | None, Field(exclude_if=lambda count: count is None)] = None


@record_part
class CandidateVersion(RecordPart):
    """A version to be loaded or probed; without a source its artifact is copied before."""

    version: str
    digest: Digest
    source: str | None
    format: str
    signature: RecordedSignature
    instances: int


@record_part
class Route(RecordPart):
    """The percentage of the requests that each digest gets, and the version that gets most."""

    weights: dict[str, int]
    version: str | None = None


@record_part
class Stage(RecordPart):
    """A version that was in another of the deprecated stages than its aliases say."""

    version: str
    found: str = Field(validation_alias=AliasChoices("found", "stage"))
    right: str


@record_part
class AliasesBefore(RecordPart):
    """The aliases of a model before they are moved."""

    champion: str | None
    previous: str | None
    stage: IfGiven[Stage | None] = None


@record_part
class AliasesAfter(RecordPart):
    """The aliases of a model and the digest of its champion; `source` where nothing before read its artifact."""

    champion: str
    previous: str | None
    digest: Digest
    source: IfGiven[str | None] = None


@record_part
class RetiredVersion(RecordPart):
    """A version that is unloaded."""

    version: str
    digest: str


@record_part
class _Change(RecordPart):
    provider: str
    resource: str  # tenant/model


@record_part
class RepairChange(_Change):
    """Register a version again as it was registered before."""

    action: Literal[Action.REPAIR]
    before: MismatchedVersion
    after: RepairedVersion


@record_part
class CopyChange(_Change):
    """Copy an artifact into the environment's own registry."""

    action: Literal[Action.COPY]
    before: None
    after: CopiedVersion


@record_part
class LoadChange(_Change):
    """Load a version beside what is served."""

    action: Literal[Action.LOAD]
    before: LoadedVersion | None
    after: CandidateVersion


@record_part
class ProbeChange(_Change):
    """Send a loaded version a request."""

    action: Literal[Action.PROBE]
    before: None
    after: CandidateVersion


@record_part
class RouteChange(_Change):
    """Send the requests to a version, or to none."""

    action: Literal[Action.ROUTE]
    before: Route | None
    after: Route | None


@record_part
class ChampionChange(_Change):
    """Move the aliases of a model, or take them away."""

    action: Literal[Action.CHAMPION]
    before: AliasesBefore | None
    after: AliasesAfter | None


@record_part
class RetireChange(_Change):
    """Unload a version."""

    action: Literal[Action.RETIRE]
    before: RetiredVersion
    after: None


@record_part
class RepairOutcome(RepairChange):
    result: Result
    reason: str = ""


@record_part
class CopyOutcome(CopyChange):
    result: Result
    reason: str = ""


@record_part
class LoadOutcome(LoadChange):
    result: Result
    reason: str = ""


@record_part
class ProbeOutcome(ProbeChange):
    result: Result
    reason: str = ""


@record_part
class RouteOutcome(RouteChange):
    result: Result
    reason: str = ""


@record_part
class ChampionOutcome(ChampionChange):
    result: Result
    reason: str = ""


@record_part
class RetireOutcome(RetireChange):
    result: Result
    reason: str = ""


RecordedChange = Annotated[
    RepairChange | CopyChange | LoadChange | ProbeChange | RouteChange | ChampionChange | RetireChange,
    Field(discriminator="action"),
]
RecordedOutcome = Annotated[
    RepairOutcome | CopyOutcome | LoadOutcome | ProbeOutcome | RouteOutcome | ChampionOutcome | RetireOutcome,
    Field(discriminator="action"),
]


_CHANGE: Schema[RecordedChange] = Schema(RecordedChange)
_OUTCOME: Schema[RecordedOutcome] = Schema(RecordedOutcome)


def recorded_change(change: Change) -> RecordedChange:
    """Return a change of a plan as records state it; ValueError where its values are not those of its action."""
    return _CHANGE.parse(change.as_json())


def parse_changes(values: Iterable[object]) -> tuple[RecordedChange, ...]:
    """Return recorded changes from JSON values; ValueError where they do not fit."""
    return tuple(_CHANGE.parse(value) for value in values)


def recorded_outcome(change: RecordedChange, result: Result, reason: str) -> RecordedOutcome:
    """Return a change with what became of it."""
    return _OUTCOME.parse({**change.as_json(), "result": result.value, "reason": reason})


def planned_change(change: RecordedChange | RecordedOutcome) -> Change:
    """Return the change of the plan that a recorded one was made from."""
    return Change.from_json(change.as_json())


def version_after(change: RecordedChange | RecordedOutcome) -> tuple[str, str] | None:
    """Return version and digest of the artifact that a change is to make, serve or name; None where there is none."""
    return _version(change.after)


def subjects_of(environment: str, changes: Iterable[RecordedChange | RecordedOutcome]) -> dict[str, str]:
    """Return the digests of the versions that changes are about, by `environment/model@version`."""
    versions = ((change.resource, _version(change.after or change.before)) for change in changes)
    return {f"{environment}/{model}@{about[0]}": about[1] for model, about in versions if about}


def _version(values: object) -> tuple[str, str] | None:
    match values:
        case AliasesAfter():
            return values.champion, values.digest
        case CopiedVersion() | RepairedVersion() | CandidateVersion() | RetiredVersion():
            return values.version, values.digest
    return None

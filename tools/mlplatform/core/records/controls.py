"""The record that a Git host's controls were compared with what a commit of main declares."""

from typing import ClassVar, Literal

from pydantic import JsonValue

from mlplatform.core.records.base import Digest, GitCommit, IfGiven, Items, Predicate, RecordPart, record_part

Parameters = dict[str, JsonValue]  # as the Git host names them


@record_part
class RecordedRuleset(RecordPart):
    """Rules for branches by type, and who is exempt from them; `bypass` is null where the host does not show it."""

    source: str
    target: str
    enforcement: str
    branches: Items[str]
    excluded: Items[str]
    bypass: Items[Parameters] | None
    rules: dict[str, Parameters]


@record_part
class RecordedControls(RecordPart):
    """Rulesets by name, the branches that may deploy to each environment, and settings."""

    rulesets: dict[str, RecordedRuleset]
    environments: dict[str, Items[str]]
    settings: dict[str, Parameters]


@record_part
class RecordedDifference(RecordPart):
    """A setting of a control that is not what is declared; `hidden`: the host does not show what is in force."""

    control: str
    setting: str
    declared: JsonValue
    inForce: JsonValue
    hidden: bool


@record_part
class ControlsPredicate(Predicate):
    """What is in force beside what is declared, whose digest is `digest`; `cause` says why that is not known."""

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:controls:v1"

    repository: str
    commit: GitCommit
    digest: Digest
    inForce: RecordedControls | Literal["unknown"]
    differences: Items[RecordedDifference]
    cause: IfGiven[str] = ""

    def subjects(self) -> dict[str, str]:
        return {f"{self.repository}/controls": self.digest}

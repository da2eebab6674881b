"""incidents/<date>-<name>.yaml: what went wrong, when, for whom, and what is done about it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mlplatform.core.kinds.base import (
    Day,
    DocumentModel,
    GitCommit,
    Login,
    Moment,
    Name,
    QualifiedName,
    StrictModel,
    Text,
)
from mlplatform.core.names import NAME, NAME_WORDS

INCIDENT_NAME = rf"[0-9]{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])-{NAME}"
INCIDENT_NAME_WORDS = f"a day and a name, as in 2026-11-30-wrong-scores; the name is {NAME_WORDS}"

IncidentSeverity = Literal["P0", "P1", "P2", "P3"]
Title = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class IncidentAction(StrictModel):
    """Something that is to be done so that it does not happen again; `done` is the day on which it was."""

    what: Text
    owner: Login
    due: Day
    done: Day | None = None


class Incident(DocumentModel):
    """An incident: `detected` when somebody or something noticed, `declared` when people were called to it,
    `mitigated` when users were no longer harmed, `resolved` when the cause was gone.

    `changes` are the commits of main that caused it or ended it; `tenants`, `models` and `environments` are those that
    it harmed. The commander leads until it is mitigated.
    """

    schema_: Literal["incident/v1"] = Field(alias="schema")
    severity: IncidentSeverity
    title: Title
    detected: Moment
    declared: Moment
    mitigated: Moment | None = None
    resolved: Moment | None = None
    cause: Text | None = None
    commander: Login
    tenants: list[Name] = []
    models: list[QualifiedName] = []
    environments: list[Name] = []
    changes: list[GitCommit] = []
    actions: list[IncidentAction] = []

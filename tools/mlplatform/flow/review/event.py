"""Which pull requests a workflow's event is about; nothing else of the event is believed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.base import GitCommit
from mlplatform.core.pull_request import PullRequest
from mlplatform.flow.workspace import MAIN
from mlplatform.providers.forge.interface import Forge, ForgeError


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Head(_Part):
    sha: GitCommit


class _PullRequest(_Part):
    number: Annotated[int, Field(ge=1)]
    head: _Head | None = None


class _WorkflowRun(_Part):
    head_sha: GitCommit


class _Event(_Part):
    pull_request: _PullRequest | None = None
    workflow_run: _WorkflowRun | None = None
    ref: str | None = None  # of a push
    schedule: str | None = None

    @property
    def is_about_all(self) -> bool:
        """True for what may change any verdict: main moved, or time went by."""
        return self.ref == f"refs/heads/{MAIN}" or self.schedule is not None


@dataclass(frozen=True, slots=True)
class EventSubject:
    """The open pull requests that an event is about; `is_everything` where it is about all that there are.

    `left` is a head that no open pull request into main has any more.
    """

    pull_requests: tuple[PullRequest, ...]
    is_everything: bool = False
    left: str | None = None


def pull_requests_of(forge: Forge, event: Path) -> EventSubject:
    """Return the open pull requests that an event is about, as the Git host has them now.

    A run of another workflow only names a commit: whichever pull requests have it as their head are judged, so that it
    cannot matter what such a run claims to be about. A push to main and a schedule are about every open pull request:
    owners, policies and freezes may be others now. A pull request that was closed, or goes into another branch now, is
    judged no more: its head is `left`, unless others have it.
    """
    try:
        about = _Event.model_validate(json.loads(event.read_bytes()))
    except (OSError, ValueError, RecursionError, ValidationError) as why:
        raise Refusal(f"the event cannot be read: {why}", where=str(event)) from None
    if about.pull_request:
        return _of_one(forge, about.pull_request)
    if about.workflow_run:
        return EventSubject(forge.pull_requests(about.workflow_run.head_sha))
    if about.is_about_all:
        return EventSubject(forge.pull_requests(), is_everything=True)
    raise Refusal("the event is about no pull request", where=str(event))


def _of_one(forge: Forge, named: _PullRequest) -> EventSubject:
    try:
        return EventSubject((forge.pull_request(str(named.number)),))
    except ForgeError:
        if named.head is None:
            raise
        others = forge.pull_requests(named.head.sha)
        return EventSubject(others, left=None if others else named.head.sha)

"""Which pull requests a workflow's event is about; nothing else of the event is believed."""

import json
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.base import GitCommit
from mlplatform.core.pull_request import PullRequest
from mlplatform.providers.forge.interface import Forge


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _PullRequest(_Part):
    number: Annotated[int, Field(ge=1)]


class _WorkflowRun(_Part):
    head_sha: GitCommit


class _Event(_Part):
    pull_request: _PullRequest | None = None
    workflow_run: _WorkflowRun | None = None


def pull_requests_of(forge: Forge, event: Path) -> tuple[PullRequest, ...]:
    """Return the open pull requests that an event is about, as the Git host has them now.

    A run of another workflow only names a commit: whichever pull requests have it as their head are judged, so that it
    cannot matter what such a run claims to be about.
    """
    try:
        about = _Event.model_validate(json.loads(event.read_bytes()))
    except (OSError, ValueError, RecursionError, ValidationError) as why:
        raise Refusal(f"the event cannot be read: {why}", where=str(event)) from None
    if about.pull_request:
        return (forge.pull_request(str(about.pull_request.number)),)
    if about.workflow_run:
        return forge.pull_requests_at(about.workflow_run.head_sha)
    raise Refusal("the event is about no pull request", where=str(event))

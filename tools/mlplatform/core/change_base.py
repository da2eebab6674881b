"""What a change is judged against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from mlplatform.core.history import History
from mlplatform.core.loaded_source import LoadedSource

Action = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True, order=True)
class FileChange:
    """A file, of whatever sort, that a change adds, changes (bytes or mode) or removes."""

    path: str
    action: Action


@dataclass(frozen=True, slots=True)
class ChangeBase:
    """The commit that a change starts from, the history up to it, and the files that the change touches.

    `deployments` counts what each environment pins at the base; `merged` says when each waiver came to it, by path;
    `signatures` holds the signature that a model had when its present version was first pinned, by environment
    and model. `past_data` holds, by path of a data set that the change adds or gives other data, what documents of
    history said last of the same data, and `earlier` what a changed deployment's version was when it was pinned
    before and whether it ran there (flow/check/pin_facts.py), by environment and model. `everything` says
    that all was loaded, and not only what the change touches.
    """

    loaded: LoadedSource
    history: History
    files: tuple[FileChange, ...]
    deployments: Mapping[str, int]
    merged: Mapping[str, datetime]
    signatures: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    everything: bool = True
    past_data: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    earlier: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

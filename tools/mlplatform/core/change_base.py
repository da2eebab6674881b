"""The base that a change is checked against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from mlplatform.core.artifact_use import ArtifactUse
from mlplatform.core.history import History
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.ran import RanByEnvironment

FileAction = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True, order=True)
class FileChange:
    """A file of any type that a change adds, changes (content or mode) or removes."""

    path: str
    action: FileAction


@dataclass(frozen=True, slots=True)
class SignOff:
    """The digest of what a reviewed commit lists (empty: it cannot be read), and whose key signed each commit that
    brings the review (empty where one is not signed, or by several)."""

    listing: str = ""
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class ChangeBase:
    """The commit that a change starts from, the history up to it, and the files that the change touches.

    `deployments` counts the deployments of each environment at the base. `merged` is the time at which each waiver was
    merged, by path. `signatures` is the signature that a model had when its present version was first pinned, by
    environment and model. `past_data` is, by path of a data set that the change adds or gives other data, what earlier
    documents last said about that data. `earlier` says, by environment and model, how a changed deployment's version
    was pinned before (flow/check/pin_facts.py), and `ran` what ran, by environment; of one that is not among them the
    pins in history have to do. `same_artifact` has, by environment and model, the versions that were pinned with the
    digest that a changed deployment pins. `landed` are those of the commits that changed documents name which
    are in the first-parent history of the base, and `sign_offs` has, by path of a changed access review, what its
    commit lists and who signed it. `everything` is False when only the documents that the change affects were loaded.
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
    ran: RanByEnvironment = field(default_factory=dict)
    same_artifact: Mapping[tuple[str, str], tuple[ArtifactUse, ...]] = field(default_factory=dict)
    landed: frozenset[str] = frozenset()
    sign_offs: Mapping[str, SignOff] = field(default_factory=dict)

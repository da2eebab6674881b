"""What a change is judged against."""

from dataclasses import dataclass

from mlplatform.core.history import History
from mlplatform.core.loaded import Loaded


@dataclass(frozen=True, slots=True)
class Base:
    """The commit that a change starts from, and the history up to it."""

    loaded: Loaded
    history: History

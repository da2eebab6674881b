"""The right to change an environment, held by one run at a time."""

from typing import Protocol


class Lease(Protocol):
    """What a run holds while it changes an environment.

    `fence` grows with every holder, so that what a former holder wrote late can be told from what the present one did;
    0 where the system itself ends a dead holder's lease.
    """

    @property
    def fence(self) -> int: ...

    def require(self) -> None:
        """Refusal when the lease is no longer this run's."""
        ...

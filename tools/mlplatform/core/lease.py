"""The right to change an environment, held by one run at a time."""

from typing import Protocol


class Lease(Protocol):
    """The lease of a run on an environment.

    `fence` grows with every holder, so that late work by a former holder can be told apart from the present holder's;
    it is 0 where the system itself ends a dead holder's lease.
    """

    @property
    def fence(self) -> int: ...

    def require(self) -> None:
        """Raise Refusal when this run no longer holds the lease."""
        ...

"""Stands in where there is no engine: every package is a denial which names the cause."""

from collections.abc import Mapping, Sequence

from mlplatform.providers.policy.client import ServerLost
from mlplatform.providers.policy.interface import Decision, Flaw, PolicyError


class FailedEngine:
    """Answers every input with why there is no engine."""

    name = "none"
    broken: Sequence[Flaw] = ()

    def __init__(self, policies: Mapping[str, str], cause: PolicyError) -> None:
        self.policies = policies
        self._cause = ServerLost(str(cause))

    def decide(
        self,
        package: str,  # noqa: ARG002 (that is how an engine is asked)
        inputs: Sequence[str],
    ) -> Sequence[Decision | PolicyError]:
        return [self._cause] * len(inputs)

    def close(self) -> None:
        """Nothing is held that would have to be let go."""

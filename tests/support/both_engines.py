"""An engine that asks both engines and does not stand a difference."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from mlplatform.providers.policy import ENGINES
from mlplatform.providers.policy.embedded import EmbeddedEngine
from mlplatform.providers.policy.interface import Decision, Denial, Flaw, PolicyEngine, PolicyError
from mlplatform.providers.policy.server import ServerEngine


class BothEngines:
    """The embedded engine's answers, each compared with that of the OPA server at a URL (or of one of its own).

    A difference is an AssertionError: other rules evaluated, other denials, or an error in one of them only. It is
    kept in `differences` too, as whoever asks may make a finding of any error.
    """

    name = "both"

    def __init__(self, policies: Mapping[str, str], url: str | None = None) -> None:
        self.policies = policies
        self.differences: list[str] = []
        self.asked = 0
        self._embedded = EmbeddedEngine(policies)
        self._opa = ServerEngine(policies, url)

    @property
    def broken(self) -> Sequence[Flaw]:
        """The embedded engine's; a policy that only OPA refuses shows when it is asked."""
        missed = {flaw.path for flaw in self._embedded.broken} - {flaw.path for flaw in self._opa.broken}
        self._agree(not missed, f"OPA takes what the embedded engine refuses: {sorted(missed)}")
        return self._embedded.broken

    def decide(self, package: str, inputs: Sequence[str]) -> Sequence[Decision | PolicyError]:
        embedded, opa = self._embedded.decide(package, inputs), self._opa.decide(package, inputs)
        self.asked += len(inputs)
        for text, one, other in zip(inputs, embedded, opa, strict=True):
            said = f"{package} answers differently for {text[:2000]}:\nembedded: {one!r}\nopa: {other!r}"
            self._agree(comparable(one) == comparable(other), said)
        return embedded

    def close(self) -> None:
        self._embedded.close()
        self._opa.close()

    def _agree(self, they_do: bool, difference: str) -> None:
        if not they_do:
            self.differences.append(difference)
            raise AssertionError(difference)


def comparable(answer: Decision | PolicyError) -> tuple[frozenset[str], frozenset[Denial]] | None:
    """What has to be the same in every engine: sets, and that there is no answer, but not the words for why."""
    if isinstance(answer, PolicyError):
        return None
    return answer.evaluated, frozenset(answer.denials)


class Open:
    """An engine that stays open when its user closes it."""

    def __init__(self, engine: BothEngines) -> None:
        self.name, self.policies, self.decide = engine.name, engine.policies, engine.decide
        self.engine = engine

    @property
    def broken(self) -> Sequence[Flaw]:
        return self.engine.broken

    def close(self) -> None:
        """It is closed by whoever made it."""


@contextmanager
def both_engines() -> Iterator[list[BothEngines]]:
    """Puts both engines in the place of the embedded one, and gives those that were made.

    One serves all who have the same policies, with an OPA of its own; they are closed at the end.
    """
    made: dict[tuple[tuple[str, str], ...], Open] = {}
    engines: list[BothEngines] = []

    def connect(policies: Mapping[str, str]) -> PolicyEngine:
        key = tuple(sorted(policies.items()))
        if key not in made:
            engines.append(BothEngines(policies))
            made[key] = Open(engines[-1])
        return made[key]

    before = ENGINES["embedded"]
    ENGINES["embedded"] = connect
    try:
        yield engines
    finally:
        ENGINES["embedded"] = before
        for engine in engines:
            engine.close()

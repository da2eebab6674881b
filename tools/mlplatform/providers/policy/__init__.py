"""Policy engines, chosen from a literal table."""

from collections.abc import Callable, Mapping

from mlplatform.providers.policy.interface import PolicyEngine


def _embedded(policies: Mapping[str, str]) -> PolicyEngine:
    from mlplatform.providers.policy.embedded import EmbeddedEngine

    return EmbeddedEngine(policies)


ENGINES: dict[str, Callable[[Mapping[str, str]], PolicyEngine]] = {"embedded": _embedded}


def connect_engine(policies: Mapping[str, str], engine: str = "embedded") -> PolicyEngine:
    """An engine that judges with these Rego texts (by path)."""
    return ENGINES[engine](policies)

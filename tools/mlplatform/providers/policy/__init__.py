"""Policy engines, chosen from a literal table; the environment's OPA_URL is read here and nowhere else."""

import os
from collections.abc import Callable, Mapping

from mlplatform.providers.policy.interface import PolicyEngine


def _embedded(policies: Mapping[str, str]) -> PolicyEngine:
    from mlplatform.providers.policy.embedded import EmbeddedEngine

    return EmbeddedEngine(policies)


def _opa(policies: Mapping[str, str]) -> PolicyEngine:
    from mlplatform.providers.policy.server import ServerEngine

    return ServerEngine(policies, _opa_url())


ENGINES: dict[str, Callable[[Mapping[str, str]], PolicyEngine]] = {"embedded": _embedded, "opa": _opa}


def engine_name(asked: str | None) -> str:
    """The engine to judge with: what was asked for, else the OPA server that OPA_URL names, else the embedded."""
    return asked or ("opa" if _opa_url() else "embedded")


def connect_engine(policies: Mapping[str, str], engine: str = "embedded") -> PolicyEngine:
    """An engine that judges with these Rego texts (by path), to be closed after use.

    PolicyError says why there is none: no opa program, or a server that is down, slow, or no OPA server.
    """
    return ENGINES[engine](policies)


def _opa_url() -> str | None:
    return os.environ.get("OPA_URL") or None

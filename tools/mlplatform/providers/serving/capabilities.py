"""Which keys of documents a serving provider heeds: one line a key."""

from collections.abc import Mapping
from dataclasses import dataclass

# The keys that a provider must have a line for, each a kind and a key of its documents.
ADDRESS = "environment.serving.uri"  # an address, not `local`
FORMAT = "model.format"
STRATEGY = "deployment.rollout.strategy"
EXPERIMENT = "deployment.experiment"
SHADOW = "deployment.shadow"
GPU = "deployment.serving.gpu.count"
KEYS = (ADDRESS, FORMAT, STRATEGY, EXPERIMENT, SHADOW, GPU)


@dataclass(frozen=True, slots=True)
class Heeded:
    """The provider does what the key says; where values are given, these alone."""

    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotHeeded:
    """The provider would ignore the key, so a document that uses it is refused when it is checked."""


Capabilities = Mapping[str, Heeded | NotHeeded]


def heeds(capabilities: Capabilities, key: str, value: str = "") -> bool:
    """True when the provider does what the key says with this value; a key without a line is refused."""
    line = capabilities.get(key, NotHeeded())
    return isinstance(line, Heeded) and (not line.values or value in line.values)


def heeded_values(capabilities: Capabilities, key: str) -> tuple[str, ...]:
    """The only values of a key that the provider does; empty where it does any or none."""
    line = capabilities.get(key)
    return line.values if isinstance(line, Heeded) else ()

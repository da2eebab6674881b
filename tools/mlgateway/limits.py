"""The limits of the gateway: sizes in bytes, times in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GatewayLimits:
    """Every limit of one gateway process; the command line sets them."""

    max_head: int = 32 * 1024
    max_body: int = 64 * 1024 * 1024
    connect_seconds: float = 2.0
    response_seconds: float = 60.0
    client_seconds: float = 60.0
    drain_seconds: float = 30.0

"""Ranges of addresses so wide that they stand for everybody."""

from ipaddress import IPv4Network, ip_network

WIDEST = {4: 8, 6: 16}  # the shortest prefix that is not everybody; half of all addresses is as good as all


def is_everybody(written: str) -> bool:
    """True when a range holds most of the internet; what is no range, as a reference, is not."""
    if written.strip().lower() in ("*", "any", "internet"):
        return True
    try:
        network = ip_network(written.strip(), strict=False)
    except ValueError:
        return False
    return network.prefixlen < WIDEST[4 if isinstance(network, IPv4Network) else 6]

"""CKV_MLP_15, 16 and 17 of Terraform: ports open to everybody, and what Kubernetes' resources hand out there."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlplatform.providers.scan.checks.addresses import is_everybody
from mlplatform.providers.scan.checks.blocks import Block, Failure, texts, values
from mlplatform.providers.scan.checks.downloads import runs_download
from mlplatform.providers.scan.checks.kubernetes import ALL_POWERFUL, EVERYBODY, OF_A_NAMESPACE, POWERFUL

PUBLIC = (80, 443)
# Checkov asks of these itself, when it is everybody in so many words: CKV_AWS_24 and CKV_AWS_25.
ASKED = (["22", "22"], ["3389", "3389"])
EVERYBODY_WRITTEN = ("0.0.0.0/0", "::/0")
SOURCES = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6")
INLINE = ("aws_security_group", "aws_default_security_group")
RULE = "aws_security_group_rule"
INGRESS = "aws_vpc_security_group_ingress_rule"
SCRIPTS = ("user_data", "user_data_base64", "custom_data", "startup_script", "metadata_startup_script")


def judge_network(block: Block) -> Iterator[Failure]:
    """Yield what a block opens to everybody, mounts of its machine, or runs when a machine starts."""
    for rule, sources in _ingress(block):
        for name, source in sources:
            if is_everybody(source) and not _is_public(rule) and not _is_asked(rule, source):
                message = f"{source} reaches {_ports(rule)}"
                yield Failure("CKV_MLP_15", block, message, name)
                break
    for script in (name for name in SCRIPTS if name in block.body):
        if what := runs_download("\n".join(texts(block.body[script]))):
            yield Failure("CKV_MLP_21", block, what[:80], script)
    if block.type.startswith("kubernetes_"):
        yield from _kubernetes(block)


def _ingress(block: Block) -> Iterator[tuple[Mapping[str, Any], list[tuple[str, str]]]]:
    body = block.body
    rules: list[Any] = []
    if block.type in INLINE:
        rules = values(body.get("ingress"))
    elif block.type == INGRESS or (block.type == RULE and texts(body.get("type")) == ["ingress"]):
        rules = [body]
    for rule in rules:
        if isinstance(rule, Mapping):
            yield rule, [(name, source) for name in SOURCES for source in texts(rule.get(name))]
    if block.type == "google_compute_firewall" and texts(body.get("direction")) in ([], ["INGRESS"]):
        sources = [("source_ranges", source) for source in texts(body.get("source_ranges"))]
        for allowed in values(body.get("allow")):
            if isinstance(allowed, Mapping):
                yield {"ports": texts(allowed.get("ports"))}, sources
    if block.type == "azurerm_network_security_rule" and _is_allowed(body):
        sources = [
            (name, source)
            for name in ("source_address_prefix", "source_address_prefixes")
            for source in texts(body.get(name))
        ]
        ports = texts(body.get("destination_port_range")) + texts(body.get("destination_port_ranges"))
        yield {"ports": ports}, sources


def _is_allowed(body: Mapping[str, Any]) -> bool:
    return [word.lower() for key in ("direction", "access") for word in texts(body.get(key))] == [
        "inbound",
        "allow",
    ]


def _is_public(rule: Mapping[str, Any]) -> bool:
    """True when nothing but HTTP and HTTPS is open."""
    if "ports" in rule:
        return bool(rule["ports"]) and all(port in map(str, PUBLIC) for port in rule["ports"])
    protocol = texts(rule.get("protocol")) + texts(rule.get("ip_protocol"))
    if [word.lower() for word in protocol] in (["icmp"], ["icmpv6"], ["1"], ["58"]):
        return True
    ports = texts(rule.get("from_port")) + texts(rule.get("to_port"))
    return len(ports) == 2 and ports[0] == ports[1] and ports[0] in map(str, PUBLIC)


def _is_asked(rule: Mapping[str, Any], source: str) -> bool:
    ports = texts(rule.get("from_port")) + texts(rule.get("to_port"))
    return ports in ASKED and source in EVERYBODY_WRITTEN


def _ports(rule: Mapping[str, Any]) -> str:
    ports = rule["ports"] if "ports" in rule else texts(rule.get("from_port")) + texts(rule.get("to_port"))
    return f"port {' to '.join(dict.fromkeys(ports))}" if ports else "every port"


def _kubernetes(block: Block) -> Iterator[Failure]:
    for path in _mounted(block.body):
        yield Failure("CKV_MLP_17", block, f"it mounts {path[:60] or 'a folder'}", "host_path")
    if "role_binding" not in block.type:
        return
    is_cluster = "cluster_role_binding" in block.type
    for role in values(block.body.get("role_ref")):
        for name in texts(role.get("name")):
            if name in (POWERFUL if is_cluster else ALL_POWERFUL):
                yield Failure("CKV_MLP_16", block, f"it binds {name}", "role_ref")
    for subject in values(block.body.get("subject")):
        for name in texts(subject.get("name")):
            if name in EVERYBODY or (is_cluster and name.startswith(OF_A_NAMESPACE)):
                yield Failure("CKV_MLP_16", block, f"{name} gets the role", "subject")


def _mounted(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _mounted(item)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "host_path":
                for volume in values(inner):
                    yield " ".join(texts(volume.get("path"))) if isinstance(volume, Mapping) else str(volume)
            else:
                yield from _mounted(inner)

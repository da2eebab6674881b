"""CKV_MLP_16 to 19 and 21: what manifests hand to others, take from their machine, or run, and Checkov does not ask."""

from collections.abc import Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.addresses import is_everybody
from mlplatform.providers.scan.checks.downloads import runs_download
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.workflow import text
from mlplatform.providers.scan.tree import Node

BINDINGS = ("RoleBinding", "ClusterRoleBinding")
ALL_POWERFUL = ("cluster-admin",)
POWERFUL = ("cluster-admin", "admin", "edit")
# Groups and users that stand for whoever comes, or for every program of the cluster.
EVERYBODY = (
    "system:unauthenticated",
    "system:authenticated",
    "system:anonymous",
    "system:serviceaccounts",
    "system:masters",
)
OF_A_NAMESPACE = "system:serviceaccounts:"


def judge_manifest(path: str, manifest: Node) -> Iterator[Finding]:
    """Yield what our checks refuse in a manifest."""
    kind = text(manifest.get("kind"))
    spec = manifest.get("spec")
    if kind in BINDINGS:
        yield from _binding(path, kind, manifest)
    elif kind == "Secret":
        yield from _secret(path, manifest)
    elif kind == "Service" and spec is not None:
        yield from _service(path, manifest, spec)
    elif kind == "NetworkPolicy" and spec is not None:
        yield from _network(path, spec)
    yield from _below(path, manifest)


def _binding(path: str, kind: str, manifest: Node) -> Iterator[Finding]:
    role = manifest.get("roleRef")
    name = role.get("name") if role else None
    refused = POWERFUL if kind == "ClusterRoleBinding" else ALL_POWERFUL
    if name is not None and text(name) in refused:
        yield own_finding("CKV_MLP_16", path, name.at, f"it binds {text(name)}")
    subjects = manifest.get("subjects")
    for subject in (subjects.items or ()) if subjects else ():
        who = subject.get("name")
        is_all = text(who) in EVERYBODY or (
            kind == "ClusterRoleBinding" and text(who).startswith(OF_A_NAMESPACE)
        )
        if who is not None and is_all and text(subject.get("kind")) != "ServiceAccount":
            yield own_finding("CKV_MLP_16", path, who.at, f"{text(who)} gets the role")


def _secret(path: str, manifest: Node) -> Iterator[Finding]:
    for key in ("data", "stringData"):
        values = manifest.get(key)
        for name, value in values.values() if values else ():
            if text(value):
                message = f"the value of {name[:40]} stands here, and base64 hides nothing"
                yield own_finding("CKV_MLP_18", path, value.at, message)


def _service(path: str, manifest: Node, spec: Node) -> Iterator[Finding]:
    type_, outside = spec.get("type"), spec.get("externalIPs")
    if type_ is not None and text(type_) == "ExternalName":
        yield own_finding(
            "CKV_MLP_19", path, type_.at, "a Service that stands for a name outside the cluster"
        )
    if outside is not None and outside.list():
        yield own_finding(
            "CKV_MLP_19", path, outside.at, "a Service that takes the requests to addresses outside"
        )
    if type_ is not None and text(type_) == "LoadBalancer" and not _is_internal(manifest, spec):
        yield own_finding("CKV_MLP_19", path, type_.at, "a load balancer that takes requests from everybody")


def _is_internal(manifest: Node, spec: Node) -> bool:
    metadata = manifest.get("metadata")
    annotations = metadata.get("annotations") if metadata else None
    for name, value in annotations.values() if annotations else ():
        if "load-balancer" in name and (
            text(value).lower() == "internal" or (name.endswith("internal") and text(value).lower() == "true")
        ):
            return True
    ranges = spec.get("loadBalancerSourceRanges")
    listed = [text(item) for item in ranges.list()] if ranges else []
    return bool(listed) and not any(is_everybody(item) for item in listed)


def _network(path: str, spec: Node) -> Iterator[Finding]:
    rules = spec.get("ingress")
    for rule in (rules.items or ()) if rules else ():
        senders, ports = rule.get("from"), rule.get("ports")
        listed = (senders.items or ()) if senders else ()
        if not (ports and ports.items) and (not listed or any(_lets_all_in(sender) for sender in listed)):
            yield own_finding(
                "CKV_MLP_19", path, rule.at, "an ingress rule that lets in everybody, to every port"
            )


def _lets_all_in(sender: Node) -> bool:
    block = sender.get("ipBlock")
    return is_everybody(text(block.get("cidr")) if block else "") or not sender.keys()


def _below(path: str, node: Node) -> Iterator[Finding]:
    """Volumes and containers, however deep: in a pod, a template, a job of a CronJob, a volume of its own."""
    for key, value in node.values():
        if key == "hostPath" and value.entries is not None:
            yield own_finding(
                "CKV_MLP_17", path, value.at, f"it mounts {text(value.get('path'))[:60] or 'a folder'}"
            )
        if key in ("containers", "initContainers", "ephemeralContainers"):
            for container in value.items or ():
                yield from _commands(path, container)
        yield from _below(path, value)
    for item in node.items or ():
        yield from _below(path, item)


def _commands(path: str, container: Node) -> Iterator[Finding]:
    for key in ("command", "args"):
        words = container.get(key)
        if words is not None and (what := runs_download("\n".join(text(word) for word in words.list()))):
            yield own_finding("CKV_MLP_21", path, words.at, what[:80])

"""The rules of our own checks of Terraform, Kubernetes manifests and Dockerfiles, beside those of the catalogue."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(
    Rule,
    severity=Severity.ERROR,
    soc2=("CC6.1", "CC7.1", "CC8.1"),
    is_waivable=True,
    where="tools/mlplatform/providers/scan/checks/",
)

INFRASTRUCTURE = (
    _rule(
        "CKV_MLP_13",
        "Terraform is of what a check knows",
        "A type of resource, a provider, a data source or a block that no check is about can hold what would be "
        "refused elsewhere: a public bucket of another provider, a pod inside a text, a stack in another language. "
        "Known are the providers of HashiCorp for AWS, Azure, Google and Kubernetes with the types that Checkov or a "
        "policy in policies/checkov/ judges, and those that only compute something. The state is kept by s3, gcs, "
        "azurerm or local.",
        fix="use a type that is judged, add a policy about it to policies/checkov/, or ask for a waiver that says who "
        "looked at it",
        passes='resource "aws_s3_bucket" "data" {…}',
        fails='resource "awscc_s3_bucket" "data" {…}',
    ),
    _rule(
        "CKV_MLP_14",
        "Terraform runs no programs",
        "A provisioner, a data source `external` and their like run commands with the rights of whoever plans or "
        "applies.",
        fix="make it a resource, or a step of a workflow; a cluster's credentials come from `aws eks get-token`",
        passes='resource "terraform_data" "marker" { input = "v1" }',
        fails='provisioner "local-exec" { command = "…" }',
    ),
    _rule(
        "CKV_MLP_15",
        "Nothing but HTTP and HTTPS is open to everybody",
        "A registry, a database or a model server that the whole internet reaches is found within minutes. A range "
        "that holds most of the addresses counts as everybody.",
        fix="name the addresses that need it, or a security group; only ports 80 and 443 may be open to everybody",
        passes='from_port = 443, to_port = 443, cidr_ipv4 = "0.0.0.0/0"',
        fails='from_port = 5000, to_port = 5432, cidr_ipv4 = "0.0.0.0/0"',
    ),
    _rule(
        "CKV_MLP_16",
        "Rights in a cluster go to somebody",
        "Whoever is bound to cluster-admin owns the cluster. A group like system:authenticated or "
        "system:serviceaccounts is everybody who gets in, and every program that runs there.",
        fix="bind a role with the rights that are needed, to the service account that needs them",
        passes="kind: RoleBinding with a Role of its own and a ServiceAccount as its subject",
        fails="roleRef: {kind: ClusterRole, name: cluster-admin}",
    ),
    _rule(
        "CKV_MLP_17",
        "No pod mounts a folder of its machine",
        "What is on the machine belongs to every pod there, and often leads to the rights of the machine itself.",
        fix="use a persistent volume claim, an emptyDir or a ConfigMap",
        passes="volumes: [{name: cache, emptyDir: {}}]",
        fails="volumes: [{name: host, hostPath: {path: /}}]",
    ),
    _rule(
        "CKV_MLP_18",
        "Secrets are not in the repository",
        "base64 hides nothing: whoever reads the repository, or its history, has the secret.",
        fix="take the value out and revoke it, and have it brought from a secret store (External Secrets, CSI driver)",
        passes="kind: Secret without values, or a reference to a secret store",
        fails="kind: Secret with data: {password: …}",
    ),
    _rule(
        "CKV_MLP_19",
        "A cluster is entered where it is meant to be",
        "A network policy that lets in everybody, a load balancer without a range of addresses, and a Service that "
        "stands for something outside lead around what is reviewed at the gateway.",
        fix="name who may come: podSelector, namespaceSelector, loadBalancerSourceRanges, or an internal load balancer",
        passes="ingress: [{from: [{podSelector: {matchLabels: {app: gateway}}}]}]",
        fails="ingress: [{}]",
    ),
    _rule(
        "CKV_MLP_20",
        "An image does not end as root",
        "What breaks out of a container has the rights of its user. `USER 0`, `0:0` and a variable that nothing gives "
        "are root as well.",
        fix="end the last stage with USER and a name or number that is not root's",
        passes="USER 10001:10001",
        fails="USER 0:0",
    ),
    _rule(
        "CKV_MLP_21",
        "No download is run unseen",
        "Whoever holds the address, or the way to it, decides what runs: in a workflow, an image, a container, a hook, "
        "or when a machine starts. It may be something else tomorrow, and for each machine.",
        fix="save it, compare it with a checksum that stands in the repository (sha256sum --check), then run it; or "
        "install a locked package",
        passes="curl -fsSLo install.sh … && echo '0f3c… install.sh' | sha256sum --check && sh install.sh",
        fails="curl -fsSL … | sh",
    ),
)

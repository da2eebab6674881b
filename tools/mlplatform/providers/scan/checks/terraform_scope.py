"""CKV_MLP_13 and 14: Terraform holds nothing that no check knows, and runs no programs."""

from collections.abc import Container, Iterator, Mapping
from typing import Any

from mlplatform.providers.scan.checks.blocks import Block, Failure, texts, values
from mlplatform.providers.scan.words import words_of

TOP_LEVEL = words_of(
    "terraform variable locals output resource data module provider moved import check removed"
)
# Each from registry.terraform.io/hashicorp; those that only compute something, and those that checks know.
PROVIDERS = words_of(
    "archive aws azuread azurerm cloudinit google google-beta kubernetes null random terraform time tls"
)
REGISTRIES = ("", "registry.terraform.io/")
BACKENDS = words_of("azurerm gcs local s3")
# What starts nothing and holds nothing that anybody could read; Checkov has no check for these.
HARMLESS = words_of(
    "null_resource random_id random_integer random_password random_pet random_shuffle random_string random_uuid "
    "terraform_data time_offset time_rotating time_sleep time_static kubernetes_annotations "
    "kubernetes_horizontal_pod_autoscaler kubernetes_horizontal_pod_autoscaler_v1 "
    "kubernetes_horizontal_pod_autoscaler_v2 "
    "kubernetes_labels kubernetes_limit_range kubernetes_limit_range_v1 kubernetes_namespace kubernetes_namespace_v1 "
    "kubernetes_network_policy kubernetes_network_policy_v1 kubernetes_persistent_volume_claim "
    "kubernetes_persistent_volume_claim_v1 kubernetes_pod_disruption_budget kubernetes_pod_disruption_budget_v1 "
    "kubernetes_priority_class kubernetes_priority_class_v1 kubernetes_resource_quota kubernetes_resource_quota_v1 "
    "kubernetes_storage_class kubernetes_storage_class_v1"
)
# Known to a check of Checkov's that asks for tags or the like, while what they make is written in another language.
MAKES_OTHERS = words_of(
    "aws_cloudformation_stack aws_cloudformation_stack_set aws_cloudformation_stack_set_instance "
    "aws_cloudformation_stack_instances "
    "aws_cloudformation_type aws_cloudcontrolapi_resource aws_serverlessapplicationrepository_cloudformation_stack "
    "aws_servicecatalog_product aws_servicecatalog_provisioned_product aws_servicecatalog_provisioning_artifact "
    "aws_proton_environment_template aws_proton_service_template aws_proton_environment "
    "azurerm_template_deployment azurerm_resource_group_template_deployment azurerm_subscription_template_deployment "
    "azurerm_management_group_template_deployment azurerm_tenant_template_deployment "
    "google_deployment_manager_deployment google_infra_manager_deployment kubernetes_manifest"
)
RUNS_PROGRAMS = words_of(
    "aws_lambda_invocation aws_ssm_association aws_ssm_document aws_ssm_maintenance_window_task "
    "aws_imagebuilder_component "
    "azurerm_virtual_machine_extension azurerm_virtual_machine_run_command "
    "azurerm_resource_deployment_script_azure_cli "
    "azurerm_resource_deployment_script_azure_power_shell azurerm_virtual_machine_scale_set_extension"
)
# Data sources that read what a cloud or a cluster holds.
READS = ("aws_", "azuread_", "azurerm_", "google_", "kubernetes_")
READS_TOO = words_of("archive_file cloudinit_config template_file tls_certificate")
TOKEN = ["eks", "get-token"]


def out_of_scope(path: str, content: Mapping[str, Any], known: Container[str]) -> Iterator[Failure]:
    """Yield what in a parsed file no check judges; `known` are the types of resources that some check is about."""
    for keyword, entries in content.items():
        if keyword.startswith("__"):
            continue
        if keyword not in TOP_LEVEL:
            yield _failure("CKV_MLP_13", path, (keyword, ""), entries, f"no check knows a block `{keyword}`")
    for entry in _maps(content.get("terraform")):
        yield from _settings(path, entry)
    for name, body in _labelled(content.get("provider")):
        yield from _provider(path, name, body)
    for type_, name, body in _twice_labelled(content.get("resource")):
        yield from _resource(path, (type_, name), body, known)
    nested = [body for _, body in _labelled(content.get("check"))]
    for part in (content, *nested):
        for type_, name, body in _twice_labelled(part.get("data")):
            yield from _data(path, (f"data.{type_}", name), type_, body)
    for entry in _maps(content.get("removed")):
        yield from _provisioners(path, ("removed", ""), entry)


def _settings(path: str, entry: Mapping[str, Any]) -> Iterator[Failure]:
    for required in _maps(entry.get("required_providers")):
        for name, wanted in required.items():
            for source in [wanted] if isinstance(wanted, str) else values(wanted):
                written = (
                    source.get("source", f"hashicorp/{name}")
                    if isinstance(source, Mapping)
                    else f"hashicorp/{name}"
                )
                if not _is_known_source(name, texts(written)):
                    message = f"no check knows the provider {' '.join(texts(written))[:60]} as {name[:40]}"
                    yield _failure("CKV_MLP_13", path, ("terraform", name), entry, message, "source")
    for backend, _ in _labelled(entry.get("backend")):
        if backend not in BACKENDS:
            message = f"the state, with every secret in it, would be kept by the backend {backend[:40]}"
            yield _failure("CKV_MLP_13", path, ("terraform", "backend"), entry, message, "backend")
    if "cloud" in entry:
        message = "the state would be kept outside, by `cloud`"
        yield _failure("CKV_MLP_13", path, ("terraform", "cloud"), entry, message, "cloud")


def _is_known_source(name: str, sources: list[str]) -> bool:
    return name in PROVIDERS and sources in [[f"{registry}hashicorp/{name}"] for registry in REGISTRIES]


def _provider(path: str, name: str, body: Mapping[str, Any]) -> Iterator[Failure]:
    if name not in PROVIDERS:
        yield _failure(
            "CKV_MLP_13", path, ("provider", name), body, f"no check knows the provider {name[:40]}"
        )
    if "endpoints" in body:
        message = "requests, and the credentials that sign them, would go to endpoints of its own"
        yield _failure("CKV_MLP_13", path, ("provider", name), body, message, "endpoints")
    for program in values(body.get("exec")):
        command = texts(program.get("command")) if isinstance(program, Mapping) else []
        arguments = texts(program.get("args")) if isinstance(program, Mapping) else []
        if command != ["aws"] or not _gets_token(arguments):
            message = "the provider runs a program for its credentials that is not `aws eks get-token`"
            yield _failure("CKV_MLP_14", path, ("provider", name), body, message, "exec")


def _gets_token(arguments: list[str]) -> bool:
    return any(arguments[start : start + 2] == TOKEN for start in range(len(arguments)))


def _resource(
    path: str, address: tuple[str, str], body: Mapping[str, Any], known: Container[str]
) -> Iterator[Failure]:
    type_ = address[0]
    provider = type_.partition("_")[0]
    if type_ in RUNS_PROGRAMS:
        yield _failure("CKV_MLP_14", path, address, body, "it runs a program, which nothing here judges")
    elif type_ in MAKES_OTHERS:
        message = "what it makes is written in another language, which nothing here judges"
        yield _failure("CKV_MLP_13", path, address, body, message)
    elif provider not in PROVIDERS or not (type_ in HARMLESS or type_ in known):
        yield _failure("CKV_MLP_13", path, address, body, "no check knows this type of resource")
    yield from _provisioners(path, address, body)


def _data(path: str, address: tuple[str, str], type_: str, body: Mapping[str, Any]) -> Iterator[Failure]:
    if type_ in RUNS_PROGRAMS or type_ == "external":
        yield _failure("CKV_MLP_14", path, address, body, "it runs a program whenever somebody plans")
    elif not (type_.startswith(READS) or type_ in READS_TOO) or type_ in MAKES_OTHERS:
        yield _failure("CKV_MLP_13", path, address, body, "no check knows this data source")


def _provisioners(path: str, address: tuple[str, str], body: Mapping[str, Any]) -> Iterator[Failure]:
    for name, _ in _labelled(body.get("provisioner")):
        message = f"the provisioner {name[:40]} runs commands where Terraform is applied"
        yield _failure("CKV_MLP_14", path, address, body, message, "provisioner")


def _failure(
    check: str, path: str, address: tuple[str, str], at: Any, message: str, attribute: str = ""
) -> Failure:
    lines = next((part for part in _maps(at) if "__start_line__" in part), {})
    return Failure(check, Block(path, "block", address[0], address[1], dict(lines)), message, attribute)


def _maps(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list, or a mapping alone."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, Mapping)]


def _labelled(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The blocks with one label: that label, and the body."""
    for entry in _maps(value):
        for label, body in entry.items():
            if not label.startswith("__"):
                yield label, body if isinstance(body, Mapping) else {}


def _twice_labelled(value: Any) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for label, named in _labelled(value):
        for name, body in _labelled(named):
            yield label, name, body

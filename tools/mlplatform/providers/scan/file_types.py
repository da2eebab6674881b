"""The type of a file by its path: which framework judges it, or why none does."""

import re
from enum import StrEnum

from mlplatform.providers.scan.checks.other_automation import system_of


class Sort(StrEnum):
    """The treatment of a file; the first four are judged by the framework of that name."""

    TERRAFORM = "terraform"
    KUBERNETES = "kubernetes"
    WORKFLOW = "github_actions"
    DOCKERFILE = "dockerfile"
    ACTION = "action"  # judged by our own checks, and for secrets
    SCRIPT = "script"  # beside an action, or what make and CI run: judged for secrets and downloads
    DATA = "data"  # may hold a manifest; what says apiVersion and kind is one
    TEMPLATE = "template"  # may be what a manifest is made of; what reads like infrastructure is refused
    POLICY = "policy"  # the organisation's own Checkov policies
    CONFIGURATION = "configuration"  # could configure Checkov
    HOOKS = "hooks"  # of pre-commit: judged by our own checks
    OTHER_SYSTEM = "other system"  # another program than GitHub or pre-commit would run it
    UNJUDGED = "unjudged"  # infrastructure that no framework of ours judges
    NONE = "none"


# Documents, policies and code have judges of their own.
DOCUMENTS = ("tenants/", "models/", "environments/", "policies/")
OURS = (*DOCUMENTS, "tests/", "examples/", "docs/", "bench/")
CODE = (*OURS, "tools/")
ACTIONS = ".github/actions/"
POLICIES = "policies/checkov/"
HOOKS = ".pre-commit-config.yaml"
# What `make` and CI run.
COMMANDS = re.compile(r"(?:(?:^|/)(?:GNU)?[Mm]akefile|\.mk|\.(?:ba|z|k)?sh|^\.ci/[^.]+)$")
INFRASTRUCTURE = "infrastructure/"
# A link or submodule in the place of these would bring files that nothing judges.
FOLDERS = ("infrastructure", ".github")

CONFIGURES = re.compile(
    r"(?:^|/)(?:\.?checkov[^/]*\.ya?ml|\.checkov[^/]*|\.bcignore|\.bridgecrew[^/]*|\.prismacloud[^/]*|\.external_modules"
    r"|\.terraform|\.terragrunt-cache|github_conf|gitlab_conf)(?:/|$)",
    re.IGNORECASE,
)
TERRAFORM = re.compile(r"(?:\.tf|\.tfvars|\.terraform\.lock\.hcl)$")
OVERRIDE = re.compile(r"(?:^|/|_)override\.tf$")
OTHER_TERRAFORM = re.compile(
    r"\.(?:tf|tfvars|hcl|tofu|tfstate|tfplan|tfquery)(?:\.(?:json|hcl|backup))?$|\.terraformrc$",
    re.IGNORECASE,
)
DOCKERFILE = re.compile(r"(?:^|/)(?:[^/]+\.)?[Dd]ockerfile(?:\.[^/]+)?$")
OTHER_DOCKERFILE = re.compile(
    r"(?:^|/)(?:[^/]*[._-])?(?:dockerfile|containerfile)(?:[._-][^/]*)?(?<!\.py)(?<!\.go)$", re.IGNORECASE
)
NOT_DOCKERFILE = re.compile(r"\.(?:dockerignore|containerignore|md)$", re.IGNORECASE)
COMPOSE = re.compile(r"(?:^|/)(?:docker-)?compose[^/]*\.ya?ml$", re.IGNORECASE)
CHART = re.compile(
    r"(?:^|/)(?:kustomization(?:\.ya?ml)?|chart\.ya?ml|helmfile[^/]*\.ya?ml|[^/]+\.tpl)$", re.IGNORECASE
)
OTHER_LANGUAGE = re.compile(r"\.(?:bicep|bicepparam|nomad|jsonnet|libsonnet|cue|dhall)$", re.IGNORECASE)
TEMPLATE = re.compile(
    r"\.(?:j2|jinja2?|tmpl|template|gotmpl|erb|mustache|hbs|ytt)$|\.(?:ya?ml|json|tf)\.[^/]+$",
    re.IGNORECASE,
)
# What may lie below infrastructure/ and is infrastructure to no program.
BESIDE = re.compile(
    r"(?:\.(?:md|png|svg|jpe?g|gif|pdf|drawio|mmd|puml)|(?:^|/)(?:LICENSE|NOTICE|CODEOWNERS|\.gitignore|\.dockerignore|\.gitkeep))$"
)
WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml$")
ACTION = re.compile(r"(?:^|/)action\.ya?ml$")
YAML = re.compile(r"\.ya?ml$", re.IGNORECASE)
DATA = re.compile(r"\.(?:ya?ml|json)$", re.IGNORECASE)

PICKLE = re.compile(r"\.pkl$", re.IGNORECASE)

REASONS = (
    (
        PICKLE,
        "this is a pickled model, or written in Pkl, and nothing here judges either",
        "delete it: a model is logged by a training run and registered with `platform register`, not committed",
    ),
    (
        OVERRIDE,
        "Terraform merges this file into others, which Checkov does not",
        "write the values where they belong",
    ),
    (
        OTHER_TERRAFORM,
        "Checkov judges no such Terraform file",
        "write resources as .tf and values as .tfvars",
    ),
    (COMPOSE, "Checkov judges no Compose files", "write Kubernetes manifests, or delete it"),
    (
        CHART,
        "Helm and Kustomize are not run here, so what it makes is not judged",
        "commit the manifests it makes",
    ),
    (
        OTHER_DOCKERFILE,
        "Checkov does not take this name for a Dockerfile",
        "name it Dockerfile or NAME.dockerfile",
    ),
    (
        OTHER_LANGUAGE,
        "nothing here judges what is written in this language",
        "write Terraform or Kubernetes manifests",
    ),
)
ASTRAY = (
    "below infrastructure/ lies what Checkov judges, and documentation: this is neither",
    "write .tf, Kubernetes manifests as .yaml, or a Dockerfile; what is none of these belongs elsewhere",
)


def sort_of(path: str) -> Sort:
    """Return the type of a file."""
    if CONFIGURES.search(path):
        return Sort.CONFIGURATION
    if path.startswith(POLICIES):
        return _policy(path)
    if path == HOOKS:
        return Sort.HOOKS
    if system_of(path) and not path.startswith(OURS):
        return Sort.OTHER_SYSTEM
    if WORKFLOW.fullmatch(path):
        return Sort.WORKFLOW
    if TERRAFORM.search(path) and not OVERRIDE.search(path):
        return Sort.TERRAFORM
    if DOCKERFILE.search(path) and not NOT_DOCKERFILE.search(path):
        return Sort.DOCKERFILE
    if not NOT_DOCKERFILE.search(path) and any(pattern.search(path) for pattern, _, _ in REASONS):
        return Sort.UNJUDGED
    # A workflow may use an action of any folder; where documents and manifests lie, no action is taken for sound.
    if ACTION.search(path) and not path.startswith((*DOCUMENTS, INFRASTRUCTURE)):
        return Sort.ACTION
    if COMMANDS.search(path) and not path.startswith(OURS):
        return Sort.UNJUDGED if _is_below(path, INFRASTRUCTURE) else Sort.SCRIPT
    sort = _data(path)
    if sort is not Sort.NONE:
        return sort
    if _is_below(path, INFRASTRUCTURE) or path.casefold() in FOLDERS:
        return Sort.NONE if BESIDE.search(path) else Sort.UNJUDGED
    if path.startswith(".github/") and (path.startswith(ACTIONS) or not BESIDE.search(path)):
        return Sort.SCRIPT
    return Sort.TEMPLATE if TEMPLATE.search(path) and not path.startswith(CODE) else Sort.NONE


def reason(path: str) -> tuple[str, str]:
    """Why no framework judges an UNJUDGED file, and what to do."""
    return next(((why, fix) for pattern, why, fix in REASONS if pattern.search(path)), ASTRAY)


def _is_below(path: str, folder: str) -> bool:
    """True when a path lies in a folder, however that is capitalised: some file systems do not tell them apart."""
    return path.casefold().startswith(folder)


def _policy(path: str) -> Sort:
    """Checkov would run Python that lies beside its policies: there is none here."""
    if YAML.search(path):
        return Sort.POLICY
    return Sort.NONE if path.endswith(".md") else Sort.CONFIGURATION


def _data(path: str) -> Sort:
    if path.startswith(INFRASTRUCTURE) and YAML.search(path):
        return Sort.KUBERNETES
    if not DATA.search(path) or path.startswith(OURS) or path == "platform.yaml":
        return Sort.NONE
    return Sort.DATA

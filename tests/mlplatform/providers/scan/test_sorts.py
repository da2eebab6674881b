"""What is infrastructure, by its path alone."""

import pytest

from mlplatform.providers.scan import connect_scanner
from mlplatform.providers.scan.sorts import Sort, sort_of

SORTS = {
    Sort.TERRAFORM: (
        "infrastructure/tenant/main.tf",
        "tests/infrastructure/a.tf",
        "infrastructure/terraform.tfvars",
        "infrastructure/production.auto.tfvars",
        "infrastructure/.terraform.lock.hcl",
    ),
    Sort.KUBERNETES: ("infrastructure/gateway/deployment.yaml", "infrastructure/deep/er/a.yml"),
    Sort.WORKFLOW: (".github/workflows/check.yml", ".github/workflows/apply.yaml"),
    Sort.ACTION: (".github/actions/set-up/action.yml", "action.yaml", ".github/actions/set-up/index.js"),
    Sort.DOCKERFILE: (
        "Dockerfile",
        "tools/serving/Dockerfile.gpu",
        "a/serving.dockerfile",
        "a/dockerfile",
        ".github/actions/a/Dockerfile",
    ),
    Sort.DATA: ("deploy/gateway.yaml", ".github/dependabot.yml", "infrastructure/policy.json"),
    Sort.POLICY: ("policies/checkov/keys.yaml",),
    Sort.CONFIGURATION: (
        ".checkov.yaml",
        "tenants/clinic/.checkov.yml",
        "checkov.yml",
        "infrastructure/.CHECKOV.yaml",
        ".checkov.baseline",
        "a/.checkov/b",
        ".bcignore",
        "infrastructure/.terraform/modules/modules.json",
        "infrastructure/.external_modules/a/main.tf",
        "policies/checkov/check.py",
        "policies/checkov/keys.json",
        "github_conf/branch.json",
    ),
    Sort.UNJUDGED: (
        "infrastructure/main.tf.json",
        "infrastructure/production.tfvars",
        "infrastructure/main.tofu",
        "infrastructure/main_override.tf",
        "infrastructure/override.tf",
        "infrastructure/MAIN.TF",
        "infrastructure/terraform.tfstate",
        "infrastructure/terragrunt.hcl",
        "docker-compose.yml",
        "a/compose.override.yaml",
        "infrastructure/kustomization.yaml",
        "infrastructure/chart/Chart.yaml",
        "infrastructure/chart/templates/_helpers.tpl",
        "Containerfile",
        "DOCKERFILE",
    ),
    Sort.NONE: (
        "platform.yaml",
        "tenants/clinic/tenant.yaml",
        "models/clinic/tumour.yaml",
        "environments/production/clinic/tumour.yaml",
        "policies/waivers/a.yaml",
        "policies/checkov/README.md",
        "examples/data/postal/digits.csv",
        "tools/mlplatform/providers/scan/checkov.py",
        "Dockerfile.md",
        ".dockerignore",
        "Makefile",
        "infrastructure/README.md",
    ),
}


@pytest.mark.parametrize(("sort", "path"), [(sort, path) for sort, paths in SORTS.items() for path in paths])
def test_a_path_says_what_is_done_with_the_file(sort: Sort, path: str) -> None:
    assert sort_of(path) is sort
    assert connect_scanner().is_infrastructure(path) == (sort is not Sort.NONE)

"""Kubernetes, workflows, Dockerfiles and the rest: judged, or said not to be."""

from collections.abc import Mapping

import pytest

from mlplatform.core.finding import Finding
from tests.mlplatform.providers.scan.cases import ACCESS_KEY, PASSED_OVER, POLICIES

Findings = Mapping[str, list[Finding]]

CLEAN = (
    "infrastructure/k8s/good.yaml",
    "infrastructure/k8s/two.yaml",
    "infrastructure/k8s/good.json",
    "infrastructure/k8s/values.json",
    "deploy/else.yaml",
    ".github/workflows/good.yml",
    ".github/workflows/newer.yml",
    "images/good/Dockerfile",
    ".github/actions/a/action.yml",
    "ci/set-up/action.yml",
    "deploy/letter.tmpl",
    "infrastructure/policy.json",
)
JUDGED = {
    "infrastructure/k8s/pod.yaml": "CKV_K8S_16",
    "infrastructure/k8s/list.yaml": "CKV_K8S_16",
    "infrastructure/.hidden/node_modules/pod.yaml": "CKV_K8S_16",
    "deploy/pod.yaml": "CKV_K8S_16",
    "deploy/pod.json": "CKV_K8S_16",
    "infrastructure/k8s/served.yaml": "CKV_MLP_11",
    ".github/workflows/curl.yml": "CKV_GHA_3",
    ".github/workflows/write-all.yml": "CKV2_GHA_1",
    "images/superuser/Dockerfile": "CKV_DOCKER_7",
    ".github/actions/b/action.yml": "zizmor-unpinned-uses",
    "action.yml": "zizmor-unpinned-uses",
    "tools/set-up/action.yml": "zizmor-unpinned-images",
    "deploy/action.yaml": "CKV_K8S_16",
    ".github/actions/c/index.js": "CKV_SECRET_2",
    ".github/actions/e/run.sh": "CKV_SECRET_2",
    **{f".github/actions/{name}": "CKV_SECRET_2" for name in PASSED_OVER},
}
SKIPPED = {
    "infrastructure/k8s/skip.yaml": ("CKV_K8S_16", [7]),
    "images/skip/Dockerfile": ("CKV_DOCKER_7", [1, 3]),
    ".github/actions/d/index.js": ("CKV_SECRET_2", [1]),
}
NOT_JUDGED = {
    "infrastructure/k8s/broken.yaml": "it is not YAML",
    "infrastructure/k8s/half.yaml": "this is not a Kubernetes manifest",
    "infrastructure/k8s/name.yaml": "Checkov left out the file, or part of it",
    "deploy/escaped.yaml": "Checkov left out the file, or part of it",
    "deploy/escaped-anchor.yaml": "an anchor or alias",
    "infrastructure/k8s/helm.yaml": "a template, not a manifest",
    "infrastructure/k8s/alias.yaml": "an anchor or alias",
    "infrastructure/k8s/twice.yaml": "the key spec is written twice",
    "infrastructure/k8s/tag.yaml": "a YAML tag",
    "infrastructure/k8s/deep.yaml": "it is too deep or too large",
    "infrastructure/k8s/notes.yaml": "this is not a Kubernetes manifest",
    ".github/workflows/typo.yml": "a job has no `stepps`",
    ".github/workflows/typed.yml": "a workflow has no `jbos`",
    ".github/workflows/list.yml": "a workflow is a mapping",
    ".github/workflows/empty.yml": "it is not one YAML document",
    ".github/workflows/two.yml": "it is not one YAML document",
    "images/here/Dockerfile": "a here-document",
    "images/escape/Dockerfile": "a parser directive",
    "images/typo/Dockerfile": "USSR is not an instruction",
    "images/later/Dockerfile": "an instruction that runs later",
    "images/empty/Dockerfile": "a Dockerfile has a FROM",
    "images/here/Containerfile": "Checkov does not take this name for a Dockerfile",
    "docker-compose.yml": "Checkov judges no Compose files",
    "infrastructure/chart/Chart.yaml": "Helm and Kustomize are not run here",
    "infrastructure/deploy.sh": "below infrastructure/ lies what Checkov judges",
    **{
        f"deploy/{name}": "it reads like infrastructure, under a name"
        for name in ("pod.yaml.j2", "pod.tmpl", "main.tf.tmpl", "image.tmpl")
    },
    "deploy/stack.yaml": "a CloudFormation template",
    "deploy/stack-tagged.yaml": "a CloudFormation template",
    "infrastructure/stack.json": "a CloudFormation template",
    "deploy/empty-stack.json": "a CloudFormation template",
    "deploy/azure.json": "an Azure template",
    ".github/workflows/many.yml": "a workflow of more than 500 jobs and steps",
    "infrastructure/k8s/many.yaml": "more than 500 manifests in one file",
}


@pytest.mark.parametrize("path", CLEAN)
def test_what_is_harmless_passes(findings: Findings, path: str) -> None:
    assert findings[path] == []


@pytest.mark.parametrize("path", JUDGED)
def test_it_is_judged(findings: Findings, path: str) -> None:
    assert JUDGED[path] in {finding.rule for finding in findings[path]}


@pytest.mark.parametrize("path", SKIPPED)
def test_a_skip_comment_is_found_and_the_check_runs_nevertheless(findings: Findings, path: str) -> None:
    rule, lines = SKIPPED[path]
    assert [finding.line for finding in findings[path] if finding.rule == "checkov-skip"] == lines
    assert rule in {finding.rule for finding in findings[path]}


def test_a_skip_that_only_a_parser_sees_is_found_in_the_answer(findings: Findings) -> None:
    found = [
        finding
        for finding in findings["infrastructure/k8s/skip-escaped.yaml"]
        if finding.rule == "checkov-skip"
    ]
    assert [finding.message for finding in found] == [
        "a comment that turns a check off: CKV_K8S_16 is left out"
    ]


@pytest.mark.parametrize("path", NOT_JUDGED)
def test_what_is_not_judged_says_why(findings: Findings, path: str) -> None:
    messages = [finding.message for finding in findings[path] if finding.rule == "checkov-failed"]
    assert any(message.startswith(f"not judged: {NOT_JUDGED[path]}") for message in messages), messages


@pytest.mark.parametrize("path", [".checkov.yaml", "policies/checkov/extra.py"])
def test_a_file_that_could_configure_checkov_is_a_finding(findings: Findings, path: str) -> None:
    assert [finding.rule for finding in findings[path]] == ["checkov-configuration"]


@pytest.mark.parametrize("name", ["again", "ours", "broken", "empty", "lacks", "operator"])
def test_a_policy_that_cannot_be_used_is_a_finding(findings: Findings, name: str) -> None:
    assert [finding.rule for finding in findings[f"policies/checkov/{name}.yaml"]] == ["checkov-failed"]


def test_no_other_policy_and_no_other_file_is_a_finding(findings: Findings) -> None:
    assert set(findings) & set(POLICIES) == {
        f"policies/checkov/{name}.yaml" for name in ("again", "ours", "broken", "empty", "lacks", "operator")
    }
    assert not any(ACCESS_KEY in f"{finding}" for several in findings.values() for finding in several)

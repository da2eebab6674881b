"""`platform new` proposes documents whose schema holds and which say what to change."""

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Model, Tenant
from mlplatform.core.naming import Kind
from mlplatform.propose.new import new
from mlplatform.strict_yaml.parser import parse
from tests.support.scratch import Scratch


@pytest.mark.parametrize(
    ("kind", "name", "path", "hint"),
    [
        (Kind.TENANT, "reading", "tenants/reading/tenant.yaml", "../../policies/schemas/tenant.schema.json"),
        (
            Kind.DATASET,
            "clinic/scans",
            "tenants/clinic/datasets/scans.yaml",
            "../../../policies/schemas/dataset",
        ),
        (
            Kind.MODEL,
            "clinic/triage",
            "models/clinic/triage.yaml",
            "../../policies/schemas/model.schema.json",
        ),
    ],
)
def test_a_new_document_holds_its_schema_and_marks_what_to_change(
    repo: Scratch, kind: Kind, name: str, path: str, hint: str
) -> None:
    proposal = new(repo.git, repo.head(), kind=kind, name=name)
    content = proposal.files[path]
    assert content is not None
    said = parse(path, content)
    assert said.data is not None, said.findings
    kind.entry.body.model_validate(dict(said.data))
    assert content.decode().startswith(f"# yaml-language-server: $schema={hint}")
    assert "# CHANGE" in content.decode()
    assert proposal.branch == f"new/{kind.value}/{name.replace('/', '.')}"


def test_a_new_model_is_trained_on_a_data_set_of_its_tenant(repo: Scratch) -> None:
    base = repo.commit({"tenants/clinic/datasets/biopsies.yaml": "schema: dataset/v1\n"})
    proposal = new(repo.git, base, kind=Kind.MODEL, name="clinic/triage")
    text = (proposal.files["models/clinic/triage.yaml"] or b"").decode()
    assert "data: {datasets: [clinic/biopsies]}" in text
    assert "features" not in text


def test_a_new_model_shows_a_validation_that_its_schema_takes(repo: Scratch) -> None:
    path = "models/clinic/triage.yaml"
    text = (new(repo.git, repo.head(), kind=Kind.MODEL, name="clinic/triage").files[path] or b"").decode()
    at = text.index("# validation:")
    shown = text[:at] + "".join(line.removeprefix("# ") for line in text[at:].splitlines(keepends=True))
    data = parse(path, shown.encode()).data
    assert data is not None
    body = Kind.MODEL.entry.body.model_validate(dict(data))
    assert isinstance(body, Model)
    assert body.validation


def new_tenant(repo: Scratch, base: str) -> tuple[Tenant, str]:
    content = new(repo.git, base, kind=Kind.TENANT, name="reading").files["tenants/reading/tenant.yaml"]
    data = parse("tenants/reading/tenant.yaml", content or b"").data
    assert data is not None
    return Tenant.model_validate(dict(data)), (content or b"").decode()


def test_a_new_tenant_may_deploy_to_every_environment_within_its_budget(repo: Scratch) -> None:
    prices = "schema: platform/v1\nprices: {gpuHourUSD: 1.20, cpuHourUSD: 0.04, memoryGiBHourUSD: 0.005}\n"
    body, text = new_tenant(repo, repo.commit({"platform.yaml": prices}))
    assert list(body.quotas) == ["development", "integration", "production"]
    assert all(quota.cpu >= 1 and quota.endpoints >= 1 for quota in body.quotas.values())
    assert "1 CPU and 1 GiB cost 32.85 a month" in text
    assert body.budget.monthlyUSD >= 3 * 32.85


def test_a_new_tenant_of_a_platform_without_prices_has_a_budget_too(repo: Scratch) -> None:
    body, text = new_tenant(repo, repo.commit({"platform.yaml": "schema: platform/v1\n"}))
    assert body.budget.monthlyUSD > 0
    assert "names no prices" in text


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        (Kind.TENANT, "clinic", "the tenant clinic is there already"),
        (Kind.MODEL, "clinic/tumour", "the model clinic/tumour is there already"),
        (Kind.MODEL, "postal/digits", "there is no tenant postal"),
        (Kind.TENANT, "Clinic", "no tenant can be named 'Clinic'"),
        (Kind.TENANT, "clinic/tumour", "no tenant can be named"),
        (Kind.DATASET, "scans", "no dataset can be named 'scans'"),
    ],
)
def test_a_document_that_cannot_be_new_is_refused(repo: Scratch, kind: Kind, name: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        new(repo.git, repo.head(), kind=kind, name=name)
    assert said in refused.value.message

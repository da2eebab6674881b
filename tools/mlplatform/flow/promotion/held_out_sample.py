"""Finds the file of a model's held-out sample in a commit, and whether the tenant may send it."""

from mlplatform.core.document import Document
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Dataset, Model
from mlplatform.core.kinds.model import Validation
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.repository import Repository
from mlplatform.core.sensitivity import covers, sensitivity
from mlplatform.flow.workspace import Workspace
from mlplatform.load.source import Commit


def validation_and_sample(
    repository: Repository, name: str, model: Model
) -> tuple[Validation, Document[Dataset]]:
    """Return what a model is validated with and its data set; Refusal when there is none that it may be sent."""
    validation = model.validation
    if validation is None:
        raise Refusal(
            f"{name} names no held-out sample",
            fix="add validation: {dataset: …, target: …, inputs: […], task: …}",
            where=f"{repository.models[name].path}:1:1",
        )
    if validation.dataset not in repository.datasets:
        line, column = repository.models[name].position(("validation", "dataset"))
        raise Refusal(
            f"there is no data set {validation.dataset}",
            fix="correct validation.dataset",
            where=f"{repository.models[name].path}:{line}:{column}",
        )
    tenant, dataset = name.split("/")[0], repository.datasets[validation.dataset]
    clearance = repository.tenants[tenant].body.clearance if tenant in repository.tenants else "public"
    if not covers(clearance, sensitivity(dataset.body)):
        line, column = dataset.position(("classification",))
        raise Refusal(
            f"{validation.dataset} is {sensitivity(dataset.body)} data and tenant {tenant} is cleared for {clearance}",
            fix="validate with less sensitive data",
            where=f"{dataset.path}:{line}:{column}",
        )
    return validation, dataset


def sample_file(workspace: Workspace, repository: Repository, dataset: Document[Dataset]) -> bytes:
    """Return the sample's file from the commit; Refusal when its digest is not the reviewed one."""
    location = dataset.body.location
    data = Commit(workspace.git, str(repository.commit)).read([location]).get(location)
    if data is None:
        line, column = dataset.position(("location",))
        raise Refusal(
            f"{location} is not a file of this repository: a sample is a CSV file in examples/data",
            fix="name another data set in validation",
            where=f"{dataset.path}:{line}:{column}",
        )
    if digest_of_bytes(data) != dataset.body.digest:
        line, column = dataset.position(("digest",))
        raise Refusal(
            f"{location} is not what was reviewed: its digest is {digest_of_bytes(data)}",
            fix="restore the file, or have its digest changed in a reviewed change",
            where=f"{dataset.path}:{line}:{column}",
        )
    return data

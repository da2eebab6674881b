"""Find broken references: one finding for each."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mlplatform.check.broken_reference import broken_reference
from mlplatform.check.document_index import DocumentIndex
from mlplatform.check.promotion_chain import deployment_links, environment_links
from mlplatform.check.validation_sample import validation_links
from mlplatform.core.catalogue import link as catalogue
from mlplatform.core.document import Document
from mlplatform.core.finding import Finding, error
from mlplatform.core.kinds import Dataset, Model
from mlplatform.core.naming import Kind, path_of

SCRIPT_ROOT = "examples/training/"
RULES = (
    "link-platform",
    "link-tenant",
    "link-dataset",
    "link-model",
    "link-environment",
    "link-owner",
    "link-data",
    "link-training",
    "link-validation",
    "link-order",
    "link-registry",
    "link-origin",
    *catalogue.OF_OTHER_KINDS,
)


def broken_references(
    index: DocumentIndex, digests: Mapping[str, str], scripts: Collection[str]
) -> Iterator[Finding]:
    """Yield every broken reference; `digests` holds the digest of each data file in the repository by path, `scripts`
    the paths of the training scripts there are."""
    repository = index.repository
    yield from _platform(index)
    for document in (document for kind in Kind for document in index.documents[kind].values()):
        yield from _missing(index, document)
        yield from _owner(index, document)
    for dataset in repository.datasets.values():
        yield from _data_file(dataset, digests)
    for model in repository.models.values():
        yield from _training(model, scripts)
        yield from validation_links(index, model)
    yield from environment_links(index)
    yield from deployment_links(index)


def _missing(index: DocumentIndex, document: Document[Any]) -> Iterator[Finding]:
    """Yield a finding for each document that this one names, by its path or by a key, and that is not there."""
    for kind, name in document.raw.identity.parents():
        if not index.exists(kind, name):
            yield broken_reference(index, document, (), kind, name)
    for reference in document.raw.identity.kind.entry.refers_to:
        for at, name in reference.names(document.raw.data):
            if not index.exists(Kind(reference.kind), name):
                yield broken_reference(index, document, at, Kind(reference.kind), name)


def _platform(index: DocumentIndex) -> Iterator[Finding]:
    if not index.exists(Kind.PLATFORM, "platform"):
        path = path_of(Kind.PLATFORM, "platform")
        fix = "add it: it names the platform team and the paths only it may change"
        yield error("link-platform", path, "there is no platform.yaml", fix=fix)


def _data_file(dataset: Document[Dataset], digests: Mapping[str, str]) -> Iterator[Finding]:
    """A data set that lies in this repository is there, is the tenant's own, and is what its digest says."""
    location, tenant = dataset.body.location, dataset.raw.identity.tenant
    if "://" in location:
        return
    at = dataset.position(("location",))
    if not location.startswith(f"examples/data/{tenant}/"):
        fix = f"move the file to examples/data/{tenant}/"
        yield error("link-data", dataset.path, f"{location} is not tenant {tenant}'s", fix=fix, at=at)
    elif location not in digests:
        fix = "commit the file, or correct the location"
        yield error("link-data", dataset.path, f"there is no file {location}", fix=fix, at=at)
    elif digests[location] != dataset.body.digest:
        message = f"{location} has the digest {digests[location]}"
        fix = "restore the file, or write its digest if the data was meant to change"
        yield error("link-data", dataset.path, message, fix=fix, at=dataset.position(("digest",)))


def _training(model: Document[Model], scripts: Collection[str]) -> Iterator[Finding]:
    """The script that trains a model is there, and is the tenant's own: a tenant's name holds no underscore."""
    if model.body.training is None:
        return
    script, own = model.body.training.script, f"{SCRIPT_ROOT}{model.raw.identity.tenant}_"
    at = model.position(("training", "script"))
    if not script.startswith(own):
        message = f"{script} is not tenant {model.raw.identity.tenant}'s"
        yield error(
            "link-training", model.path, message, fix=f"let the script's path begin with {own}", at=at
        )
    elif script not in scripts:
        fix = "commit the script, or correct the path"
        yield error("link-training", model.path, f"there is no file {script}", fix=fix, at=at)


def _owner(index: DocumentIndex, document: Document[Any]) -> Iterator[Finding]:
    """Yield a finding when the owner of a tenant's document is none of the tenant's people."""
    tenant = index.repository.tenants.get(document.raw.identity.tenant or "")
    owner = getattr(document.body, "owner", None)
    if tenant is None or owner is None:
        return
    people = {login.casefold() for login in (*tenant.body.owners, *tenant.body.members)}
    if owner.casefold() not in people:
        fix = f"name an owner or member of {tenant.name}, or add {owner} to {tenant.path}"
        message = f"{owner} is neither an owner nor a member of tenant {tenant.name}"
        yield error("link-owner", document.path, message, fix=fix, at=document.position(("owner",)))

"""Whether what documents refer to is there: one finding a broken reference."""

from collections.abc import Collection, Iterator, Mapping

from mlplatform.check.broken_reference import broken_reference
from mlplatform.check.document_index import DocumentIndex
from mlplatform.check.promotion_chain import deployment_links, environment_links
from mlplatform.check.validation_sample import validation_links
from mlplatform.core.document import Document
from mlplatform.core.finding import Finding, error
from mlplatform.core.kinds import Dataset, Model, Tenant
from mlplatform.core.naming import Kind, path_of

SCRIPT_ROOT = "examples/training/"
RULES = (
    "link-platform",
    "link-tenant",
    "link-dataset",
    "link-feature",
    "link-model",
    "link-environment",
    "link-owner",
    "link-data",
    "link-training",
    "link-validation",
    "link-order",
    "link-registry",
    "link-origin",
)


def broken_references(
    known: DocumentIndex, digests: Mapping[str, str], scripts: Collection[str]
) -> Iterator[Finding]:
    """Every broken reference; `digests` holds the digest of each data file in the repository by path, `scripts`
    the paths of the training scripts there are."""
    repository = known.repository
    yield from _platform(known)
    for tenant in repository.tenants.values():
        yield from _tenant(known, tenant)
    for dataset in repository.datasets.values():
        yield from _dataset(known, dataset, digests)
    for model in repository.models.values():
        yield from _model(known, model)
        yield from _training(model, scripts)
        yield from validation_links(known, model)
    yield from environment_links(known)
    yield from deployment_links(known)


def _platform(known: DocumentIndex) -> Iterator[Finding]:
    if not known.exists(Kind.PLATFORM, "platform"):
        path = path_of(Kind.PLATFORM, "platform")
        fix = "add it: it names the platform team and the paths only it may change"
        yield error("link-platform", path, "there is no platform.yaml", fix=fix)


def _tenant(known: DocumentIndex, tenant: Document[Tenant]) -> Iterator[Finding]:
    for name in tenant.body.quotas:
        if not known.exists(Kind.ENVIRONMENT, name):
            yield broken_reference(known, tenant, ("quotas", name), Kind.ENVIRONMENT, name)


def _dataset(
    known: DocumentIndex, dataset: Document[Dataset], digests: Mapping[str, str]
) -> Iterator[Finding]:
    yield from _owner(known, dataset, dataset.body.owner)
    for place, name in enumerate(dataset.body.sharedWith):
        if not known.exists(Kind.TENANT, name):
            yield broken_reference(known, dataset, ("sharedWith", place), Kind.TENANT, name)
    yield from _data_file(dataset, digests)


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
        said = f"{location} has the digest {digests[location]}"
        fix = "restore the file, or write its digest if the data was meant to change"
        yield error("link-data", dataset.path, said, fix=fix, at=dataset.position(("digest",)))


def _model(known: DocumentIndex, model: Document[Model]) -> Iterator[Finding]:
    yield from _owner(known, model, model.body.owner)
    for place, name in enumerate(model.body.data.datasets):
        if not known.exists(Kind.DATASET, name):
            yield broken_reference(known, model, ("data", "datasets", place), Kind.DATASET, name)
    for place, name in enumerate(model.body.data.features):
        at = model.position(("data", "features", place))
        fix = "feature views do not exist yet: remove it, and name the data sets that the model reads"
        yield error("link-feature", model.path, f"there is no feature view {name}", fix=fix, at=at)
    for name in model.body.gates:
        if not known.exists(Kind.ENVIRONMENT, name):
            yield broken_reference(known, model, ("gates", name), Kind.ENVIRONMENT, name)


def _training(model: Document[Model], scripts: Collection[str]) -> Iterator[Finding]:
    """The script that trains a model is there, and is the tenant's own: a tenant's name holds no underscore."""
    if model.body.training is None:
        return
    script, own = model.body.training.script, f"{SCRIPT_ROOT}{model.raw.identity.tenant}_"
    at = model.position(("training", "script"))
    if not script.startswith(own):
        said = f"{script} is not tenant {model.raw.identity.tenant}'s"
        yield error("link-training", model.path, said, fix=f"let the script's path begin with {own}", at=at)
    elif script not in scripts:
        fix = "commit the script, or correct the path"
        yield error("link-training", model.path, f"there is no file {script}", fix=fix, at=at)


def _owner(
    known: DocumentIndex, document: Document[Dataset] | Document[Model], owner: str
) -> Iterator[Finding]:
    """The tenant of a document is there, and its owner is one of the tenant's people."""
    name = document.raw.identity.tenant or ""
    tenant = known.repository.tenants.get(name)
    if not known.exists(Kind.TENANT, name):
        yield broken_reference(known, document, (), Kind.TENANT, name)
    elif tenant and owner.casefold() not in {
        p.casefold() for p in (*tenant.body.owners, *tenant.body.members)
    }:
        fix = f"name an owner or member of {name}, or add {owner} to {tenant.path}"
        said = f"{owner} is neither an owner nor a member of tenant {name}"
        yield error("link-owner", document.path, said, fix=fix, at=document.position(("owner",)))

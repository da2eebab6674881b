"""Find broken references: one finding for each."""

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any

from mlplatform.check.broken_reference import broken_reference
from mlplatform.check.document_index import DocumentIndex
from mlplatform.check.probe_inputs import probe_links
from mlplatform.check.promotion_chain import deployment_links, environment_links
from mlplatform.check.validation_sample import validation_links
from mlplatform.core.document import Document
from mlplatform.core.finding import Finding
from mlplatform.core.kinds import Dataset, Model
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.payload import LFS_POINTER
from mlplatform.core.rule import declare_rule

_rule = partial(declare_rule, __name__, soc2=("CC8.1", "PI1.2"))
LINK_PLATFORM = _rule(
    "link-platform",
    "The repository has a platform.yaml",
    "It names the platform team and the paths that only it may change.",
    fix="add it, or restore it",
    passes="platform.yaml",
    fails="a repository without platform.yaml",
)
LINK_OWNER = _rule(
    "link-owner",
    "The owner is one of the tenant's people",
    "The owner is responsible for the data set or model, so it must be somebody of the tenant.",
    fix="name an owner or member of the tenant",
    passes="owner: ada, with owners: [ada, grace, mary] in tenant.yaml",
    fails="owner: mallory",
    soc2=("CC1.3", "CC6.1"),
)
LINK_DATA = _rule(
    "link-data",
    "Data in this repository exists, is the tenant's own, and has the declared digest",
    "With another digest, a model would be trained on other data than was reviewed.",
    fix="restore the file, or update the digest if the data was meant to change",
    passes="location: examples/data/clinic/biopsies.csv, with the sha256 of that file as digest",
    fails="location: examples/data/postal/digits.csv in a data set of clinic",
)
LINK_TRAINING = _rule(
    "link-training",
    "The training script exists, and is the tenant's own",
    "Whoever changes the script changes the model, so the tenant must review changes of it.",
    fix="name a script examples/training/<tenant>_….py that is committed",
    passes="training: {script: examples/training/clinic_tumour.py} in a model of clinic",
    fails="training: {script: examples/training/postal_digits.py} in a model of clinic",
)

SCRIPT_ROOT = "examples/training/"


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
        yield from probe_links(model)
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
        yield LINK_PLATFORM.error(path, "there is no platform.yaml", fix=fix)


def _data_file(dataset: Document[Dataset], digests: Mapping[str, str]) -> Iterator[Finding]:
    """A data set that lies in this repository is there, is the tenant's own, and is what its digest says."""
    location, tenant = dataset.body.location, dataset.raw.identity.tenant
    if "://" in location:
        return
    at = dataset.position(("location",))
    if not location.startswith(f"examples/data/{tenant}/"):
        fix = f"move the file to examples/data/{tenant}/"
        yield LINK_DATA.error(dataset.path, f"{location} is not tenant {tenant}'s", fix=fix, at=at)
    elif location not in digests:
        fix = "commit the file, or correct the location"
        yield LINK_DATA.error(dataset.path, f"there is no file {location}", fix=fix, at=at)
    elif digests[location] == LFS_POINTER:
        message = f"{location} is a pointer of Git LFS and not the data, so its digest cannot be compared"
        fix = "commit the file itself, without Git LFS, or keep it in a bucket and name that location"
        yield LINK_DATA.error(dataset.path, message, fix=fix, at=dataset.position(("location",)))
    elif digests[location] != dataset.body.digest:
        message = f"{location} has the digest {digests[location]}"
        fix = "restore the file, or write its digest if the data was meant to change"
        yield LINK_DATA.error(dataset.path, message, fix=fix, at=dataset.position(("digest",)))


def _training(model: Document[Model], scripts: Collection[str]) -> Iterator[Finding]:
    """The script that trains a model is there, and is the tenant's own: a tenant's name holds no underscore."""
    if model.body.training is None:
        return
    script, own = model.body.training.script, f"{SCRIPT_ROOT}{model.raw.identity.tenant}_"
    at = model.position(("training", "script"))
    if not script.startswith(own):
        message = f"{script} is not tenant {model.raw.identity.tenant}'s"
        yield LINK_TRAINING.error(model.path, message, fix=f"let the script's path begin with {own}", at=at)
    elif script not in scripts:
        fix = "commit the script, or correct the path"
        yield LINK_TRAINING.error(model.path, f"there is no file {script}", fix=fix, at=at)


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
        yield LINK_OWNER.error(document.path, message, fix=fix, at=document.position(("owner",)))

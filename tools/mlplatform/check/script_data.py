"""Check that scripts and notebooks name no data, and use no script, that is another tenant's."""

from collections.abc import Iterator, Mapping

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document
from mlplatform.core.finding import Finding
from mlplatform.core.kinds import Dataset, Tenant
from mlplatform.core.naming import Kind, printable, tenant_of
from mlplatform.core.rule import declare_rule
from mlplatform.core.scripts import can_use, is_named, mentions, names_in
from mlplatform.core.sensitivity import covers, sensitivity

LINK_SCRIPT = declare_rule(
    __name__,
    "link-script",
    "A script reads data that its tenant may read, and uses no other tenant's script",
    "What a script reads ends up in a model, whatever the model's document says. Whoever may change a script that "
    "another tenant's script uses could change what that one does. The text of scripts and notebooks is searched for "
    "the names and paths of data sets and scripts; what is put together when it runs is not found.",
    fix="read the tenant's own data, or have the owner of the data set share it",
    passes='read("postal/digits") in examples/training/postal_digits.py',
    fails='open("examples/data/clinic/biopsies.csv") in examples/training/postal_digits.py',
    soc2=("CC6.1", "CC6.3"),
)


def script_data(index: DocumentIndex, texts: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the scripts that name what is another tenant's; `texts` are those of scripts and notebooks by path."""
    located = {document.body.location: document for document in index.repository.datasets.values()}
    for path, text in texts.items():
        tenant = index.repository.tenants.get(tenant_of(path))
        if tenant is not None:
            yield from _data(index, located, tenant, path, text)
            yield from _scripts(index, tenant.name, path, text, texts)


def _data(
    index: DocumentIndex,
    located: Mapping[str, Document[Dataset]],
    tenant: Document[Tenant],
    path: str,
    text: str,
) -> Iterator[Finding]:
    named = mentions(text)
    for name in sorted(named.data):
        dataset = located.get(f"examples/data/{name}.csv") or index.repository.datasets.get(name)
        if dataset and (why := _refusal(dataset, tenant)):
            fix = f"read data of {tenant.name}, or have the owner of {dataset.name} share it"
            yield LINK_SCRIPT.error(printable(path), why, fix=fix, at=_place(text, name))
    for other in sorted(named.folders - {tenant.name}):
        if index.exists(Kind.TENANT, other):
            message = (
                f"it names the folder of {other}'s data, which may hold more than {tenant.name} may read"
            )
            fix = "name the data set that it reads"
            yield LINK_SCRIPT.error(printable(path), message, fix=fix, at=_place(text, f"data/{other}/"))


def _refusal(dataset: Document[Dataset], tenant: Document[Tenant]) -> str:
    """Why a tenant may not read a data set; empty when it may."""
    if dataset.raw.identity.tenant == tenant.name:
        return ""
    if tenant.name not in dataset.body.sharedWith:
        return f"{dataset.name} is not shared with tenant {tenant.name}"
    sensitive = sensitivity(dataset.body)
    if not covers(tenant.body.clearance, sensitive):
        return f"{dataset.name} is {sensitive} data and tenant {tenant.name} is cleared for {tenant.body.clearance}"
    return ""


def _scripts(
    index: DocumentIndex, tenant: str, path: str, text: str, texts: Mapping[str, str]
) -> Iterator[Finding]:
    names = names_in(text)
    for other in sorted(texts):
        owner = tenant_of(other)
        is_used = is_named(other, names) and (can_use(path, other) or f"{owner}/" in text)
        if is_used and owner not in ("", tenant) and index.exists(Kind.TENANT, owner):
            name = other.rpartition("/")[2].partition(".")[0]
            message = f"it uses {printable(other)}, which {owner} may change"
            fix = f"copy what it needs to a script of {tenant}"
            yield LINK_SCRIPT.error(printable(path), message, fix=fix, at=_place(text, name))


def _place(text: str, part: str) -> tuple[int, int]:
    """The line and column, from 1, where a part of a text begins."""
    start = max(text.find(part), 0)
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)

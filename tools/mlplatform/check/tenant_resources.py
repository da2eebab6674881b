"""Check that what lies outside this repository belongs to one tenant: accounts, repositories, cost centres, keys."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document, KeyPath
from mlplatform.core.finding import Finding
from mlplatform.core.kinds import Dataset, Tenant
from mlplatform.core.naming import Kind
from mlplatform.core.rule import declare_rule

_rule = partial(declare_rule, __name__, soc2=("CC6.1", "CC6.3"))
LINK_GRANT = _rule(
    "link-grant",
    "An account, repository, cost centre or key belongs to one tenant",
    "What one tenant spends is not another's bill, and who may use one tenant's account, repository or key must not "
    "reach another's data by it. Tenants of the same owners are one team, and may have one cost centre.",
    fix="name the tenant's own, or have the platform team take it away from the other tenant first",
    passes="costCenter: POST-ML, which no other tenant has",
    fails="costCenter: CLIN-ML in tenants/postal/tenant.yaml, while clinic has the same",
)
LINK_KEY = _rule(
    "link-key",
    "Data is encrypted with a key of its tenant",
    "Whoever holds the key can read the data and can make it unreadable. The tenant's keys are those named after it "
    "(alias/clinic, alias/clinic-…), those of its accounts, and those that kmsKeys in its document lists.",
    fix="use a key of the tenant, or list this one under kmsKeys in its tenant.yaml",
    passes="encryption: {atRest: aws:kms, key: alias/clinic, inTransit: tls} in a data set of clinic",
    fails="key: arn:aws:kms:us-east-1:999999999999:key/…, of an account that is not clinic's",
)
LINK_BUCKET = _rule(
    "link-bucket",
    "A location names the bucket itself",
    "An access point is another name for a bucket that says nothing of which. The same data would be classified twice "
    "and nobody would notice.",
    fix="write the name of the bucket",
    passes="location: s3://clinic-crew/v1/",
    fails="location: s3://clinic-crew-metadata7x3bdkqr2zpu-s3alias/v1/",
)

_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:([0-9]{12}):(?:key|alias)/.+")
_ALIAS = "alias/"
_COST_CENTRE = "the cost centre"
_OTHER_NAMES_OF_BUCKETS = ("-s3alias", "--ol-s3", ".mrap")


def tenant_resources(index: DocumentIndex) -> Iterator[Finding]:
    """Yield what two tenants share, and the data sets that use a key or a bucket's name that is not their tenant's."""
    yield from _shared(index)
    for dataset in index.repository.datasets.values():
        yield from _bucket(dataset)
        yield from _key(index, dataset)


def _shared(index: DocumentIndex) -> Iterator[Finding]:
    """Yield what two tenants have; nothing where not all were loaded, as no tenant changes then."""
    if any(
        Kind.TENANT.entry.pattern.fullmatch(path) for path in index.others if path.endswith("/tenant.yaml")
    ):
        return
    holders: dict[tuple[str, str], list[tuple[Document[Tenant], KeyPath, str]]] = defaultdict(list)
    for tenant in index.repository.tenants.values():
        for words, value, at in _resources(tenant.body):
            holders[words, value.casefold()].append((tenant, at, value))
    for (words, _), uses in holders.items():
        for tenant, at, value in uses:
            others = sorted({other.name for other, _, _ in uses if not _may_share(words, tenant, other)})
            if others:
                fix = f"name {tenant.name}'s own; if it is, have it taken from {' and '.join(others)} first"
                message = f"{words} {value} is {' and '.join(others)}'s as well"
                yield LINK_GRANT.error(tenant.path, message, fix=fix, at=tenant.position(at))


def _may_share(words: str, tenant: Document[Tenant], other: Document[Tenant]) -> bool:
    """True for a tenant and itself, and for the cost centre of two tenants of one team: with the same owners."""
    if tenant.name == other.name:
        return True
    teams = ({owner.casefold() for owner in document.body.owners} for document in (tenant, other))
    return words == _COST_CENTRE and next(teams) == next(teams)


def _resources(tenant: Tenant) -> Iterator[tuple[str, str, KeyPath]]:
    """Yield what a tenant says is its own: in words, its name, and where it is written."""
    yield _COST_CENTRE, tenant.costCenter, ("costCenter",)
    for number, repository in enumerate(tenant.repositories):
        yield "the repository", repository, ("repositories", number)
    for number, key in enumerate(tenant.kmsKeys):
        yield "the key", key, ("kmsKeys", number)
    if tenant.accounts:
        yield "the account", tenant.accounts.training, ("accounts", "training")
        yield "the account", tenant.accounts.inference, ("accounts", "inference")


def _bucket(dataset: Document[Dataset]) -> Iterator[Finding]:
    bucket = dataset.body.location.partition("://")[2].partition("/")[0]
    if bucket.endswith(_OTHER_NAMES_OF_BUCKETS):
        message = f"{bucket} is an access point, which does not say whose bucket it is"
        fix = "write the name of the bucket that it leads to"
        yield LINK_BUCKET.error(dataset.path, message, fix=fix, at=dataset.position(("location",)))


def _key(index: DocumentIndex, dataset: Document[Dataset]) -> Iterator[Finding]:
    key = dataset.body.encryption.key if dataset.body.encryption else None
    tenant = index.repository.tenants.get(str(dataset.raw.identity.tenant))
    if not key or not key.strip() or tenant is None or _is_own(index, tenant, key):
        return
    message = f"{key} is not known to be a key of {tenant.name}"
    fix = f"use alias/{tenant.name}, or have it listed in {tenant.path}: kmsKeys: [{key}]"
    yield LINK_KEY.error(dataset.path, message, fix=fix, at=dataset.position(("encryption", "key")))


def _is_own(index: DocumentIndex, tenant: Document[Tenant], key: str) -> bool:
    if key in tenant.body.kmsKeys:
        return True
    if account := _KEY_ARN.fullmatch(key):
        accounts = tenant.body.accounts
        return accounts is not None and account[1] in (accounts.training, accounts.inference)
    if key.casefold().startswith(f"{_ALIAS}aws/"):
        return True  # the cloud's own, of which the rules of encryption say what they protect
    return key.startswith(_ALIAS) and _is_named_after(key.removeprefix(_ALIAS), tenant.name, index)


def _is_named_after(alias: str, tenant: str, index: DocumentIndex) -> bool:
    """True when a key is named after a tenant and none with a longer name: alias/clinic-eu may be clinic-eu's."""
    if not re.match(rf"{re.escape(tenant)}(?![A-Za-z0-9])", alias):
        return False
    longer = (alias[:end] for end in range(len(tenant) + 1, len(alias) + 1))
    return not any(index.exists(Kind.TENANT, name) for name in longer)

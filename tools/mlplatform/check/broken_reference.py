"""The finding for a reference to a document that is not there."""

from difflib import get_close_matches
from functools import partial
from typing import Any

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document, KeyPath
from mlplatform.core.finding import Finding
from mlplatform.core.naming import Kind, kinds_referred_to, path_of
from mlplatform.core.rule import Rule, declare_rule

_rule = partial(declare_rule, __name__, soc2=("CC8.1", "PI1.2"))
_WRITTEN = (
    _rule(
        "link-tenant",
        "The tenant exists",
        "Data and models of an undeclared tenant have no owner.",
        fix="add tenants/<tenant>/tenant.yaml, or correct the name",
        passes="sharedWith: [postal], and tenants/postal/tenant.yaml",
        fails="sharedWith: [postel]",
    ),
    _rule(
        "link-dataset",
        "The data set exists",
        "A model is as sensitive as the data it reads, and undeclared data has no classification.",
        fix="add tenants/<tenant>/datasets/<name>.yaml, or correct the name",
        passes="data: {datasets: [clinic/biopsies]}",
        fails="data: {datasets: [clinic/biopsy]}",
    ),
    _rule(
        "link-model",
        "The model exists",
        "A deployment without a model has no gates, no signature and no data sets.",
        fix="add models/<tenant>/<model>.yaml, or remove the deployment",
        passes="environments/production/clinic/tumour.yaml and models/clinic/tumour.yaml",
        fails="environments/production/clinic/tumor.yaml and models/clinic/tumour.yaml",
    ),
    _rule(
        "link-environment",
        "The environment exists",
        "A quota or a gate for an environment that does not exist has no effect.",
        fix="correct the name, or add environments/<env>/environment.yaml",
        passes="gates: {production: {auc: {min: 0.95}}}",
        fails="gates: {prod: {auc: {min: 0.95}}}",
    ),
)


def _of_kind(kind: Kind) -> Rule:
    path = kind.entry.path.replace("{", "<").replace("}", ">")
    return _rule(
        f"link-{kind.value}",
        f"The {kind.entry.words} is there",
        "What refers to a document that nobody declared rests on nothing.",
        fix=f"add {path}, or correct the name",
        passes=f"the name of a {kind.entry.words}, and {path}",
        fails=f"the name of a {kind.entry.words} that has no document",
    )


_BY_ID = {rule.id: rule for rule in _WRITTEN}
RULE_BY_KIND = {kind: _BY_ID.get(f"link-{kind.value}") or _of_kind(kind) for kind in kinds_referred_to()}
_MOST_NAMES = 2000  # beyond it the search for a near one takes longer than it helps


def broken_reference(
    index: DocumentIndex, document: Document[Any], at: KeyPath, kind: Kind, name: str
) -> Finding:
    """The finding at the place of the reference, with the name that may have been meant."""
    names = list(index.names(kind))
    near = get_close_matches(name, names, 1) if len(names) <= _MOST_NAMES else []
    removal = "" if at else ", or remove this document too"  # the path names the missing one
    fix = f"did you mean {near[0]}?" if near else f"add {path_of(kind, name)}, or correct the name{removal}"
    message = f"there is no {kind.entry.words} {name}"
    return RULE_BY_KIND[kind].error(document.path, message, fix=fix, at=document.position(at))

"""`platform new`: a document to start from."""

from string import Template

from mlplatform.core.errors import Refusal
from mlplatform.core.naming import Kind
from mlplatform.core.placeholders import NO_NAME
from mlplatform.propose.base import Base, document_path
from mlplatform.propose.edit import schema_hint
from mlplatform.propose.message import message_of
from mlplatform.propose.proposal import Proposal
from mlplatform.propose.templates import DATASET, LEFT, MODEL, TENANT
from mlplatform.providers.git import Git

TEMPLATES: dict[Kind, Template] = {Kind.TENANT: TENANT, Kind.DATASET: DATASET, Kind.MODEL: MODEL}


def new(git: Git, base: str, *, kind: Kind, name: str, reason: str = "") -> Proposal:
    """A new tenant (`reading`), data set or model (`reading/events`), its schema holding but its values to be changed.

    Refusal when the document is there already at the commit `base`, or its tenant is not.
    """
    at = Base(git, base)
    path = document_path(kind, name)
    if at.text(path) is not None:
        raise Refusal(f"the {kind.value} {name} is there already", where=path, fix="change that document")
    tenant, _, last = name.partition("/")
    if last and at.text(document_path(Kind.TENANT, tenant)) is None:
        raise Refusal(f"there is no tenant {tenant}", fix=f"first `platform new tenant {tenant}`")
    text = TEMPLATES[kind].substitute(
        hint=schema_hint(path, kind.value),
        name=last or name,
        tenant=tenant,
        first=next((env for env in at.names(Kind.ENVIRONMENT) if not at.promotes_from(env)), "development"),
        dataset=next(
            (one for one in at.names(Kind.DATASET) if one.startswith(f"{tenant}/")), f"{tenant}/{NO_NAME}"
        ),
        **LEFT,
    )
    title = f"{kind.value}: {name} (new)"
    return Proposal(
        branch=f"new/{kind.value}/{name.replace('/', '.')}",
        title=title,
        message=message_of(title, [("document", path)], reason),
        files={path: text.encode()},
        base=base,
    )

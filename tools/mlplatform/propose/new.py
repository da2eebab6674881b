"""`platform new`: a document to start from."""

import math
from string import Template

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.templates import PLACEHOLDERS
from mlplatform.core.naming import Kind
from mlplatform.core.placeholders import NO_NAME
from mlplatform.propose.base_commit import BaseCommit, document_path
from mlplatform.propose.edit import schema_hint
from mlplatform.propose.message import message_of
from mlplatform.propose.proposal import Proposal
from mlplatform.propose.yaml_edit import read_mapping
from mlplatform.providers.git import Git

_QUOTA = "  {}: {{gpu: 0, cpu: 4, memoryGiB: 8, endpoints: 2}}"
_HOURS = 730  # a month, as the policies count it


def _scale(at: BaseCommit) -> dict[str, str]:
    """Quotas for each environment, and a budget for a small deployment in all of them, with what that is made of."""
    environments = at.names(Kind.ENVIRONMENT) or ["development"]
    path = document_path(Kind.PLATFORM, "platform")
    text = at.text(path)
    prices = dict(read_mapping(text, path)).get("prices") if text is not None else None
    used = [prices.get(key) for key in ("cpuHourUSD", "memoryGiBHourUSD")] if isinstance(prices, dict) else []
    hourly = sum(price for price in used if isinstance(price, int | float))
    cost = math.ceil(_HOURS * hourly * 100) / 100
    sentence = f"1 CPU and 1 GiB cost {cost:.2f} a month in each environment (prices in platform.yaml)"
    return {
        "quotas": "\n".join(_QUOTA.format(environment) for environment in environments),
        "budget": str(math.ceil(cost * len(environments) / 50) * 50 or 100),
        "cost": sentence if hourly else "platform.yaml names no prices, so nothing is counted yet",
    }


def new(git: Git, base: str, *, kind: Kind, name: str, reason: str = "") -> Proposal:
    """A new tenant (`reading`), data set or model (`reading/events`), its schema holding but its values to be changed.

    Refusal when the document is there already at the commit `base`, or its tenant is not.
    """
    at = BaseCommit(git, base)
    path = document_path(kind, name)
    if at.text(path) is not None:
        raise Refusal(f"the {kind.value} {name} is there already", where=path, fix="change that document")
    tenant, _, last = name.partition("/")
    if last and at.text(document_path(Kind.TENANT, tenant)) is None:
        raise Refusal(f"there is no tenant {tenant}", fix=f"first `platform new tenant {tenant}`")
    text = Template(kind.entry.template).substitute(
        hint=schema_hint(path, kind.value),
        name=last or name,
        tenant=tenant,
        **_scale(at),
        dataset=next(
            (dataset for dataset in at.names(Kind.DATASET) if dataset.startswith(f"{tenant}/")),
            f"{tenant}/{NO_NAME}",
        ),
        **PLACEHOLDERS,
    )
    title = f"{kind.value}: {name} (new)"
    return Proposal(
        branch=f"new/{kind.value}/{name.replace('/', '.')}",
        title=title,
        message=message_of(title, [("document", path)], reason),
        files={path: text.encode()},
        base=base,
    )

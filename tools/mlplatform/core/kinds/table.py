"""The table of the kinds of document: one entry says all that differs between them."""

from enum import StrEnum

from mlplatform.core.kinds import not_yet, templates
from mlplatform.core.kinds.access_review import AccessReview
from mlplatform.core.kinds.dataset import Dataset
from mlplatform.core.kinds.deployment import Deployment
from mlplatform.core.kinds.document_kind import DocumentKind, Reference
from mlplatform.core.kinds.environment import Environment
from mlplatform.core.kinds.incident import INCIDENT_NAME, INCIDENT_NAME_WORDS, Incident
from mlplatform.core.kinds.model import Model
from mlplatform.core.kinds.platform import Platform
from mlplatform.core.kinds.tenant import Tenant
from mlplatform.core.kinds.waiver import Waiver
from mlplatform.core.quarter import QUARTER, QUARTER_WORDS


class Kind(StrEnum):
    """The kinds of document; the first key of each is `schema: <kind>/v1`."""

    entry: DocumentKind

    def __new__(cls, name: str, entry: DocumentKind | None = None) -> "Kind":
        if entry is None:  # `Kind("model")` looks a kind up and never comes here
            raise ValueError(f"{name} is no kind of document")
        kind = str.__new__(cls, name)
        kind._value_ = name
        kind.entry = entry
        return kind

    PLATFORM = (
        "platform",
        DocumentKind(
            Platform,
            path="platform.yaml",
            stops="everything",
            words="platform",
            for_people={"description": "whoever opens the repository"},
        ),
    )
    TENANT = (
        "tenant",
        DocumentKind(
            Tenant,
            path="tenants/{tenant}/tenant.yaml",
            stops="tenant",
            words="tenant",
            refers_to=(Reference("quotas{}", "environment"),),
            for_people={
                "description": "reviewers, who have to know what the team does",
                "contact.email": "whoever has a question to the team",
                "contact.oncall": "whoever has an incident with one of its models",
            },
            state_parts=frozenset({"deployments"}),
            template=templates.TENANT,
        ),
    )
    DATASET = (
        "dataset",
        DocumentKind(
            Dataset,
            path="tenants/{tenant}/datasets/{dataset}.yaml",
            stops="tenant",
            words="data set",
            refers_to=(Reference("sharedWith[]", "tenant"),),
            files=("location",),
            for_people={
                "description": "whoever looks for data",
                "region": "auditors, who ask where data lies",
            },
            state_parts=frozenset({"duplicates", "table"}),
            parts_at_base=("duplicates",),
            change_facts=("past",),
            describes_data=True,
            template=templates.DATASET,
        ),
    )
    MODEL = (
        "model",
        DocumentKind(
            Model,
            path="models/{tenant}/{model}.yaml",
            stops="tenant",
            words="model",
            refers_to=(
                Reference("data.datasets[]", "dataset", part="datasets", is_needed=True),
                Reference("validation.dataset", "dataset", part="datasets", is_needed=True),
                Reference("gates{}", "environment"),
            ),
            files=("training.script",),
            not_yet=not_yet.MODEL,
            change_facts=("pinned",),
            for_people={"description": "reviewers, who have to know what it predicts"},
            template=templates.MODEL,
        ),
    )
    ENVIRONMENT = (
        "environment",
        DocumentKind(
            Environment,
            path="environments/{environment}/environment.yaml",
            stops="environment",
            words="environment",
            refers_to=(Reference("promotesFrom", "environment"),),
            for_people={"description": "whoever promotes to it"},
            change_facts=("counts",),
        ),
    )
    DEPLOYMENT = (
        "deployment",
        DocumentKind(
            Deployment,
            path="environments/{environment}/{tenant}/{model}.yaml",
            stops="tenant",
            words="deployment",
            for_people={
                "from.run": "auditors, who compare it with the run that lineage found by the digest",
                "from.commit": "auditors, who compare it with the commit that lineage found by the digest",
            },
            change_facts=("pins",),
            pins=True,
        ),
    )
    WAIVER = (
        "waiver",
        DocumentKind(Waiver, path="policies/waivers/{waiver}.yaml", stops="nothing", words="waiver"),
    )
    INCIDENT = (
        "incident",
        DocumentKind(
            Incident,
            path="incidents/{incident}.yaml",
            stops="nothing",
            words="incident",
            change_facts=("named",),
            has_free_text=True,
            concerns="tenants[]",
            links="changes[]",
            names=INCIDENT_NAME,
            name_words=INCIDENT_NAME_WORDS,
        ),
    )
    ACCESS_REVIEW = (
        "access-review",
        DocumentKind(
            AccessReview,
            path="access-reviews/{quarter}.yaml",
            stops="nothing",
            words="access review",
            for_people={"decisions[].reason": "whoever carries a decision out, and auditors"},
            change_facts=("signedOff",),
            has_free_text=True,
            links="commit",
            names=QUARTER,
            name_words=QUARTER_WORDS,
        ),
    )

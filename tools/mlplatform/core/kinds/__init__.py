"""What each kind of document holds. `BODIES` is the one table of kinds; the JSON Schemas are generated from it."""

from mlplatform.core.kinds.base import DocumentModel
from mlplatform.core.kinds.dataset import Dataset
from mlplatform.core.kinds.deployment import Deployment
from mlplatform.core.kinds.environment import Environment
from mlplatform.core.kinds.model import Model
from mlplatform.core.kinds.platform import Platform
from mlplatform.core.kinds.tenant import Tenant
from mlplatform.core.kinds.waiver import Waiver
from mlplatform.core.naming import Kind

BODIES: dict[Kind, type[DocumentModel]] = {
    Kind.PLATFORM: Platform,
    Kind.TENANT: Tenant,
    Kind.DATASET: Dataset,
    Kind.MODEL: Model,
    Kind.ENVIRONMENT: Environment,
    Kind.DEPLOYMENT: Deployment,
    Kind.WAIVER: Waiver,
}

__all__ = [
    "BODIES",
    "Dataset",
    "Deployment",
    "DocumentModel",
    "Environment",
    "Model",
    "Platform",
    "Tenant",
    "Waiver",
]

"""The kinds of document: a module says what each holds, `table.py` all that differs between them."""

from mlplatform.core.kinds.base import DocumentModel
from mlplatform.core.kinds.dataset import Dataset
from mlplatform.core.kinds.deployment import Deployment
from mlplatform.core.kinds.environment import Environment
from mlplatform.core.kinds.incident import Incident
from mlplatform.core.kinds.model import Model
from mlplatform.core.kinds.platform import Platform
from mlplatform.core.kinds.tenant import Tenant
from mlplatform.core.kinds.waiver import Waiver

__all__ = [
    "Dataset",
    "Deployment",
    "DocumentModel",
    "Environment",
    "Incident",
    "Model",
    "Platform",
    "Tenant",
    "Waiver",
]

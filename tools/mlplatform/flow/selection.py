"""Which deployments a command is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.core.finding import Finding
from mlplatform.core.repository import Repository
from mlplatform.flow.workspace import environment_of


@dataclass(frozen=True, slots=True)
class Selection:
    """A model (`tenant/model`), a tenant, an environment; None stands for all of them."""

    model: str | None = None
    tenant: str | None = None
    environment: str | None = None

    def includes(self, model: str) -> bool:
        """True when the command is about a model (`tenant/model`)."""
        return self.model in (None, model) and self.tenant in (None, model.split("/")[0])

    def environments(self, repository: Repository) -> tuple[str, ...]:
        """The environments, earliest first; Refusal when the one that was named is not declared."""
        if self.environment is None:
            return repository.environments_in_order()
        environment_of(repository, self.environment)
        return (self.environment,)

    def unreadable(self, repository: Repository) -> Mapping[str, Finding]:
        """The first error of each environment whose own document cannot be read, unless another one is named."""
        return {
            name: finding
            for name, finding in repository.blocked_environments.items()
            if name not in repository.environments and self.environment is None
        }

    def require_match(self, repository: Repository, observed: Iterable[str] = ()) -> None:
        """Refuse a model or tenant that no document names and that is not among the `observed` models either."""
        pinned = (model for deployments in repository.deployments.values() for model in deployments)
        if any(map(self.includes, (*repository.models, *pinned, *observed))):
            return
        if self.model is not None:
            owner = f" of tenant {self.tenant}" if self.tenant else ""
            raise Refusal(
                f"there is no model {self.model}{owner}",
                fix="name one as tenant/model: `platform models` lists them",
            )
        if self.tenant is not None and self.tenant not in repository.tenants:
            tenants = ", ".join(sorted(repository.tenants)) or "none"
            raise Refusal(f"there is no tenant {self.tenant} (there are: {tenants})")


EVERYTHING = Selection()

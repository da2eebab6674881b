"""The judged repository: only `check` makes one, and `plan` takes nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlplatform.core.document import Document
from mlplatform.core.finding import Finding
from mlplatform.core.kinds import Dataset, Deployment, Environment, Model, Platform, Tenant


@dataclass(frozen=True, slots=True)
class Repository:
    """Every document of one source that its schema holds for, and what may not be touched because of findings.

    `commit` is None for the working tree. Documents are keyed by name; `deployments` by environment and then
    by `tenant/model`. `blocked_tenants` and `blocked_environments` give the first error that stops each.
    """

    commit: str | None
    platform: Document[Platform] | None
    tenants: Mapping[str, Document[Tenant]]
    datasets: Mapping[str, Document[Dataset]]
    models: Mapping[str, Document[Model]]
    environments: Mapping[str, Document[Environment]]
    deployments: Mapping[str, Mapping[str, Document[Deployment]]]
    blocked_tenants: Mapping[str, Finding]
    blocked_environments: Mapping[str, Finding]

    def environments_in_order(self) -> tuple[str, ...]:
        """The names of the environments, earliest first."""
        return tuple(sorted(self.environments, key=lambda name: (self.environments[name].body.order, name)))

    def earlier(self, environment: str) -> tuple[str, ...]:
        """The environments that a promotion to this one went through, nearest first."""
        way: list[str] = []
        step = self.environments[environment].body.promotesFrom
        while step and step in self.environments and step not in way and step != environment:
            way.append(step)
            step = self.environments[step].body.promotesFrom
        return tuple(way)

    def blocked(self, environment: str, tenant: str) -> Finding | None:
        """The error that keeps a tenant's deployments in an environment as they are, if there is one."""
        return self.blocked_environments.get(environment) or self.blocked_tenants.get(tenant)

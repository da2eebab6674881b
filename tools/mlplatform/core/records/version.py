"""What the records about one version in one environment have in common."""

from mlplatform.core.records.base import Digest, Predicate, record_part


@record_part
class VersionPredicate(Predicate):
    """A version of a model in an environment."""

    environment: str
    model: str
    version: str
    digest: Digest

    def subjects(self) -> dict[str, str]:
        return {f"{self.environment}/{self.model}@{self.version}": self.digest}

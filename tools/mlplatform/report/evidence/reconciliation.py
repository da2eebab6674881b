"""Merges = applies + named gaps: the totals of a period."""

from collections import Counter
from dataclasses import dataclass

from mlplatform.record.export.contents import EvidenceExport
from mlplatform.report.evidence.harmless import Json


@dataclass(frozen=True, slots=True)
class Totals:
    """How many changes there are, how many change no environment, and what became of each environment's change."""

    changes: int
    without_environment: int
    became: dict[str, int]

    @property
    def gaps(self) -> int:
        """The changes of an environment that were not applied, each with a reason."""
        return sum(self.became.values()) - self.became.get("applied", 0)

    def as_json(self) -> dict[str, Json]:
        answered = sum(self.became.values())
        return {
            "changes": self.changes,
            "changesOfNoEnvironment": self.without_environment,
            "changesOfEnvironments": answered,
            "applied": self.became.get("applied", 0),
            "namedGaps": self.gaps,
            "became": dict(self.became),
        }


def totals_of(export: EvidenceExport) -> Totals:
    """Return the totals of a period."""
    became = Counter(each.became for change in export.changes for each in change.became)
    without = sum(not change.became for change in export.changes)
    return Totals(len(export.changes), without, dict(sorted(became.items())))

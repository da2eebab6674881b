"""All files of an export, before it is signed."""

import hashlib
from collections.abc import Iterator

from mlplatform.record.export.contents import EvidenceExport
from mlplatform.record.export.sample import default_seed
from mlplatform.report.evidence.harmless import Json, json_file
from mlplatform.report.evidence.oscal import assessment_results
from mlplatform.report.evidence.pages import Pages
from mlplatform.report.evidence.readme import readme
from mlplatform.report.evidence.reconciliation import totals_of
from mlplatform.report.evidence.sample_files import sample_files
from mlplatform.report.evidence.soc2 import soc2_table
from mlplatform.report.evidence.tables import population_rows, tables


def export_files(export: EvidenceExport) -> Iterator[tuple[str, bytes]]:
    """Yield each file by its path."""
    digests: dict[str, str] = {}
    for name, data in (*tables(export), *_others(export)):
        digests[name] = hashlib.sha256(data).hexdigest()
        yield name, data
    yield "oscal/assessment-results.json", assessment_results(export, digests)
    pages = Pages(export)
    yield from pages.render()
    yield from sample_files(export, pages)


def _others(export: EvidenceExport) -> Iterator[tuple[str, bytes]]:
    yield "population.json", json_file(_population(export))
    yield "reconciliation.json", json_file(totals_of(export).as_json())
    yield "soc2.csv", soc2_table(export)
    yield "README.txt", readme(export, default_seed(export.period, export.source.main))


def _population(export: EvidenceExport) -> Json:
    source = export.source
    return {
        "repository": source.repository,
        "period": {"from": export.period.first.isoformat(), "to": export.period.last.isoformat()},
        "by": "the committer's date of each first-parent commit of main, in UTC",
        "main": source.main,
        "ledger": {"ref": source.ledger, "commit": source.ledger_tip},
        "query": source.query,
        "count": len(export.changes),
        "isComplete": True,
        "sample": {
            "seed": export.sample.seed,
            "commits": [each.change.id for each in export.sample.changes],
        },
        "verification": {
            "isTrusted": source.is_trusted,
            "problems": [each.as_json() for each in export.verification.problems],
        },
        "changes": list(population_rows(export)),
    }

"""The sentence that says how far an export was verified, in its README and on its index."""

from mlplatform.record.export.contents import EvidenceExport
from mlplatform.report.plain import counted


def verified_sentence(export: EvidenceExport) -> str:
    """Return what verification found, and against which roots."""
    counts = export.verification.counts
    found = counted(len(export.verification.problems), "problem")
    against = (
        "against the trust roots that were given"
        if export.source.is_trusted
        else "against the keys that the clone itself holds, as no trust roots were given: whose they are is not proved"
    )
    return (
        f"{counted(counts.records, 'record')} and {counted(counts.changes, 'change')} of main since the record began "
        f"were verified {against}: {found} found."
    )

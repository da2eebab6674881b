"""Prints what was exported, and what a verification of an export found."""

from collections.abc import Sequence
from pathlib import Path

from mlplatform.record.export.contents import EvidenceExport
from mlplatform.report.evidence.harmless import Json
from mlplatform.report.evidence.reconciliation import totals_of
from mlplatform.report.evidence.words import verified_sentence
from mlplatform.report.plain import counted, one_line


def exported_text(export: EvidenceExport, out: Path) -> str:
    """How much was exported, and where to begin reading."""
    totals = totals_of(export)
    return "\n".join(
        [
            verified_sentence(export),
            f"{export.period}: {counted(totals.changes, 'change')}, {counted(totals.gaps, 'named gap')}, "
            f"{counted(len(export.exceptions), 'exception')}, {len(export.sample.changes)} sampled",
            f"begin with {out / 'README.txt'}, or open {out / 'index.html'}",
        ]
    )


def exported_json(export: EvidenceExport, out: Path) -> dict[str, Json]:
    return {
        "out": str(out),
        "changes": len(export.changes),
        "reconciliation": totals_of(export).as_json(),
        "exceptions": len(export.exceptions),
        "sample": {"seed": export.sample.seed, "commits": [each.change.id for each in export.sample.changes]},
        "problems": len(export.verification.problems),
        "isTrusted": export.source.is_trusted,
    }


def verified_export_text(problems: Sequence[str], signer: str, files: int) -> str:
    """A line for each problem, and then how much was verified."""
    lines = [one_line(problem) for problem in problems]
    return "\n".join(
        [
            *lines,
            f"verified {counted(files, 'file')}, signed by {one_line(signer)}: {counted(len(lines), 'problem')}",
        ]
    )


def verified_export_json(problems: Sequence[str], signer: str, files: int) -> dict[str, Json]:
    return {"isClean": not problems, "problems": list(problems), "signer": signer, "files": files}

"""The findings of an export as OSCAL assessment results, for tools that read those."""

import uuid
from collections.abc import Mapping
from itertools import groupby

from mlplatform.record.export.contents import EvidenceExport
from mlplatform.report.evidence.harmless import Json, json_file
from mlplatform.report.evidence.soc2 import CONTROLS, Control, exceptions_against

OSCAL_VERSION = "1.1.3"
_NAMESPACE = uuid.UUID("6f1d3c0e-3c6b-5b7f-9f0d-0f0f2d1c9a10")


def assessment_results(export: EvidenceExport, digests: Mapping[str, str]) -> bytes:
    """Return the assessment results; `digests` has the sha256 of the files that are evidence, by path."""
    return json_file({"assessment-results": _results(export, digests)})


def _results(export: EvidenceExport, digests: Mapping[str, str]) -> dict[str, Json]:
    taken = export.taken.isoformat()
    begins, ends = export.period.begins.isoformat(), export.period.ends.isoformat()
    controls = {name: tuple(some) for name, some in groupby(CONTROLS, key=lambda each: each.criterion)}
    title = f"Changes of {export.source.repository}, {export.period}"
    return {
        "uuid": _id(export, "assessment-results"),
        "metadata": {
            "title": title,
            "last-modified": taken,
            "version": export.source.main,
            "oscal-version": OSCAL_VERSION,
        },
        "import-ap": {
            "href": f"#{_id(export, 'README.txt')}",
            "remarks": "README.txt says what was assessed, and how.",
        },
        "results": [
            {
                "uuid": _id(export, "result"),
                "title": title,
                "description": "What the signed record of changes and the Git history say of the period.",
                "start": begins,
                "end": ends,
                "reviewed-controls": {
                    "control-selections": [
                        {"include-controls": [{"control-id": _token(name)} for name in controls]}
                    ]
                },
                "observations": [_observation(export, control, n) for n, control in enumerate(CONTROLS)],
                "findings": [_finding(export, name, some) for name, some in controls.items()],
            }
        ],
        "back-matter": {
            "resources": [
                {
                    "uuid": _id(export, path),
                    "title": path,
                    "rlinks": [{"href": f"../{path}", "hashes": [{"algorithm": "SHA-256", "value": digest}]}],
                }
                for path, digest in sorted(digests.items())
            ]
        },
    }


def _observation(export: EvidenceExport, control: Control, number: int) -> dict[str, Json]:
    evidence = "README.txt" if control.evidence.endswith("/") else control.evidence
    count = exceptions_against(export, control)
    return {
        "uuid": _id(export, f"observation-{number}"),
        "title": control.control,
        "description": f"{control.control}. Exceptions in the period: {count}.",
        "methods": ["EXAMINE"],
        "collected": export.taken.isoformat(),
        "relevant-evidence": [
            {
                "href": f"#{_id(export, evidence)}",
                "description": f"{control.evidence}, from {export.source.ledger} and main",
            }
        ],
    }


def _finding(export: EvidenceExport, criterion: str, controls: tuple[Control, ...]) -> dict[str, Json]:
    count = len(
        {each for control in controls for each in export.exceptions if each.kind in control.exceptions}
    )
    return {
        "uuid": _id(export, f"finding-{criterion}"),
        "title": f"{criterion}: {controls[0].title}",
        "description": f"Exceptions in the period: {count}; exceptions.csv lists them.",
        "target": {
            "type": "objective-id",
            "target-id": _token(criterion),
            "status": {
                "state": "not-satisfied" if count else "satisfied",
                "remarks": "Counted from the exceptions alone; the auditor decides.",
            },
        },
        "related-observations": [
            {"observation-uuid": _id(export, f"observation-{n}")}
            for n, control in enumerate(CONTROLS)
            if control.criterion == criterion
        ],
    }


def _token(criterion: str) -> str:
    return criterion.lower()


def _id(export: EvidenceExport, name: str) -> str:
    about = (
        f"{export.source.repository} {export.source.main} {export.source.ledger_tip} {export.period} {name}"
    )
    return str(uuid.uuid5(_NAMESPACE, about.encode(errors="replace").decode()))

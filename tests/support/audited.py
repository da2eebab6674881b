"""A platform with a quarter that an auditor would ask about: reviewed changes, hostile ones, a deployment, data."""

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mlplatform.core.evidence.period import Period
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.records.base import parse
from mlplatform.core.records.emergency import EmergencyPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.flow.evidence.export import ExportOptions, export
from mlplatform.flow.evidence.write_export import write_export
from mlplatform.providers.git.main_history import committer_times
from mlplatform.record.export.contents import EvidenceExport
from mlplatform.record.ledger import shared_ledger
from mlplatform.report.evidence.export_files import export_files
from tests.support.evidence import LEDGER, Recorded, recorded
from tests.support.records import apply_record
from tests.support.repository import NEW

HOSTILE = '=HYPERLINK("http://x","y") <script>alert(1)</script> | `id` \u202e\u200b\x1b[31mred {{ 7*7 }}'
PLANTED = "planted-value-4711"
PERSON = "jane.roe@example.net"
MODEL = "reading/recommender"
PIN = "environments/production/reading/recommender.yaml"

WAIVER = """\
schema: waiver/v1
rule: format-executable
path: models/reading/recommender.yaml
reason: the converter for this format is being repaired
owner: ada
expires: 2100-01-01
"""

INCIDENT = """\
schema: incident/v1
severity: P1
title: =wrong scores
detected: {now}
declared: {now}
commander: ada
cause: "@SUM(1)"
tenants: [reading]
"""


@dataclass(frozen=True, slots=True)
class Audited:
    """The platform, its trust roots as a file, and the commits: reviewed, pinning, hostile."""

    made: Recorded
    trust_file: Path
    reviewed: str
    pinning: str
    hostile: str

    @property
    def period(self) -> Period:
        days = [at.date() for at in committer_times(self.made.git, "main").values()]
        return Period.of(min(days), max(days) + timedelta(days=1))

    def exported(self, **options: Any) -> EvidenceExport:
        asked = {"period": self.period, "trust": self.made.trust, "ledger": LEDGER, **options}
        return export(self.made.platform.workspace, ExportOptions(**asked))

    def written(self, out: Path, **options: Any) -> Path:
        """Write an export, signed with the recorder's key."""
        exported = self.exported(**options)
        write_export(out, exported, export_files(exported), self.made.key)
        return out


def audited(folder: Path) -> Audited:
    """A reviewed change, one that pins and is applied, and one that came to main with everything that is not wanted."""
    made = recorded(folder, changes=1)
    reviewed = made.git.resolve("main")
    repo = made.platform.repo
    text = repo.read(PIN).replace("1.0.0", "1.1.0").replace("1" * 64, NEW.removeprefix("sha256:"))
    pinning = made.platform.land({PIN: text}, "pin recommender 1.1.0")
    made.record()
    now = next(iter(committer_times(made.git, "main").values()))
    outcomes = [_outcome(Action.ROUTE), _outcome(Action.CHAMPION)]
    shared_ledger(made.git, "origin", made.key).append(
        apply_record("production", outcomes, commit=pinning, approvedBy=["ada"])
    )
    shared_ledger(made.git, "origin", made.key).append(Statement.of(_emergency(now)))
    model = repo.read("models/reading/recommender.yaml") + f"probe:\n  inputs:\n    X: [[{PLANTED!r}]]\n"
    tenant = repo.read("tenants/reading/tenant.yaml").replace("Reading recommendations", f"Ask {PERSON}")
    hostile = made.platform.land(
        {
            "examples/data/reading/words.csv": f"word,level\n{PLANTED},1\n",
            "notebooks/reading/look.ipynb": json.dumps({"cells": [PLANTED]}),
            "models/reading/recommender.yaml": model,
            "tenants/reading/tenant.yaml": tenant,
            "incidents/2026-11-30-wrong-scores.yaml": INCIDENT.format(now=now.isoformat()),
            "policies/waivers/old-format.yaml": WAIVER,
            os.fsdecode(b"docs/\xff.md"): "odd\n",
            "docs/=cmd\u202e.md": "text \x1b[31m\u202e\n",
        },
        f"{HOSTILE}\n\nTicket: +1-2\nReason: @SUM(A1)",
    )
    made.record()
    trust = folder / "trust.yaml"
    trust.write_text(json.dumps(made.trust.model_dump(mode="json", by_alias=True)))
    return Audited(made, trust, reviewed, pinning, hostile)


def _emergency(now: datetime) -> EmergencyPredicate:
    hours = {"since": 0, "until": 4, "reviewDue": 24}
    times = {key: (now + timedelta(hours=count)).isoformat() for key, count in hours.items()}
    said = {
        **{
            "repository": "r",
            "ledger": LEDGER,
            "incident": "2026-11-30-wrong-scores",
            "reason": "-1 patient",
        },
        **{"requester": "linus", "authoriser": "ada", "gates": ["approvals-quorum"], "tenants": ["reading"]},
    }
    return parse(EmergencyPredicate, {**said, **times})


def _outcome(action: Action) -> Outcome:
    after = {
        Action.ROUTE: {"weights": {NEW: 100}, "version": "1.1.0"},
        Action.CHAMPION: {"champion": "1.1.0", "previous": None, "digest": NEW},
    }
    return Outcome(Change(action, "made-up", MODEL, None, after[action]), Result.APPLIED)

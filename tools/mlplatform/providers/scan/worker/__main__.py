"""`python -I -B worker SCRATCH [rules]`: judge the files in SCRATCH with Checkov and zizmor, or list
Checkov's rules.

The answer is SCRATCH/answer.json. Run by its path and never imported by the control plane, so that what
Checkov does to a process (signals, logging, its own environment) stays here.
"""

import gc
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from mlplatform.providers.scan.worker.audit_hook import confine, limit

MEMORY_BYTES = 3 << 30
SECONDS = 280


class Complaints(logging.Handler):
    """Keeps what Checkov warns of: it swallows errors, and one that is swallowed is a check that did not run."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(" ".join(record.getMessage().split())[:500])


def main() -> None:
    """Run, and write the answer."""
    scratch = Path(sys.argv[1]).resolve()
    os.chdir(scratch)
    limit(SECONDS, MEMORY_BYTES)
    from mlplatform.providers.scan.worker import frameworks, registries, zizmor

    present = [name for name in frameworks.NAMES if (scratch / name).is_dir()]
    listing = sys.argv[2:] == ["rules"]
    workflows = zizmor.judge(scratch / "zizmor", scratch)  # a program, which `confine` would refuse
    gc.disable()  # importing Checkov makes a million objects that stay
    runners = frameworks.load(present or frameworks.NAMES)
    gc.freeze()
    gc.enable()
    complaints = Complaints()
    logging.getLogger().handlers = [complaints]
    refused = confine(scratch)
    broken = registries.add_policies(runners, scratch / "policies")
    answer: dict[str, Any]
    if listing:
        answer = {"rules": registries.rules(runners), "broken": broken}
    else:
        answer = frameworks.judge({name: runners[name] for name in present}, scratch)
        answer["broken"] = {**broken, **answer["broken"]}
        answer["zizmor"] = workflows
    answer |= {"refused": refused, "complaints": complaints.lines}
    Path("answer.json").write_text(json.dumps(answer).replace(f"{scratch}/", ""), "utf-8")


if __name__ == "__main__":
    main()

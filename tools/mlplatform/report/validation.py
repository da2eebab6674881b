"""What `platform validate` prints: figures of the sample, never a value of it."""

from mlplatform.core.payload import short_digest
from mlplatform.report.plain import one_line
from mlplatform.report.table import table
from mlplatform.validate.result import ValidationResult

_HEAD = ("check", "candidate", "champion", "asked", "")


def validated_text(done: ValidationResult) -> str:
    """A line a check, then the verdict with what is not met."""
    candidate, champion = done.candidate, done.champion
    rows = [
        (check.name, check.candidate, check.champion, check.asked, "not met" if check.failure else "")
        for check in done.checks
    ]
    beside = f"champion {champion.version}" if champion else "no other champion"
    lines = [
        f"{done.model} {candidate.version} ({short_digest(candidate.digest)}) in {done.environment}, beside {beside}",
        f"on {done.rows} rows of {done.dataset} ({short_digest(done.dataset_digest)})",
        table(_HEAD, rows),
    ]
    if champion and champion.evaluation.flaw:
        lines.append(one_line(f"champion {champion.version} cannot be compared: {champion.evaluation.flaw}"))
    lines += [one_line(f"not met: {check.failure}") for check in done.checks if check.failure]
    return "\n".join([*lines, "valid" if done.passed else "not valid"])

"""Prints a validation: figures about the sample, never a value of it."""

from mlplatform.core.payload import short_digest
from mlplatform.report.plain import one_line
from mlplatform.report.table import table
from mlplatform.validate.result import ValidationResult

_HEAD = ("check", "candidate", "champion", "required", "")


def validated_text(result: ValidationResult, width: int | None = None) -> str:
    """A row for each check, then the verdict with the checks that failed."""
    candidate, champion = result.candidate, result.champion
    rows = [
        (check.name, check.candidate, check.champion, check.asked, "failed" if check.failure else "")
        for check in result.checks
    ]
    comparison = f"champion {champion.version}" if champion else "no other champion"
    lines = [
        f"{result.model} {candidate.version} ({short_digest(candidate.digest)}) in {result.environment}, "
        f"compared with {comparison}",
        f"on {result.rows} rows of {result.dataset} ({short_digest(result.dataset_digest)})",
        table(_HEAD, rows, width),
    ]
    if champion and champion.evaluation.flaw:
        lines.append(one_line(f"champion {champion.version} cannot be compared: {champion.evaluation.flaw}"))
    lines += [one_line(f"failed: {check.failure}") for check in result.checks if check.failure]
    return "\n".join([*lines, "valid" if result.passed else "not valid"])

"""The folders of the sample: one for each change, with all that an auditor asks about it."""

from collections.abc import Iterator

from mlplatform.core.records.statement import Statement
from mlplatform.record.export.contents import EvidenceExport, FileDiff, PeriodChange, SampledChange
from mlplatform.record.verify.deployments import RecordedApply
from mlplatform.report.evidence.harmless import Json, json_file, visible
from mlplatform.report.evidence.pages import Pages
from mlplatform.report.evidence.tables import verdict_of


def sample_files(export: EvidenceExport, pages: Pages) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the sample by path."""
    for number, sampled in enumerate(export.sample.changes, start=1):
        folder = f"sample/{number:02}-{sampled.change.id[:12]}"
        yield f"{folder}/index.html", pages.sampled(sampled)
        yield f"{folder}/diff.patch", _patch(sampled)
        for name, value in _json_files(sampled).items():
            yield f"{folder}/{name}.json", json_file(value)


def _json_files(sampled: SampledChange) -> dict[str, Json]:
    change = sampled.change
    return {
        "change": _change(change),
        "verdict": _verdict(change),
        "approvals": _approvals(change),
        "plan": _plan(change),
        "outcomes": [_outcomes(each, change) for each in sampled.applies],
        "validation": [Statement.of(each).as_json() for each in sampled.validations],
    }


def _change(change: PeriodChange) -> Json:
    statement = Statement.of(change.statement).as_json() if change.statement else None
    return {"commit": change.id, "record": change.record, "statement": statement}


def _verdict(change: PeriodChange) -> Json:
    said = change.statement.as_json() if change.statement else {}
    keys = ("checks", "denied", "unknown", "waivers", "policies")
    return {"verdict": verdict_of(change), **{key: said.get(key) for key in keys}}


def _approvals(change: PeriodChange) -> Json:
    said = change.statement.as_json() if change.statement else {}
    return {"approvals": said.get("approvals"), "merge": said.get("merge")}


def _plan(change: PeriodChange) -> Json:
    statement = change.statement
    return {
        "plans": dict(statement.plans) if statement else {},
        "unplanned": list(statement.unplanned) if statement else [],
    }


def _outcomes(recorded: RecordedApply, change: PeriodChange) -> Json:
    """Return the record of an apply, with the outcomes of the change's own models."""
    values = Statement.of(recorded.apply).as_json()
    predicate = values["predicate"]
    of_change = {
        key: [each for each in predicate[key] if each["resource"] in change.models]
        for key in ("outcomes", "refused")
    }
    return {"record": recorded.record, "statement": {**values, "predicate": {**predicate, **of_change}}}


def _patch(sampled: SampledChange) -> bytes:
    change = sampled.change
    parent = change.commit.parents[0] if change.commit.parents else None
    head = [
        f"What {change.id} changed against its first parent, {parent or 'none'}. The whole of it, as bytes:",
        f"  git diff-tree -p -r {f'{parent} ' if parent else '--root '}{change.id}",
        "Characters that cannot be seen are escaped here, and values that may be of a person are withheld.",
        "",
    ]
    lines = [line for diff in sampled.diffs for line in _file_lines(diff)]
    return "".join(f"{visible(line)}\n" for line in (*head, *lines)).encode()


def _file_lines(diff: FileDiff) -> Iterator[str]:
    yield f"{diff.action} {diff.path} ({diff.before or 'nothing'} -> {diff.after or 'nothing'})"
    yield from [f"  not shown: {diff.withheld}"] if diff.withheld else diff.patch.split("\n")

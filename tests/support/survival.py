"""What is left of applies that were killed: the end state of production, and what it would have been otherwise."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlplatform.core.payload import short_digest
from mlplatform.flow.rollback.holds import holds_in
from mlplatform.providers.serving.triton import TritonServing
from mlplatform.record.ledger import Record
from tests.support.laboratory import SCALER, Laboratory
from tests.support.records import predicate_json

Run = Callable[[str], dict[str, Any]]


def end_state(lab: Laboratory) -> dict[str, Any]:
    """Everything that an apply is about: aliases, routes, loaded versions, folders, the outbox, what is on hold."""
    paths = lab.place.paths("production")
    registry, serving = lab.registry("production"), TritonServing.at(paths).observe()
    return {
        "aliases": dict(registry.aliases.get(SCALER, {})),
        "weights": dict(serving.weights.get(SCALER, {})),
        "loaded": sorted((held.version, held.ready) for held in serving.versions),
        "folders": sorted(folder.name for folder in paths.model_repository.iterdir()),
        "stored": {folder.name for folder in (paths.artifacts / "lab.scaler").iterdir()},
        "outbox": sorted(file.name for file in lab.place.target.outbox.iterdir()),
        "held": sorted(hold.version for hold in holds_in(lab.place, "production").values()),
    }


def uninterrupted(
    lab: Laboratory, champion: str | None, previous: str | None, so_far: Sequence[str], held: Sequence[str]
) -> dict[str, Any]:
    """The end state of applies that nothing interrupted, when these versions were in production so far."""
    digest = {version: ref.digest for version, ref in lab.payloads.items()}
    running = [version for version in (champion, previous) if version]
    aliases = {"champion": champion, "previous": previous}
    return {
        "aliases": {alias: version for alias, version in aliases.items() if version},
        "weights": {digest[champion]: 100} if champion else {},
        "loaded": sorted((version, True) for version in running),
        "folders": sorted(f"lab.scaler.{short_digest(digest[version])}" for version in running),
        "stored": {digest[version].removeprefix("sha256:") for version in (*so_far, *held)},
        "outbox": [],
        "held": sorted(held),
    }


def outcomes(record: Record) -> list[tuple[str, str]]:
    said = predicate_json(record).get("outcomes", ())
    return [(outcome["action"], outcome["result"]) for outcome in said]


def applies(lab: Laboratory) -> list[Mapping[str, Any]]:
    """What the ledger says of each apply to production, newest first."""
    said = (predicate_json(record) for record in lab.ledger().newest_first())
    return [each for each in said if "outcomes" in each and each["environment"] == "production"]


def points_of(passed: Mapping[str, Any]) -> list[str]:
    """Where to kill: before everything that a run did, and after the last of it."""
    points: list[str] = passed["points"]
    return [point for point in points if point.startswith("before")] + points[-1:]


def watched(lab: Laboratory) -> list[Path]:
    """Every file and folder of the target but what the servers log."""
    return sorted(path for path in lab.place.target.folder.rglob("*") if "logs" not in path.parts)

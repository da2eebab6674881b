"""What happened, as in-toto Statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
DEPLOYMENT = "urn:mlplatform:predicate:deployment:v1"
REGISTRATION = "urn:mlplatform:predicate:registration:v1"
RETRY = "urn:mlplatform:predicate:retry:v1"
HOLD = "urn:mlplatform:predicate:hold:v1"
VALIDATION = "urn:mlplatform:predicate:validation:v1"
SNAPSHOT = "urn:mlplatform:predicate:snapshot:v1"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: subjects (name to `sha256:` digest), what kind of thing is said of them, and what."""

    subjects: Mapping[str, str]
    predicate_type: str
    predicate: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        subjects = [
            {"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}}
            for name, digest in sorted(self.subjects.items())
        ]
        return {
            "_type": STATEMENT_TYPE,
            "subject": subjects,
            "predicateType": self.predicate_type,
            "predicate": dict(self.predicate),
        }

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> "Statement":
        """The inverse of `as_json`; KeyError or TypeError when it is no statement."""
        subjects = {s["name"]: f"sha256:{s['digest']['sha256']}" for s in said["subject"]}
        return Statement(subjects, said["predicateType"], said["predicate"])


def deployment_statement(plan: Mapping[str, Any], outcomes: Sequence[Mapping[str, Any]]) -> Statement:
    """What an apply did: the plan's header (without its changes) and an outcome for each change."""
    return Statement(
        subjects_of(plan["environment"], outcomes), DEPLOYMENT, {**plan, "outcomes": list(outcomes)}
    )


def subjects_of(environment: str, changes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The versions that changes, or their outcomes, are about, by name."""
    found = {}
    for change in changes:
        about = change["after"] or change["before"] or {}
        if "digest" in about:
            version = about.get("version") or about["champion"]
            found[f"{environment}/{change['resource']}@{version}"] = about["digest"]
    return found


def registration_statement(
    model: str, version: str, digest: str, environment: str, lineage: Mapping[str, Any]
) -> Statement:
    """That a trained version was registered, and what it was made from."""
    predicate = {"environment": environment, "model": model, "version": version, "digest": digest, **lineage}
    return Statement({f"{environment}/{model}@{version}": digest}, REGISTRATION, predicate)


def retry_statement(
    environment: str, model: str, version: str, digest: str, who: Mapping[str, Any]
) -> Statement:
    """That a version which failed may be tried again, who said so and why."""
    predicate = {"environment": environment, "model": model, "version": version, "digest": digest, **who}
    return Statement({f"{environment}/{model}@{version}": digest}, RETRY, predicate)


def validation_statement(
    environment: str, model: str, version: str, digest: str, said: Mapping[str, Any]
) -> Statement:
    """That a version was tried on a held-out sample, what was measured, and whether all that is asked was met."""
    predicate = {"environment": environment, "model": model, "version": version, "digest": digest, **said}
    subjects = {
        f"{environment}/{model}@{version}": digest,
        said["sample"]["dataset"]: said["sample"]["digest"],
    }
    return Statement(subjects, VALIDATION, predicate)


def snapshot_statement(environment: str, commit: str, taken: str, digest: str, blob: str) -> Statement:
    """What an environment looked like after an apply: the snapshot itself is attached, as the git object `blob`."""
    predicate = {"environment": environment, "commit": commit, "taken": taken, "blob": blob}
    return Statement({f"{environment}/snapshot": digest}, SNAPSHOT, predicate)


def newest_snapshot(
    oldest_first: Sequence[Statement], environment: str
) -> tuple[Statement | None, tuple[Statement, ...]]:
    """The newest snapshot of an environment, and what was applied since, newest first: then it is no longer right.

    What was put back after changes by hand is as the snapshot has it, so that is left out, as is what changed nothing.
    """
    since: list[Statement] = []
    for said in reversed(oldest_first):
        if said.predicate.get("environment") != environment:
            continue
        if said.predicate_type == SNAPSHOT:
            return said, tuple(since)
        if (
            said.predicate_type == DEPLOYMENT
            and said.predicate["outcomes"]
            and "undoing" not in said.predicate
        ):
            since.append(said)
    return None, tuple(since)


def newest_fence(statements: Iterable[Statement], environment: str) -> int:
    """The greatest number that a holder of an environment's lease wrote anything under; 0 when none did."""
    said = (statement.predicate for statement in statements)
    fences = (one.get("fence", 0) for one in said if one.get("environment") == environment)
    return max(fences, default=0)


@dataclass(frozen=True, slots=True)
class Applied:
    """The commit that an environment was made to match last, and the newest one it was taken back from, if it was."""

    commit: str
    rolled_back_from: str | None = None


def applied_commits(oldest_first: Sequence[Statement], environment: str) -> tuple[str, ...]:
    """Every commit that was applied to an environment, newest first, each once."""
    commits = (
        str(said.predicate["commit"])
        for said in reversed(oldest_first)
        if said.predicate_type == DEPLOYMENT and said.predicate["environment"] == environment
    )
    return tuple(dict.fromkeys(commits))


def last_applied(oldest_first: Iterable[Statement], environment: str) -> Applied | None:
    """What was applied to an environment last; None before the first apply."""
    last: Applied | None = None
    for said in oldest_first:
        about = said.predicate
        if said.predicate_type != DEPLOYMENT or about["environment"] != environment or about.get("late"):
            continue
        commit = str(about["commit"])
        if last is None or ("goingBack" not in about and commit != last.commit):
            last = Applied(commit)
        elif commit != last.commit:
            last = Applied(commit, last.rolled_back_from or last.commit)
    return last

"""The records on the ledger, as in-toto Statements."""

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
CONTROLS = "urn:mlplatform:predicate:controls:v1"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its subjects (name to `sha256:` digest), the type of its predicate, and the predicate."""

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
    def from_json(data: Mapping[str, Any]) -> "Statement":
        """Read what `as_json` wrote; KeyError or TypeError when it is not a statement."""
        subjects = {s["name"]: f"sha256:{s['digest']['sha256']}" for s in data["subject"]}
        return Statement(subjects, data["predicateType"], data["predicate"])


def deployment_statement(plan: Mapping[str, Any], outcomes: Sequence[Mapping[str, Any]]) -> Statement:
    """Return the record of an apply: the plan's header (without its changes) and an outcome for each change."""
    return Statement(
        subjects_of(plan["environment"], outcomes), DEPLOYMENT, {**plan, "outcomes": list(outcomes)}
    )


def subjects_of(environment: str, changes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the digests of the versions that changes, or their outcomes, are about, by `environment/model@version`."""
    subjects = {}
    for change in changes:
        values = change["after"] or change["before"] or {}
        if "digest" in values:
            version = values.get("version") or values["champion"]
            subjects[f"{environment}/{change['resource']}@{version}"] = values["digest"]
    return subjects


def registration_statement(
    model: str, version: str, digest: str, environment: str, lineage: Mapping[str, Any]
) -> Statement:
    """Return the record that a trained version was registered, with its lineage."""
    predicate = {"environment": environment, "model": model, "version": version, "digest": digest, **lineage}
    return Statement({f"{environment}/{model}@{version}": digest}, REGISTRATION, predicate)


def retry_statement(
    environment: str, model: str, version: str, digest: str, who: Mapping[str, Any]
) -> Statement:
    """Return the record that a failed version may be tried again, who allowed it and why."""
    predicate = {"environment": environment, "model": model, "version": version, "digest": digest, **who}
    return Statement({f"{environment}/{model}@{version}": digest}, RETRY, predicate)


def validation_statement(
    environment: str, model: str, version: str, digest: str, result: Mapping[str, Any]
) -> Statement:
    """Return the record of a validation: the held-out sample, the measured metrics, and which requirements were met."""
    predicate = {"environment": environment, "model": model, "version": version, "digest": digest, **result}
    subjects = {
        f"{environment}/{model}@{version}": digest,
        result["sample"]["dataset"]: result["sample"]["digest"],
    }
    return Statement(subjects, VALIDATION, predicate)


def snapshot_statement(environment: str, commit: str, taken: str, digest: str, blob: str) -> Statement:
    """Return the record of a snapshot; the snapshot itself is attached, as the git object `blob`."""
    predicate = {"environment": environment, "commit": commit, "taken": taken, "blob": blob}
    return Statement({f"{environment}/snapshot": digest}, SNAPSHOT, predicate)


def controls_statement(repository: str, commit: str, digest: str, compared: Mapping[str, Any]) -> Statement:
    """Return the record that a Git host's controls were compared with what a commit of main declares.

    `digest` is that of what is declared; `compared` says what is in force, and how it differs.
    """
    predicate = {"repository": repository, "commit": commit, "digest": digest, **compared}
    return Statement({f"{repository}/controls": digest}, CONTROLS, predicate)


def newest_snapshot(
    oldest_first: Sequence[Statement], environment: str
) -> tuple[Statement | None, tuple[Statement, ...]]:
    """Return the newest snapshot of an environment and the deployments since, newest first.

    Reverts of drift are left out, as they restore what the snapshot says, and so are applies that changed nothing.
    """
    since: list[Statement] = []
    for statement in reversed(oldest_first):
        predicate = statement.predicate
        if predicate.get("environment") != environment:
            continue
        if statement.predicate_type == SNAPSHOT:
            return statement, tuple(since)
        if statement.predicate_type == DEPLOYMENT and predicate["outcomes"] and "undoing" not in predicate:
            since.append(statement)
    return None, tuple(since)


def newest_fence(statements: Iterable[Statement], environment: str) -> int:
    """Return the greatest fence in the records of an environment; 0 when there is none."""
    predicates = (statement.predicate for statement in statements)
    fences = (each.get("fence", 0) for each in predicates if each.get("environment") == environment)
    return max(fences, default=0)


@dataclass(frozen=True, slots=True)
class Applied:
    """The commit that was applied last; after a rollback to an earlier commit, also the newest commit before that."""

    commit: str
    rolled_back_from: str | None = None


def applied_commits(oldest_first: Sequence[Statement], environment: str) -> tuple[str, ...]:
    """Return every commit that was applied to an environment, newest first, each once."""
    commits = (
        str(statement.predicate["commit"])
        for statement in reversed(oldest_first)
        if statement.predicate_type == DEPLOYMENT and statement.predicate["environment"] == environment
    )
    return tuple(dict.fromkeys(commits))


def last_applied(oldest_first: Iterable[Statement], environment: str) -> Applied | None:
    """Return the commit that was applied to an environment last; None before the first apply."""
    last: Applied | None = None
    for statement in oldest_first:
        predicate = statement.predicate
        is_deployment = statement.predicate_type == DEPLOYMENT and predicate["environment"] == environment
        if not is_deployment or predicate.get("late"):
            continue
        commit = str(predicate["commit"])
        if last is None or ("goingBack" not in predicate and commit != last.commit):
            last = Applied(commit)
        elif commit != last.commit:
            last = Applied(commit, last.rolled_back_from or last.commit)
    return last


def newest_apply(ledger: Sequence[Statement], environment: str) -> Statement | None:
    """Return the record of the newest apply of an environment that is not marked as late."""
    for statement in reversed(ledger):
        predicate = statement.predicate
        if (
            statement.predicate_type == DEPLOYMENT
            and predicate["environment"] == environment
            and not predicate.get("late")
        ):
            return statement
    return None

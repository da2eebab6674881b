"""A small repository and target of one tenant: scaling models whose answers tell which version computed them."""

import json
import math
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlplatform.core.naming import Kind
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.payload import ArtifactRef
from mlplatform.core.plan import Action, Change
from mlplatform.core.records.statement import Statement
from mlplatform.core.snapshot import RegisteredEntry, Snapshot
from mlplatform.core.target import LocalTarget
from mlplatform.flow.workspace import Workspace
from mlplatform.local.identity import target_id
from mlplatform.providers.forge.signed import SignedForge
from mlplatform.providers.git import Git
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import Lineage, Registry, RegistryState
from mlplatform.record.ledger import Ledger, local_ledger, shared_ledger
from mlplatform.record.snapshots import publish_snapshot
from tests.support.payloads import write_payload
from tests.support.records import apply_record
from tests.support.reviewers import Reviewers
from tests.support.stack import SCALING, scaling_model
from tests.support.values import ENVIRONMENTS, METRICS, deployment, digest, document, environment, model

REPOSITORY = Path(__file__).parents[2]
SCALER = "lab/scaler"
DATA = {"lab/points": digest("9.9.9")}
OWNERS = ["ada", "grace", "mary"]
SIGNERS, KEYS = "allowed_signers", ".platform/keys"
PLATFORM = {
    "schema": "platform/v1",
    "team": ["margaret", "dennis"],
    "ownedPaths": ["policies/", "*"],
    "gitHost": {"provider": "signed"},
}
TENANT = {
    "schema": "tenant/v1",
    "description": "a laboratory",
    "owners": OWNERS,
    "contact": {"email": "lab@example.com", "oncall": "lab-oncall"},
    "costCenter": "LAB",
    "clearance": "internal",
    "quotas": {name: {"gpu": 0, "cpu": 64, "memoryGiB": 256, "endpoints": 20} for name in ENVIRONMENTS},
    "budget": {"monthlyUSD": 10},
}
POINTS = {
    "schema": "dataset/v1",
    "owner": "ada",
    "location": "s3://lab-points/v1/",
    "region": "us-east-1",
    "format": "parquet",
    "digest": DATA["lab/points"],
    "classification": "internal",
    "columns": {"x": {"type": "float", "classification": "internal"}},
    "encryption": {"atRest": "AES256", "inTransit": "tls"},
}


@dataclass(frozen=True, slots=True)
class Laboratory:
    """The repository at `place`, with the payloads that were made for it."""

    place: Workspace
    payloads: Mapping[str, ArtifactRef]
    shared: str = ""  # the address of the MLflow server that all environments share; nothing: each has a file

    @property
    def root(self) -> Path:
        return self.place.git.root

    def commit(self, files: Mapping[str, Mapping[str, Any] | None], message: str) -> str:
        """Write documents (None: delete) and commit them to main."""
        if self.shared and (self.root / SIGNERS).exists():
            return self._reviewed(files, message)
        self._commit(files, message)
        if self.shared:
            run_git(self.root, "push", "-q", "origin", "HEAD:main")
        return self.place.git.resolve("HEAD")

    def _reviewed(self, files: Mapping[str, Mapping[str, Any] | None], message: str) -> str:
        """Commit to a branch that is reviewed, and merge that into main of the remote."""
        run_git(self.root, "checkout", "-q", "-b", "change")
        self._commit(files, message)
        branch = f"change/{self.place.git.resolve('HEAD')[:12]}"
        run_git(self.root, "branch", "-q", "-m", branch)
        run_git(self.root, "checkout", "-q", "main")
        forge = SignedForge(self.place.git, SIGNERS)
        pull = forge.open_pull_request(branch, message, "")
        reviewers = Reviewers(self.root / KEYS)
        for person, action in (("grace", "request"), ("ada", "approve"), ("mary", "approve")):
            forge.say(pull, action, "", reviewers.key(person))
        run_git(self.root, "merge", "-q", "--no-ff", "-m", f"Merge branch '{branch}'", branch)
        run_git(self.root, "push", "-q", "origin", "HEAD:main", f":{branch}")
        run_git(self.root, "branch", "-q", "-D", branch)
        return self.place.git.resolve("HEAD")

    def _commit(self, files: Mapping[str, Mapping[str, Any] | None], message: str) -> None:
        root = self.place.git.root
        for path, said in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            if said is None:
                (root / path).unlink()
            else:
                (root / path).write_text(json.dumps(said, indent=1))
        run_git(root, "add", "-A")
        run_git(root, "commit", "-q", "-m", message)

    def pin(self, environment: str, version: str, name: str = SCALER) -> str:
        """Pin a version of a model in an environment, and return the commit."""
        said = {**deployment(version, self.payloads[version].digest), "from": {"data": DATA}}
        before = {"integration": "development", "production": "integration"}.get(environment)
        if before:
            said["from"] = {"environment": before, "data": DATA}
        return self.commit(
            {f"environments/{environment}/{name}.yaml": said}, f"{environment}: {name} {version}"
        )

    def remove(self, environment: str, name: str = SCALER) -> str:
        """Declare a model in an environment no longer, and return the commit."""
        return self.commit({f"environments/{environment}/{name}.yaml": None}, f"{environment}: no {name}")

    def ledger(self) -> Ledger:
        if self.shared:
            return shared_ledger(self.place.git, "origin")
        return local_ledger(self.place.git, self.place.target_id())

    def registry(self, environment: str) -> RegistryState:
        return connected(self, environment).read()


def laboratory(
    root: Path,
    versions: Iterable[str],
    *,
    models: Iterable[str] = (SCALER,),
    broken: Iterable[str] = (),
    shared: str = "",
) -> Laboratory:
    """A committed repository with registries prepared, and stocked with versions."""
    root.mkdir(parents=True, exist_ok=True)
    run_git(root, "init", "-q", "-b", "main")
    run_git(root, "config", "user.name", "Ada Lovelace")
    run_git(root, "config", "user.email", "ada@example.com")
    (root / ".gitignore").write_text("/.platform/\n/payloads/\n")
    shutil.copytree(REPOSITORY / "policies" / "rego", root / "policies" / "rego")
    made = Laboratory(Workspace(Git(root), LocalTarget(root)), {}, shared)
    if shared:
        run_git(root, "init", "-q", "--bare", str(root / ".platform/remote"))
        run_git(root, "remote", "add", "origin", str(root / ".platform/remote"))
    made._commit(documents(models, shared), "a laboratory")
    if shared:
        (root / SIGNERS).write_text(Reviewers(root / KEYS).signers())
        run_git(root, "add", "-A")
        run_git(root, "commit", "-q", "-m", "whose keys count")
        run_git(root, "push", "-q", "origin", "HEAD:main")
    target_id(made.place.target)
    for name in ENVIRONMENTS:
        connected(made, name).prepare()
    return stocked(made, versions, models=models, broken=broken)


def stocked(
    lab: Laboratory, versions: Iterable[str], *, models: Iterable[str] = (SCALER,), broken: Iterable[str] = ()
) -> Laboratory:
    """The laboratory with more versions, which are registered in development and ran in integration.

    The `broken` versions load and answer what is no number, which a probe does not let through.
    """
    payloads = lab.place.git.root / "payloads"
    refs = {
        version: write_payload(payloads / version, {"model.onnx": scaling_model(number)})
        for number, version in enumerate(versions, start=len(lab.payloads) + 1)
    }
    for version in broken:
        files = {"model.onnx": scaling_model(math.inf), "notes.txt": version.encode()}
        refs[version] = write_payload(payloads / version, files)
    for registry in (connected(lab, "development"), connected(lab, "integration")):
        for version, ref in refs.items():
            for scaler in models:
                registry.add(scaler, version, ref, Lineage("run-1", "f" * 40, DATA, METRICS))
    if refs:
        lab.ledger().append(ran(lab, "integration", refs, models))
        publish_snapshot(lab.ledger(), _snapshot(lab, "integration", {**lab.payloads, **refs}, models))
    return replace(lab, payloads={**lab.payloads, **refs})


def ran(
    lab: Laboratory, environment: str, payloads: Mapping[str, ArtifactRef], models: Iterable[str] = (SCALER,)
) -> Statement:
    """Return the record of an environment in which some versions were champion, one after the other."""
    outcomes = [
        Outcome(Change(Action.CHAMPION, "mlflow", scaler, None, _aliases(version, ref)), Result.APPLIED)
        for scaler in models
        for version, ref in payloads.items()
    ]
    return apply_record(environment, outcomes, commit=lab.place.git.resolve("HEAD"))


def _aliases(version: str, ref: ArtifactRef) -> dict[str, str | None]:
    return {"champion": version, "previous": None, "digest": ref.digest}


def _snapshot(
    lab: Laboratory, environment: str, payloads: Mapping[str, ArtifactRef], models: Iterable[str]
) -> Snapshot:
    """Return what an environment has registered, as an apply publishes it."""
    versions = {version: RegisteredEntry(ref.digest, "") for version, ref in payloads.items()}
    taken = datetime.now(UTC).isoformat()
    return Snapshot(
        *(environment, lab.place.target_id(), lab.place.git.resolve("HEAD"), taken),
        versions=dict.fromkeys(models, versions),
    )


def connected(lab: Laboratory, environment: str) -> Registry:
    """The registry of one of its environments."""
    settings = document(Kind.ENVIRONMENT, environment, environments(lab.shared)[environment]).body
    return connect_registry(settings, lab.place.paths(environment))


def documents(models: Iterable[str], shared: str = "") -> dict[str, dict[str, Any]]:
    """Everything but deployments, by path."""
    said = model()
    said["signature"] = SCALING.model_dump(mode="json")
    said["data"] = {"datasets": ["lab/points"]}
    return {
        "platform.yaml": PLATFORM,
        "tenants/lab/tenant.yaml": TENANT,
        "tenants/lab/datasets/points.yaml": POINTS,
        **{f"models/{name}.yaml": said for name in models},
        **{
            f"environments/{name}/environment.yaml": settings
            for name, settings in environments(shared).items()
        },
    }


def environments(shared: str = "") -> dict[str, dict[str, Any]]:
    said = {name: environment(order) for order, name in enumerate(ENVIRONMENTS, start=1)}
    for name, settings in said.items() if shared else ():
        settings["registry"] |= {"uri": shared, "prefix": f"{name}."}
    return said


def run_git(root: Path, *args: str) -> None:
    subprocess.run(["git", "-C", str(root), *args], check=True, capture_output=True)

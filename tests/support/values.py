"""Small judged repositories and states of the world, as values: for the stages that read nothing."""

from collections.abc import Mapping
from typing import Any

from mlplatform.core.document import Document, RawDocument
from mlplatform.core.finding import Finding
from mlplatform.core.naming import Kind, parse_path, path_of
from mlplatform.core.payload import ArtifactRef
from mlplatform.core.ran import Ran
from mlplatform.core.repository import Repository
from mlplatform.plan.actual import Actual
from mlplatform.providers.registry.interface import Lineage, RegisteredVersion, RegistryState
from mlplatform.providers.serving.interface import Observation, Served

COMMIT = "c" * 40
ENVIRONMENTS = ("development", "integration", "production")
METRICS = {"auc": 0.95}


def digest(version: str) -> str:
    """A digest of its own for each version."""
    return "sha256:" + version.replace(".", "").rjust(64, "0")


def environment(order: int, max_changed_percent: float = 100, min_resources: int = 10) -> dict[str, Any]:
    before = {"promotesFrom": ENVIRONMENTS[order - 2]} if order > 1 else {}
    return {
        "schema": "environment/v1",
        "order": order,
        **before,
        "approvals": {"required": 1, "from": ["owners"]},
        "registry": {"provider": "mlflow", "uri": "local"},
        "serving": {"provider": "triton"},
        "blastRadius": {"maxChangedPercent": max_changed_percent, "minResources": min_resources},
    }


def model(kind: str = "real-time") -> dict[str, Any]:
    return {
        "schema": "model/v1",
        "owner": "ada",
        "description": "a model",
        "type": kind,
        "format": "onnx",
        "signature": {
            "inputs": [{"name": "X", "type": "FP32", "shape": [-1, 2]}],
            "outputs": [{"name": "Y", "type": "FP32", "shape": [-1, 1]}],
        },
        "data": {"datasets": ["clinic/biopsies"]},
    }


def deployment(
    version: str, pinned: str | None = None, metrics: Mapping[str, float] = METRICS
) -> dict[str, Any]:
    return {
        "schema": "deployment/v1",
        "version": version,
        "digest": pinned or digest(version),
        "from": {"environment": "integration"},
        "metrics": dict(metrics),
        "serving": {"instances": 1, "cpu": 1, "memoryGiB": 1, "gpu": {"count": 0}},
        "rollout": {"strategy": "all"},
    }


def document(kind: Kind, name: str, said: Mapping[str, Any]) -> Document[Any]:
    path = path_of(kind, name)
    identity = parse_path(path)
    assert identity is not None
    return Document(RawDocument(path, identity, said, {(): (1, 1)}), kind.entry.body.model_validate(said))


def repository(
    pins: Mapping[str, Mapping[str, dict[str, Any]]],
    *,
    kinds: Mapping[str, str] | None = None,
    production: dict[str, Any] | None = None,
    blocked_tenants: Mapping[str, Finding] | None = None,
    blocked_environments: Mapping[str, Finding] | None = None,
    commit: str | None = COMMIT,
) -> Repository:
    """Three environments; `pins` gives each environment's deployments by `tenant/model`."""
    settings = {name: environment(order) for order, name in enumerate(ENVIRONMENTS, start=1)}
    settings["production"] = production or settings["production"]
    models = {name for declared in pins.values() for name in declared}
    return Repository(
        commit=commit,
        platform=None,
        tenants={},
        datasets={},
        models={
            name: document(Kind.MODEL, name, model((kinds or {}).get(name, "real-time"))) for name in models
        },
        environments={name: document(Kind.ENVIRONMENT, name, said) for name, said in settings.items()},
        deployments={
            env: {name: document(Kind.DEPLOYMENT, f"{env}/{name}", said) for name, said in declared.items()}
            for env, declared in pins.items()
        },
        blocked_tenants=blocked_tenants or {},
        blocked_environments=blocked_environments or {},
    )


def registered(
    name: str, version: str, *, held: str | None = None, metrics: Mapping[str, float] = METRICS
) -> RegisteredVersion:
    held = held or digest(version)
    lineage = Lineage("run-1", "f" * 40, {"clinic/biopsies": digest("9.9.9")}, dict(metrics))
    return RegisteredVersion(name, version, ArtifactRef(f"file:///store/{name}/{held}", held), lineage)


def registry(
    *versions: RegisteredVersion, aliases: Mapping[str, Mapping[str, str]] | None = None
) -> RegistryState:
    by_model: dict[str, dict[str, RegisteredVersion]] = {}
    for version in versions:
        by_model.setdefault(version.model, {})[version.version] = version
    return RegistryState(by_model, aliases or {})


def serving(*held: Served, routed: Mapping[str, str] | None = None) -> Observation:
    """`routed` gives each model the version that all its requests go to."""
    return Observation(held, {name: {digest(version): 100} for name, version in (routed or {}).items()})


def served(name: str, version: str, *, ready: bool = True) -> Served:
    return Served(name, version, digest(version), ready, "" if ready else "it is still loading")


def actual(
    here: RegistryState | None = None,
    there: Observation | None = None,
    earlier: Mapping[str, RegistryState] | None = None,
) -> Actual:
    """Return a state; all that the registries of the `earlier` environments hold ran there."""
    states = earlier or {}
    ran = {name: everything_ran(state) for name, state in states.items()}
    return Actual(here or registry(), there or serving(), states, ran=ran)


def everything_ran(state: RegistryState) -> Ran:
    by_model = {
        model: tuple(version.ref.digest for version in versions.values())
        for model, versions in state.versions.items()
    }
    return Ran(by_model, is_recorded=True)

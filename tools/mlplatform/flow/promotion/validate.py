"""Tries a version on a held-out sample in an environment's real servers, before anybody is routed to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from mlplatform.apply.steps import wait
from mlplatform.core.document import Document
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Dataset, Model
from mlplatform.core.kinds.model import FEWEST_ROWS, Validation
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.repository import Repository
from mlplatform.core.sensitivity import covers, sensitivity
from mlplatform.core.served_signature import signature_of
from mlplatform.core.statement import validation_statement
from mlplatform.flow.actor import actor
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.promotion.candidate import choose
from mlplatform.flow.reconcile.served_signature import signatures_of
from mlplatform.flow.workspace import Workspace, environment_of, model_of
from mlplatform.load.source import Commit
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import RegisteredVersion, RegistryState
from mlplatform.providers.serving import connect_serving
from mlplatform.providers.serving.interface import Candidate, Serving, ServingError, SignatureMismatch
from mlplatform.validate.evaluation import Evaluation, Latency, evaluate, measure_latency
from mlplatform.validate.result import ValidationResult
from mlplatform.validate.sample import Sample, read_sample
from mlplatform.validate.verdict import Version, checks


def validate(
    workspace: Workspace,
    repository: Repository,
    environment: str,
    model: str,
    version: str | None,
    progress: ProgressReporter,
) -> ValidationResult:
    """The verdict on a version. What was not loaded before is unloaded again, whatever happens.

    Refusal when there is no sample, it is not what was reviewed, the tenant may not see it, or nothing can be asked.
    """
    settings, document = environment_of(repository, environment), model_of(repository, model)
    if blocked := repository.blocked(environment, model.split("/")[0]):
        raise Refusal(f"{model} is blocked: {blocked.message}", fix=blocked.fix, where=blocked.where)
    asked, dataset = _asked(repository, model, document)
    data = _data(workspace, repository, dataset)

    def read(taken_by: Model) -> Sample:
        return _enough(read_sample(data, dataset.body.location, taken_by, asked), dataset)

    with workspace.lease(settings, environment):
        workspace.ledger(settings).sync()
        registries = _registries(workspace, repository, environment)
        chosen = choose(repository, environment, model, version, registries)
        progress.on_message(f"{model} {chosen.version.version}: {chosen.because}")
        champion = _champion(registries[environment], chosen.version)
        taken = _document_of(chosen.version, workspace, repository, document)
        sample = read(taken)
        serving = connect_serving(settings, workspace.paths(environment))
        progress.on_message(f"sending {len(sample.rows)} rows of {asked.dataset} through it in {environment}")
        limit = document.slo.latencyP99Ms if document.slo else None
        tried, latency = _try(serving, taken, chosen.version, sample, limit)
        beside = None
        if champion:
            taken = _document_of(champion, workspace, repository, document)
            beside = _try_champion(serving, taken, champion, read)
    gates = document.gates.get(environment, {})
    return ValidationResult(
        environment,
        model,
        chosen.because,
        str(repository.commit),
        asked.dataset,
        dataset.body.digest,
        len(sample.rows),
        tried,
        beside,
        latency,
        checks(tried, beside, gates, len(sample.rows), latency, limit),
    )


def record(workspace: Workspace, repository: Repository, done: ValidationResult) -> None:
    """Put a verdict on the ledger."""
    settings = environment_of(repository, done.environment)
    candidate = done.candidate
    said = {**done.said(), **actor()}
    statement = validation_statement(done.environment, done.model, candidate.version, candidate.digest, said)
    workspace.ledger(settings).append(statement)


def _asked(repository: Repository, name: str, model: Model) -> tuple[Validation, Document[Dataset]]:
    asked = model.validation
    if asked is None:
        raise Refusal(
            f"{name} names no held-out sample",
            fix="add validation: {dataset: …, target: …, inputs: […], task: …}",
            where=f"{repository.models[name].path}:1:1",
        )
    if asked.dataset not in repository.datasets:
        line, column = repository.models[name].position(("validation", "dataset"))
        raise Refusal(
            f"there is no data set {asked.dataset}",
            fix="correct validation.dataset",
            where=f"{repository.models[name].path}:{line}:{column}",
        )
    tenant, dataset = name.split("/")[0], repository.datasets[asked.dataset]
    clearance = repository.tenants[tenant].body.clearance if tenant in repository.tenants else "public"
    if not covers(clearance, sensitivity(dataset.body)):
        line, column = dataset.position(("classification",))
        raise Refusal(
            f"{asked.dataset} is {sensitivity(dataset.body)} data and tenant {tenant} is cleared for {clearance}",
            fix="validate with less sensitive data",
            where=f"{dataset.path}:{line}:{column}",
        )
    return asked, dataset


def _data(workspace: Workspace, repository: Repository, dataset: Document[Dataset]) -> bytes:
    """The sample's file from the commit, once it is known to be what was reviewed."""
    location = dataset.body.location
    data = Commit(workspace.git, str(repository.commit)).read([location]).get(location)
    if data is None:
        line, column = dataset.position(("location",))
        raise Refusal(
            f"{location} is not a file of this repository: a sample is a CSV file in examples/data",
            fix="name another data set in validation",
            where=f"{dataset.path}:{line}:{column}",
        )
    if digest_of_bytes(data) != dataset.body.digest:
        line, column = dataset.position(("digest",))
        raise Refusal(
            f"{location} is not what was reviewed: its digest is {digest_of_bytes(data)}",
            fix="restore the file, or have its digest changed in a reviewed change",
            where=f"{dataset.path}:{line}:{column}",
        )
    return data


def _enough(sample: Sample, dataset: Document[Dataset]) -> Sample:
    """Refusal when a metric over so few rows would tell what is in them."""
    if len(sample.rows) < FEWEST_ROWS and sensitivity(dataset.body) != "public":
        location = dataset.body.location
        holds = f"{location} holds {len(sample.rows)} rows of {sensitivity(dataset.body)} data"
        raise Refusal(
            f"{holds}, and a metric over fewer than {FEWEST_ROWS} would tell what is in them",
            fix=f"name a data set of {FEWEST_ROWS} rows or more in validation",
            where=f"{location}:1:1",
        )
    return sample


def _registries(
    workspace: Workspace, repository: Repository, environment: str
) -> Mapping[str, RegistryState]:
    names: Sequence[str] = (environment, *repository.earlier(environment))
    return {
        name: connect_registry(repository.environments[name].body, workspace.paths(name)).read()
        for name in names
    }


def _champion(state: RegistryState, candidate: RegisteredVersion) -> RegisteredVersion | None:
    """What the candidate would replace; None when that is nothing, or itself. Refusal when its bytes are not known."""
    version = state.aliases.get(candidate.model, {}).get("champion")
    if version is None or version == candidate.version:
        return None
    found = state.find(candidate.model, version)
    if found is None:
        raise Refusal(
            f"{candidate.model} {version} is champion and the registry does not hold it",
            fix="run `platform drift`, or apply the environment again",
        )
    return found


def _try(
    serving: Serving, model: Model, version: RegisteredVersion, sample: Sample, limit: float | None
) -> tuple[Version, Latency | None]:
    candidate = _candidate(model, version)
    latency = None
    with _loaded(serving, candidate):
        tried = evaluate(sample, serving, candidate)
        if not tried.flaw:
            try:
                latency = measure_latency(sample, serving, candidate, limit)
            except SignatureMismatch as why:
                tried = Evaluation(flaw=why.message)
    return Version(version.version, version.ref.digest, version.lineage.metrics, tried), latency


def _try_champion(
    serving: Serving, model: Model, version: RegisteredVersion, read: Callable[[Model], Sample]
) -> Version:
    candidate = _candidate(model, version)
    try:
        sample = read(model)
    except Refusal as why:  # it takes other columns: then gates that compare are not met
        return Version(
            version.version, version.ref.digest, version.lineage.metrics, Evaluation(flaw=why.message)
        )
    try:
        with _loaded(serving, candidate):
            tried = evaluate(sample, serving, candidate)
    except ServingError as why:  # nor are they where it cannot be loaded any more
        tried = Evaluation(flaw=why.message)
    return Version(version.version, version.ref.digest, version.lineage.metrics, tried)


def _document_of(
    version: RegisteredVersion, workspace: Workspace, repository: Repository, model: Model
) -> Model:
    """The model's document with the signature that this version has, which need not be the newest."""
    name, digest = version.model, version.ref.digest
    known = signatures_of(workspace.git, repository, {(name, digest)}, statements(workspace))
    return signature_of(name, model, digest, known).over(model)


def _candidate(model: Model, version: RegisteredVersion) -> Candidate:
    return Candidate(version.model, version.version, version.ref, model.format, model.signature)


@contextmanager
def _loaded(serving: Serving, candidate: Candidate) -> Iterator[None]:
    """The version, loaded beside what is served; one that was there before is taken as it is, and stays."""
    model, digest = candidate.model, candidate.ref.digest
    held = serving.observe().find(model, digest)
    if held is not None and not held.ready:
        raise Refusal(
            f"{model} {candidate.version} is loaded and cannot answer: {held.reason}",
            fix="apply the environment again, then validate",
        )
    try:
        if held is None:
            wait(f"{model} {candidate.version} to load", lambda: serving.ensure(candidate))
        yield
    finally:
        if held is None:
            wait(f"{model} {candidate.version} to be unloaded", lambda: serving.retire(model, digest))

"""Measures a version on a held-out sample in an environment's real servers, before any traffic goes to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from mlplatform.apply.steps import wait
from mlplatform.core.document import Document
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Dataset, Model
from mlplatform.core.kinds.model import FEWEST_ROWS
from mlplatform.core.records.base import parse
from mlplatform.core.records.statement import Statement
from mlplatform.core.records.validation import ValidationPredicate
from mlplatform.core.repository import Repository
from mlplatform.core.sensitivity import sensitivity
from mlplatform.core.served_signature import signature_of
from mlplatform.flow.actor import actor
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.promotion.candidate import choose_candidate
from mlplatform.flow.promotion.held_out_sample import sample_file, validation_and_sample
from mlplatform.flow.reconcile.served_signature import signatures_of
from mlplatform.flow.workspace import Workspace, environment_of, model_of
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
    """Measure a version and return the verdict; a version that was loaded for it is unloaded again in any case.

    Refusal when the model names no sample, the sample is not the reviewed file, the tenant is not cleared for it, or no
    server answers.
    """
    settings, document = environment_of(repository, environment), model_of(repository, model)
    if blocked := repository.blocked(environment, model.split("/")[0]):
        raise Refusal(f"{model} is blocked: {blocked.message}", fix=blocked.fix, where=blocked.where)
    validation, dataset = validation_and_sample(repository, model, document)
    data = sample_file(workspace, repository, dataset)

    def read(served_model: Model) -> Sample:
        return _require_enough_rows(
            read_sample(data, dataset.body.location, served_model, validation), dataset
        )

    with workspace.lease(settings, environment):
        workspace.ledger(settings).sync()
        registries = _registries(workspace, repository, environment)
        candidate = choose_candidate(repository, environment, model, version, registries)
        progress.on_message(f"{model} {candidate.version.version}: {candidate.reason}")
        champion = _champion(registries[environment], candidate.version)
        served_model = _document_of(candidate.version, workspace, repository, document)
        sample = read(served_model)
        serving = connect_serving(settings, workspace.paths(environment))
        progress.on_message(
            f"sending {len(sample.rows)} rows of {validation.dataset} through it in {environment}"
        )
        limit = document.slo.latencyP99Ms if document.slo else None
        candidate_result, latency = _measure(serving, served_model, candidate.version, sample, limit)
        champion_result = None
        if champion:
            served_model = _document_of(champion, workspace, repository, document)
            champion_result = _measure_champion(serving, served_model, champion, read)
    gates = document.gates.get(environment, {})
    return ValidationResult(
        environment,
        model,
        candidate.reason,
        str(repository.commit),
        validation.dataset,
        dataset.body.digest,
        len(sample.rows),
        candidate_result,
        champion_result,
        latency,
        checks(candidate_result, champion_result, gates, len(sample.rows), latency, limit),
    )


def record(workspace: Workspace, repository: Repository, result: ValidationResult) -> None:
    """Put a verdict on the ledger."""
    settings = environment_of(repository, result.environment)
    predicate = parse(ValidationPredicate, {**result.as_json(), "identity": actor()})
    workspace.ledger(settings).append(Statement.of(predicate))


def _require_enough_rows(sample: Sample, dataset: Document[Dataset]) -> Sample:
    """Refusal when a metric over so few rows would disclose the rows themselves."""
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
    """Return the version that the candidate would replace; None when there is none, or it is the candidate.

    Refusal when the registry has no such version.
    """
    version = state.aliases.get(candidate.model, {}).get("champion")
    if version is None or version == candidate.version:
        return None
    champion = state.find(candidate.model, version)
    if champion is None:
        raise Refusal(
            f"{candidate.model} {version} is champion and the registry does not hold it",
            fix="run `platform drift`, or apply the environment again",
        )
    return champion


def _measure(
    serving: Serving, model: Model, version: RegisteredVersion, sample: Sample, limit: float | None
) -> tuple[Version, Latency | None]:
    candidate = _candidate(model, version)
    latency = None
    with _loaded(serving, candidate):
        evaluation = evaluate(sample, serving, candidate)
        if not evaluation.flaw:
            try:
                latency = measure_latency(sample, serving, candidate, limit)
            except SignatureMismatch as refusal:
                evaluation = Evaluation(flaw=refusal.message)
    return Version(version.version, version.ref.digest, version.lineage.metrics, evaluation), latency


def _measure_champion(
    serving: Serving, model: Model, version: RegisteredVersion, read: Callable[[Model], Sample]
) -> Version:
    candidate = _candidate(model, version)
    try:
        sample = read(model)
    except Refusal as refusal:  # it takes other columns: then gates that compare are not met
        return Version(
            version.version, version.ref.digest, version.lineage.metrics, Evaluation(flaw=refusal.message)
        )
    try:
        with _loaded(serving, candidate):
            evaluation = evaluate(sample, serving, candidate)
    except ServingError as refusal:  # nor are they where it cannot be loaded any more
        evaluation = Evaluation(flaw=refusal.message)
    return Version(version.version, version.ref.digest, version.lineage.metrics, evaluation)


def _document_of(
    version: RegisteredVersion, workspace: Workspace, repository: Repository, model: Model
) -> Model:
    """Return the model's document with the signature of this version, which need not be the newest."""
    name, digest = version.model, version.ref.digest
    signatures = signatures_of(workspace.git, repository, {(name, digest)}, statements(workspace))
    return signature_of(name, model, digest, signatures).over(model)


def _candidate(model: Model, version: RegisteredVersion) -> Candidate:
    return Candidate(version.model, version.version, version.ref, model.format, model.signature)


@contextmanager
def _loaded(serving: Serving, candidate: Candidate) -> Iterator[None]:
    """Keep a version loaded beside what is served; one that was loaded before is used as it is, and stays."""
    model, digest = candidate.model, candidate.ref.digest
    served = serving.observe().find(model, digest)
    if served is not None and not served.ready:
        raise Refusal(
            f"{model} {candidate.version} is loaded and cannot answer: {served.reason}",
            fix="apply the environment again, then validate",
        )
    try:
        if served is None:
            wait(f"{model} {candidate.version} to load", lambda: serving.ensure(candidate))
        yield
    finally:
        if served is None:
            wait(f"{model} {candidate.version} to be unloaded", lambda: serving.retire(model, digest))

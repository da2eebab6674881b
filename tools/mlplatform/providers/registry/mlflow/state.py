"""Everything that a registry holds, by one paged search of versions and one of models (for their aliases).

`source` of a searched version is where its bytes lie: we register `file:` URIs, for which it is the same as the
download URI (that one differs for `models:/` sources alone, and would cost a call a version).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlplatform.providers.registry.interface import (
    RegisteredVersion,
    RegistryError,
    RegistryState,
    UntrustedVersion,
    WrongStage,
)
from mlplatform.providers.registry.mlflow.names import Names
from mlplatform.providers.registry.mlflow.tags import from_tags, is_ours

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

CHAMPION, PREVIOUS = "champion", "previous"
PRODUCTION, ARCHIVED = "Production", "Archived"
_VERSIONS_A_PAGE, _MODELS_A_PAGE = 200_000, 1_000  # as many as MLflow allows


@dataclass(frozen=True, slots=True)
class Held:
    """One of our versions as MLflow numbers it, in its stage; `problem` says why it cannot be believed."""

    model: str
    number: int
    stage: str
    semver: str
    version: RegisteredVersion | None
    problem: str = ""
    source: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def read(client: "MlflowClient", names: Names, legacy_stages: bool) -> RegistryState:
    """The state; aliases are read first, so that each one's version is there."""
    numbers = read_aliases(client, names, names.filter)
    held = read_versions(client, names, names.filter)
    trusted = trustworthy(held)
    semvers = {(record.model, record.number): record.semver for record in _agreeing(held)}
    aliases = {model: _resolve(model, of_model, semvers) for model, of_model in numbers.items()}
    return RegistryState(
        versions=_by_model(trusted),
        aliases={model: of_model for model, of_model in aliases.items() if of_model},
        notes=tuple(sorted((*_problems(held), *_contradictions(held), *_strays(numbers, semvers)))),
        stage_mismatches=_unsettled(trusted, aliases) if legacy_stages else {},
        untrusted=_doubtful(held, trusted),
        foreign_aliases=_stray_aliases(numbers, semvers),
    )


def read_versions(
    client: "MlflowClient", names: Names, filter_string: str, *, every: bool = False
) -> list[Held]:
    """Our versions, those with damaged tags included, by model and number; `every`: those that say nothing too."""
    pages = _pages(
        client.search_model_versions, filter_string, _VERSIONS_A_PAGE, ["name ASC", "version_number ASC"]
    )
    models = ((names.model(item.name), item) for item in pages)
    return [_held(model, item) for model, item in models if model and (every or is_ours(item.tags))]


def read_aliases(client: "MlflowClient", names: Names, filter_string: str) -> dict[str, dict[str, int]]:
    """The MLflow version numbers of our models' aliases."""
    pages = _pages(client.search_registered_models, filter_string, _MODELS_A_PAGE, ["name ASC"])
    models = ((names.model(item.name), item) for item in pages)
    return {
        model: {alias: int(number) for alias, number in item.aliases.items()}
        for model, item in models
        if model
    }


def trustworthy(held: Sequence[Held]) -> list[Held]:
    """Those that can be believed: of several with the same version and digest the first, of a contradiction none."""
    first: dict[tuple[str, str], Held] = {}
    for record in _agreeing(held):
        first.setdefault((record.model, record.semver), record)
    return list(first.values())


def _agreeing(held: Sequence[Held]) -> list[Held]:
    digests = _digests(held)
    return [record for record in held if record.version and len(digests[record.model, record.semver]) == 1]


def _digests(held: Iterable[Held]) -> dict[tuple[str, str], dict[str, int]]:
    """By model and semver: the digests registered as it, with the first MLflow version of each."""
    numbers: dict[tuple[str, str], dict[str, int]] = {}
    for record in held:
        if record.version:
            numbers.setdefault((record.model, record.semver), {}).setdefault(
                record.version.ref.digest, record.number
            )
    return numbers


def _held(model: str, item: Any) -> Held:
    number, semver = int(item.version), item.tags.get("semver", "")
    try:
        version = from_tags(model, item.tags, item.source)
    except ValueError as error:
        problem = f"{model}, MLflow version {number} ({semver or 'no semver'}), is ignored: {error}"
        return Held(model, number, item.current_stage, semver, None, problem, item.source, item.tags)
    return Held(model, number, item.current_stage, semver, version, "", item.source, item.tags)


def _problems(held: Iterable[Held]) -> list[str]:
    return [record.problem for record in held if record.problem]


def _contradictions(held: Iterable[Held]) -> list[str]:
    return [
        f"{model} {semver} is ignored: MLflow versions {', '.join(map(str, numbers.values()))} differ in their digest"
        for (model, semver), numbers in _digests(held).items()
        if len(numbers) > 1
    ]


def _doubtful(held: Iterable[Held], trusted: Sequence[Held]) -> tuple[UntrustedVersion, ...]:
    """Return the untrusted entries, and those registered again under the name of another artifact."""
    believed = {(record.model, record.number) for record in trusted}
    return tuple(
        UntrustedVersion(
            record.model,
            record.semver,
            record.tags.get("digest", ""),
            record.problem or f"MLflow version {record.number} says that it is {record.semver}",
        )
        for record in held
        if (record.model, record.number) not in believed
    )


def _stray_aliases(
    aliases: Mapping[str, Mapping[str, int]], semvers: Mapping[tuple[str, int], str]
) -> dict[str, dict[str, str]]:
    return {
        model: strays
        for model, numbers in aliases.items()
        if (strays := {a: f"MLflow version {n}" for a, n in numbers.items() if (model, n) not in semvers})
    }


def _strays(aliases: Mapping[str, Mapping[str, int]], semvers: Mapping[tuple[str, int], str]) -> list[str]:
    return [
        f"the alias {alias} of {model} is ignored: this platform did not register MLflow version {number}"
        for model, numbers in aliases.items()
        for alias, number in numbers.items()
        if alias in (CHAMPION, PREVIOUS) and (model, number) not in semvers
    ]


def _resolve(
    model: str, numbers: Mapping[str, int], semvers: Mapping[tuple[str, int], str]
) -> dict[str, str]:
    return {alias: semvers[model, number] for alias, number in numbers.items() if (model, number) in semvers}


def _by_model(trusted: Iterable[Held]) -> dict[str, dict[str, RegisteredVersion]]:
    versions: dict[str, dict[str, RegisteredVersion]] = {}
    for record in trusted:
        if record.version:
            versions.setdefault(record.model, {})[record.semver] = record.version
    return versions


def _unsettled(trusted: Iterable[Held], aliases: Mapping[str, Mapping[str, str]]) -> dict[str, WrongStage]:
    """The models whose stages do not follow their aliases: the first stage that is wrong."""
    mismatches: dict[str, WrongStage] = {}
    for record in trusted:
        right = stage_of(record.semver, aliases.get(record.model, {}))
        if record.stage != right:
            mismatches.setdefault(record.model, WrongStage(record.semver, record.stage, right))
    return mismatches


def stage_of(semver: str, aliases: Mapping[str, str | None]) -> str:
    """The deprecated stage that a version belongs in."""
    if semver == aliases.get(CHAMPION):
        return PRODUCTION
    return ARCHIVED if semver == aliases.get(PREVIOUS) else "None"


def _pages(search: Callable[..., Any], filter_string: str, size: int, order_by: list[str]) -> list[Any]:
    items: list[Any] = []
    token, seen = None, set()
    while True:
        page = search(filter_string=filter_string, max_results=size, order_by=order_by, page_token=token)
        items += page
        token = page.token
        if not token:
            return items
        if token in seen:
            raise RegistryError(
                "the registry gives the same page again and again", fix="see the server's log"
            )
        seen.add(token)

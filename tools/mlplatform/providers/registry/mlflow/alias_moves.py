"""Moves the aliases, and the deprecated stages behind them.

The champion alias is written last: what is planned next is planned from it, so until it is set a run that died is
done again, and once it is set everything else is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlplatform.providers.registry.interface import RegistryError
from mlplatform.providers.registry.mlflow.names import Names
from mlplatform.providers.registry.mlflow.state import (
    CHAMPION,
    PREVIOUS,
    PRODUCTION,
    Held,
    read_aliases,
    read_versions,
    stage_of,
    trustworthy,
)

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient


@dataclass(frozen=True, slots=True)
class AliasTargets:
    """The semvers that the aliases are to name."""

    champion: str | None
    previous: str | None


def set_aliases(
    client: "MlflowClient", names: Names, model: str, targets: AliasTargets, legacy_stages: bool
) -> None:
    """Write what differs; RegistryError, before anything is written, when a version is not there."""
    mine = f"name = '{names.registered(model)}'"
    held = read_versions(client, names, mine)
    move_aliases(
        client, names, model, targets, legacy_stages, held, read_aliases(client, names, mine).get(model, {})
    )


def move_aliases(
    client: "MlflowClient",
    names: Names,
    model: str,
    targets: AliasTargets,
    legacy_stages: bool,
    records: Sequence[Held],
    aliases: Mapping[str, int],
) -> None:
    """The same, for a model whose versions and aliases were read already."""
    name, held = names.registered(model), trustworthy(records)
    numbers = {record.semver: record.number for record in held}
    champion, previous = (_number(model, semver, numbers) for semver in (targets.champion, targets.previous))
    _set_alias(client, name, PREVIOUS, aliases.get(PREVIOUS), previous)
    if legacy_stages:
        _set_stages(client, name, held, targets)
    _set_alias(client, name, CHAMPION, aliases.get(CHAMPION), champion)


def _number(model: str, semver: str | None, numbers: Mapping[str, int]) -> int | None:
    if semver is not None and semver not in numbers:
        raise RegistryError(
            f"{model} {semver} is not in this registry, so no alias can name it",
            fix="run `platform plan` to see why",
        )
    return None if semver is None else numbers[semver]


def _set_alias(client: "MlflowClient", name: str, alias: str, before: int | None, number: int | None) -> None:
    if before == number:
        return
    if number is None:
        client.delete_registered_model_alias(name, alias)
    else:
        client.set_registered_model_alias(name, alias, str(number))


def _set_stages(client: "MlflowClient", name: str, records: Sequence[Held], targets: AliasTargets) -> None:
    aliases = {CHAMPION: targets.champion, PREVIOUS: targets.previous}
    right = {record.number: stage_of(record.semver, aliases) for record in records}
    now = {record.number: record.stage for record in records}
    if [number for number in now if now[number] == PRODUCTION] != [
        number for number in right if right[number] == PRODUCTION
    ]:
        now = _swap_production(client, name, now, right)
    for number, stage in right.items():
        if now[number] != stage:
            client.transition_model_version_stage(name, str(number), stage)


def _swap_production(
    client: "MlflowClient", name: str, now: Mapping[int, str], right: Mapping[int, str]
) -> dict[int, str]:
    """Replace what is in Production in one transaction, so that `models:/name/Production` never answers otherwise."""
    for number, stage in right.items():
        if stage == PRODUCTION:
            client.transition_model_version_stage(
                name, str(number), PRODUCTION, archive_existing_versions=True
            )
            archived = {other: "Archived" if old == PRODUCTION else old for other, old in now.items()}
            return {**archived, number: PRODUCTION}
    return dict(now)

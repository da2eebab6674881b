"""Reading what protects a repository on GitHub: its rulesets, environments and settings."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mlplatform.core.controls import REPOSITORY, WORKFLOWS, Controls, Ruleset
from mlplatform.providers.forge.github.answer import Forbidden, UnknownToGitHub
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.control_answers import (
    BranchPolicy,
    BranchPolicyPage,
    EnvironmentAnswer,
    EnvironmentPage,
    ListedRuleset,
    WholeRuleset,
)
from mlplatform.providers.forge.interface import ForgeError

SETTINGS_PATHS: Mapping[str, str] = {REPOSITORY: "", WORKFLOWS: "/actions/permissions/workflow"}
_MAY_READ: Mapping[str, str] = {REPOSITORY: "Metadata: read", WORKFLOWS: "Administration: read"}
OWN_SOURCE = "Repository"


def read_controls(api: GitHubApi, repository: str, declared: Controls) -> Controls:
    """Return what is in force of the declared controls; what is not there, or not shown, is left out or None."""
    return Controls(
        rulesets={name: _ruleset(whole) for name, whole in _rulesets(api, repository, declared.rulesets)},
        environments={
            environment.name: _branches(api, repository, environment)
            for environment in environments(api, repository)
            if environment.name in declared.environments
        },
        settings={
            name: _settings(api, repository, name, tuple(values))
            for name, values in declared.settings.items()
        },
    )


@contextmanager
def needing(permission: str, repository: str) -> Iterator[None]:
    """ForgeError that names the permission, where GitHub refuses what the body asks."""
    try:
        yield
    except (Forbidden, UnknownToGitHub) as refused:
        raise ForgeError(
            f"{refused.message}; it needs the permission {permission} on {repository}",
            fix="give it to the App, or the token, whose credentials these are",
        ) from None


def listed_rulesets(api: GitHubApi, repository: str) -> list[ListedRuleset]:
    """Return the rulesets that are about a repository, the organisation's first and its own last."""
    with needing("Metadata: read", repository):
        pages = list(api.pages(f"/repos/{repository}/rulesets", list[ListedRuleset]))
    return sorted((each for page in pages for each in page), key=lambda each: each.source_type == OWN_SOURCE)


def environments(api: GitHubApi, repository: str) -> list[EnvironmentAnswer]:
    """Return the environments of a repository."""
    with needing("Actions: read", repository):
        pages = list(api.pages(f"/repos/{repository}/environments", EnvironmentPage))
    listed = [environment for page in pages for environment in page.environments]
    _require_all(len(listed), max(page.total_count for page in pages), "environments")
    return listed


def branch_policies(api: GitHubApi, repository: str, environment: str) -> list[BranchPolicy]:
    """Return the patterns of the branches and tags that may deploy to an environment."""
    path = f"/repos/{repository}/environments/{environment}/deployment-branch-policies"
    with needing("Actions: read", repository):
        pages = list(api.pages(path, BranchPolicyPage))
    listed = [policy for page in pages for policy in page.branch_policies]
    _require_all(len(listed), max(page.total_count for page in pages), "deployment branch policies")
    return listed


def is_custom(environment: EnvironmentAnswer) -> bool:
    """True when only listed branches may deploy to an environment."""
    kind = environment.deployment_branch_policy
    return kind is not None and kind.custom_branch_policies and not kind.protected_branches


def _rulesets(api: GitHubApi, repository: str, names: Collection[str]) -> Iterator[tuple[str, WholeRuleset]]:
    for listed in listed_rulesets(api, repository):
        if listed.name in names:
            with needing("Metadata: read", repository):
                yield (
                    listed.name,
                    api.get(f"/repos/{repository}/rulesets/{listed.id}", WholeRuleset),
                )


def _ruleset(whole: WholeRuleset) -> Ruleset:
    names = whole.conditions.ref_name if whole.conditions else None
    actors = whole.bypass_actors
    return Ruleset(
        branches=names.include if names else (),
        excluded=names.exclude if names else (),
        rules={rule.type: rule.parameters or {} for rule in whole.rules},
        bypass=None if actors is None else tuple(actor.model_dump() for actor in actors),
        target=whole.target,
        enforcement=whole.enforcement,
        source=whole.source_type,
    )


def _branches(api: GitHubApi, repository: str, environment: EnvironmentAnswer) -> tuple[str, ...]:
    """Return which branches may deploy; no branch can have a name with a space in it, so such words are ours."""
    if environment.deployment_branch_policy is None:
        return ("every branch",)
    if not is_custom(environment):
        return ("every protected branch",)
    policies = branch_policies(api, repository, environment.name)
    return tuple(
        policy.name if policy.type == "branch" else f"{policy.type} {policy.name}" for policy in policies
    )


def _settings(api: GitHubApi, repository: str, name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    with needing(_MAY_READ[name], repository):
        answer = api.get(f"/repos/{repository}{SETTINGS_PATHS[name]}", dict[str, Any])
    return {key: answer.get(key) for key in keys}


def _require_all(listed: int, total: int, what: str) -> None:
    if listed < total:
        raise ForgeError(f"GitHub lists {listed} of {total} {what}", fix="run the command again")

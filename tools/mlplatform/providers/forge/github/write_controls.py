"""Making what protects a repository on GitHub what is declared; what is stricter there is kept."""

from typing import Any

from mlplatform.core.control_differences import environment_control, ruleset_control, with_declared
from mlplatform.core.controls import REPOSITORY, Controls, Ruleset
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.control_answers import BranchPolicy, EnvironmentAnswer, ListedRuleset
from mlplatform.providers.forge.github.read_controls import (
    OWN_SOURCE,
    SETTINGS_PATHS,
    branch_policies,
    environments,
    is_custom,
    listed_rulesets,
    needing,
)
from mlplatform.providers.forge.interface import ForgeError

_WRITE = "Administration: write"
_ONLY_LISTED = {"protected_branches": False, "custom_branch_policies": True}


def write_control(
    api: GitHubApi, repository: str, control: str, declared: Controls, in_force: Controls
) -> None:
    """Make one control what is declared, by its name among the differences."""
    for name, ruleset in declared.rulesets.items():
        if ruleset_control(name) == control:
            _put_ruleset(api, repository, name, with_declared(ruleset, in_force.rulesets.get(name)))
    for name, branches in declared.environments.items():
        if environment_control(name) == control:
            _put_environment(api, repository, name, branches)
    for name, values in declared.settings.items():
        if name == control:
            method = "PATCH" if name == REPOSITORY else "PUT"
            with needing(_WRITE, repository):
                api.update(method, f"/repos/{repository}{SETTINGS_PATHS[name]}", dict(values))


def _put_ruleset(api: GitHubApi, repository: str, name: str, ruleset: Ruleset) -> None:
    path, body = f"/repos/{repository}/rulesets", _body(name, ruleset)

    def existing() -> ListedRuleset | None:
        own = [each for each in listed_rulesets(api, repository) if each.source_type == OWN_SOURCE]
        return next((each for each in own if each.name == name), None)

    try:
        with needing(_WRITE, repository):
            if listed := existing():
                api.update("PUT", f"{path}/{listed.id}", body)
            else:
                api.create(path, ListedRuleset, body, existing)
    except ForgeError as refused:
        if "must be part of the ruleset source" in refused.message:
            apps = ", ".join(str(actor["actor_id"]) for actor in ruleset.bypass or ())
            raise ForgeError(
                f"GitHub does not let App {apps} be exempt from the ruleset {name!r}, as it is not installed here",
                fix="install the App that gitHost.ledgerApp of platform.yaml names on this repository",
            ) from None
        raise


def _body(name: str, ruleset: Ruleset) -> dict[str, Any]:
    return {
        "name": name,
        "target": ruleset.target,
        "enforcement": ruleset.enforcement,
        "bypass_actors": [dict(actor) for actor in ruleset.bypass or ()],
        "conditions": {"ref_name": {"include": list(ruleset.branches), "exclude": list(ruleset.excluded)}},
        "rules": [
            {"type": type_, "parameters": dict(parameters)} if parameters else {"type": type_}
            for type_, parameters in ruleset.rules.items()
        ],
    }


def _put_environment(api: GitHubApi, repository: str, name: str, branches: tuple[str, ...]) -> None:
    path = f"/repos/{repository}/environments/{name}"
    existing = next((each for each in environments(api, repository) if each.name == name), None)
    with needing(_WRITE, repository):
        if existing is None or not is_custom(existing):
            api.update("PUT", path, {**_kept(existing), "deployment_branch_policy": _ONLY_LISTED})
        policies = branch_policies(api, repository, name)
        for policy in policies:
            if policy.type != "branch" or policy.name not in branches:
                api.update("DELETE", f"{path}/deployment-branch-policies/{policy.id}")
        for branch in branches:
            if ("branch", branch) not in {(policy.type, policy.name) for policy in policies}:
                _allow(api, repository, name, branch)


def _allow(api: GitHubApi, repository: str, environment: str, branch: str) -> None:
    def existing() -> BranchPolicy | None:
        policies = branch_policies(api, repository, environment)
        return next((each for each in policies if (each.type, each.name) == ("branch", branch)), None)

    path = f"/repos/{repository}/environments/{environment}/deployment-branch-policies"
    api.create(path, BranchPolicy, {"name": branch, "type": "branch"}, existing)


def _kept(environment: EnvironmentAnswer | None) -> dict[str, Any]:
    """Return the other rules of an environment in the words of a request: what it leaves out GitHub may take away."""
    kept: dict[str, Any] = {}
    for rule in environment.protection_rules if environment else ():
        if rule.wait_timer is not None:
            kept["wait_timer"] = rule.wait_timer
        if rule.prevent_self_review is not None:
            kept["prevent_self_review"] = rule.prevent_self_review
        if rule.reviewers is not None:
            kept["reviewers"] = [{"type": each.type, "id": each.reviewer.id} for each in rule.reviewers]
    return kept

"""The controls of a Git host: what has to protect main and the ledger, as platform.yaml declares it.

The leases of environments are refs of their own (`refs/platform/lease/…`), no branches, which no ruleset can be about.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.kinds.git_host import GITHUB_ACTIONS, GitHubSettings
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.pull_request import VERDICT_STATUS

MAIN = "main"
REPOSITORY, WORKFLOWS = "repository", "workflows"
# The permission without which GitHub leaves a field out of its answer.
SHOWN_WITH = {
    "bypass": "Administration: write",
    REPOSITORY: "Contents: write",
    WORKFLOWS: "Administration: read",
}
MAIN_RULESET = "platform: main"
LEDGER_RULESET = "platform: evidence"
WRITER_RULESET = "platform: evidence writer"
_LEDGER_BRANCH = "refs/heads/evidence"
_OWN_ENVIRONMENTS = ("verdict", "record", "controls")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Rules (type to parameters) for branches, and who is exempt from them; `bypass` is None where it is not shown.

    `source` says whose ruleset it is: the repository's, or the organisation's.
    """

    branches: tuple[str, ...]
    rules: Mapping[str, Json]
    bypass: tuple[Json, ...] | None = ()
    excluded: tuple[str, ...] = ()
    target: str = "branch"
    enforcement: str = "active"
    source: str = "Repository"

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "target": self.target,
            "enforcement": self.enforcement,
            "branches": list(self.branches),
            "excluded": list(self.excluded),
            "bypass": None if self.bypass is None else [dict(actor) for actor in self.bypass],
            "rules": {type_: dict(parameters) for type_, parameters in sorted(self.rules.items())},
        }


@dataclass(frozen=True, slots=True)
class Controls:
    """Rulesets by name, the branches that may deploy to each environment, and settings (None: not shown)."""

    rulesets: Mapping[str, Ruleset]
    environments: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, Json]

    def as_json(self) -> dict[str, Any]:
        return {
            "rulesets": {name: ruleset.as_json() for name, ruleset in sorted(self.rulesets.items())},
            "environments": {name: list(branches) for name, branches in sorted(self.environments.items())},
            "settings": {name: dict(values) for name, values in sorted(self.settings.items())},
        }

    def digest(self) -> str:
        """Return the digest of its canonical JSON."""
        return digest_of_bytes(json.dumps(self.as_json(), sort_keys=True, separators=(",", ":")).encode())


def declare_github_controls(settings: GitHubSettings, environments: Iterable[str]) -> Controls:
    """Return what has to be in force on GitHub, by the settings and the names of the repository's environments."""
    methods = settings.protection.mergeMethods
    writer = {"actor_type": "Integration", "actor_id": settings.ledgerApp, "bypass_mode": "always"}
    writing: Mapping[str, Json] = {"creation": {}, "update": {"update_allows_fetch_and_merge": False}}
    return Controls(
        rulesets={
            MAIN_RULESET: Ruleset(("~DEFAULT_BRANCH",), _rules_of_main(settings)),
            LEDGER_RULESET: Ruleset((_LEDGER_BRANCH,), _append_only()),
            WRITER_RULESET: Ruleset((_LEDGER_BRANCH,), writing, bypass=(writer,)),
        },
        environments=dict.fromkeys((*_OWN_ENVIRONMENTS, *environments), (MAIN,)),
        settings={
            REPOSITORY: {
                "default_branch": MAIN,
                "allow_merge_commit": "merge" in methods,
                "allow_squash_merge": "squash" in methods,
                "allow_rebase_merge": False,
            },
            WORKFLOWS: {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
        },
    )


def _append_only() -> dict[str, Json]:
    return {"deletion": {}, "non_fast_forward": {}}


def _rules_of_main(settings: GitHubSettings) -> dict[str, Json]:
    protection = settings.protection
    statuses = [
        {"context": name, "integration_id": GITHUB_ACTIONS}
        for name in dict.fromkeys(protection.statuses)
        if name != VERDICT_STATUS  # which is the App's alone
    ]
    return {
        **_append_only(),
        "pull_request": {
            "required_approving_review_count": protection.approvals,
            "require_code_owner_review": protection.codeOwners,
            "require_last_push_approval": protection.lastPushApproval,
            "dismiss_stale_reviews_on_push": protection.dismissStale,
            "required_review_thread_resolution": False,
            "allowed_merge_methods": sorted(set(protection.mergeMethods)),
        },
        "required_status_checks": {
            "strict_required_status_checks_policy": False,
            "do_not_enforce_on_create": False,
            "required_status_checks": [
                *statuses,
                {"context": VERDICT_STATUS, "integration_id": settings.verdictApp},
            ],
        },
    }

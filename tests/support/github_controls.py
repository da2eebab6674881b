"""What protects the repository of the stand-in for GitHub: rulesets, environments, settings, and who may see them."""

from dataclasses import dataclass, field
from typing import Any

from tests.support.github_result import Problem, Result

ACTIONS = 15368
_MERGING = ("allow_merge_commit", "allow_squash_merge", "allow_rebase_merge")


def _fresh() -> dict[str, Any]:
    return {"default_branch": "main", **dict.fromkeys(_MERGING, True)}


@dataclass
class RepositoryControls:
    """As they are in a new repository; `denied` are the permissions that no caller has."""

    rulesets: dict[int, dict[str, Any]] = field(default_factory=dict)
    environments: dict[str, dict[str, Any]] = field(default_factory=dict)
    policies: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    repository: dict[str, Any] = field(default_factory=_fresh)
    workflows: dict[str, Any] = field(
        default_factory=lambda: {
            "default_workflow_permissions": "write",
            "can_approve_pull_request_reviews": True,
        }
    )
    denied: set[str] = field(default_factory=set)
    not_installed: int | None = None  # the App that may be no bypass actor
    number: int = 100

    def named(self, name: str) -> dict[str, Any]:
        """Return a ruleset by its name."""
        (ruleset,) = [each for each in self.rulesets.values() if each["name"] == name]
        return ruleset

    def answer(self, method: str, steps: list[str], body: dict[str, Any]) -> Result:
        """Return the answer to a request."""
        if method != "GET":
            self._require("administration=write")
        match method, steps:
            case "GET", ["rulesets"]:
                self._require("metadata=read")
                return Result(200, [self._listed(number) for number in self.rulesets])
            case "POST", ["rulesets"]:
                self._require_valid(body)
                if any(each["name"] == body["name"] for each in self.rulesets.values()):
                    raise Problem(422, "Validation Failed: Name must be unique")
                number = self._number()
                self.rulesets[number] = {"source_type": "Repository", **body}
                return Result(201, self._whole(number))
            case "GET", ["rulesets", number]:
                return Result(200, self._whole(int(number)))
            case "PUT", ["rulesets", number]:
                self._require_valid(body)
                self.rulesets[int(number)].update(body)
                return Result(200, self._whole(int(number)))
            case _, ["environments", *rest]:
                return self._environments(method, rest, body)
            case "GET", []:
                hidden = _MERGING if "contents=write" in self.denied else ()
                return Result(200, {k: v for k, v in self.repository.items() if k not in hidden})
            case "PATCH", []:
                self.repository.update(body)
                return Result(200, dict(self.repository))
            case "GET", ["actions", "permissions", "workflow"]:
                self._require("administration=read")
                return Result(200, dict(self.workflows))
            case "PUT", ["actions", "permissions", "workflow"]:
                self.workflows.update(body)
                return Result(204)
        raise Problem(404, "Not Found")

    def _environments(self, method: str, rest: list[str], body: dict[str, Any]) -> Result:
        if method == "GET":
            self._require("actions=read")
        match method, rest:
            case "GET", []:
                listed = [self._environment(name) for name in self.environments]
                return Result(
                    200, {"total_count": len(listed), "environments": listed}, list_key="environments"
                )
            case "PUT", [name]:
                self.environments[name] = body  # what it leaves out is gone
                self.policies.setdefault(name, {})
                return Result(200, self._environment(name))
            case "GET", [name, "deployment-branch-policies"]:
                policies = [{"id": id_, **each} for id_, each in self._policies(name).items()]
                body = {"total_count": len(policies), "branch_policies": policies}
                return Result(200, body, list_key="branch_policies")
            case "POST", [name, "deployment-branch-policies"]:
                number = self._number()
                self._policies(name)[number] = {"type": "branch", **body}
                return Result(200, {"id": number, **body})
            case "DELETE", [name, "deployment-branch-policies", number]:
                del self._policies(name)[int(number)]
                return Result(204)
        raise Problem(404, "Not Found")

    def _policies(self, name: str) -> dict[int, dict[str, Any]]:
        settings = self.environments[name].get("deployment_branch_policy")
        if not (settings and settings["custom_branch_policies"]):
            raise Problem(404, "Not Found")
        return self.policies[name]

    def _environment(self, name: str) -> dict[str, Any]:
        body = self.environments[name]
        rules: list[dict[str, Any]] = []
        if "wait_timer" in body:
            rules.append({"id": 1, "node_id": "x", "type": "wait_timer", "wait_timer": body["wait_timer"]})
        if "reviewers" in body:
            teams = [{"type": each["type"], "reviewer": _team(each["id"])} for each in body["reviewers"]]
            rules.append(
                {
                    "id": 2,
                    "node_id": "x",
                    "type": "required_reviewers",
                    "prevent_self_review": body.get("prevent_self_review", False),
                    "reviewers": teams,
                }
            )
        return {
            "name": name,
            "protection_rules": rules,
            "deployment_branch_policy": body.get("deployment_branch_policy"),
        }

    def _listed(self, number: int) -> dict[str, Any]:
        keys = ("name", "target", "enforcement", "source_type")
        return {"id": number, "source": "acme/ml", **{key: self.rulesets[number][key] for key in keys}}

    def _whole(self, number: int) -> dict[str, Any]:
        ruleset = dict(self.rulesets[number])
        if "administration=write" in self.denied:
            del ruleset["bypass_actors"]
        return {"id": number, "source": "acme/ml", **ruleset}

    def _require_valid(self, body: dict[str, Any]) -> None:
        actors = [actor["actor_id"] for actor in body["bypass_actors"]]
        if self.not_installed in actors:
            raise Problem(
                422,
                "Validation Failed: Actor integration must be part of the ruleset source or owner organization",
            )

    def _require(self, permission: str) -> None:
        if permission in self.denied:
            raise Problem(403, "Resource not accessible by integration")

    def _number(self) -> int:
        self.number += 1
        return self.number


def _team(number: int) -> dict[str, Any]:
    urls = dict.fromkeys(("url", "html_url", "repositories_url"), "https://example.com")
    texts = dict.fromkeys(("node_id", "name", "slug", "members_url"), "x")
    return {
        "id": number,
        "description": None,
        "permission": "pull",
        "parent": None,
        "type": "organization",
    } | (urls | texts)

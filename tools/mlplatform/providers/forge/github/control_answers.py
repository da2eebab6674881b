"""What is read of GitHub's answers about its controls; what a field leaves out is null here, and is never guessed."""

from typing import Any

from mlplatform.providers.forge.github.answers import Answered


class ListedRuleset(Answered):
    """A ruleset as lists have it; `source_type` says whether it is the repository's."""

    id: int
    name: str
    source_type: str = "Repository"


class BypassActor(Answered):
    """Who is exempt from a ruleset."""

    actor_id: int | None = None
    actor_type: str
    bypass_mode: str = "always"


class RefNames(Answered):
    """Patterns of the refs that a ruleset is about."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Conditions(Answered):
    """What a ruleset is about."""

    ref_name: RefNames = RefNames()


class RuleAnswer(Answered):
    """A rule."""

    type: str
    parameters: dict[str, Any] | None = None


class WholeRuleset(ListedRuleset):
    """A ruleset on its own; `bypass_actors` is shown only to those who may write it."""

    target: str = "branch"
    enforcement: str
    conditions: Conditions | None = None
    bypass_actors: tuple[BypassActor, ...] | None = None
    rules: tuple[RuleAnswer, ...] = ()


class BranchPolicyKind(Answered):
    """Which branches may deploy to an environment: the protected ones, or those that are listed."""

    protected_branches: bool
    custom_branch_policies: bool


class Reviewer(Answered):
    """A person or team, by id."""

    id: int


class RuleReviewer(Answered):
    """Who may approve a deployment."""

    type: str
    reviewer: Reviewer


class ProtectionRule(Answered):
    """A rule of an environment; each has the fields of its type."""

    type: str
    wait_timer: int | None = None
    prevent_self_review: bool | None = None
    reviewers: tuple[RuleReviewer, ...] | None = None


class EnvironmentAnswer(Answered):
    """An environment; without `deployment_branch_policy` every branch may deploy to it."""

    name: str
    deployment_branch_policy: BranchPolicyKind | None = None
    protection_rules: tuple[ProtectionRule, ...] = ()


class EnvironmentPage(Answered):
    """A page of environments, and how many there are on all pages."""

    total_count: int
    environments: tuple[EnvironmentAnswer, ...]


class BranchPolicy(Answered):
    """A pattern of branches, or of tags, that may deploy to an environment."""

    id: int
    name: str
    type: str = "branch"


class BranchPolicyPage(Answered):
    """A page of patterns, and how many there are on all pages."""

    total_count: int
    branch_policies: tuple[BranchPolicy, ...]

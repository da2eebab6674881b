"""When a pull request went into another branch than before: what its reviewers saw was another change until then."""

from datetime import datetime

from mlplatform.providers.forge.github.answers import IssueEvent
from mlplatform.providers.forge.github.api import GitHubApi

# By somebody, and by GitHub when the branch that it went into was deleted.
_CHANGES = frozenset({"base_ref_changed", "automatic_base_change_succeeded"})


def last_base_change(api: GitHubApi, repository: str, number: int) -> datetime | None:
    """Return when a pull request last got another base; None where it always had the one it has."""
    pages = api.pages(f"/repos/{repository}/issues/{number}/events", list[IssueEvent])
    changes = [event.created_at for page in pages for event in page if event.event in _CHANGES]
    return max(changes, default=None)

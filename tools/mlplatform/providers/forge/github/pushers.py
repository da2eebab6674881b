"""Who pushed to the branch of a pull request, as far as GitHub tells.

GitHub's list of a branch's activity has everybody who pushed. It is not shown to everybody, and a fork's not always:
then, and where it does not reach the head, the head's committer and the pull request's author stand for them.
"""

from collections.abc import Sequence

from mlplatform.providers.forge.github.answer import Forbidden, UnknownToGitHub
from mlplatform.providers.forge.github.answers import Activity, CommitAnswer, ListedPull, User
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.branch_updates import Updates
from mlplatform.providers.forge.github.contributors import is_web_flow
from mlplatform.providers.forge.github.pulls import is_fork

_NOT_A_PUSH = "branch_deletion"


def pushers(
    api: GitHubApi, repository: str, pull: ListedPull, commits: Sequence[CommitAnswer], updates: Updates
) -> list[User | None]:
    """Return the accounts that pushed to a pull request's branch; the owner of a fork is one of them.

    Who only had GitHub merge main into it (`updates`) is none.
    """
    activities = _activities(api, pull)
    users = [activity.actor for activity in activities if updates.get(activity.after, "") != activity.before]
    if is_fork(pull, repository):
        users.append(pull.head.repo.owner if pull.head.repo else pull.head.user)
    if not any(activity.after == pull.head.sha for activity in activities):
        users.append(pull.user)
        users += [commit.committer for commit in commits if commit.sha == pull.head.sha]
    return [user for user in users if not is_web_flow(user)]


def _activities(api: GitHubApi, pull: ListedPull) -> list[Activity]:
    """Return what happened to the branch since it was made before the pull request, newest first; [] if not shown."""
    if pull.head.repo is None:
        return []
    path = f"/repos/{pull.head.repo.full_name}/activity"
    kept: list[Activity] = []
    try:
        for page in api.pages(path, list[Activity], {"ref": f"refs/heads/{pull.head.ref}"}):
            for activity in page:
                is_later = pull.merged_at is not None and activity.timestamp > pull.merged_at
                if activity.activity_type != _NOT_A_PUSH and not is_later:
                    kept.append(activity)
                if activity.activity_type == "branch_creation" and activity.timestamp <= pull.created_at:
                    return kept
    except (Forbidden, UnknownToGitHub):
        return []
    return kept

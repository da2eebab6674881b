"""The open issues of a label, kept as they should be."""

from collections.abc import Sequence

from mlplatform.core.pull_request import Issue
from mlplatform.providers.forge.github.access import IsOwn
from mlplatform.providers.forge.github.answers import IssueAnswer
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.own_texts import key_of, marked

_LONGEST_TITLE = 256


def keep_issues(api: GitHubApi, repository: str, label: str, issues: Sequence[Issue], is_own: IsOwn) -> None:
    """Have exactly these issues of a label open, of those that are ours; anybody else's are left alone."""
    path = f"/repos/{repository}/issues"
    wanted = {issue.key: issue for issue in issues}
    keys = frozenset(wanted)

    def ours() -> list[tuple[str, IssueAnswer]]:
        pages = api.pages(path, list[IssueAnswer], {"labels": label, "state": "open"})
        return [
            (key, issue)
            for page in pages
            for issue in page
            if issue.pull_request is None
            and is_own(issue.user)
            and (key := key_of(issue.body or "", keys)) is not None
        ]

    kept: set[str] = set()
    for key, answer in ours():
        if key in kept or key not in keys:
            api.update("PATCH", f"{path}/{answer.number}", {"state": "closed"}).read(IssueAnswer)
            continue
        kept.add(key)
        text = _text(wanted[key])
        if (answer.title, answer.body) != (text["title"], text["body"]):
            api.update("PATCH", f"{path}/{answer.number}", text).read(IssueAnswer)
    for key in [key for key in wanted if key not in kept]:
        body = {**_text(wanted[key]), "labels": [label]}
        api.create(path, IssueAnswer, body, lambda key=key: dict(ours()).get(key))  # type: ignore[misc]


def _text(issue: Issue) -> dict[str, str]:
    return {"title": issue.title[:_LONGEST_TITLE].strip(), "body": marked(issue.key, issue.body)}

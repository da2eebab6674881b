"""The one comment of a key on a pull request."""

from mlplatform.providers.forge.github.access import IsOwn
from mlplatform.providers.forge.github.answers import Comment
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.own_texts import is_marked, marked


def keep_comment(api: GitHubApi, repository: str, number: int, key: str, body: str, is_own: IsOwn) -> None:
    """Have one comment of a key, by us, with this body; anybody else's is left alone, whatever it says."""
    path, text = f"/repos/{repository}/issues/{number}/comments", marked(key, body)

    def existing() -> list[Comment]:
        comments = [comment for page in api.pages(path, list[Comment]) for comment in page]
        return [comment for comment in comments if is_own(comment.user) and is_marked(comment.body, key)]

    first, *others = existing() or [
        api.create(path, Comment, {"body": text}, lambda: next(iter(existing()), None))
    ]
    if first.body != text:
        api.update("PATCH", f"{_comments(repository)}/{first.id}", {"body": text}).read(Comment)
    for other in others:  # one that was made although its answer got lost
        api.update("DELETE", f"{_comments(repository)}/{other.id}")


def _comments(repository: str) -> str:
    return f"/repos/{repository}/issues/comments"

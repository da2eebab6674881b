"""The proposal that pins a version in one deployment document: what deploy, promote and rollback have in common."""

from mlplatform.core.errors import Refusal
from mlplatform.core.naming import Kind, path_of
from mlplatform.propose.edit import edit, new_document
from mlplatform.propose.message import Fact, message_of, pinned_facts, title_of
from mlplatform.propose.pinned import Pinned, read_pinned
from mlplatform.propose.proposal import Proposal


def pin(
    verb: str,
    environment: str,
    model: str,
    before: str | None,
    after: Pinned,
    base: str,
    *,
    how: str,
    why: tuple[Fact, ...] = (),
    running_from: str | None = None,
    reason: str = "",
) -> Proposal:
    """One document changed from its text at base (`before`; None: it is new) to pin `after`.

    A new document copies how it runs from the text `running_from`. Refusal when the version is pinned already.
    """
    path = path_of(Kind.DEPLOYMENT, f"{environment}/{model}")
    was = read_pinned(before, path) if before is not None else None
    if was and was.is_same_version(after):
        raise Refusal(
            f"{environment} pins {model} {after.version} already",
            where=path,
            fix="nothing to do",
        )
    text = edit(before, after, path) if before is not None else new_document(after, path, running_from)
    read_pinned(text, path)  # refuses a version or a commit that the schema would not let through
    title = title_of(environment, model, was, after, how)
    return Proposal(
        branch=f"{verb}/{environment}/{model.replace('/', '.')}-{after.version}",
        title=title,
        message=message_of(title, [*why, *pinned_facts(was, after)], reason),
        files={path: text.encode()},
        base=base,
        pinned=after,
    )

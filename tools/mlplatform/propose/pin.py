"""The proposal that pins a version in one deployment document: what deploy, promote and rollback have in common."""

from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.core.naming import Kind, path_of
from mlplatform.propose.edit import edit, new_document
from mlplatform.propose.message import Fact, message_of, pinned_facts, title_of
from mlplatform.propose.pinned import Pinned, read_pinned
from mlplatform.propose.proposal import Proposal


@dataclass(frozen=True, slots=True)
class PinRequest:
    """Which version a deployment is to pin, on top of the commit `base`, and how people should read that.

    `verb` begins the branch's name; `how` ends the title; `facts` are added to the message before what is pinned.
    """

    verb: str
    environment: str
    model: str
    version: Pinned
    base: str
    how: str
    reason: str = ""
    facts: tuple[Fact, ...] = ()


def pin(request: PinRequest, before: str | None, *, running_from: str | None = None) -> Proposal:
    """One document changed from its text at base (`before`; None: it is new) to pin the requested version.

    A new document copies how it runs from the text `running_from`. Refusal when the version is pinned already.
    """
    environment, model, after = request.environment, request.model, request.version
    path = path_of(Kind.DEPLOYMENT, f"{environment}/{model}")
    was = read_pinned(before, path) if before is not None else None
    if was and was.is_same_version(after):
        raise Refusal(f"{environment} pins {model} {after.version} already", where=path, fix="nothing to do")
    text = edit(before, after, path) if before is not None else new_document(after, path, running_from)
    read_pinned(text, path)  # refuses a version or a commit that the schema would not let through
    title = title_of(environment, model, was, after, request.how)
    return Proposal(
        branch=f"{request.verb}/{environment}/{model.replace('/', '.')}-{after.version}",
        title=title,
        message=message_of(title, [*request.facts, *pinned_facts(was, after)], request.reason),
        files={path: text.encode()},
        base=request.base,
        pinned=after,
    )

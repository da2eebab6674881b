"""Writes the sign-off of an access review."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.access_review import AccessReview
from mlplatform.core.naming import Kind
from mlplatform.propose.base_commit import BaseCommit, document_path
from mlplatform.propose.edit import schema_hint
from mlplatform.propose.message import message_of
from mlplatform.propose.proposal import Proposal
from mlplatform.propose.yaml_edit import block, flow
from mlplatform.providers.git import Git


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of somebody who is listed, and why."""

    who: str
    decision: Literal["keep", "remove"]
    reason: str


def propose_access_review(
    git: Git, base: str, quarter: str, document: AccessReview, decisions: Sequence[Decision], key: Path
) -> Proposal:
    """Propose the review of a quarter, in a commit that a key signs; Refusal where the quarter has one."""
    path = document_path(Kind.ACCESS_REVIEW, quarter)
    if BaseCommit(git, base).text(path) is not None:
        raise Refusal(f"{quarter} is signed off already", where=path, fix="review the next quarter")
    values = {
        "schema": document.schema_,
        "commit": document.commit,
        "digest": document.digest,
        "reviewer": document.reviewer,
    }
    lines = [line for item in values.items() for line in block(*item)]
    entries = [{"who": each.who, "decision": each.decision, "reason": each.reason} for each in decisions]
    lines += ["decisions:", *(f"  - {flow(entry)}" for entry in entries)] if entries else ["decisions: []"]
    text = "\n".join([schema_hint(path, Kind.ACCESS_REVIEW.value), *lines]) + "\n"
    title = f"access review: {quarter}, by {document.reviewer}"
    facts = [("document", path), ("reviewed commit", document.commit), ("digest", document.digest)]
    return Proposal(
        f"access-review/{quarter}",
        title,
        message_of(title, facts),
        {path: text.encode()},
        base,
        signing_key=key,
    )

"""policies/waivers/<name>.yaml: one rule that one document may break until a date, and who answers for it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mlplatform.core.kinds.base import Day, DocumentModel, Login, RuleId, Text

WaivedPath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._@/-]+$", max_length=500)]


class Waiver(DocumentModel):
    """An exception that was reviewed: exactly one rule, exactly one path, and the last day on which it holds.

    `covers` names the columns or resources in the file that it is for, where the rule's findings are about such.
    """

    schema_: Literal["waiver/v1"] = Field(alias="schema")
    rule: RuleId
    path: WaivedPath
    covers: list[Text] = Field(default=[], description="The columns or resources of the file that it is for")
    reason: Annotated[str, StringConstraints(min_length=20, max_length=2000)]
    owner: Login
    expires: Day

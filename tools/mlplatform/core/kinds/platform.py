"""platform.yaml: who owns the platform, and what only they may touch."""

from typing import Literal

from pydantic import Field

from mlplatform.core.kinds.base import Body, Login, Text


class Platform(Body):
    """The platform team, its trusted bots, and the paths only it may change."""

    schema_: Literal["platform/v1"] = Field(alias="schema")
    description: Text | None = None
    team: list[Login] = Field(min_length=2)
    bots: list[Login] = []
    ownedPaths: list[Text] = Field(min_length=1)

"""`serving:` in environment.yaml: which provider answers requests, and the settings of that provider."""

from typing import Annotated, Literal

from pydantic import Field

from mlplatform.core.kinds.base import StrictModel, Uri

LOCAL = "local"


class ServingSettings(StrictModel):
    """The settings that every provider has: its name, and where it is reached.

    `local`: the servers of this machine, through `.platform/<env>/`.
    """

    provider: str
    uri: Uri = LOCAL

    @property
    def is_local(self) -> bool:
        """True when it serves on this machine, so that no other machine reaches it."""
        return self.uri == LOCAL


class TritonSettings(ServingSettings):
    """Triton behind the gateway."""

    provider: Literal["triton"]


class KServeSettings(ServingSettings):
    """KServe on Kubernetes; no provider heeds it yet."""

    provider: Literal["kserve"]


class SageMakerSettings(ServingSettings):
    """SageMaker endpoints; no provider heeds it yet."""

    provider: Literal["sagemaker"]


# Each provider's settings: `provider` says which of them a document means.
AnyServingSettings = Annotated[
    TritonSettings | KServeSettings | SageMakerSettings, Field(discriminator="provider")
]

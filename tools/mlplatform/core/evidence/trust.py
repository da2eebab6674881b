"""Trust roots: what a verifier takes on trust, from a file that is not in the clone that is verified."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from mlplatform.core.kinds.base import GitCommit, Moment, StrictModel

PublicKey = Annotated[
    str, StringConstraints(pattern=r"^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]+=*$", max_length=2000)
]


class TrustedKey(StrictModel):
    """A key that may sign records, whose it is, and from when until when; without `until` until it is revoked."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    key: PublicKey
    until: Moment | None = None


class TrustRoots(StrictModel):
    """Where the record begins, and by whose keys.

    `genesis` is the commit of main before the first change that counts; `repository` the name that records carry.
    `controlsHours` is how long what protects main may go without being looked at, on a Git host that can tell;
    `timestampAuthorities` are the certificates (PEM) of the authorities whose timestamps count.
    """

    schema_: Literal["trust/v1"] = Field(alias="schema")
    repository: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    genesis: GitCommit
    keys: Annotated[list[TrustedKey], Field(min_length=1)]
    controlsHours: Annotated[int, Field(ge=1)] = 26
    timestampAuthorities: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_each_key_once(self) -> "TrustRoots":
        keys = [trusted.key for trusted in self.keys]
        if len(set(keys)) != len(keys):
            raise ValueError("`keys` has a key twice")
        return self

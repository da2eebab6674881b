"""The input and output of our Terraform checks."""

from dataclasses import dataclass, field
from typing import Any

KINDS = ("resource", "data", "module", "provider")


@dataclass(slots=True)
class Block:
    """A block of Terraform: `body` with variables resolved as far as Checkov can, `source` as it is written.

    In both, every attribute is a list of one value, as HCL's parser says it.
    """

    path: str
    kind: str
    type: str
    name: str
    body: dict[str, Any]
    source: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str, str]:
        return (self.path, self.kind, self.type, self.name)

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def address(self) -> str:
        return ".".join(filter(None, ("data" if self.kind == "data" else "", self.type, self.name)))


@dataclass(frozen=True, slots=True)
class Failure:
    """A block that one of our checks refuses; `attribute` is what a reader should look at."""

    check: str
    block: Block
    message: str
    attribute: str = ""

    def as_record(self) -> dict[str, Any]:
        """The same shape as one of Checkov's records, with the message instead of a name."""
        body = self.block.body
        return {
            "check": self.check,
            "name": self.message,
            "path": self.block.path,
            "lines": [int(body.get("__start_line__", 1)), int(body.get("__end_line__", 1))],
            "resource": self.block.address,
            "keys": [self.attribute] if self.attribute else [],
        }


def values(value: Any) -> list[Any]:
    """The values of an attribute, however deep Checkov's lists are; None when there is none."""
    if value is None:
        return []
    if isinstance(value, list | tuple | set):
        return [item for part in value for item in values(part)]
    return [value]


def texts(value: Any) -> list[str]:
    """The values of an attribute as text; true and false are spelt as HCL does."""
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in values(value)]

"""Uploads beside the policies: a mark in each of them, and a module that asks about many inputs at once.

Others may upload to the same server at any moment. Each answer of the module therefore carries the marks of the
policies that it was found with: what does not carry exactly ours was not judged by our policies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from mlplatform.providers.policy.client import Fault

MARK = "mlplatform_session"
PREFIX = "mlplatform/"


@dataclass(frozen=True, slots=True)
class Upload:
    """A policy as it is uploaded: its path here, its package, its id and text there."""

    path: str
    package: str
    id: str
    text: str
    mark: str


def marked(path: str, package: str, text: str, nonce: str) -> Upload:
    """The upload of a policy: its lines stay where they are, the mark comes below."""
    id_ = f"{PREFIX}{sha256(path.encode()).hexdigest()[:16]}.rego"
    mark = f"{nonce}/{id_}"
    return Upload(path, package, id_, f'{text}\n{MARK} contains "{mark}"\n', mark)


class Session:
    """The module for a set of uploads: `decide_<n>` answers for the n-th of their packages."""

    def __init__(self, uploads: Sequence[Upload], nonce: str) -> None:
        self.ids = tuple(upload.id for upload in uploads)
        self.package = f"{MARK}_{nonce}"
        self.id = f"{PREFIX}session-{nonce}.rego"
        self._paths = {upload.id: upload.path for upload in uploads}
        self._packages = sorted({upload.package for upload in uploads})
        self._marks = {
            name: sorted(upload.mark for upload in uploads if upload.package == name)
            for name in self._packages
        }

    def text(self) -> str:
        marks = ", ".join(f'"{name}": data.{name}.{MARK}' for name in self._packages)
        rules = [_RULE.format(number=n, package=name) for n, name in enumerate(self._packages)]
        return f"package {self.package}\n\nmarks := {{{marks}}}\n" + "".join(rules)

    def rule(self, package: str) -> str | None:
        """The rule to ask for a package's decisions, or None where there is no such package."""
        return f"decide_{self._packages.index(package)}" if package in self._packages else None

    def place(self, fault: Fault) -> str:
        """Where a fault is, as words to add; nothing for what is not in one of our policies."""
        path = self._paths.get(fault.id)
        return f" at {path}:{fault.line}:{fault.column}" if path else ""

    def decisions(self, answer: Any, batch: str) -> Mapping[str, Any] | None:
        """The decisions by the input's place, `"0"` the first; None when this is no answer of our policies."""
        if not isinstance(answer, dict) or answer.get("marks") != self._marks or answer.get("batch") != batch:
            return None
        decisions = answer.get("decisions")
        return decisions if isinstance(decisions, dict) else None


# Where the decision is undefined for an input, its place is left out of the answer.
_RULE = """
decide_{number} := {{"marks": marks, "batch": input.batch, "decisions": {{place: decision |
	some place, one in input.inputs
	decision := data.{package}.decision with input as one
}}}}
"""

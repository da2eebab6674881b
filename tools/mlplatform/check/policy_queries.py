"""List the things that packages judge: documents as they are, documents that change, files that change."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlplatform.check.change_facts import ChangeFacts, DocumentChange, nanoseconds
from mlplatform.check.codeowners import follows_from_documents
from mlplatform.check.cross_document_facts import CrossDocumentFacts, duplicates_before
from mlplatform.check.document_index import DocumentIndex
from mlplatform.check.incident_facts import concerned_people
from mlplatform.check.ownership import (
    is_first,
    is_owned_by_platform,
    menders,
    quorums,
    review_input,
    subject_of,
    trained_on,
)
from mlplatform.check.policy_input import PolicyInputBuilder, write
from mlplatform.core.change_base import ChangeBase, FileChange
from mlplatform.core.document import KeyPath, RawDocument
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Identity, Kind, parse_path, path_of, printable, tenant_of
from mlplatform.core.review import Review
from mlplatform.core.rule import RuleScope
from mlplatform.providers.policy.metadata import Subject

# Facts of a document that its path has too.
_OF_DOCUMENT = ("before", "changedKeys", "pinnedBefore", "revoked", "ranUntil", "approvalsIn")


@dataclass(frozen=True, slots=True)
class PolicyQuery:
    """One thing that packages are asked about; `name` is a document's name or a file's path.

    `without` names the parts that are not there; `is_file` says that it is no document, neither before nor after.
    """

    subject: Subject
    name: str
    path: str
    identity: Identity
    raw: RawDocument | None
    without: frozenset[str] = frozenset()
    is_partial: bool = False
    is_file: bool = False
    facts: Callable[[], dict[str, Any]] | None = None

    def place(self, at: KeyPath) -> tuple[int, int]:
        return self.raw.position(at) if self.raw else (1, 1)


class QueryBuilder:
    """Makes the questions of a source, and of what it makes of a base, and their inputs."""

    def __init__(
        self,
        index: DocumentIndex,
        head: LoadedSource,
        gathered: CrossDocumentFacts,
        base: ChangeBase | None,
        changes: ChangeFacts | None,
        review: Review | None,
    ) -> None:
        self._known, self._head, self._base, self._changes = index, head, base, changes
        self._joiner = PolicyInputBuilder(self._at_head, gathered)
        self._of_paths = PolicyInputBuilder(self._readable, gathered)
        self._removed = PolicyInputBuilder(
            lambda kind, name: self._at_head(kind, name) or self._at_base(kind, name)
        )
        self._before = PolicyInputBuilder(self._at_base, duplicates_before(head, base))
        self._review = write(review_input(review, head.commit))
        self._facts: dict[str, str] = {}

    def queries(self, asks: RuleScope, subjects: Iterable[Subject]) -> Iterator[PolicyQuery]:
        """Yield the queries for a package that asks this of these subjects."""
        for subject in subjects:
            if subject == "path":
                yield from self._files()
            elif asks == "state":
                for document in self._known.documents[subject].values():
                    yield PolicyQuery(
                        subject, document.name, document.path, document.raw.identity, document.raw
                    )
            else:
                yield from self._documents(subject)

    def input(self, question: PolicyQuery, reads: Sequence[str]) -> str | None:
        """The input of a question for a package that reads these parts; None when it cannot be asked."""
        given: dict[str, str] = {}
        if question.facts:
            given["change"] = self._fact(question)
            not_joined = {"change", "base", "review"} | ({"document"} if question.is_file else set())
            joined = [part for part in reads if part not in not_joined]
            if question.subject != "path":
                joined += question.subject.entry.parts_at_base
            given["base"] = self._before.parts(question.identity, joined) if "base" in reads else "{}"
            given["review"] = self._review
        parts = [part for part in reads if part not in question.without]
        using = self._removed if question.is_partial else self._joiner
        if question.subject == "path":
            using = self._of_paths
        return using.build(
            question.subject, question.name, question.identity, parts, given, partly=question.is_partial
        )

    def _fact(self, question: PolicyQuery) -> str:
        """The facts of a change as JSON: every package that asks about it gets the same."""
        key = f"{question.subject} {question.path}"
        if key not in self._facts:
            self._facts[key] = write(question.facts() if question.facts else {})
        return self._facts[key]

    def _documents(self, kind: Subject) -> Iterator[PolicyQuery]:
        changes = self._changes
        for change in changes.documents if changes else ():
            identity = change.identity
            if identity.kind is not kind or changes is None:
                continue
            if change.after is None:
                yield PolicyQuery(
                    kind,
                    identity.name,
                    change.path,
                    identity,
                    change.before,
                    frozenset({"document"}),
                    is_partial=True,
                    facts=_later(changes, change),
                )
            elif self._known.find(identity.kind, identity.name):
                facts = _later(changes, change)
                yield PolicyQuery(kind, identity.name, change.path, identity, change.after, facts=facts)

    def _files(self) -> Iterator[PolicyQuery]:
        for file in self._base.files if self._base else ():
            if not follows_from_documents(file.path, self._known, self._head.codeowners):
                yield self._file(file, self._base)  # type: ignore[arg-type]

    def _file(self, file: FileChange, base: ChangeBase) -> PolicyQuery:
        identity, is_document = subject_of(file.path, base, self._head)
        raw = self._head.raws.get(file.path) if is_document else None
        is_broken = is_document and (identity.kind, identity.name) in self._known.broken
        without = frozenset() if raw or is_broken else frozenset({"document"})

        def facts() -> dict[str, Any]:
            return self._facts_of_file(file, base)

        return PolicyQuery(
            "path",
            printable(file.path),
            file.path,
            identity,
            raw,
            without,
            is_partial=True,
            is_file=not is_document,
            facts=facts,
        )

    def _facts_of_file(self, file: FileChange, base: ChangeBase) -> dict[str, Any]:
        """Return `input.change` of a file."""
        identity, tenant = parse_path(file.path), tenant_of(file.path)
        changes = self._changes
        of_document = next((c for c in changes.documents if c.path == file.path), None) if changes else None
        facts: dict[str, Any] = {"before": None, "changedKeys": [], "now": 0}
        if changes:
            facts["now"] = nanoseconds(changes.now)
            if of_document:
                document_facts = changes.facts(of_document)
                facts |= {key: document_facts[key] for key in _OF_DOCUMENT if key in document_facts}
        environment = identity.environment if identity else None
        return facts | {
            "path": printable(file.path),
            "action": file.action,
            "kind": identity.kind.value if identity else "",
            "tenant": printable(tenant),
            "environment": environment or "",
            "ownedByPlatform": is_owned_by_platform(file.path, base, self._head),
            "tenantIsNew": bool(tenant) and path_of(Kind.TENANT, tenant) not in base.loaded.raws,
            "tenantIsBroken": bool(tenant) and (Kind.TENANT, tenant) in self._known.broken,
            "isFirstEnvironment": environment is not None and is_first(environment, base, self._head),
            "menders": menders(file.path, base),
            "concerned": concerned_people(file.path, base, self._head),
            "quorums": quorums(base),
            "trainedOn": trained_on(file.path, base, self._head, self._known.broken),
            "isRollback": bool(changes and of_document and changes.is_rollback(of_document)),
            "hasErrors": identity is not None and self._has_errors(identity),
        }

    def _has_errors(self, identity: Identity) -> bool:
        """True when a document, or data that it refers to, is denied by an error of its own."""
        named = (
            (identity.kind, identity.name),
            *(
                (Kind(reference.kind), name)
                for raw in (self._head.raws.get(path_of(identity.kind, identity.name)),)
                for reference in identity.kind.entry.refers_to
                if raw and reference.part
                for _, name in reference.names(raw.data)
            ),
        )
        return any(name in self._known.broken for name in named)

    def _at_head(self, kind: Kind, name: str) -> RawDocument | None:
        document = self._known.find(kind, name)
        return document.raw if document else None

    def _readable(self, kind: Kind, name: str) -> RawDocument | None:
        """Return a document; one with an error as it is at the base, since that error denies it anyway."""
        if raw := self._at_head(kind, name):
            return raw
        return self._at_base(kind, name) if (kind, name) in self._known.broken else None

    def _at_base(self, kind: Kind, name: str) -> RawDocument | None:
        return self._base.loaded.raws.get(path_of(kind, name)) if self._base and name else None


def _later(changes: ChangeFacts, change: DocumentChange) -> Callable[[], dict[str, Any]]:
    return lambda: changes.facts(change)

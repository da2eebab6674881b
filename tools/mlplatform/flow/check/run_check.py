"""Runs the check over the working tree, a commit, or a change on top of a base."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from mlplatform.check.check import CheckContext, check
from mlplatform.core.change_base import ChangeBase
from mlplatform.core.check_result import CheckResult
from mlplatform.core.finding import Finding
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Kind
from mlplatform.core.repository import Repository
from mlplatform.core.review import Review
from mlplatform.core.source import Source
from mlplatform.core.target import LocalTarget
from mlplatform.flow.check.changeset import ChangeSet, changeset
from mlplatform.flow.check.sandboxed_check import check_in_sandbox
from mlplatform.flow.emergency.statements import active_emergencies
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import began_at
from mlplatform.load.infrastructure import infrastructure, scanner_policies
from mlplatform.load.load import load
from mlplatform.load.secrets import secret_findings
from mlplatform.load.source import Commit
from mlplatform.load.subset_source import working_tree
from mlplatform.providers.git import Git
from mlplatform.providers.policy import connect_engine, engine_name
from mlplatform.providers.policy.failed_engine import FailedEngine
from mlplatform.providers.policy.interface import PolicyEngine, PolicyError
from mlplatform.providers.scan import connect_scanner
from mlplatform.providers.scan.interface import Scanner


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """How to check.

    `engine` None: the one that the environment variable names. `scanner`: run Checkov. `everything`: not only what a
    change touches. `review`: the people of the change. `now`: the time that waivers and freezes are judged by.
    """

    engine: str | None = None
    scanner: bool = True
    everything: bool = False
    review: Review | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


def check_working_tree(git: Git, options: CheckOptions | None = None) -> CheckResult:
    """Check the state of the working tree: every rule that needs no change to look at."""
    return _check_state(git, working_tree(git), options or CheckOptions())


def check_commit(git: Git, rev: str, options: CheckOptions | None = None) -> CheckResult:
    """Check the state of a commit: every rule that needs no change to look at."""
    return _check_state(git, Commit(git, git.resolve(rev)), options or CheckOptions())


def check_change(git: Git, base: str, head: str | None, options: CheckOptions | None = None) -> CheckResult:
    """Check the state and the change that `head` (None: the working tree) makes on top of the commit `base`.

    The policies, schemas and waivers of the base decide, so that no change weakens what it is judged by. Those of the
    change are run as well, in a sandbox.
    """
    options = options or CheckOptions()
    changed = changeset(git, base, head, everything=options.everything)
    if changed.policies_changed and not options.everything:
        changed = changeset(
            git, base, head, everything=True
        )  # what they say of everything else counts as well
    scanner, head_loaded = _scan(changed, options)
    kept = {file.path for file in changed.base.files if file.action != "removed"}
    before = Commit(git, git.resolve(base))
    head_loaded = _with(head_loaded, secret_findings(changed.merged.only(kept), kept, before))
    starting = changed.base.loaded
    bound = replace(
        head_loaded,
        policies=starting.policies,
        schemas=starting.schemas,
        scanned_by=scanner_policies(Commit(git, git.resolve(base)))[0] if scanner else {},
    )
    context = CheckContext(
        options.now,
        waivers=starting.raws,
        review=options.review,
        scanner=scanner,
        emergencies=active_emergencies(Workspace(git, LocalTarget(git.root)), git.resolve(base), options.now),
    )
    started = time.monotonic()
    with _engine(starting.policies, options) as engine:
        binding = check(bound, engine, context, base=changed.base)
    took = time.monotonic() - started
    if not _brings_rules(changed.base, head_loaded):
        return binding
    wider = changed if changed.base.everything else changeset(git, base, head, everything=True)
    own = replace(wider.head, infrastructure=head_loaded.infrastructure, scanned_by=head_loaded.scanned_by)

    def check_own() -> CheckResult:
        with _engine(own.policies, options) as engine:
            return check(own, engine, replace(context, waivers=None), base=wider.base)

    return check_in_sandbox(binding, check_own, changed.base.files, took, scans=scanner is not None)


def load_repository(git: Git, rev: str) -> Repository:
    """Return the checked repository of a commit; whatever its findings stop is blocked in it."""
    return check_commit(git, rev).repository


def _check_state(git: Git, source: Source, options: CheckOptions) -> CheckResult:
    loaded, scanner, began = load(source), None, None
    if options.everything:
        loaded = _with(loaded, secret_findings(source, None))
        began = began_at(git, source.commit or "HEAD")
    if options.everything and options.scanner:
        scanner = connect_scanner()
        loaded = _with_infrastructure(source, loaded, scanner)
    with _engine(loaded.policies, options) as engine:
        return check(loaded, engine, CheckContext(options.now, scanner=scanner, began=began))


def _scan(changed: ChangeSet, options: CheckOptions) -> tuple[Scanner | None, LoadedSource]:
    """Return the scanner, when an infrastructure file or scanner policy changed, and the head with those files.

    They are judged as they would be merged: what the base repaired is no fault of the change, and what it added may
    make the change one.
    """
    if not options.scanner:
        return None, changed.head
    scanner = connect_scanner()
    touched = (_is_scanned(scanner, file.path) for file in changed.base.files)
    if not options.everything and not any(touched):
        return None, changed.head
    judged = [path for path in changed.merged.paths if _is_scanned(scanner, path)]
    return scanner, _with_infrastructure(changed.merged.only(judged), changed.head, scanner)


def _is_scanned(scanner: Scanner, path: str) -> bool:
    return scanner.is_infrastructure(path) or path.startswith("policies/checkov/")


def _with_infrastructure(source: Source, loaded: LoadedSource, scanner: Scanner) -> LoadedSource:
    files, unreadable = infrastructure(source, scanner.is_infrastructure)
    policies, no_policies = scanner_policies(source)
    return _with(replace(loaded, infrastructure=files, scanned_by=policies), [*unreadable, *no_policies])


def _with(loaded: LoadedSource, findings: Iterable[Finding]) -> LoadedSource:
    """Add findings to those of a source."""
    return replace(loaded, findings=tuple(sorted({*loaded.findings, *findings})))


@contextmanager
def _engine(policies: Mapping[str, str], options: CheckOptions) -> Iterator[PolicyEngine]:
    engine: PolicyEngine
    try:
        engine = connect_engine(policies, engine_name(options.engine))
    except PolicyError as error:
        engine = FailedEngine(policies, error)
    try:
        yield engine
    finally:
        engine.close()


def _brings_rules(base: ChangeBase, head: LoadedSource) -> bool:
    """True when the change has policies, schemas or waivers of its own."""
    before = base.loaded
    return (before.policies, before.schemas, _waivers(before)) != (
        head.policies,
        head.schemas,
        _waivers(head),
    ) or any(file.path.startswith("policies/checkov/") for file in base.files)


def _waivers(loaded: LoadedSource) -> dict[str, object]:
    return {raw.path: raw.data for raw in loaded.documents(Kind.WAIVER)}

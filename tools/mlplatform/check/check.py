"""The second step: every judge looks at every document, and what they find stops what it touches."""

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import ParamSpec

from mlplatform.check import (
    access_reviews,
    capabilities,
    codeowners,
    custom_schemas,
    dataset_columns,
    held_out_rows,
    policies,
    policy_loosening,
    references,
    requirements,
    schema,
    script_data,
    tenant_resources,
    waivers,
)
from mlplatform.check.blocked import blocked
from mlplatform.check.change_facts import ChangeFacts
from mlplatform.check.cross_document_facts import gather_facts
from mlplatform.check.document_index import DocumentIndex, build_index
from mlplatform.check.infrastructure import infrastructure
from mlplatform.check.policy_queries import QueryBuilder
from mlplatform.check.rules import JUDGING_RULES
from mlplatform.core.change_base import ChangeBase
from mlplatform.core.check_result import CheckResult, DeploymentChange
from mlplatform.core.document import RawDocument
from mlplatform.core.emergency import ActiveEmergency, JudgedChange, PassedFinding, passed_findings
from mlplatform.core.finding import Finding
from mlplatform.core.garbage_collection import gc_paused
from mlplatform.core.kinds import DocumentModel
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.review import Review
from mlplatform.core.rule import RuleScope, declare_rule
from mlplatform.providers.policy.interface import PolicyEngine
from mlplatform.providers.policy.metadata import Package
from mlplatform.providers.scan.interface import Scanner

_rule = partial(declare_rule, __name__, soc2=("CC4.1", "CC8.1"))
CHECK_CRASHED = _rule(
    "check-crashed",
    "No checker crashes",
    "This is a bug in the platform. A checker that crashed has not approved anything.",
    fix="report it; until it is repaired no environment is changed",
    passes="a check that ends",
    fails="a check that ends in an exception",
)
CHECK_UNFINISHED = _rule(
    "check-unfinished",
    "A change's own policies, schemas and waivers finish within their limits",
    "The policies, schemas and waivers of a change run before anybody has approved them. They run in a process "
    "of their own, with many times the time and memory that a normal change needs. If they do not finish, or "
    "crash the process, the change is denied.",
    fix="find the pattern, reference, loop or range that grows without bound, and make it cheaper",
    passes='{"pattern": "^[a-z ]+$"}',
    fails='{"pattern": "^(([a-z ])+)+$"}',
)

P = ParamSpec("P")
RULES = tuple(rule.id for rule in JUDGING_RULES)
SCANNED = "checkov"  # stands for Checkov's rules where they were not asked
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What else a source is checked by; the policies are the engine's.

    `now` is an aware time; `waivers` the documents whose waivers count (None: the source's own); `review` the
    people of the change; `scanner` judges infrastructure, if any was loaded. `began` is when main began, where all of
    its state is asked: then access reviews are looked for as well. `emergencies` are those that count now.
    """

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    waivers: Mapping[str, RawDocument] | None = None
    review: Review | None = None
    scanner: Scanner | None = None
    began: datetime | None = None
    emergencies: tuple[ActiveEmergency, ...] = ()


@gc_paused()
def check(
    loaded: LoadedSource,
    engine: PolicyEngine,
    context: CheckContext | None = None,
    *,
    base: ChangeBase | None = None,
) -> CheckResult:
    """Judge what was loaded: its state, and with a base the change from there as well.

    Every finding is collected and none stops the others. A judge that crashes is an error finding itself.
    """
    context = context or CheckContext()
    bodies: dict[str, DocumentModel] = {}
    packages = policies.AskablePackages((), ())
    missing_approvals: list[Finding] = []
    approved_by: dict[str, set[str]] = {}
    required: dict[str, int] = {}
    changes: list[DeploymentChange] = []

    def judge_schema() -> list[Finding]:
        valid, refused = schema.bodies(loaded.raws)
        bodies.update(valid)
        return refused

    def choose_packages() -> Iterable[Finding]:
        nonlocal packages
        packages = policies.packages_to_ask(engine)
        return packages.findings

    def judge_policies() -> Iterable[Finding]:
        differences = ChangeFacts(loaded, base, context.now) if base else None
        review = context.review
        builder = QueryBuilder(
            index, loaded, gather_facts(index, loaded.tables, loaded.partial), base, differences, review
        )
        yield from policies.evaluate(packages.of("state"), builder, engine)
        if differences:
            changes.extend(_changed(differences))
            yield from policies.evaluate(packages.of("change"), builder, engine)
            for answer in policies.answers(packages.of("review"), builder, engine):
                missing_approvals.extend(answer.findings)
                approved_by.setdefault(answer.path, set()).update(answer.approved_by)
                required[answer.path] = max(answer.required, required.get(answer.path, 0))
            if review:
                yield from missing_approvals

    findings = [
        *loaded.findings,
        *_run_checker("schema", judge_schema),
        *_run_checker("policies", choose_packages),
    ]
    index = build_index(loaded, bodies)
    findings += _run_checker(
        "organisation", custom_schemas.custom_schema_findings, loaded.raws, loaded.schemas
    )
    findings += _run_checker("links", references.broken_references, index, loaded.digests, loaded.scripts)
    findings += _run_checker("tables", dataset_columns.dataset_columns, index, loaded.tables)
    findings += _run_checker("held-out rows", held_out_rows.held_out_rows, index, loaded, base)
    findings += _run_checker("scripts", script_data.script_data, index, loaded.script_texts)
    findings += _run_checker("capabilities", capabilities.capabilities, index)
    findings += _run_checker("resources", tenant_resources.tenant_resources, index)
    findings += _run_checker("codeowners", codeowners.codeowners_findings, index, loaded.codeowners)
    if context.began:
        findings += _run_checker(
            "access reviews", access_reviews.overdue_review, index, context.now, context.began
        )
    before = base.loaded.locks if base else {}
    findings += _run_checker("requirements", requirements.requirement_findings, loaded.locks, before)
    if base:
        findings += _run_checker(
            "policies", policy_loosening.loosened_rules, base.loaded.policies, loaded.policies
        )
    findings += _run_checker("policies", judge_policies)
    findings += _run_checker("infrastructure", infrastructure, loaded, context.scanner)
    judged = _waive(index, loaded, packages, context, base, findings)
    passed = _pass(judged.findings, context, base, approved_by)
    let_go = {each.finding for each in passed}
    judged = replace(judged, findings=tuple(each for each in judged.findings if each not in let_go))
    missing_approvals = [each for each in missing_approvals if each not in let_go]
    tenants, environments = blocked(index, judged.findings)
    return CheckResult(
        repository=replace(index.repository, blocked_tenants=tenants, blocked_environments=environments),
        findings=tuple(sorted(judged.findings)),
        documents=len(loaded.raws),
        rules=(*RULES, *_ids(packages.of(*_asks(base, context)))),
        not_applicable=_not_asked(packages, base, context),
        waived=judged.waived,
        missing_approvals=tuple(sorted(missing_approvals)),
        approved_by=_as_given(approved_by, context.review),
        required_approvals=required,
        changes=tuple(changes),
        loosens=tuple(sorted(_loosening(judged.findings, packages))) if base else (),
        passed=passed,
    )


def _pass(
    findings: Iterable[Finding],
    context: CheckContext,
    base: ChangeBase | None,
    approved_by: Mapping[str, set[str]],
) -> tuple[PassedFinding, ...]:
    """Return what the emergencies that count now let go of a change; of a state nothing."""
    if base is None or not context.emergencies:
        return ()
    review = context.review
    authors = (review.requester, *review.contributors, *review.pushers) if review else ()
    change = JudgedChange(
        frozenset(file.path for file in base.files),
        approved_by,
        frozenset(author.lower() for author in authors),
    )
    return passed_findings(context.emergencies, findings, change)


def _loosening(findings: Iterable[Finding], packages: policies.AskablePackages) -> Iterable[Finding]:
    """Yield the findings that say what a change makes looser."""
    loosening = {
        rule.id for package in packages.packages for rule in package.rules.values() if rule.is_loosening
    } | {policy_loosening.POLICY_LOOSENED.id}
    return (finding for finding in findings if finding.rule in loosening)


def _waive(
    index: DocumentIndex,
    loaded: LoadedSource,
    packages: policies.AskablePackages,
    context: CheckContext,
    base: ChangeBase | None,
    findings: list[Finding],
) -> waivers.Judged:
    """The findings after waivers, with what is wrong with the waivers among them."""
    judged = waivers.Judged(tuple(findings), (), ())

    def judge_waivers() -> Iterable[Finding]:
        nonlocal judged
        binding = waivers.binding(
            context.waivers if context.waivers is not None else loaded.raws, loaded.raws
        )
        rules = {rule.id: rule for package in packages.packages for rule in package.rules.values()}
        has_scanned = context.scanner is not None and bool(loaded.infrastructure)
        judged = waivers.Waivers(binding, index, rules, context.now, base, has_scanned).judge(findings)
        return judged.complaints

    complaints = _run_checker("waivers", judge_waivers)
    return replace(judged, findings=(*judged.findings, *complaints))


def _asks(base: ChangeBase | None, context: CheckContext) -> tuple[RuleScope, ...]:
    if base is None:
        return ("state",)
    return ("state", "change", "review") if context.review else ("state", "change")


def _not_asked(
    packages: policies.AskablePackages, base: ChangeBase | None, context: CheckContext
) -> tuple[str, ...]:
    binding = _asks(base, context)
    left_out = [package for package in packages.packages if package.asks not in binding]
    return (*_ids(left_out), *(() if context.scanner else (SCANNED,)))


def _ids(packages: Iterable[Package]) -> tuple[str, ...]:
    return tuple(rule for package in packages for rule in package.rules)


def _as_given(approved_by: Mapping[str, set[str]], review: Review | None) -> Mapping[str, tuple[str, ...]]:
    """Return by path the people as the review spells them, sorted; paths that nobody approved are left out."""
    spelled = {given.user.lower(): given.user for given in review.reviews} if review else {}
    return {
        path: tuple(sorted(spelled[login] for login in logins if login in spelled))
        for path, logins in sorted(approved_by.items())
        if logins
    }


def _changed(changes: ChangeFacts) -> Iterable[DeploymentChange]:
    """Yield the deployments that a change adds, changes or removes, for its reviewers."""
    for change in changes.documents:
        if change.identity.kind.entry.pins and change.action != "kept":
            yield DeploymentChange(
                str(change.identity.environment),
                str(change.identity.model),
                "added" if change.before is None else "removed" if change.after is None else "changed",
                changes.is_rollback(change),
                change.before.data if change.before else None,
                change.after.data if change.after else None,
            )


def _run_checker(
    name: str, judge: Callable[P, Iterable[Finding]], *args: P.args, **kwargs: P.kwargs
) -> list[Finding]:
    """Return the findings of a checker, or the finding that it crashed, which stops every environment."""
    findings: list[Finding] = []
    try:
        findings.extend(judge(*args, **kwargs))
    except Exception as crash:
        _log.debug("the judge of %s crashed", name, exc_info=True)
        place = traceback.extract_tb(crash.__traceback__)[-1]
        message = f"the judge of {name} crashed: {type(crash).__name__}: {crash} ({place.name}, line {place.lineno})"
        path = f"tools/mlplatform/check/{name}.py"
        fix = "this is a fault of ours: report it; until it is repaired no environment is changed"
        findings.append(CHECK_CRASHED.error(path, message, fix=fix))
    return findings

"""Exceptions that were reviewed: which findings they suspend, and what is wrong with them themselves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import PurePosixPath

from pydantic import ValidationError

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.change_base import ChangeBase
from mlplatform.core.check_result import Waived
from mlplatform.core.document import Document, RawDocument, of_kind
from mlplatform.core.finding import Finding, Severity
from mlplatform.core.kinds.waiver import Waiver
from mlplatform.core.naming import TENANT_ROOTS, Kind, parse_path, tenant_of
from mlplatform.core.rule import Rule, declare_rule

_rule = partial(declare_rule, __name__, soc2=("CC3.2", "CC5.3", "CC8.1"))
WAIVER_RULE = _rule(
    "waiver-rule",
    "A waiver names a rule that may be waived",
    "Most rules have no exceptions. A waiver for such a rule, or for a rule that does not exist, has no effect.",
    fix="fulfil the rule, or name a rule that may be waived: `platform explain` lists them",
    passes="rule: format-executable",
    fails="rule: encryption-at-rest",
)
WAIVER_PATH = _rule(
    "waiver-path",
    "A waiver names one existing file",
    "A waiver for a folder, or for a future file, would cover what nobody reviewed.",
    fix="name the one file that the finding is about",
    passes="path: models/clinic/tumour.yaml",
    fails="path: models/clinic/",
)
WAIVER_OWNER = _rule(
    "waiver-owner",
    "A waiver's owner belongs to the platform team or to the tenant",
    "The owner is responsible for making the waiver unnecessary.",
    fix="name an owner or member of the tenant, or one of the platform team",
    passes="owner: ada, who is an owner of clinic, for models/clinic/tumour.yaml",
    fails="owner: mallory",
)
WAIVER_TERM = _rule(
    "waiver-term",
    "A waiver lasts 90 days at most",
    "An exception without an end is a change of the rule. Checked for new and changed waivers.",
    fix="let it expire on the day that the finding names, or earlier",
    passes="expires: 2026-12-01, merged on 2026-11-01",
    fails="expires: 2030-01-01, merged on 2026-11-01",
    asks="change",
)
WAIVER_EXPIRING = _rule(
    "waiver-expiring",
    "A waiver does not expire within the next 14 days",
    "This warning leaves time to repair what the waiver covers before it stops a change.",
    severity=Severity.WARNING,
    fix="repair what it covers, or have the waiver renewed",
    passes="expires: 2026-12-01, on 2026-11-01",
    fails="expires: 2026-11-10, on 2026-11-01",
)
WAIVER_EXPIRED = _rule(
    "waiver-expired",
    "A waiver has not expired",
    "An expired waiver suspends nothing. It is an error for a change of its file or of its tenant, and a warning "
    "for everybody else: the passing of a day must not stop another tenant's change, nor a rollback.",
    fix="repair what it covers and remove it, or have it renewed first, in a change of its own",
    passes="expires: 2026-12-01, on 2026-11-01",
    fails="expires: 2026-10-31, on 2026-11-01",
)
WAIVER_UNUSED = _rule(
    "waiver-unused",
    "A waiver is needed",
    "A waiver that covers nothing any more would cover the next mistake. It is a warning for 14 days after its "
    "merge, so that a waiver can be merged before the change that needs it.",
    fix="remove it",
    passes="a waiver of a rule that its file breaks",
    fails="a waiver of a rule that its file keeps, merged a month ago",
    asks="change",
)

LONGEST_DAYS = 90
_WARNING_DAYS = 14
_SCANNED = ("CKV", "zizmor-", "secret-")  # what the rules of Checkov, zizmor and detect-secrets begin with
_OWN_SCANNED = ("checkov-skip",)
_NEVER_WAIVED = ("zizmor-failed",)


@dataclass(frozen=True, slots=True)
class Judged:
    """The findings that count, those that are suspended, and what is wrong with the waivers."""

    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...]
    complaints: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of a source: `binding` are those that count, by path; a change is bound by those of its base."""

    binding: Mapping[str, Waiver]
    index: DocumentIndex
    rules: Mapping[str, Rule]
    now: datetime
    base: ChangeBase | None
    has_scanned: bool

    def judge(self, findings: Iterable[Finding]) -> Judged:
        """Suspend what a waiver in force covers: exactly its rule at exactly its path, of exactly what it names."""
        kept: list[Finding] = []
        waived: list[Waived] = []
        for finding in findings:
            if cover := self._covers(finding):
                path, waiver = cover
                is_shown = self.base is None or self.base.everything or self._is_touched(path, waiver)
                waived.append(
                    Waived(finding, path, waiver.owner, waiver.reason, waiver.expires, is_touched=is_shown)
                )
            else:
                kept.append(self._with_cover(finding))
        used = {entry.waiver for entry in waived}
        return Judged(tuple(kept), tuple(sorted(waived)), tuple(self._complaints(used)))

    def _covers(self, finding: Finding) -> tuple[str, Waiver] | None:
        """The waiver that suspends a finding: of its rule, its path, and what it names where findings have subjects."""
        for path, waiver in self.binding.items():
            is_about = (waiver.rule, waiver.path) == (finding.rule, finding.path)
            names_it = not finding.subject or finding.subject in waiver.covers
            if is_about and names_it and self._is_in_force(path, waiver):
                return path, waiver
        return None

    def _with_cover(self, finding: Finding) -> Finding:
        """Return a finding that says what a waiver of it has to name."""
        if not finding.subject or not self._is_waivable(finding.rule):
            return finding
        hint = f"a waiver of it says `covers: [{finding.subject}]`"
        return replace(finding, fix=f"{finding.fix.rstrip('.')}; {hint}" if finding.fix else hint)

    def _is_in_force(self, path: str, waiver: Waiver) -> bool:
        if not self._is_waivable(waiver.rule):
            return False
        return not self._is_over(waiver) or not self._is_touched(path, waiver)

    def _is_over(self, waiver: Waiver) -> bool:
        return waiver.expires < self._today

    @property
    def _today(self) -> date:
        return self.now.date()

    def _is_waivable(self, rule: str) -> bool:
        declared = self.rules.get(rule)
        if declared is None:
            return rule not in _NEVER_WAIVED and (rule.startswith(_SCANNED) or rule in _OWN_SCANNED)
        return declared.is_waivable

    def _is_touched(self, path: str, waiver: Waiver) -> bool:
        """True when a change is about what a waiver covers: only then must the waiver be in order for it to pass.

        A waiver that ends must not stop another tenant's change, its rollback least of all; and never main itself.
        """
        if self.base is None:
            return False
        files = {file.path for file in self.base.files}
        tenants = {tenant_of(file) for file in files} - {""}
        return bool({path, waiver.path} & files) or tenant_of(waiver.path) in tenants

    def _complaints(self, used: set[str]) -> Iterator[Finding]:
        for document in self.index.documents[Kind.WAIVER].values():
            yield from self._form(document)
            yield from self._time(document, used)

    def _form(self, document: Document[Waiver]) -> Iterator[Finding]:
        """Yield what is wrong with a waiver: its rule cannot be waived, its path is not one file, or nobody answers."""
        waiver, place = document.body, document.position
        rule = self.rules.get(waiver.rule)
        if rule is None and not self._is_waivable(waiver.rule):
            fix = "`platform explain` lists the rules"
            message = f"there is no rule {waiver.rule} that a waiver could suspend"
            yield WAIVER_RULE.error(document.path, message, fix=fix, at=place(("rule",)))
        elif not self._is_waivable(waiver.rule):
            fix = f"do what the rule asks: platform explain {waiver.rule}"
            yield WAIVER_RULE.error(
                document.path,
                f"{waiver.rule} can be waived by nobody",
                fix=fix,
                at=place(("rule",)),
            )
        if complaint := self._path(waiver.path):
            fix = "name the one file that the finding is about"
            yield WAIVER_PATH.error(document.path, complaint, fix=fix, at=place(("path",)))
        elif waiver.owner.casefold() not in self._answerable(waiver):
            message = f"{waiver.owner} is neither of the platform team nor of the tenant that {waiver.path} belongs to"
            fix = "name the one who will see to it that the waiver is not needed any more"
            yield WAIVER_OWNER.error(document.path, message, fix=fix, at=place(("owner",)))

    def _path(self, path: str) -> str:
        if path.endswith("/") or path.startswith("/") or {"..", ".", ""} & set(path.split("/")):
            return f"{path} is not the path of one file"
        identity = parse_path(path)
        if identity is None and path.startswith(TENANT_ROOTS) and not PurePosixPath(path).suffix:
            return f"{path} is a folder, and a waiver is for one file"
        if identity and not self.index.exists(identity.kind, identity.name):
            return f"there is no {path}"
        return ""

    def _answerable(self, waiver: Waiver) -> set[str]:
        repository = self.index.repository
        people = list(repository.platform.body.team) if repository.platform else []
        if tenant := repository.tenants.get(tenant_of(waiver.path)):
            people += [*tenant.body.owners, *tenant.body.members]
        return {login.casefold() for login in people}

    def _time(self, document: Document[Waiver], used: set[str]) -> Iterator[Finding]:
        waiver, at = document.body, document.position(("expires",))
        raise_ = Rule.error if self._is_touched(document.path, waiver) else Rule.warning
        latest = self._today + timedelta(days=LONGEST_DAYS)
        if self._is_new(document.raw) and waiver.expires > latest:
            fix = f"let it expire on {latest} at the latest"
            message = f"a waiver may hold for {LONGEST_DAYS} days, and this one would until {waiver.expires}"
            yield WAIVER_TERM.error(document.path, message, fix=fix, at=at)
        if self._is_over(waiver):
            fix = "repair what it covers and remove it, or have it renewed first, in a change of its own"
            yield raise_(WAIVER_EXPIRED, document.path, f"it expired on {waiver.expires}", fix=fix, at=at)
        elif waiver.expires <= self._today + timedelta(days=_WARNING_DAYS):
            fix = f"repair {waiver.path}, or have the waiver renewed"
            yield WAIVER_EXPIRING.warning(document.path, f"it expires on {waiver.expires}", fix=fix, at=at)
        if document.path not in used and (age := self._unused_for(document)) is not None:
            names = f" for {', '.join(waiver.covers)}" if waiver.covers else ""
            message = f"nothing needs it: {waiver.path} does not break {waiver.rule}{names}"
            is_old = age > timedelta(days=_WARNING_DAYS)
            fix = (
                "remove it"
                if is_old
                else f"remove it if that stays so: {_WARNING_DAYS} days after its merge it is an error"
            )
            yield (raise_ if is_old else Rule.warning)(WAIVER_UNUSED, document.path, message, fix=fix)

    def _is_new(self, raw: RawDocument) -> bool:
        before = self.base.loaded.raws.get(raw.path) if self.base else None
        return self.base is not None and (before is None or before.data != raw.data)

    def _unused_for(self, document: Document[Waiver]) -> timedelta | None:
        """How long an unused waiver has been on the base; None when that says nothing about whether it is needed."""
        waiver = document.body
        rule = self.rules.get(waiver.rule)
        was_asked = rule.asks == "state" if rule else self.has_scanned
        if not was_asked or document.path not in self.binding or self.base is None:
            return None
        merged = self.base.merged.get(document.path)
        return self.now - merged if merged else None


def binding(raws: Mapping[str, RawDocument], head: Mapping[str, RawDocument]) -> dict[str, Waiver]:
    """The waivers among these documents that hold as they are, and that the head has not removed."""
    waivers: dict[str, Waiver] = {}
    for raw in of_kind(raws.values(), Kind.WAIVER):
        if raw.path in head:
            try:
                waivers[raw.path] = Waiver.model_validate(raw.data)
            except ValidationError:
                continue  # the document's own finding says so, and it suspends nothing
    return waivers

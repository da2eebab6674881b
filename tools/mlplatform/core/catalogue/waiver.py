"""Exceptions are narrow, somebody's, and over soon."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(
    Rule, severity=Severity.ERROR, soc2=("CC3.2", "CC5.3", "CC8.1"), where="tools/mlplatform/check/waivers.py"
)

RULES = (
    _rule(
        "waiver-rule",
        "A waiver names a rule that may be waived",
        "Most rules have no exceptions; a waiver of one of them, or of none that there is, would only look like one.",
        fix="do what the rule asks, or name the rule of the finding: `platform explain` lists them",
        passes="rule: format-executable",
        fails="rule: encryption-at-rest",
    ),
    _rule(
        "waiver-path",
        "A waiver names one file that is there",
        "One for a folder, or for a file to come, would cover what nobody reviewed.",
        fix="name the one file that the finding is about",
        passes="path: models/clinic/tumour.yaml",
        fails="path: models/clinic/",
    ),
    _rule(
        "waiver-owner",
        "A waiver's owner is of the platform team or of the tenant",
        "Somebody has to see to it that the waiver is not needed any more.",
        fix="name an owner or member of the tenant, or one of the platform team",
        passes="owner: ada, who is an owner of clinic, for models/clinic/tumour.yaml",
        fails="owner: mallory",
    ),
    _rule(
        "waiver-term",
        "A waiver holds for 90 days at most",
        "An exception without an end is another rule. Asked of waivers that are new or changed.",
        fix="let it expire on the day that the finding names, or earlier",
        passes="expires: 2026-12-01, merged on 2026-11-01",
        fails="expires: 2030-01-01, merged on 2026-11-01",
        asks="change",
    ),
    _rule(
        "waiver-expiring",
        "A waiver that ends within 14 days is a warning",
        "There is time to repair what it covers before it stops a change.",
        severity=Severity.WARNING,
        fix="repair what it covers, or have the waiver renewed",
        passes="expires: 2026-12-01, on 2026-11-01",
        fails="expires: 2026-11-10, on 2026-11-01",
    ),
    _rule(
        "waiver-expired",
        "A waiver that has ended suspends nothing",
        "It is an error for a change of what it covers or of its tenant, and a warning for everybody else: a day that "
        "passes must not stop another tenant's change, nor a rollback.",
        fix="repair what it covers and remove it, or have it renewed first, in a change of its own",
        passes="expires: 2026-12-01, on 2026-11-01",
        fails="expires: 2026-10-31, on 2026-11-01",
    ),
    _rule(
        "waiver-unused",
        "A waiver is needed",
        "One that covers nothing any more would cover the next mistake. For 14 days after its merge it is a warning, "
        "so that a waiver can be merged before what needs it.",
        fix="remove it",
        passes="a waiver of a rule that its file breaks",
        fails="a waiver of a rule that its file keeps, merged a month ago",
        asks="change",
    ),
)

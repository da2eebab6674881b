"""Rules about waivers: each is narrow, has an owner, and ends soon."""

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
        "Most rules have no exceptions. A waiver for such a rule, or for a rule that does not exist, has no effect.",
        fix="fulfil the rule, or name a rule that may be waived: `platform explain` lists them",
        passes="rule: format-executable",
        fails="rule: encryption-at-rest",
    ),
    _rule(
        "waiver-path",
        "A waiver names one existing file",
        "A waiver for a folder, or for a future file, would cover what nobody reviewed.",
        fix="name the one file that the finding is about",
        passes="path: models/clinic/tumour.yaml",
        fails="path: models/clinic/",
    ),
    _rule(
        "waiver-owner",
        "A waiver's owner belongs to the platform team or to the tenant",
        "The owner is responsible for making the waiver unnecessary.",
        fix="name an owner or member of the tenant, or one of the platform team",
        passes="owner: ada, who is an owner of clinic, for models/clinic/tumour.yaml",
        fails="owner: mallory",
    ),
    _rule(
        "waiver-term",
        "A waiver lasts 90 days at most",
        "An exception without an end is a change of the rule. Checked for new and changed waivers.",
        fix="let it expire on the day that the finding names, or earlier",
        passes="expires: 2026-12-01, merged on 2026-11-01",
        fails="expires: 2030-01-01, merged on 2026-11-01",
        asks="change",
    ),
    _rule(
        "waiver-expiring",
        "A waiver does not expire within the next 14 days",
        "This warning leaves time to repair what the waiver covers before it stops a change.",
        severity=Severity.WARNING,
        fix="repair what it covers, or have the waiver renewed",
        passes="expires: 2026-12-01, on 2026-11-01",
        fails="expires: 2026-11-10, on 2026-11-01",
    ),
    _rule(
        "waiver-expired",
        "A waiver has not expired",
        "An expired waiver suspends nothing. It is an error for a change of its file or of its tenant, and a warning "
        "for everybody else: the passing of a day must not stop another tenant's change, nor a rollback.",
        fix="repair what it covers and remove it, or have it renewed first, in a change of its own",
        passes="expires: 2026-12-01, on 2026-11-01",
        fails="expires: 2026-10-31, on 2026-11-01",
    ),
    _rule(
        "waiver-unused",
        "A waiver is needed",
        "A waiver that covers nothing any more would cover the next mistake. It is a warning for 14 days after its "
        "merge, so that a waiver can be merged before the change that needs it.",
        fix="remove it",
        passes="a waiver of a rule that its file breaks",
        fails="a waiver of a rule that its file keeps, merged a month ago",
        asks="change",
    ),
)

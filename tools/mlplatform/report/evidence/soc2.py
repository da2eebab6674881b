"""The mapping of an export to the criteria of SOC 2: per control the evidence, its owner, source, period and query."""

from collections.abc import Iterator
from dataclasses import dataclass

from mlplatform.record.export.contents import EvidenceExport
from mlplatform.report.evidence.harmless import csv_file

_HEAD = (
    "criterion",
    "title",
    "control",
    "evidence",
    "owner",
    "source",
    "period",
    "query",
    "exceptions",
    "rules",
)
PLATFORM = "platform team"


@dataclass(frozen=True, slots=True)
class Control:
    """A control for a criterion: the file of the export that is evidence of it, and how to ask for it again.

    `exceptions` are the kinds of exceptions that speak against it.
    """

    criterion: str
    title: str
    control: str
    evidence: str
    owner: str
    query: str
    exceptions: tuple[str, ...] = ()


_LOG = "git log --first-parent main -- {}"
_RECORDS = "git log --format=%H:envelope.json {ledger} | git cat-file --batch=''"
CONTROLS = (
    Control(
        "CC6.1",
        "Logical access is restricted",
        "Main takes nothing without review; rulesets of the Git host enforce it, and are looked at every day",
        "controls.csv",
        PLATFORM,
        "platform forge controls",
        ("controls-lapsed", "direct-push"),
    ),
    Control(
        "CC6.1",
        "Logical access is restricted",
        "Records are signed with keys that are trusted, and revoked by a record",
        "README.txt",
        PLATFORM,
        "platform evidence verify --trust FILE",
        ("key-untrusted", "signature-invalid", "unsigned", "chain-broken", "ledger-truncated"),
    ),
    Control(
        "CC6.2",
        "Access is granted and removed by authorised people",
        "Owners and members of a tenant are named in its document, which changes by review alone",
        "access-reviews.csv",
        "owners of each tenant",
        _LOG.format("tenants/*/tenant.yaml"),
    ),
    Control(
        "CC6.3",
        "Least privilege and separation of duties",
        "Nobody approves what they wrote, pushed or asked for",
        "population.csv",
        PLATFORM,
        "platform evidence verify --trust FILE",
        ("approved-by-author", "approval-of-another-head", "quorum-missed"),
    ),
    Control(
        "CC7.1",
        "Changes of the configuration are detected",
        "Environments are compared with what was applied; drift is recorded and reverted",
        "deployments.csv",
        PLATFORM,
        "platform drift --env ENVIRONMENT",
        ("drift-reverted", "deployment-without-change"),
    ),
    Control(
        "CC7.2",
        "Anomalies are monitored",
        "Verification compares every commit of main with its record, and names what does not fit",
        "exceptions.csv",
        PLATFORM,
        "platform evidence verify --trust FILE",
        ("record-missing", "record-wrong", "history-rewritten", "merge-not-as-reviewed"),
    ),
    Control(
        "CC7.3",
        "Security events are evaluated",
        "Incidents are reviewed documents with severity, times and cause",
        "incidents.csv",
        PLATFORM,
        _LOG.format("incidents/"),
    ),
    Control(
        "CC7.4",
        "Incidents are responded to",
        "Emergency changes are recorded, limited in time, and reviewed afterwards",
        "emergencies.csv",
        PLATFORM,
        "platform evidence verify --trust FILE",
        ("emergency-not-reviewed", "emergency-void"),
    ),
    Control(
        "CC8.1",
        "Changes are authorised, tested, approved and documented",
        "Every change of main has one signed record of its requester, authors, reviews, checks and merge",
        "population.csv",
        PLATFORM,
        "{query}",
        (
            *("record-missing", "record-twice", "record-wrong", "record-incomplete", "direct-push"),
            *(
                "denied-by-a-check",
                "quorum-missed",
                "merge-not-as-reviewed",
                "late-record",
            ),
        ),
    ),
    Control(
        "CC8.1",
        "Changes are authorised, tested, approved and documented",
        "What was merged is what was applied: each change of an environment has an apply or a reason why not",
        "reconciliation.csv",
        PLATFORM,
        _RECORDS,
        ("deployment-without-change", "not-applied"),
    ),
    Control(
        "CC8.1",
        "Changes are authorised, tested, approved and documented",
        "Exceptions from a rule are reviewed, owned and end",
        "waivers.csv",
        "owner of each waiver",
        _LOG.format("policies/waivers/"),
        ("finding-waived",),
    ),
    Control(
        "CC8.1",
        "Changes are authorised, tested, approved and documented",
        "Policies judge every change, by the version of the commit before it",
        "policy-results.csv",
        PLATFORM,
        "platform check --base COMMIT^ --head COMMIT",
        ("denied-by-a-check", "verdict-differs"),
    ),
    Control(
        "A1.2",
        "Recovery is prepared and tried",
        "A version that fails is restored within the apply; a rollback is a reviewed change",
        "deployments.csv",
        PLATFORM,
        _RECORDS,
        ("rolled-back",),
    ),
    Control(
        "PI1",
        "Processing is complete, valid and accurate",
        "A version is pinned by its digest, validated on held-out data and probed before it gets requests",
        "sample/",
        "owners of each model",
        "platform lineage MODEL --env ENVIRONMENT",
    ),
    Control(
        "C1",
        "Confidential information is protected",
        "Data sets are classified; who reads them is named in their documents and reviewed",
        "population.csv",
        "owners of each data set",
        _LOG.format("tenants/*/datasets/"),
    ),
    Control(
        "P4",
        "Personal data is used as agreed",
        "Data sets with personal data name their consent and retention, and take more approvals",
        "population.csv",
        "owners of each data set",
        _LOG.format("tenants/*/datasets/"),
    ),
)


def soc2_table(export: EvidenceExport) -> bytes:
    """Return the mapping as CSV, with the team, the counts of exceptions, and the rules that carry each criterion."""
    return csv_file(_HEAD, _rows(export))


def exceptions_against(export: EvidenceExport, control: Control) -> int:
    """Return how many exceptions speak against a control."""
    return sum(each.kind in control.exceptions for each in export.exceptions)


def _rows(export: EvidenceExport) -> Iterator[tuple[str | int, ...]]:
    team = f"{PLATFORM} ({', '.join(export.team)})" if export.team else PLATFORM
    source = f"{export.source.repository}, main {export.source.main[:12]}, {export.source.ledger}"
    for control in CONTROLS:
        query = control.query.format(query=export.source.query, ledger=export.source.ledger)
        yield (
            *(control.criterion, control.title, control.control, control.evidence),
            *(team if control.owner == PLATFORM else control.owner, source, str(export.period), query),
            *(exceptions_against(export, control), " ".join(rules_for(export, control.criterion))),
        )


def rules_for(export: EvidenceExport, criterion: str) -> tuple[str, ...]:
    """Return the rules that are evidence for a criterion, or for any below it: PI1.2 is below PI1."""
    below = (name for name in export.rules if name == criterion or name.startswith(f"{criterion}."))
    return tuple(sorted({rule for name in below for rule in export.rules[name]}))

"""README.txt: what an auditor reads first."""

from mlplatform.record.export.contents import EvidenceExport
from mlplatform.report.evidence.harmless import visible
from mlplatform.report.evidence.reconciliation import totals_of
from mlplatform.report.evidence.words import verified_sentence

_TEXT = """\
CHANGES OF {repository}
{period} (UTC)

Open index.html in a browser. Nothing here needs our tool, a script or a network.

WHAT WAS VERIFIED
{verified}
Of these problems, and of what else is out of the ordinary, {exceptions} are of this period: see exceptions.csv.
The record begins after the commit {genesis}. It counts the keys: {keys}.

WHERE IT IS FROM
  main            {main}
  ledger          {ledger} at {ledger_tip}
  newest record   {taken}
Every time is from a commit or a record. The same clone gives the same bytes, whoever exports it and when.

THE POPULATION: {changes} changes
Every commit of main's first-parent history whose committer's date lies in the period. To list them again:

  {query}

The Git host's time of the merge stands beside it, as merged_at. Whoever makes a commit states its date, so a commit
that is dated before the one that it follows is an exception.

RECONCILIATION
  {environment_changes} changes of a deployment = {applied} applied + {gaps} named gaps ({became})
  {without} changes touch no deployment

THE SAMPLE: {sampled} changes
Drawn with the seed {seed}{default}. To draw it again, with the commits of
population.csv in their order:

  python3 -c "import random, sys; print(*random.Random({seed}).sample(sys.stdin.read().split(), {drawn}))"

THE FILES
  population.csv, .json    one row for each change, and the query and its count
  reconciliation.csv, .json what became of each change of a deployment, and the totals
  exceptions.csv           everything out of the ordinary, each with its commit and a sentence
  deployments.csv          what each apply of the period did, by model
  policy-results.csv       each check of each change, with the tool, its version and the digest of the result
  waivers.csv              exceptions from rules that were in force, with owner, reason and last day
  controls.csv             each look at what protects main: differences, and gaps between looks
  access-reviews.csv       for each quarter, whether somebody signed off who may do what
  incidents.csv            incidents that ran in the period, and whether they were mitigated in time
  emergencies.csv          who let which gates go, until when, and who looked at it afterwards
  soc2.csv                 which file is evidence for which criterion: owner, source, period, query
  oscal/                   the same as OSCAL assessment results
  sample/                  a folder for each sampled change: record, diff, verdict, approvals, plan, outcomes,
                           validation
  pages/, *.html           one page for each change, the applies and the data sets
  manifest.json            the SHA-256 of every other file; manifest.dsse.json is the same, signed

HOW TO VERIFY IT
  platform evidence verify-export . --trust TRUST    hashes every file, and verifies the signature
  platform evidence verify --trust TRUST             in a clone: verifies the record that this was taken from
Without our tool, every hash:

  jq -r '.subject[] | "\\(.digest.sha256)  \\(.name)"' manifest.json | sha256sum --check --quiet

TRUST is the file of trust roots. Have it from the platform team, and not from this folder or the clone.

WHAT IS CHANGED IN TEXTS
Characters that cannot be seen or that control a terminal are written as escapes (\\u202e). A cell that a spreadsheet
would take for a formula begins with an apostrophe. Rows of data, the values of requests and what looks like personal
data are nowhere in this export; people are named as they are named in reviews.
"""


def readme(export: EvidenceExport, default_seed: int) -> bytes:
    """Return the README of an export; `default_seed` is the one that its period gives."""
    source, totals = export.source, totals_of(export)
    values = {
        "repository": source.repository,
        "period": str(export.period),
        "verified": verified_sentence(export),
        "exceptions": len(export.exceptions),
        "genesis": source.trust.genesis,
        "keys": ", ".join(f"{key.name} ({key.key})" for key in source.trust.keys),
        "main": source.main,
        "ledger": source.ledger,
        "ledger_tip": source.ledger_tip,
        "taken": export.taken.isoformat(),
        "changes": len(export.changes),
        "query": source.query,
        "environment_changes": sum(totals.became.values()),
        "applied": totals.became.get("applied", 0),
        "gaps": totals.gaps,
        "became": ", ".join(f"{name}: {count}" for name, count in totals.became.items()) or "none",
        "without": totals.without_environment,
        "sampled": len(export.sample.changes),
        "drawn": len(export.sample.changes),
        "seed": export.sample.seed,
        "default": ", which follows from the period and the tip of main"
        if export.sample.seed == default_seed
        else ", which was chosen",
    }
    shown = {name: visible(str(value)) for name, value in values.items()}
    return _TEXT.format(**shown).encode()

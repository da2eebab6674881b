"""Rules about schemas: each document has the keys and values of its kind."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(Rule, severity=Severity.ERROR, soc2=("CC8.1", "PI1.2"), where="policies/schemas/")

RULES = (
    _rule(
        "schema-kind",
        "The first key is the schema that the path stands for",
        "The path says which kind a document is; the first key says it to people who see only the text.",
        fix="start the document with `schema: <kind>/v1`",
        passes="schema: model/v1\nowner: ada",
        fails="owner: ada\nschema: model/v1",
    ),
    _rule(
        "schema-unknown-key",
        "No unknown keys",
        "A misspelt key would have no effect, while its author thinks that it protects something.",
        fix="rename it as the finding says, or remove it",
        passes="sharedWith: []",
        fails="shared_with: []",
    ),
    _rule(
        "schema-missing-key",
        "No required key is missing",
        "The platform does not guess a value that is missing.",
        fix="add it",
        passes="encryption: {atRest: aws:kms, key: alias/clinic, inTransit: tls}",
        fails="encryption: {atRest: aws:kms, key: alias/clinic}",
    ),
    _rule(
        "schema-type",
        "Values are of the right type",
        '`"true"` and `1e3` look like a boolean and an integer, and are a text and a fraction.',
        fix="write a value of the type that the finding names",
        passes="retention: {days: 365, deletion: delete}",
        fails='retention: {days: "365", deletion: delete}',
    ),
    _rule(
        "schema-value",
        "Values are among those that the key allows",
        "A name, digest, version, time or word that is not allowed would be understood differently by each part of "
        "the platform.",
        fix="write what the finding says",
        passes="clearance: pii",
        fails="clearance: secret",
    ),
    _rule(
        "schema-empty",
        "A key has a value",
        "An empty value, null and ~ could mean none, the default, or that somebody forgot the value.",
        fix="write a value, or remove the key",
        passes="retention: {days: 365, deletion: delete}",
        fails="retention:",
    ),
    _rule(
        "schema-repeated",
        "A list names each thing once",
        "An owner named twice would look like two people. Upper and lower case do not count.",
        fix="name it once",
        passes="owners: [ada, grace, mary]",
        fails="owners: [ada, grace, Ada]",
    ),
    _rule(
        "schema-placeholder",
        "No placeholders of `platform new` are left",
        "`platform new` writes valid documents, so a cost centre CHANGE-ME or an owner owner-one would otherwise be "
        "merged.",
        fix="write your own value",
        passes="costCenter: K8-READ",
        fails="costCenter: CHANGE-ME",
    ),
    _rule(
        "schema-active",
        "Texts contain nothing that a program could execute",
        "Descriptions, records and cost centres are copied into comments, pages, scripts and tables. ${{ }} is "
        "filled in by a workflow, $( ) and backticks are run by a shell, links and HTML are fetched by a browser, "
        "and a leading = is computed by a spreadsheet. A program that forgets to quote would execute the text.",
        fix="say it in plain words",
        passes="description: Which digit is this?",
        fails='description: "Which digit? $(curl example.com)"',
    ),
    _rule(
        "schema-organisation",
        "Documents are valid by the organisation's own JSON Schemas",
        "A company may require more than the platform does, such as a pattern for cost centres. A schema that cannot "
        "be used is a finding of this rule too, as it would have no effect.",
        fix="follow the schema that the finding names, or repair that schema",
        passes="costCenter: K8-READ, where policies/schemas/organisation/tenant.json asks for [A-Z0-9-]+",
        fails="costCenter: k8 read",
    ),
)

"""Each document has the keys and values of its kind."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(Rule, severity=Severity.ERROR, soc2=("CC8.1", "PI1.2"), where="policies/schemas/")

RULES = (
    _rule(
        "schema-kind",
        "The first key says what the path says",
        "The path says what a document is; the first key says it to whoever reads the text alone.",
        fix="start the document with `schema: <kind>/v1`",
        passes="schema: model/v1\nowner: ada",
        fails="owner: ada\nschema: model/v1",
    ),
    _rule(
        "schema-unknown-key",
        "No key that the kind does not know",
        "A key with a typing error would say nothing, while its author thinks that it protects something.",
        fix="rename it as the finding says, or remove it",
        passes="sharedWith: []",
        fails="shared_with: []",
    ),
    _rule(
        "schema-missing-key",
        "No key that the kind needs is missing",
        "What is not said is not assumed.",
        fix="add it",
        passes="encryption: {atRest: aws:kms, key: alias/clinic, inTransit: tls}",
        fails="encryption: {atRest: aws:kms, key: alias/clinic}",
    ),
    _rule(
        "schema-type",
        "Values are of the right type",
        '`"true"` and `1e3` look right, and are a text and a fraction.',
        fix="write a value of the type that the finding names",
        passes="retention: {days: 365, deletion: delete}",
        fails='retention: {days: "365", deletion: delete}',
    ),
    _rule(
        "schema-value",
        "Values are what the key allows",
        "A name, digest, version, time or word outside of what is allowed would mean something else to every part "
        "that reads it.",
        fix="write what the finding says",
        passes="clearance: pii",
        fails="clearance: secret",
    ),
    _rule(
        "schema-empty",
        "A key has a value",
        "Nothing, null and ~ could mean none, the default, or that somebody forgot.",
        fix="write a value, or remove the key",
        passes="retention: {days: 365, deletion: delete}",
        fails="retention:",
    ),
    _rule(
        "schema-repeated",
        "A list names each thing once",
        "An owner named twice would look like two people; upper and lower case are the same person.",
        fix="name it once",
        passes="owners: [ada, grace, mary]",
        fails="owners: [ada, grace, Ada]",
    ),
    _rule(
        "schema-placeholder",
        "Nothing is left as `platform new` wrote it",
        "A starting document holds its schema, so that a cost centre of CHANGE-ME or an owner called owner-one would "
        "otherwise be merged.",
        fix="write your own value",
        passes="costCenter: K8-READ",
        fails="costCenter: CHANGE-ME",
    ),
    _rule(
        "schema-active",
        "A text says something and does nothing",
        "Descriptions, records and cost centres are copied into comments, pages, scripts and tables. ${{ }} is "
        "filled in by a workflow, $( ) and backticks are run by a shell, links and HTML are fetched by a browser, "
        "and a leading = is computed by a spreadsheet: whoever forgets to quote would run what a document says.",
        fix="say it in plain words",
        passes="description: Which digit is this?",
        fails='description: "Which digit? $(curl example.com)"',
    ),
    _rule(
        "schema-organisation",
        "The organisation's own JSON Schemas hold",
        "A company asks for more than the platform does, such as the form of a cost centre. A schema that cannot be "
        "used is a finding of this rule too, as it would judge nothing.",
        fix="keep to the schema that the finding names, or repair that schema",
        passes="costCenter: K8-READ, where policies/schemas/organisation/tenant.json asks for [A-Z0-9-]+",
        fails="costCenter: k8 read",
    ),
)

"""Rules about the check itself: a policy or checker that cannot answer is a finding, so nothing fails open."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(
    Rule, severity=Severity.ERROR, soc2=("CC4.1", "CC8.1"), where="tools/mlplatform/check/policies.py"
)

RULES = (
    _rule(
        "policy-missing",
        "The repository has policies",
        "Without policies nothing would be denied.",
        fix="restore policies/rego/",
        passes="policies/rego/encryption.rego",
        fails="an empty policies/rego/",
    ),
    _rule(
        "policy-broken",
        "Every policy compiles, and declares the package that its path names",
        "A policy that is not valid Rego denies nothing. One that declares another file's package would change what "
        "that file decides, differently in each engine.",
        fix="repair the policy; until then no environment is changed",
        passes="package platform.names",
        fails="pakage platform.names",
    ),
    _rule(
        "policy-metadata",
        "Every package and rule has complete METADATA",
        "METADATA says which documents a package checks, what it reads and which rules it answers for. Without it a "
        "missing answer would not be noticed.",
        fix="complete the METADATA as policies/README.md shows",
        passes="# METADATA\n# title: Names are short\n# custom: {kinds: [model], asks: state, reads: [document]}",
        fails="# METADATA\n# title: Names are short",
    ),
    _rule(
        "policy-unanswered",
        "Every package answers for each of its rules",
        "A rule that is undefined, raises an error, or was not evaluated would let everything pass.",
        fix="have the platform team repair the package; until then the document counts as denied",
        passes='satisfied contains "short-description" if count(input.document.description) <= 80',
        fails='satisfied contains "short-description" if count(input.document.descripton) <= 80, and no deny',
    ),
    _rule(
        "check-crashed",
        "No checker crashes",
        "This is a bug in the platform. A checker that crashed has not approved anything.",
        fix="report it; until it is repaired no environment is changed",
        passes="a check that ends",
        fails="a check that ends in an exception",
        where="tools/mlplatform/check/check.py",
    ),
    _rule(
        "check-unfinished",
        "A change's own policies, schemas and waivers finish within their limits",
        "The policies, schemas and waivers of a change run before anybody has approved them. They run in a process "
        "of their own, with many times the time and memory that a normal change needs. If they do not finish, or "
        "crash the process, the change is denied.",
        fix="find the pattern, reference, loop or range that grows without bound, and make it cheaper",
        passes='{"pattern": "^[a-z ]+$"}',
        fails='{"pattern": "^(([a-z ])+)+$"}',
        where="tools/mlplatform/flow/check/sandboxed_check.py",
    ),
)

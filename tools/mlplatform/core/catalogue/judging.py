"""A judge that cannot judge is a finding: nothing fails open."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(
    Rule, severity=Severity.ERROR, soc2=("CC4.1", "CC8.1"), where="tools/mlplatform/check/policies.py"
)

RULES = (
    _rule(
        "policy-missing",
        "There are policies",
        "Without policies nothing would be denied.",
        fix="restore policies/rego/",
        passes="policies/rego/encryption.rego",
        fails="an empty policies/rego/",
    ),
    _rule(
        "policy-broken",
        "Every policy can be compiled, and declares the package of its path",
        "A policy that is not Rego, or uses what is not there, judges nothing. One that declares another file's "
        "package would change what that file judges, and engines would not even agree how.",
        fix="repair the policy: until then no environment is changed",
        passes="package platform.names",
        fails="pakage platform.names",
    ),
    _rule(
        "policy-metadata",
        "Every package and rule says what it is about",
        "METADATA says which documents a package judges, what it reads and which rules it answers for; without it "
        "nobody could tell that an answer is missing.",
        fix="complete the METADATA as policies/README.md shows",
        passes="# METADATA\n# title: Names are short\n# custom: {kinds: [model], asks: state, reads: [document]}",
        fails="# METADATA\n# title: Names are short",
    ),
    _rule(
        "policy-unanswered",
        "Every package answers for each of its rules",
        "A rule that is undefined, raises, or was not evaluated would let everything pass.",
        fix="have the platform team repair the package; until then the document counts as denied",
        passes='satisfied contains "short-description" if count(input.document.description) <= 80',
        fails='satisfied contains "short-description" if count(input.document.descripton) <= 80, and no deny',
    ),
    _rule(
        "check-crashed",
        "No judge crashes",
        "This is a fault of ours. What a judge did not say cannot count as agreement.",
        fix="report it; until it is repaired no environment is changed",
        passes="a check that ends",
        fails="a check that ends in an exception",
        where="tools/mlplatform/check/check.py",
    ),
    _rule(
        "check-unfinished",
        "What a change brings of its own comes to an answer",
        "The policies, schemas and waivers of a change are asked before anybody approved them, in a process of their "
        "own, with as much time and memory as an honest change needs many times over. What does not end, or ends the "
        "process, has not agreed.",
        fix="look for a pattern, reference, loop or range that grows without bound, and make it cheaper",
        passes='{"pattern": "^[a-z ]+$"}',
        fails='{"pattern": "^(([a-z ])+)+$"}',
        where="tools/mlplatform/flow/check/sandboxed_check.py",
    ),
)

"""Predicates as they are written today, and as earlier releases wrote them, by the name of their type."""

from typing import Any

from tests.support.records import candidate, copied
from tests.support.values import digest

Example = tuple[str, dict[str, Any]]

DIGEST, COMMIT, TUMOUR = digest("1.1.0"), "c" * 40, "clinic/tumour"


def change(action: str, before: Any, after: Any) -> dict[str, Any]:
    return {"action": action, "provider": "mlflow", "resource": TUMOUR, "before": before, "after": after}


def without(values: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}


_VERSION = {"environment": "production", "model": TUMOUR, "version": "1.1.0", "digest": DIGEST}
_MADE_FROM = {
    "run": "run-1",
    "commit": None,
    "data": {"clinic/biopsies": DIGEST},
    "metrics": {"auc": 1, "f1": 0.5},
}
_REFUSED = {"resource": TUMOUR, "reason": "on hold", "fix": "retry", "where": "t.yaml:1:1", "held": True}
_HEADER = {
    "identity": "ada",
    "approvedBy": ["grace"],
    "approvals": {TUMOUR: {"commit": COMMIT, "approvedBy": ["grace"], "pullRequest": "12"}},
    "fence": 3,
    "environment": "production",
    "target": "0123456789ab",
    "commit": COMMIT,
    "digest": DIGEST,
    "documents": {TUMOUR: DIGEST},
    "refused": [_REFUSED],
}
_STAGE = {"version": "1.1.0", "found": "Archived", "right": "Production"}
_RETIRED = {"version": "1.0.0", "digest": digest("1.0.0")}
_ALIASES = {"champion": "1.1.0", "previous": None, "digest": DIGEST}
_WEIGHTS = {"weights": {DIGEST: 100}, "version": None}
_REPAIRED = {
    **copied("1.1.0"),
    "from": None,
    "source": None,
    "change": None,
    "approvedBy": [],
    "what": "tags",
}
CHANGES = [
    change("repair", {"version": "1.1.0", "digest": DIGEST, "wrong": "tags"}, _REPAIRED),
    change("copy", None, copied("1.1.0", metrics={"auc": 1})),
    change("load", {**_RETIRED, "ready": True, "instances": 0}, candidate("1.1.0")),
    change("load", {**_RETIRED, "ready": False}, candidate("1.1.0")),
    change("probe", None, candidate("1.1.0", source="file:///registry")),
    change("route", _WEIGHTS, {**_WEIGHTS, "version": "1.1.0"}),
    change(
        "champion",
        {"champion": None, "previous": "1.0.0", "stage": _STAGE},
        {**_ALIASES, "source": "file:///r"},
    ),
    change("champion", {"champion": "1.0.0", "previous": None}, None),
    change("retire", _RETIRED, None),
]
_OUTCOMES = [{**each, "result": "applied", "reason": ""} for each in CHANGES]
_SAMPLE = {"dataset": "clinic/held-out", "digest": DIGEST, "rows": 40}
_CHECK = {
    "check": "mae",
    "asked": "-",
    "candidate": "0.5",
    "champion": "-",
    "met": False,
    "reason": "too much",
}
_VALIDATED = {
    **_VERSION,
    "met": True,
    "because": "it is pinned",
    "commit": COMMIT,
    "sample": _SAMPLE,
    "metrics": {"mae": 0.5},
    "champion": {"version": "1.0.0", "digest": DIGEST, "metrics": {}, "flaw": "it did not answer"},
    "latency": {"p50Ms": 1.5, "p99Ms": 2, "requests": 100},
    "checks": [_CHECK, {**without(_CHECK, "reason"), "met": True}],
    "identity": "ada",
}
_RULESET = {
    "source": "Repository",
    "target": "branch",
    "enforcement": "active",
    "branches": ["~DEFAULT_BRANCH"],
    "excluded": [],
    "bypass": [{"actor_id": 7}],
    "rules": {"deletion": {}, "pull_request": {"methods": ["merge"], "approvals": 1}},
}
_CONTROLS = {
    "rulesets": {"main": _RULESET, "hidden": {**_RULESET, "bypass": None}},
    "environments": {"production": ["main"]},
    "settings": {"repository": {"default_branch": "main", "allow_rebase_merge": False}},
}
_DIFFERENCE = {"control": "main", "setting": "approvals", "declared": 2, "inForce": None, "hidden": True}
_COMPARED = {"repository": "acme/ml", "commit": COMMIT, "digest": DIGEST, "differences": [_DIFFERENCE]}
_HOLD = {**_VERSION, "documents": "", "reason": "load: no", "aliases": {"champion": None}, "fence": 0}
_RETRY = {**_VERSION, "identity": "ada", "reason": "repaired"}
_SNAPSHOT = {"environment": "production", "commit": COMMIT, "taken": "2026-11-21", "blob": "b" * 40}
_STAMPS = {"id": "0123456789abcdef", "recordedAt": "2026-11-21T10:00:00+00:00", "previous": DIGEST}

_MERGE = {
    "name": "#12",
    "url": "https://git.example.com/acme/ml/pull/12",
    "title": "Promote clinic/tumour",
    "head": COMMIT,
    "method": "merge",
    "asReviewed": None,
    "requester": "ada",
    "contributors": ["ada"],
    "pushers": ["ada"],
    "reviews": [{"user": "grace", "state": "approved", "head": COMMIT, "team": "clinic"}],
    "merger": "grace",
    "mergedAt": "2026-11-21T10:00:00Z",
}
_CHECK_RUN = {"name": "check", "tool": "platform", "version": "1", "result": "passed", "required": True}
_CHANGE = {
    "repository": "https://git.example.com/acme/ml",
    "ref": "refs/heads/main",
    "commit": COMMIT,
    "tree": COMMIT,
    "parent": COMMIT,
    "committedAt": "2026-11-21T10:00:00+00:00",
    "title": "Promote clinic/tumour",
    "ticket": "OPS-1",
    "reason": "it is better",
    "paths": [{"path": "models/clinic/tumour.yaml", "action": "changed"}],
    "tenants": {"clinic": "pii"},
    "merge": _MERGE,
    "approvals": {"models/clinic/tumour.yaml": {"required": 1, "approvedBy": ["grace"]}},
    "checks": [_CHECK_RUN, {**_CHECK_RUN, "digest": DIGEST}],
    "waivers": [
        {"waiver": "w", "rule": "r", "path": "p", "owner": "ada", "reason": "why", "expires": "2026-12-01"}
    ],
    "policies": COMMIT,
    "plans": {"production": DIGEST},
    "identity": "ada",
}
_AT = "2026-11-30T10:00:00Z"
_SIGNED = {"repository": COMMIT, "ledger": "evidence", "signature": "-----BEGIN SSH SIGNATURE-----"}
_EMERGENCY = {
    **_SIGNED,
    "incident": "2026-11-30-wrong-scores",
    "reason": "two of three owners are away",
    "requester": "ada",
    "authoriser": "margaret",
    "gates": ["approvals-quorum"],
    "tenants": ["clinic"],
    "since": _AT,
    "until": "2026-11-30T14:00:00Z",
    "reviewDue": "2026-12-01T10:00:00Z",
}
_KEY = {"action": "trust", "name": "ci", "key": "ssh-ed25519 AAAA", "reason": "rotation", "identity": "ada"}

TODAY: list[Example] = [
    ("change", _CHANGE),
    (
        "change",
        {
            **without(_CHANGE, "ticket", "reason"),
            "parent": None,
            "merge": None,
            "policies": None,
            "unplanned": ["production: no snapshot"],
            "denied": ["no-approval"],
            "unknown": ["no Git host"],
        },
    ),
    ("emergency", _EMERGENCY),
    (
        "emergency-review",
        {
            **_SIGNED,
            "emergency": "0123456789ab",
            "verdict": "approved",
            "reviewer": "grace",
            "text": "",
            "at": _AT,
        },
    ),
    ("key", _KEY),
    ("key", {**_KEY, "until": "2027-01-01T00:00:00Z"}),
    ("controls", {**_COMPARED, "inForce": _CONTROLS}),
    ("controls", {**_COMPARED, "inForce": "unknown", "cause": "it did not answer"}),
    ("deployment", {**_STAMPS, **_HEADER, "outcomes": _OUTCOMES}),
    (
        "deployment",
        {**_HEADER, "outcomes": [], "late": True, "intent": "production-1", "completes": "production-2"},
    ),
    (
        "deployment",
        {**_HEADER, "outcomes": [], "undoing": "drift", "reason": "a slip", "confirmed": [TUMOUR]},
    ),
    ("deployment", {**_HEADER, "outcomes": [], "goingBack": "it was wrong"}),
    ("hold", {**_HOLD, "lasting": True}),
    ("intent", {**_STAMPS, **_HEADER, "intent": "production-1", "changes": CHANGES}),
    ("registration", {**_VERSION, **_MADE_FROM, "codeCommitted": True}),
    ("retry", _RETRY),
    ("snapshot", _SNAPSHOT),
    ("validation", _VALIDATED),
    ("validation", {**_VALIDATED, "champion": None, "latency": None}),
]

_LOCALLY = {"approvedBy": ["local-unreviewed"]}
_FIRST = {**without(_HEADER, "approvals", "fence", "documents"), "refused": [without(_REFUSED, "held")]}
EARLIER: list[Example] = [
    ("deployment", {**_FIRST, "outcomes": [without(outcome, "reason") for outcome in _OUTCOMES]}),
    ("deployment", {**_FIRST, "outcomes": [{**change("route", {"weights": {}}, None), "result": "applied"}]}),
    ("hold", _HOLD),
    ("registration", {**_VERSION, **_MADE_FROM}),
    ("retry", {**_RETRY, **_LOCALLY}),
    ("validation", {**_VALIDATED, **_LOCALLY}),
]
_MISPLACED = {**without(_STAGE, "found"), "stage": "Archived"}
_BEFORE = {"champion": None, "previous": None, "stage": _MISPLACED}
ONE_RELEASE_ONLY: Example = (  # the key `stage` for what was called `found` before and after it
    "deployment",
    {**_FIRST, "outcomes": [{**change("champion", _BEFORE, _ALIASES), "result": "restored"}]},
)

"""What is wrong with the evidence, and at which commit."""

from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    """The kinds of problems, each with the sentence that reports group them under."""

    RECORD_MISSING = "record-missing"
    RECORD_TWICE = "record-twice"
    RECORD_FOREIGN = "record-foreign"
    RECORD_UNREADABLE = "record-unreadable"
    RECORD_WRONG = "record-wrong"
    RECORD_INCOMPLETE = "record-incomplete"
    UNSIGNED = "unsigned"
    SIGNATURE = "signature-invalid"
    UNTRUSTED_KEY = "key-untrusted"
    CHAIN = "chain-broken"
    TRUNCATED = "ledger-truncated"
    CLOCK = "clock-went-back"
    TIMESTAMP = "timestamp-invalid"
    HISTORY = "history-rewritten"
    DIRECT_PUSH = "direct-push"
    MERGE = "merge-not-as-reviewed"
    SELF_APPROVAL = "approved-by-author"
    STALE_APPROVAL = "approval-of-another-head"
    QUORUM = "quorum-missed"
    CHECK = "denied-by-a-check"
    DEPLOYMENT = "deployment-without-change"
    CONTROLS = "controls-lapsed"
    EMERGENCY = "emergency-not-reviewed"
    EMERGENCY_VOID = "emergency-void"
    VERDICT = "verdict-differs"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    ProblemKind.RECORD_MISSING: "A commit of main has no record",
    ProblemKind.RECORD_TWICE: "A commit of main has more than one record",
    ProblemKind.RECORD_FOREIGN: "A record is of another repository, or of a commit that main does not have",
    ProblemKind.RECORD_UNREADABLE: "A record cannot be read",
    ProblemKind.RECORD_WRONG: "A record does not say what git says of its commit",
    ProblemKind.RECORD_INCOMPLETE: "A record leaves open what it has to say",
    ProblemKind.UNSIGNED: "A record is not signed, though those before it are",
    ProblemKind.SIGNATURE: "A record was changed after it was signed",
    ProblemKind.UNTRUSTED_KEY: "A record is signed by a key that was not trusted then",
    ProblemKind.CHAIN: "A record does not follow the one that it names",
    ProblemKind.TRUNCATED: "The ledger, or main, lacks what it had when it was verified before",
    ProblemKind.CLOCK: "A record says that it is older than the one before it",
    ProblemKind.TIMESTAMP: "A record's timestamp is missing, not valid, or of another time",
    ProblemKind.HISTORY: "The history of main was rewritten",
    ProblemKind.DIRECT_PUSH: "A commit came to main without a pull request",
    ProblemKind.MERGE: "A commit of main is not what was reviewed",
    ProblemKind.SELF_APPROVAL: "Somebody who wrote or asked for a change counts as its approver",
    ProblemKind.STALE_APPROVAL: "An approval that counts is not of what was merged",
    ProblemKind.QUORUM: "A change has fewer approvals than its policies ask for",
    ProblemKind.CHECK: "A check had not passed when the change was merged",
    ProblemKind.DEPLOYMENT: "An environment was changed without a change of main",
    ProblemKind.CONTROLS: "What protects main was not in force, or nobody looked",
    ProblemKind.EMERGENCY: "An emergency was not reviewed in time by somebody else",
    ProblemKind.EMERGENCY_VOID: "A change passed a gate without an emergency that counts",
    ProblemKind.VERDICT: "Judging a change again gives another verdict than its record",
}


@dataclass(frozen=True, slots=True, order=True)
class EvidenceProblem:
    """One thing that is wrong: `commit` (40 hex digits) is of main, or of the ledger where `is_record`."""

    kind: ProblemKind
    commit: str
    message: str
    is_record: bool = False

    def as_json(self) -> dict[str, str]:
        return {
            "kind": self.kind.value,
            "title": self.kind.sentence,
            "record" if self.is_record else "commit": self.commit,
            "message": self.message,
        }

"""The ledger's own soundness: each record follows the one that it names, and is signed by a key that counts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mlplatform.core.evidence.keyring import Keyring
from mlplatform.core.evidence.problem import EvidenceProblem, ProblemKind
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.records.base import Predicate
from mlplatform.core.records.change import ChangePredicate
from mlplatform.core.records.emergency import SignedPredicate
from mlplatform.core.records.key import KeyPredicate
from mlplatform.core.records.statement import Statement, UnknownPredicate
from mlplatform.providers.git import Git
from mlplatform.providers.signing.envelope import SealedPayload, unseal
from mlplatform.providers.signing.ssh import SignatureError
from mlplatform.record.ledger_commits import LedgerCommit, ledger_commits
from mlplatform.record.verify.timestamps import timestamp_flaws

ALWAYS_SIGNED = (ChangePredicate, KeyPredicate, SignedPredicate)
CLOCK_SKEW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ChainState:
    """What the next record is judged by.

    `tip` is the commit of the record before it and `previous` that record's digest; `is_signed` says whether records
    are signed by now, `last` (by the recorders' clocks) when one was written last, and `records` how many there are.
    `is_sound` is False where the record before it was found to be edited, which is not said twice. `is_stamped`:
    changes have a timestamp by now, by one of the `authorities`.
    """

    keyring: Keyring
    tip: str | None = None
    previous: str | None = None
    is_signed: bool = False
    last: datetime | None = None
    records: int = 0
    is_sound: bool = True
    is_stamped: bool = False
    authorities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A record with what is wrong with it, if anything, and the state after it.

    `predicate` is None where the record is no evidence: it cannot be read, or nobody who is trusted signed it. `signer`
    is whose key signed it, empty for those of earlier releases.
    """

    commit: str
    signer: str
    predicate: Predicate | None
    problems: tuple[EvidenceProblem, ...]
    state: ChainState


def chain_links(git: Git, tip: str, state: ChainState) -> Iterator[ChainLink]:
    """Yield the records of a ledger after a state, oldest first; nothing stops at what is wrong with one."""
    for commit in ledger_commits(git, tip, state.tip):
        link = _link(commit, state)
        yield link
        state = link.state


@dataclass(frozen=True, slots=True)
class _Opened:
    """A record's statement as far as it can be read, and why it counts for nothing where that is so."""

    statement: Statement | None
    signer: str = ""
    problem: tuple[ProblemKind, str] | None = None


def _link(commit: LedgerCommit, state: ChainState) -> ChainLink:
    opened = _opened(commit, state)
    predicate = opened.statement.predicate if opened.statement else None
    known = predicate if isinstance(predicate, Predicate) else None
    flaws = [opened.problem] if opened.problem else []
    if isinstance(predicate, UnknownPredicate) and not flaws:
        flaws.append(
            (ProblemKind.RECORD_UNREADABLE, f"its type, {predicate.predicate_type}, is not known here")
        )
    written_at = recorded_at(known)
    flaws += _misplaced(commit, known, state)
    if written_at and state.last and written_at < state.last - CLOCK_SKEW:
        before = f"{written_at.isoformat()}, and the one before it {state.last.isoformat()}"
        flaws.append((ProblemKind.CLOCK, f"it says that it was written at {before}"))
    flaws += timestamp_flaws(commit, written_at, state.authorities)
    is_change = isinstance(known, ChangePredicate)
    if is_change and state.is_stamped and commit.timestamp is None and state.authorities:
        flaws.append((ProblemKind.TIMESTAMP, "it has no timestamp, and those before it have one"))
    problems = tuple(EvidenceProblem(kind, commit.commit, message, is_record=True) for kind, message in flaws)
    evidence = None if opened.problem else known
    keyring = state.keyring.after(evidence) if isinstance(evidence, KeyPredicate) else state.keyring
    return ChainLink(
        commit.commit,
        opened.signer,
        evidence,
        problems,
        replace(
            state,
            keyring=keyring,
            tip=commit.commit,
            previous=digest_of_bytes(commit.data) if commit.data is not None else None,
            is_signed=state.is_signed or commit.is_signed,
            last=max(filter(None, (written_at, state.last)), default=None),
            records=state.records + 1,
            is_sound=opened.statement is not None,
            is_stamped=state.is_stamped or (is_change and commit.timestamp is not None),
        ),
    )


def _opened(commit: LedgerCommit, state: ChainState) -> _Opened:
    if commit.data is None:
        names = ", ".join(sorted(commit.names)) or "nothing"
        return _Opened(
            None, problem=(ProblemKind.RECORD_UNREADABLE, f"it holds {names}, and no one statement")
        )
    if not commit.is_signed:
        opened = _read(commit.data)
        if _must_be_signed(opened, state) and not opened.problem:
            return replace(
                opened, problem=(ProblemKind.UNSIGNED, "it is not signed, and those before it are")
            )
        return opened
    try:
        sealed = unseal(commit.data)
    except SignatureError as why:
        return _Opened(None, problem=(ProblemKind.SIGNATURE, why.message))
    opened = replace(_read(sealed.payload), signer=state.keyring.name_of(sealed.key))
    return opened if opened.problem else replace(opened, problem=_untrusted(sealed, opened, state))


def _must_be_signed(opened: _Opened, state: ChainState) -> bool:
    """True after the first signed record, and always for what no release wrote that did not sign."""
    predicate = opened.statement.predicate if opened.statement else None
    return state.is_signed or isinstance(predicate, ALWAYS_SIGNED)


def _untrusted(sealed: SealedPayload, opened: _Opened, state: ChainState) -> tuple[ProblemKind, str] | None:
    predicate = opened.statement.predicate if opened.statement else None
    at = recorded_at(predicate if isinstance(predicate, Predicate) else None)
    refusal = state.keyring.refusal(sealed.key, at)
    return (ProblemKind.UNTRUSTED_KEY, refusal) if refusal else None


def _read(data: bytes) -> _Opened:
    try:
        return _Opened(Statement.from_json(data))
    except ValueError as why:
        return _Opened(None, problem=(ProblemKind.RECORD_UNREADABLE, str(why)))


def _misplaced(
    commit: LedgerCommit, predicate: Predicate | None, state: ChainState
) -> Iterator[tuple[ProblemKind, str]]:
    if commit.parents != ((state.tip,) if state.tip else ()):
        yield (
            ProblemKind.CHAIN,
            "it does not follow the record before it, so the ledger has more than one line",
        )
    elif (
        state.is_sound and commit.is_signed and predicate is not None and predicate.previous != state.previous
    ):
        yield ProblemKind.CHAIN, "the record before it was edited, taken out, or put in later"


def recorded_at(predicate: Predicate | None) -> datetime | None:
    """Return the time, with its zone, that a record says it was written at; None where it says none."""
    try:
        moment = datetime.fromisoformat(predicate.recordedAt) if predicate and predicate.recordedAt else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None

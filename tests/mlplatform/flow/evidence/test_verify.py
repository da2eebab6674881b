"""Whatever is done to the record afterwards is found, and named at its commit."""

import json
import os
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlplatform.core.evidence.problem import ProblemKind
from mlplatform.core.evidence.trust import TrustedKey
from mlplatform.flow.evidence.keys import KeyChange, record_key
from mlplatform.providers.forge.signed.log import SignedText
from mlplatform.providers.forge.signed.signers import NAMESPACE
from mlplatform.providers.forge.signed.statement import ReviewStatement
from mlplatform.providers.signing.envelope import payload_of
from mlplatform.providers.signing.ssh import public_key, sign
from mlplatform.record.ledger import ENVELOPE
from tests.support.evidence import LEDGER, Files, Recorded, copied, other_key, recorded, with_predicate
from tests.support.reviewed import TENANT
from tests.support.scratch import isolate


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    with pytest.MonkeyPatch.context() as monkeypatch:
        isolate(monkeypatch, tmp_path_factory.mktemp("home") / "home")
        return recorded(tmp_path_factory.mktemp("template") / "platform")


@pytest.fixture
def made(template: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    isolate(monkeypatch, tmp_path / "home")
    return copied(template, tmp_path / "platform")


def test_reviewed_changes_that_are_on_record_are_verified(made: Recorded) -> None:
    verification = made.verified()
    assert [problem.message for problem in verification.problems] == []
    assert (verification.counts.changes, verification.counts.unsigned) == (3, 0)


def test_judging_every_change_again_agrees_with_its_record(made: Recorded) -> None:
    assert made.problems(rejudge=True) == []


def test_a_path_that_is_no_unicode_does_not_make_the_ledger_unreadable(made: Recorded) -> None:
    commit = made.platform.land({os.fsdecode(b"docs/\xff\xfe.md"): "odd\n"})
    made.record()
    assert ("direct-push", commit) in made.problems()
    assert not {"record-unreadable", "record-wrong", "quorum-missed"} & {kind for kind, _ in made.problems()}


def edited(records: list[Files]) -> list[Files]:
    envelope = json.loads(records[1][ENVELOPE])
    return [records[0], {ENVELOPE: json.dumps({**envelope, "payload": "e30="}).encode()}, *records[2:]]


def taken_out(records: list[Files]) -> list[Files]:
    return [records[0], *records[2:]]


def swapped(records: list[Files]) -> list[Files]:
    return [records[1], records[0], *records[2:]]


def replayed(records: list[Files]) -> list[Files]:
    return [*records, records[0]]


def no_statement(records: list[Files]) -> list[Files]:
    return [*records, {"notes.txt": b"nothing happened"}]


def not_signed(records: list[Files]) -> list[Files]:
    return [*records[:2], {"statement.json": payload_of(records[2][ENVELOPE])}]


TAMPERED = {
    edited: [("signature-invalid", 1)],
    taken_out: [("chain-broken", 1), ("record-missing", "change")],
    swapped: [("chain-broken", 0), ("chain-broken", 1), ("chain-broken", 2)],
    replayed: [("chain-broken", 3), ("record-twice", 3)],
    no_statement: [("record-unreadable", 3)],
    not_signed: [("unsigned", 2), ("record-missing", "newest")],
}


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda tamper: tamper.__name__)
def test_a_ledger_that_was_tampered_with_is_found_out_at_that_record(
    made: Recorded, tamper: Callable[[list[Files]], list[Files]]
) -> None:
    main = made.git.run("rev-list", "--first-parent", "--reverse", f"{made.genesis}..main").decode().split()
    commits = made.rewrite(tamper)
    found = set(made.problems())
    for kind, place in TAMPERED[tamper]:
        at = {"change": main[1], "newest": main[2]}.get(place) if isinstance(place, str) else commits[place]
        assert (kind, at) in found


def test_a_ledger_of_which_nothing_is_signed_is_no_evidence(made: Recorded) -> None:
    commits = made.rewrite(lambda records: [unsigned(files) for files in records])
    found = made.problems()
    assert {commit for kind, commit in found if kind == "unsigned"} == set(commits)
    assert sum(kind == "record-missing" for kind, _ in found) == len(commits)


def test_a_record_by_a_key_that_nobody_trusts_is_no_record(made: Recorded, tmp_path: Path) -> None:
    key = other_key(tmp_path)
    commits = made.rewrite(lambda records: [*records[:2], with_predicate(records[2], key)])
    assert ("key-untrusted", commits[2]) in made.problems()


def test_a_key_counts_from_the_record_that_added_it_until_the_one_that_revoked_it(
    made: Recorded,
) -> None:
    second = made.platform.keys.key("dennis")
    record_key(made.platform.workspace, KeyChange("trust", "second", second, "rotation"), made.key)
    made.record_with(second, "fourth")
    assert made.problems() == []
    record_key(made.platform.workspace, KeyChange("revoke", "second", second, "lost"), made.key)
    made.record_with(second, "fifth")
    assert [kind for kind, _ in made.problems()] == ["key-untrusted", "record-missing"]


def test_a_key_that_had_expired_signs_nothing(made: Recorded) -> None:
    key = TrustedKey.model_validate(
        {"name": "recorder", "key": public_key(made.key), "until": "2020-01-01T00:00:00Z"}
    )
    trust = made.trust.model_copy(update={"keys": [key]})
    assert {kind for kind, _ in made.problems(trust=trust)} == {"key-untrusted", "record-missing"}


def test_a_direct_push_is_found_whether_it_is_on_record_or_not(made: Recorded) -> None:
    commit = made.platform.land({TENANT: made.platform.repo.read(TENANT) + "# by hand\n"})
    assert made.problems() == [("record-missing", commit)]
    made.record()
    assert made.problems() == [("direct-push", commit)]


def test_a_merge_with_more_in_it_than_was_reviewed_is_found(made: Recorded) -> None:
    platform = made.platform
    platform.change("evil")
    platform.approve("evil")
    platform.repo.run("merge", "--quiet", "--no-ff", "--no-commit", "evil")
    platform.repo.write("README.md", "more than was reviewed\n")
    platform.repo.run("add", "--all")
    platform.repo.run("commit", "--quiet", "--message", "Merge branch 'evil'")
    platform.push("main")
    made.record()
    found = made.verified().problems
    assert {problem.commit for problem in found} == {platform.repo.head()}
    assert ProblemKind.RECORD_INCOMPLETE in {problem.kind for problem in found}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"tree": "0" * 40}, "record-wrong"),
        ({"parent": "0" * 40}, "record-wrong"),
        ({"paths": []}, "record-wrong"),
        ({"repository": "acme/other"}, "record-foreign"),
        ({"commit": "0" * 40}, "record-foreign"),
        ({"unknown": ["who reviewed it"]}, "record-incomplete"),
        ({"denied": ["tenants/reading/tenant.yaml:1:1: no"]}, "denied-by-a-check"),
        ({"approvals": {}}, "quorum-missed"),
        ({"merge": None}, "record-unreadable"),
        ({"colour": "red"}, "record-unreadable"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value,
)
def test_a_record_that_says_something_else_than_git_or_its_reviews_is_found(
    made: Recorded, values: dict[str, object], kind: str
) -> None:
    commits = made.rewrite(lambda records: [*records[:2], with_predicate(records[2], made.key, **values)])
    newest = made.git.resolve("main")
    assert {place for found, place in made.problems() if found == kind} <= {commits[2], newest}
    assert kind in {found for found, _ in made.problems()}


@pytest.mark.parametrize(
    ("forge", "kind"),
    [
        (lambda merge: {**merge, "contributors": [*merge["contributors"], "ADA"]}, "approved-by-author"),
        (lambda merge: {**merge, "requester": "mary"}, "approved-by-author"),
        (
            lambda merge: {
                **merge,
                "reviews": [{**given, "head": "0" * 40} for given in merge["reviews"]],
            },
            "approval-of-another-head",
        ),
        (lambda merge: {**merge, "reviews": []}, "quorum-missed"),
        (lambda merge: {**merge, "head": "0" * 40}, "merge-not-as-reviewed"),
        (lambda merge: {**merge, "mergedAt": "2020-01-01T00:00:00+00:00"}, "clock-went-back"),
    ],
    ids=["contributor", "requester", "stale", "never given", "another head", "backdated"],
)
def test_approvals_that_do_not_count_are_found(
    made: Recorded, forge: Callable[[dict[str, object]], dict[str, object]], kind: str
) -> None:
    def tamper(records: list[Files]) -> list[Files]:
        merge = json.loads(payload_of(records[2][ENVELOPE]))["predicate"]["merge"]
        return [*records[:2], with_predicate(records[2], made.key, merge=forge(merge))]

    made.rewrite(tamper)
    assert (kind, made.git.resolve("main")) in made.problems()


def test_a_cut_ledger_is_noticed_by_whoever_has_a_checkpoint(made: Recorded) -> None:
    checkpoint = made.verified().checkpoint
    made.rewrite(lambda records: records[:2])
    assert ("ledger-truncated", checkpoint.ledger) in made.problems(since=checkpoint)


def test_a_main_that_was_rewritten_is_noticed(made: Recorded) -> None:
    checkpoint = made.verified().checkpoint
    lost = made.git.resolve("main")
    made.platform.repo.run("reset", "--quiet", "--hard", "main~1")
    made.platform.push("main")
    assert {("record-foreign", made.records()[-1])} <= set(made.problems())
    assert ("history-rewritten", lost) in made.problems(since=checkpoint)


def test_after_a_checkpoint_only_what_is_new_is_read(made: Recorded) -> None:
    checkpoint = made.verified().checkpoint
    made.merged("fourth")
    verification = made.verified(since=checkpoint)
    assert verification.problems == ()
    assert (verification.counts.records, verification.counts.changes) == (1, 1)
    assert verification.checkpoint.records == 4


def test_two_recorders_at_once_record_a_change_once(made: Recorded) -> None:
    made.platform.land({TENANT: made.platform.repo.read(TENANT) + "# by hand\n"})
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: made.record(), range(4)))
    assert len(made.records()) == 4
    assert LEDGER in made.verified().ledger


def test_an_approval_after_a_merge_by_hand_does_not_make_it_a_reviewed_one(made: Recorded) -> None:
    platform = made.platform
    platform.change("hasty")
    platform.say("request", "linus", branch="hasty")
    commit = platform.merge_by_hand("hasty")
    for person in ("ada", "mary"):
        platform.log("hasty").append(signed_review(made, person, "hasty"))
    made.record()
    assert ("record-incomplete", commit) in made.problems()


def signed_review(made: Recorded, person: str, branch: str) -> SignedText:
    """An approval by somebody who did not wait for the branch to be open."""
    head = made.platform.repo.run("rev-parse", branch)
    tree = made.platform.repo.run("rev-parse", f"{branch}^{{tree}}")
    said = ReviewStatement(
        action="approve", person=person, branch=branch, head=head, tree=tree, at="2026-01-01T00:00:00Z"
    ).as_bytes()
    return SignedText(said, sign(said, made.platform.keys.key(person), NAMESPACE))


def bit_flipped(files: Files) -> Files:
    envelope = json.loads(files[ENVELOPE])
    payload = bytearray(payload_of(files[ENVELOPE]))
    payload[len(payload) // 2] ^= 1
    return {ENVELOPE: json.dumps({**envelope, "payload": b64encode(payload).decode()}).encode()}


def signature_of_nobody(files: Files) -> Files:
    envelope = json.loads(files[ENVELOPE])
    signatures = [{**given, "sig": "AAAA"} for given in envelope["signatures"]]
    return {ENVELOPE: json.dumps({**envelope, "signatures": signatures}).encode()}


def unsigned(files: Files) -> Files:
    return {"statement.json": payload_of(files[ENVELOPE])}


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "tamper", [bit_flipped, signature_of_nobody, unsigned], ids=lambda tamper: tamper.__name__
)
def test_whichever_single_record_is_edited_is_named(made: Recorded, tamper: Callable[[Files], Files]) -> None:
    original = [made.files(record) for record in made.records()]
    for place in range(len(original)):
        commits = made.replace_records([*original[:place], tamper(original[place]), *original[place + 1 :]])
        named = {
            commit
            for kind, commit in made.problems()
            if kind in ("signature-invalid", "unsigned", "chain-broken")
        }
        assert commits[place] in named


@pytest.mark.exhaustive
def test_whichever_record_is_taken_out_or_put_in_twice_is_named(made: Recorded) -> None:
    original = [made.files(record) for record in made.records()]
    main = made.git.run("rev-list", "--first-parent", "--reverse", f"{made.genesis}..main").decode().split()
    for place in range(len(original)):
        made.replace_records([*original[:place], *original[place + 1 :]])
        assert ("record-missing", main[place]) in made.problems()
        commits = made.replace_records([*original[: place + 1], original[place], *original[place + 1 :]])
        assert ("record-twice", commits[place + 1]) in made.problems()

"""Who can do what, who should not, and a sign-off that only its reviewer can make."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlplatform.core.access import AccessListing
from mlplatform.core.errors import Refusal
from mlplatform.core.finding import Finding
from mlplatform.core.quarter import next_quarter, quarter_before, quarter_of, start_of_quarter
from mlplatform.flow.access.review import propose_sign_off, review_access
from mlplatform.flow.check.run_check import CheckOptions, check_change, check_commit
from mlplatform.propose.access_review import Decision
from mlplatform.propose.branch import commit_proposal
from mlplatform.report.access import access_csv, access_json, access_markdown, access_text
from tests.support.reviewed import SIGNERS, TENANT, Reviewed, reviewed
from tests.support.scratch import isolate

NOW = quarter_of(datetime.now(UTC))
PATH = f"access-reviews/{NOW}.yaml"
SCAN_NOTHING = CheckOptions(scanner=False)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reviewed:
    isolate(monkeypatch, tmp_path / "home")
    world = reviewed(tmp_path)
    platform = world.repo.read("platform.yaml")
    world.land({"platform.yaml": platform.replace("ownedPaths: [", "ownedPaths: [access-reviews/, ")})
    return world


def listing(world: Reviewed, quarter: str = NOW) -> AccessListing:
    return review_access(world.workspace, quarter, "main")


def sign_off(world: Reviewed, *decisions: Decision, by: str = "margaret") -> str:
    """Return the commit of a sign-off of main as it is."""
    proposal = propose_sign_off(world.workspace, listing(world), "main", decisions, world.keys.key(by))
    return commit_proposal(world.repo.git, proposal).commit


def errors(world: Reviewed, head: str) -> list[Finding]:
    checked = check_change(world.repo.git, "main", head, SCAN_NOTHING)
    return [finding for finding in checked.findings if finding.is_error]


def test_everybody_is_listed_with_their_rights_and_keys(world: Reviewed) -> None:
    rights = {(entry.who, entry.where, entry.right) for entry in listing(world).entries}
    assert {
        ("ada", "reading", "owner"),
        ("linus", "reading", "member"),
        ("margaret", "platform", "approves what the platform owns"),
        ("dennis", "platform", "signs with"),
    } <= rights


def test_the_digest_is_that_of_the_rights_and_of_nothing_else(world: Reviewed) -> None:
    before = listing(world)
    world.land({"README.md": "more\n"})
    assert listing(world).digest == before.digest
    world.land({TENANT: world.repo.read(TENANT).replace("members: [linus]", "members: [linus, sally]")})
    assert listing(world).digest != before.digest


def test_what_changed_since_the_last_review_is_said_with_its_commit(world: Reviewed) -> None:
    world.repo.run("merge", "-q", "--ff-only", sign_off(world))
    commit = world.land({TENANT: world.repo.read(TENANT).replace("members: [linus]", "members: [sally]")})
    later = review_access(world.workspace, NOW, "main")
    assert later.last_review == ""  # the review of a quarter is compared with that of an earlier one
    path = f"access-reviews/{quarter_before(NOW)}.yaml"
    world.land({path: world.repo.read(PATH)})
    changes = {(change.action, change.entry.who, change.commit) for change in listing(world).changes}
    assert changes == {("added", "sally", commit), ("removed", "linus", commit)}
    assert listing(world).last_review == quarter_before(NOW)


def test_who_has_left_and_is_still_listed_is_named_with_every_right(world: Reviewed) -> None:
    platform = world.repo.read("platform.yaml")
    world.land({"platform.yaml": f"{platform}leavers: [Linus, nobody]\n"})
    (leaver,) = listing(world).leavers
    assert (leaver.who, leaver.reason) == ("linus", "has left, as platform.yaml says")
    assert {entry.right for entry in leaver.entries} == {"member", "signs with"}


def test_a_key_of_somebody_whom_no_document_names_is_found(world: Reviewed) -> None:
    world.land({TENANT: world.repo.read(TENANT).replace("members: [linus]", "members: []")})
    (leaver,) = listing(world).leavers
    assert (leaver.who, leaver.reason) == ("linus", "is neither of the platform team nor of a tenant")


def test_a_sign_off_by_one_of_the_team_passes_and_decides_about_every_leaver(world: Reviewed) -> None:
    world.land({TENANT: world.repo.read(TENANT).replace("members: [linus]", "members: []")})
    with pytest.raises(Refusal, match="nothing is decided about that"):
        sign_off(world)
    head = sign_off(world, Decision("linus", "remove", "moved to another team"))
    assert errors(world, head) == []
    assert "decision: remove" in world.repo.at(head, PATH)


def test_what_was_decided_is_looked_for_by_the_next_review(world: Reviewed) -> None:
    text = world.repo.at(sign_off(world, Decision("linus", "remove", "moved")), PATH)
    world.land({f"access-reviews/{quarter_before(NOW)}.yaml": text})
    (leaver,) = listing(world).leavers
    assert (leaver.who, leaver.reason) == ("linus", "was to be removed, as the last review decided")


def test_nobody_else_signs_off(world: Reviewed) -> None:
    with pytest.raises(Refusal, match="is ada's key, and the platform team signs"):
        sign_off(world, by="ada")
    with pytest.raises(Refusal, match="is nobody's key"):
        sign_off(world, by="mallory")


def test_who_did_not_sign_did_not_review(world: Reviewed) -> None:
    text = world.repo.at(sign_off(world), PATH)
    unsigned = world.change("unsigned", {PATH: text}, by="margaret")
    assert [finding.rule for finding in errors(world, unsigned)] == ["access-review-signed"]
    world.repo.run("branch", "-q", "-D", f"access-review/{NOW}")
    assert errors(world, sign_off(world, by="dennis")) == []
    forged = world.change("forged", {PATH: text.replace("margaret", "dennis")}, by="margaret")
    assert "access-review-signed" in [finding.rule for finding in errors(world, forged)]


def test_a_sign_off_of_another_listing_is_denied(world: Reviewed) -> None:
    head = sign_off(world)
    text = world.repo.at(head, PATH)
    digest = listing(world).digest
    wrong = world.change("wrong", {PATH: text.replace(digest, "sha256:" + "1" * 64)})
    (found,) = [finding for finding in errors(world, wrong) if finding.rule == "access-review-digest"]
    assert digest in found.message


def test_a_key_that_has_expired_signs_nothing_off(world: Reviewed) -> None:
    head = sign_off(world)
    signers = world.repo.read(SIGNERS)
    line = next(line for line in signers.splitlines() if line.startswith("margaret"))
    principals, _, key = line.partition(" ")
    expired = f'{principals} valid-before="20200101Z" {key}'
    world.land({SIGNERS: signers.replace(line, expired)})
    assert "access-review-signed" in [finding.rule for finding in errors(world, head)]


def test_a_quarter_that_ended_without_a_review_is_a_warning_with_its_day(world: Reviewed) -> None:
    later = start_of_quarter(next_quarter(NOW))
    everything = CheckOptions(scanner=False, everything=True, now=later)
    (found,) = check_commit(world.repo.git, "main", everything).findings
    assert (found.rule, found.path, found.is_error) == ("document-access-review", PATH, False)
    assert later.date().isoformat() in found.message
    world.repo.run("merge", "-q", "--ff-only", sign_off(world))
    assert check_commit(world.repo.git, "main", everything).findings == ()


def test_a_quarter_that_was_over_before_main_began_is_none(world: Reviewed) -> None:
    assert check_commit(world.repo.git, "main", CheckOptions(scanner=False, everything=True)).findings == ()


def test_no_cell_is_a_formula_and_no_name_a_link(world: Reviewed) -> None:
    tenant = world.repo.read(TENANT) + 'kmsKeys: ["=HYPERLINK(1)", "[x](http://evil.example)"]\n'
    world.land({TENANT: tenant})
    printed = listing(world)
    assert ",'=HYPERLINK(1)," in access_csv(printed)
    assert "[x](http" not in access_markdown(printed)
    assert json.loads(json.dumps(access_json(printed)))["digest"] == printed.digest
    assert "encrypts with" in access_text(printed)


@pytest.mark.parametrize(("quarter", "why"), [("2026Q5", "is no quarter"), ("2999Q1", "has not begun")])
def test_what_is_no_quarter_or_has_not_begun_is_refused(world: Reviewed, quarter: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        listing(world, quarter)

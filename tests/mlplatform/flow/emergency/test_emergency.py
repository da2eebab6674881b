"""An emergency lets some gates go for some hours, and nothing else for anybody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mlplatform.core.check_result import CheckResult
from mlplatform.core.errors import Refusal
from mlplatform.core.records.emergency import (
    EMERGENCY_NAMESPACE,
    EmergencyPredicate,
    EmergencyReviewPredicate,
)
from mlplatform.core.records.statement import Statement
from mlplatform.core.review import GivenReview, Review
from mlplatform.flow.check.run_check import CheckOptions, check_change
from mlplatform.flow.emergency.declare import (
    EmergencyRequest,
    declare_emergency,
    list_emergencies,
    review_emergency,
)
from mlplatform.providers.signing.ssh import sign
from mlplatform.record.ledger import Ledger, shared_ledger
from mlplatform.report.check.json import checked_json
from mlplatform.report.check.markdown import checked_markdown
from mlplatform.report.check.text import checked_text
from tests.support.reviewed import SIGNERS, TENANT, Reviewed, reviewed
from tests.support.scratch import isolate

PIN = "environments/production/reading/recommender.yaml"
INCIDENT = "2026-11-30-wrong-scores"
SETTINGS = (
    "emergency: {authorisers: [margaret, dennis], hours: 4, gates: [approvals-quorum, freeze-window]}\n"
)
FREEZE = "freeze: [{from: 2020-01-01T00:00:00Z, to: 2099-01-01T00:00:00Z, reason: all year}]\n"
BOTH = {"approvals-quorum", "freeze-window"}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reviewed:
    """A platform in a freeze, whose owners are away but one, and a change of production that cannot wait."""
    isolate(monkeypatch, tmp_path / "home")
    world = reviewed(tmp_path, is_shared=True)
    world.land({"platform.yaml": world.repo.read("platform.yaml") + SETTINGS + FREEZE})
    scaled = world.repo.read(PIN).replace("instances: 1", "instances: 2")
    world.change("scale", {PIN: scaled}, by="linus")
    return world


def request(world: Reviewed, **more: object) -> EmergencyRequest:
    said: dict[str, object] = {
        "incident": INCIDENT,
        "reason": "two of three owners are away",
        "authoriser": "margaret",
        "key": world.keys.key("margaret"),
        "tenants": ["reading"],
        "requester": "linus",
    }
    return EmergencyRequest(**{**said, **more})  # type: ignore[arg-type]


def ledger(world: Reviewed) -> Ledger:
    return shared_ledger(world.repo.git, "origin")


def judged(world: Reviewed, *approvers: str, hours: float = 0, branch: str = "scale") -> CheckResult:
    """Return the check of the change with these approvals, some hours from now."""
    head = world.repo.run("rev-parse", f"refs/heads/{branch}")
    review = Review(
        schema="approvals/v1",
        requester="linus",
        contributors=["linus"],
        pushers=["linus"],
        head=head,
        reviews=[GivenReview(user=user, state="approved", head=head) for user in approvers],
    )
    now = datetime.now(UTC) + timedelta(hours=hours, seconds=1)
    return check_change(world.repo.git, "main", head, CheckOptions(scanner=False, review=review, now=now))


def stopped_by(result: CheckResult) -> set[str]:
    return {finding.rule for finding in result.findings if finding.is_error}


def put(world: Reviewed, key: str, **changed: object) -> EmergencyPredicate:
    """Put a statement on the ledger as no command would, signed with somebody's key."""
    said = declare_emergency(world.workspace, request(world))
    forged = replace(said, id="", recordedAt="", previous=None, **changed)
    signed = replace(
        forged, signature=sign(forged.content(), world.keys.key(key), EMERGENCY_NAMESPACE).decode()
    )
    first = ledger(world).tip()
    assert first is not None
    world.repo.run("push", "-q", "origin", ":refs/heads/evidence")  # only the forged one counts
    world.repo.run("update-ref", "-d", "refs/platform/evidence")
    ledger(world).append(Statement.of(signed))
    return signed


def test_without_an_emergency_both_gates_stop_the_change(world: Reviewed) -> None:
    assert stopped_by(judged(world, "ada")) == BOTH


def test_in_an_emergency_one_approver_who_is_no_author_is_enough_and_the_report_says_so_first(
    world: Reviewed,
) -> None:
    said = declare_emergency(world.workspace, request(world))
    result = judged(world, "ada")
    assert (stopped_by(result), {each.finding.rule for each in result.passed}) == (set(), BOTH)
    assert result.missing_approvals == ()
    assert checked_text(result).startswith("passed by emergency: environments/production/")
    assert f"emergency {said.name}" in checked_markdown(result)
    assert {each["emergency"] for each in checked_json(result)["passedByEmergency"]} == {said.name}


def test_with_nobody_s_approval_or_an_author_s_the_quorum_stays(world: Reviewed) -> None:
    declare_emergency(world.workspace, request(world))
    assert stopped_by(judged(world)) == {"approvals-quorum"}
    assert stopped_by(judged(world, "linus")) == {"approvals-quorum"}


@pytest.mark.exhaustive
def test_only_the_gates_that_are_named_are_passed(world: Reviewed) -> None:
    declare_emergency(world.workspace, request(world, gates=["freeze-window"]))
    assert stopped_by(judged(world, "ada")) == {"approvals-quorum"}


@pytest.mark.exhaustive
def test_it_ends_at_its_hour(world: Reviewed) -> None:
    declare_emergency(world.workspace, request(world, hours=2))
    assert stopped_by(judged(world, "ada", hours=1.9)) == set()
    assert stopped_by(judged(world, "ada", hours=2)) == BOTH


def test_it_is_for_deployments_and_not_for_who_owns_a_tenant(world: Reviewed) -> None:
    declare_emergency(world.workspace, request(world))
    owners = world.repo.read(TENANT).replace(
        "owners: [ada, grace, mary]", "owners: [ada, grace, mary, linus]"
    )
    world.change("owners", {TENANT: owners}, by="linus")
    assert "approvals-quorum" in stopped_by(judged(world, "ada", branch="owners"))


def test_a_change_that_takes_the_freeze_away_with_it_is_still_judged_by_main(world: Reviewed) -> None:
    declare_emergency(world.workspace, request(world))
    world.change("rules", {"platform.yaml": world.repo.read("platform.yaml").replace(FREEZE, "")}, by="linus")
    assert "approvals-quorum" in stopped_by(judged(world, "ada", branch="rules"))


@pytest.mark.exhaustive
def test_whoever_authorised_it_cannot_have_written_the_change(world: Reviewed) -> None:
    declare_emergency(world.workspace, request(world, requester="ada"))
    head = world.change(
        "mine", {PIN: world.repo.read(PIN).replace("instances: 1", "instances: 2")}, by="margaret"
    )
    people = {"requester": "margaret", "contributors": ["margaret"], "pushers": ["margaret"]}
    review = Review(
        schema="approvals/v1",
        head=head,
        reviews=[GivenReview(user="ada", state="approved", head=head)],
        **people,  # type: ignore[arg-type]
    )
    options = CheckOptions(scanner=False, review=review, now=datetime.now(UTC) + timedelta(seconds=1))
    assert stopped_by(check_change(world.repo.git, "main", head, options)) == BOTH


ATTACKS: dict[str, tuple[str, Callable[[EmergencyPredicate], dict[str, object]], str]] = {
    "signed by nobody of the authorisers": (
        "ada",
        lambda _: {"authoriser": "ada"},
        "ada may not authorise one",
    ),
    "signed by another than it says": ("ada", lambda _: {}, "margaret has not signed it"),
    "authorised by who asks for it": (
        "margaret",
        lambda _: {"requester": "Margaret"},
        "asked for themselves",
    ),
    "a gate that is never passed": (
        "margaret",
        lambda _: {"gates": ("approvals-quorum", "clearance-level", "freeze-window")},
        "clearance-level may not be passed",
    ),
    "a gate that this company does not pass": (
        "margaret",
        lambda _: {"gates": ("approvals-quorum", "freeze-window", "semver-order")},
        "semver-order may not be passed",
    ),
    "longer than the hours": (
        "margaret",
        lambda said: {"until": said.until + timedelta(hours=1)},
        "it is to last longer than 4 h",
    ),
    "said for another ledger": (
        "margaret",
        lambda _: {"ledger": "refs/platform/0123456789ab"},
        "another ledger",
    ),
    "said for another repository": ("margaret", lambda _: {"repository": "f" * 40}, "another ledger"),
    "for nobody": ("margaret", lambda _: {"tenants": ()}, "names no gate or no tenant"),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_forged_statement_lets_nothing_go_and_the_list_says_why(world: Reviewed, attack: str) -> None:
    key, changed, why = ATTACKS[attack]
    said = declare_emergency(world.workspace, request(world))
    put(world, key, **changed(said))
    assert stopped_by(judged(world, "ada")) == BOTH
    (status,) = list_emergencies(world.workspace)
    assert (status.state, why in status.void) == ("void", True), status.void


def test_one_for_another_tenant_lets_nothing_go(world: Reviewed) -> None:
    put(world, "margaret", tenants=("another",))
    assert stopped_by(judged(world, "ada")) == BOTH


@pytest.mark.exhaustive
def test_what_was_edited_or_not_signed_lets_nothing_go(world: Reviewed) -> None:
    said = declare_emergency(world.workspace, request(world, gates=["freeze-window"]))
    ledger(world).append(Statement.of(replace(said, gates=("approvals-quorum", "freeze-window"))))
    ledger(world).append(Statement.of(replace(said, signature="", gates=("approvals-quorum",))))
    assert stopped_by(judged(world, "ada")) == {"approvals-quorum"}


@pytest.mark.exhaustive
def test_a_key_that_does_not_count_on_main_any_more_authorises_nothing(world: Reviewed) -> None:
    declare_emergency(world.workspace, request(world))
    lines = [line for line in world.repo.read(SIGNERS).splitlines() if not line.startswith("margaret")]
    world.land({SIGNERS: "\n".join(lines) + "\n"})
    assert stopped_by(judged(world, "ada")) == BOTH


@pytest.mark.exhaustive
def test_the_signers_are_those_of_the_file_that_main_names(world: Reviewed) -> None:
    settings = SETTINGS.replace("hours: 4", "hours: 4, signers: docs/emergency_signers")
    platform = world.repo.read("platform.yaml").replace(SETTINGS, settings)
    world.land({"platform.yaml": platform, "docs/emergency_signers": world.keys.signers(["dennis"])})
    with pytest.raises(Refusal, match="is nobody's key, and not margaret's"):
        declare_emergency(world.workspace, request(world))
    declare_emergency(world.workspace, request(world, authoriser="dennis", key=world.keys.key("dennis")))
    assert stopped_by(judged(world, "ada")) == set()


def test_without_the_ledger_in_the_clone_nothing_is_passed(world: Reviewed) -> None:
    declare_emergency(world.workspace, request(world))
    for copy in ("refs/platform/evidence", "refs/remotes/origin/evidence"):
        world.repo.run("update-ref", "-d", copy)
    assert stopped_by(judged(world, "ada")) == BOTH
    world.repo.run("fetch", "-q", "origin", "evidence:refs/remotes/origin/evidence")
    assert stopped_by(judged(world, "ada")) == set()


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"authoriser": "ada"}, "is margaret's key, and not ada's"),
        ({"requester": "margaret"}, "authorised what they asked for themselves"),
        ({"gates": ["clearance-level"]}, "clearance-level may not be passed"),
        ({"hours": 5}, "it is to last longer than 4 h"),
        ({"tenants": ["another"]}, "there is no tenant another"),
        ({"tenants": []}, "main has no incident"),
        ({"incident": "wrong-scores"}, "this is no emergency: incident"),
    ],
)
def test_one_that_would_not_count_is_refused_and_not_recorded(
    world: Reviewed, more: dict[str, object], why: str
) -> None:
    with pytest.raises(Refusal, match=why):
        declare_emergency(world.workspace, request(world, **more))
    assert ledger(world).tip() is None


def test_where_platform_yaml_says_nothing_of_emergencies_there_are_none(world: Reviewed) -> None:
    world.land({"platform.yaml": world.repo.read("platform.yaml").replace(SETTINGS, "")})
    with pytest.raises(Refusal, match="says nothing of emergencies"):
        declare_emergency(world.workspace, request(world))


def test_the_review_is_due_in_a_day_and_somebody_else_s(world: Reviewed) -> None:
    said = declare_emergency(world.workspace, request(world, requester="ada"))
    assert said.reviewDue - said.since == timedelta(hours=24)
    (status,) = list_emergencies(world.workspace)
    assert (status.state, status.review, status.reviewer) == ("active", "due", "")
    for person, why in (("margaret", "authorised it"), ("ada", "authorised it"), ("linus", "is neither")):
        with pytest.raises(Refusal, match=why):
            review_emergency(world.workspace, said.name, "approved", "", world.keys.key(person))
    review_emergency(world.workspace, said.name, "approved", "it was right", world.keys.key("grace"))
    (status,) = list_emergencies(world.workspace)
    assert (status.review, status.reviewer) == ("approved", "grace")


@pytest.mark.exhaustive
def test_a_review_that_nobody_signed_is_none(world: Reviewed) -> None:
    said = declare_emergency(world.workspace, request(world))
    forged = EmergencyReviewPredicate(
        repository=said.repository,
        ledger=said.ledger,
        emergency=said.name,
        verdict="approved",
        reviewer="grace",
        text="",
        at=said.since,
    )
    by_linus = sign(forged.content(), world.keys.key("linus"), EMERGENCY_NAMESPACE).decode()
    for signature in ("", by_linus):
        ledger(world).append(Statement.of(replace(forged, signature=signature)))
    (status,) = list_emergencies(world.workspace)
    assert status.review == "due"


def test_a_review_that_is_not_made_is_overdue(world: Reviewed) -> None:
    put(world, "margaret", reviewDue=datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1))
    (status,) = list_emergencies(world.workspace)
    assert status.review == "overdue"

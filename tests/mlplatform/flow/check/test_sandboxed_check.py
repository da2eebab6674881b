"""What a change brings of its own cannot hold up, end, or pass by crashing, the judgement of it."""

import json
from pathlib import Path

import pytest

from mlplatform.core.check_result import CheckResult
from mlplatform.flow.check import sandboxed_check
from mlplatform.flow.check.run_check import check_change
from tests.support.known_state import Template
from tests.support.laboratory import Laboratory, laboratory

_STEPS = {f"s{n}": {"allOf": [{"$ref": f"#/$defs/s{n - 1}"}] * 2} for n in range(1, 40)}
ENDLESS = json.dumps({"$defs": {"s0": {"type": "object"}, **_STEPS}, "$ref": "#/$defs/s39"})
SCHEMAS = "policies/schemas/organisation"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template[Laboratory]:
    return Template.of(laboratory(tmp_path_factory.mktemp("beside"), []))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little time for what never ends."""
    monkeypatch.setattr(sandboxed_check, "MIN_BUSY_SECONDS", 1.0)
    monkeypatch.setattr(sandboxed_check, "BUSY_FACTOR", 1)


def write(lab: Laboratory, path: str, text: str) -> None:
    file = lab.place.git.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def judged(lab: Laboratory) -> CheckResult:
    return check_change(lab.place.git, "HEAD", None)


@pytest.mark.usefixtures("impatient")
def test_a_schema_that_never_ends_is_one_error_which_names_it(lab: Laboratory) -> None:
    write(lab, f"{SCHEMAS}/tenant-slow.json", ENDLESS)
    checked = judged(lab)
    (found,) = checked.proposed
    assert (found.rule, found.path) == ("check-unfinished", f"{SCHEMAS}/tenant-slow.json")
    assert "did not end within" in found.message
    assert found.fix
    assert not checked.is_clean
    assert "check-unfinished" in checked.rules


@pytest.mark.usefixtures("impatient")
def test_what_did_not_come_to_an_answer_stops_every_environment(lab: Laboratory) -> None:
    write(lab, f"{SCHEMAS}/tenant-slow.json", ENDLESS)
    checked = judged(lab)
    assert set(checked.repository.environments) == set(checked.repository.blocked_environments) != set()


@pytest.mark.usefixtures("impatient")
def test_what_binds_is_found_all_the_same(lab: Laboratory) -> None:
    write(lab, f"{SCHEMAS}/tenant-slow.json", ENDLESS)
    points = Path("tenants/lab/datasets/points.yaml")
    text = (lab.place.git.root / points).read_text()
    write(lab, str(points), text.replace('"internal"', '"pii"'))
    assert "encryption-at-rest" in {finding.rule for finding in judged(lab).findings}


@pytest.mark.usefixtures("impatient")
def test_all_that_may_be_the_cause_is_named_and_waivers_last(lab: Laboratory) -> None:
    write(lab, f"{SCHEMAS}/tenant-slow.json", ENDLESS)
    for number in range(6):
        write(lab, f"{SCHEMAS}/model-{number}.json", "{}")
    write(lab, "policies/rego/waits.rego", "package platform.waits\n")
    (found,) = judged(lab).proposed
    assert found.path == "policies/rego/waits.rego"
    assert "model-0.json" in found.message
    assert "and 3 more" in found.message


def test_an_honest_change_is_judged_beside_as_before(lab: Laboratory) -> None:
    write(lab, f"{SCHEMAS}/tenant-centre.json", '{"properties": {"costCenter": {"pattern": "^ORG-"}}}')
    checked = judged(lab)
    (found,) = checked.proposed
    assert (found.rule, found.path) == ("schema-organisation", "tenants/lab/tenant.yaml")
    assert "lab" in checked.repository.blocked_tenants
    assert checked.repository.blocked_environments == {}


def test_a_judge_that_ends_the_process_is_an_error(lab: Laboratory) -> None:
    ranges = "\n".join(
        [
            "# METADATA",
            "# title: Slow",
            "# custom: {kinds: [platform], asks: state, reads: [document]}",
            "package platform.slow",
            "",
            'decision := {"evaluated": satisfied, "deny": []}',
            "",
            "# METADATA",
            "# title: Counts",
            "# description: Counts",
            "# custom: {id: slow-counts, severity: error, soc2: [CC8.1], fix: less, passes: a, fails: b}",
            'satisfied contains "slow-counts" if count(numbers.range(1, 3000000000)) > 0',
            "",
        ]
    )
    write(lab, "policies/rego/slow.rego", ranges)
    (found,) = judged(lab).proposed
    assert (found.rule, found.path) == ("check-unfinished", "policies/rego/slow.rego")
    assert "SIGABRT" in found.message

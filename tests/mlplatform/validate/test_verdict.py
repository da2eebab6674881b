"""A verdict asks the gates of what was measured, and of what is registered where nothing could be measured."""

from mlplatform.core.kinds.model import Gate
from mlplatform.validate.evaluation import Evaluation, Latency
from mlplatform.validate.verdict import Check, Version, checks
from tests.support.values import digest


def version(
    number: str, flaw: str = "", registered: dict[str, float] | None = None, **measured: float
) -> Version:
    return Version(number, digest(number), registered or {}, Evaluation(measured, flaw))


def found(
    candidate: Version,
    champion: Version | None = None,
    gates: dict[str, Gate] | None = None,
    latency: Latency | None = Latency(1, 10, 200),  # noqa: B008
    limit: float | None = None,
) -> dict[str, Check]:
    return {check.name: check for check in checks(candidate, champion, gates or {}, 60, latency, limit)}


def unmet(said: dict[str, Check]) -> dict[str, str]:
    return {name: check.failure for name, check in said.items() if check.failure}


def test_a_version_that_meets_everything_is_met_in_every_line() -> None:
    gates = {"auc": Gate(min=0.9, maxDropFromCurrent=0.01)}
    said = found(version("1.1.0", auc=0.945, f1=0.5), version("1.0.0", auc=0.95), gates, limit=20)
    assert unmet(said) == {}
    assert list(said) == ["signature", "auc", "f1", "latency p50", "latency p99"]
    assert (said["auc"].candidate, said["auc"].champion) == ("0.9450", "0.9500")
    assert said["auc"].asked == "at least 0.9, drop at most 0.01"


def test_a_metric_below_its_gate_is_not_met() -> None:
    assert unmet(found(version("1.1.0", auc=0.8), gates={"auc": Gate(min=0.9)})) == {
        "auc": "auc is 0.8 and the gate asks for at least 0.9"
    }


def test_a_metric_that_fell_below_the_champions_on_the_same_rows_is_not_met() -> None:
    gates = {"auc": Gate(maxDropFromCurrent=0.01)}
    before = version("1.0.0", registered={"auc": 0.1}, auc=0.95)
    said = found(version("1.1.0", registered={"auc": 0.99}, auc=0.93), before, gates)
    assert unmet(said) == {"auc": "auc goes from 0.95 to 0.93, and the gate allows a loss of 0.01"}


def test_a_champion_that_does_not_answer_the_sample_cannot_be_compared_with() -> None:
    before = version("1.0.0", flaw="it takes other columns", registered={"auc": 0.1})
    said = found(version("1.1.0", auc=0.95), before, {"auc": Gate(maxDropFromCurrent=0.01)})
    assert "cannot be compared" in unmet(said)["auc"]
    assert "it takes other columns" in unmet(said)["auc"]


def test_a_gate_on_what_cannot_be_measured_is_asked_of_what_is_registered() -> None:
    gates = {"fairness": Gate(min=0.8)}
    said = found(version("1.1.0", registered={"fairness": 0.9}, auc=0.95), gates=gates)
    assert (unmet(said), said["fairness"].candidate) == ({}, "0.9000 (registered)")
    assert "not recorded" in unmet(found(version("1.1.0", auc=0.95), gates=gates))["fairness"]


def test_what_does_not_answer_as_signed_meets_nothing_whatever_is_registered() -> None:
    wrong = version("1.1.0", flaw="Y has the shape [64, 3]", registered={"auc": 0.99})
    said = found(wrong, gates={"auc": Gate(min=0.9)}, latency=None, limit=20)
    assert set(unmet(said)) == {"signature", "auc", "latency p99"}


def test_a_version_slower_than_its_slo_is_not_met() -> None:
    assert set(unmet(found(version("1.1.0"), limit=9.9))) == {"latency p99"}
    assert unmet(found(version("1.1.0"), limit=10)) == {}

"""An export says of a period what is on record, the same to everybody, and nothing of a person's data."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from trestle.oscal.assessment_results import AssessmentResults

from mlplatform.core.errors import Refusal
from mlplatform.core.evidence.period import Period
from mlplatform.flow.evidence.verify_export import verify_export
from mlplatform.flow.evidence.write_export import require_free, signing_key, write_export
from mlplatform.record.export.sample import sampled
from tests.support.audited import HOSTILE, PERSON, PLANTED, Audited, audited
from tests.support.evidence import LEDGER, other_key
from tests.support.scratch import isolate


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("audited")
        isolate(patch, folder / "home")
        yield audited(folder)


@pytest.fixture(scope="module")
def written(made: Audited, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.written(tmp_path_factory.mktemp("exports") / "2026Q4")


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


def text_of(folder: Path) -> str:
    """Return all files of an export as one text."""
    return "\n".join(path.read_text() for path in sorted(folder.rglob("*")) if path.is_file())


def test_the_population_is_what_the_query_beside_it_lists(made: Audited, written: Path) -> None:
    about = json.loads((written / "population.json").read_text())
    query = f"git -C {made.made.git.root} {about['query'].removeprefix('git ')}"
    listed = subprocess.run(["sh", "-c", query], capture_output=True, check=True).stdout.decode().splitlines()
    population = [row["commit"] for row in rows(written, "population.csv")]
    assert [line.split(" ")[0] for line in listed][::-1] == population
    assert about["count"] == len(population) == len(about["changes"])


def test_every_change_of_an_environment_is_applied_or_a_named_gap(made: Audited, written: Path) -> None:
    became = {row["commit"]: row["became"] for row in rows(written, "reconciliation.csv")}
    assert became[made.pinning] == "applied"
    totals = json.loads((written / "reconciliation.json").read_text())
    assert totals["changesOfEnvironments"] == totals["applied"] + totals["namedGaps"]
    assert totals["became"] == {"applied": 1}


def test_what_is_out_of_the_ordinary_is_listed_at_its_commit(made: Audited, written: Path) -> None:
    kinds = {(row["kind"], row["commit"]) for row in rows(written, "exceptions.csv")}
    assert ("direct-push", made.hostile) in kinds
    assert ("direct-push", made.pinning) in kinds
    assert not [kind for kind, commit in kinds if commit == made.reviewed]


def test_a_folder_of_the_sample_answers_what_an_auditor_asks(made: Audited, written: Path) -> None:
    (folder,) = (written / "sample").glob(f"*-{made.pinning[:12]}")
    outcomes = json.loads((folder / "outcomes.json").read_text())
    assert [each["result"] for each in outcomes[0]["statement"]["predicate"]["outcomes"]] == ["applied"] * 2
    assert "+version: 1.1.0" in (folder / "diff.patch").read_text()
    assert json.loads((folder / "verdict.json").read_text())["verdict"] == "denied"
    approvals = json.loads(
        (next((written / "sample").glob(f"*-{made.reviewed[:12]}")) / "approvals.json").read_text()
    )
    assert approvals["merge"]["requester"] == "linus"


def test_a_waiver_is_listed_with_its_owner_its_end_and_whether_it_was_in_force(written: Path) -> None:
    (row,) = rows(written, "waivers.csv")
    assert (row["owner"], row["expires"]) == ("ada", "2100-01-01")
    assert (row["in_force_at_start"], row["in_force_at_end"]) == ("no", "yes")


def test_incidents_emergencies_and_access_reviews_are_listed(made: Audited, written: Path) -> None:
    (incident,) = rows(written, "incidents.csv")
    assert (incident["title"], incident["state"], incident["objective"]) == (
        "'=wrong scores",
        "running",
        "running",
    )
    (emergency,) = rows(written, "emergencies.csv")
    assert (emergency["authoriser"], emergency["reason"], emergency["verdict"]) == ("ada", "'-1 patient", "")
    assert {row["state"] for row in rows(written, "access-reviews.csv")} == {"no review is on main"}
    kinds = {row["kind"]: row["sentence"] for row in rows(written, "exceptions.csv")}
    assert "ada let approvals-quorum go for reading" in kinds["emergency"]


def test_two_exports_of_one_clone_are_the_same_bytes_wherever_they_are_made(
    made: Audited, written: Path, tmp_path: Path
) -> None:
    first, last = made.period.first.isoformat(), made.period.last.isoformat()
    command = [sys.executable, "-m", "mlplatform.cli", "evidence", "export", "--from", first, "--to", last]
    options = ["--out", str(tmp_path / "again"), "--trust", str(made.trust_file), "--ledger", LEDGER]
    subprocess.run(
        [*command, *options, "--key", str(made.made.key), "--json"],
        cwd=made.made.git.root,
        env={**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
        umask=0o077,
        check=True,
        capture_output=True,
    )
    assert tree(tmp_path / "again") == tree(written)


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return the mode and the bytes of each file."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes()) for path in paths}


def test_no_value_of_a_row_a_request_or_a_person_is_in_an_export(written: Path) -> None:
    everything = text_of(written)
    assert "examples/data/reading/words.csv" in everything
    assert PLANTED not in everything
    assert PERSON not in everything


def test_hostile_texts_are_harmless_in_every_file(made: Audited, written: Path) -> None:
    everything = text_of(written)
    assert HOSTILE.split("<")[0].removeprefix("=")[:9] in everything  # it is there, in other words
    assert all(character == "\n" or character.isprintable() for character in everything)
    for page in (*written.glob("*.html"), written / f"pages/{made.hostile}.html"):
        assert "<script>alert" not in page.read_text()
    for name in written.glob("*.csv"):
        with name.open(newline="") as file:
            assert not [
                cell for row in csv.reader(file) for cell in row if cell.startswith(tuple("=+-@\t\r"))
            ]


def test_an_export_is_verified_without_a_clone(made: Audited, written: Path) -> None:
    verified = verify_export(written, made.made.trust)
    assert (verified.problems, verified.signer) == ((), "recorder")


def test_a_file_that_was_changed_added_or_taken_away_is_found(made: Audited, tmp_path: Path) -> None:
    folder = made.written(tmp_path / "export")
    (folder / "waivers.csv").unlink()
    (folder / "exceptions.csv").write_text("nothing\n")
    (folder / "pages/more.html").write_text("more\n")
    (folder / "pages/link").symlink_to(tmp_path)
    assert verify_export(folder, made.made.trust).problems == (
        "exceptions.csv was changed",
        "pages/link is not in the manifest",
        "pages/more.html is not in the manifest",
        "waivers.csv is missing, or is no file",
    )


def test_an_export_that_somebody_else_signed_is_found(made: Audited, tmp_path: Path) -> None:
    exported = made.exported(sample=0)
    write_export(tmp_path / "export", exported, [("README.txt", b"nothing\n")], other_key(tmp_path))
    (problem,) = verify_export(tmp_path / "export", made.made.trust).problems
    assert "a key that nobody trusts here" in problem


def test_an_export_that_fails_leaves_nothing_behind(made: Audited, tmp_path: Path) -> None:
    def failing() -> Iterator[tuple[str, bytes]]:
        yield "README.txt", b"half"
        raise Refusal("the disk is full")

    with pytest.raises(Refusal, match="the disk is full"):
        write_export(tmp_path / "export", made.exported(sample=0), failing(), made.made.key)
    assert list(tmp_path.iterdir()) == []


def test_an_auditor_without_a_recorders_key_is_told_to_name_their_own(
    made: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLATFORM_RECORDER_KEY", raising=False)
    with pytest.raises(Refusal) as refused, signing_key(made.made.platform.workspace, None):
        pass
    assert refused.value.fix == "name an SSH key with --key: an auditor takes their own"


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine\n")
    with pytest.raises(Refusal, match="is not an empty folder"):
        require_free(tmp_path)


def test_a_sample_is_drawn_again_by_its_seed() -> None:
    commits = [f"{number:040x}" for number in range(100)]
    drawn = sampled(commits, 25, 7)
    assert drawn == sampled(commits, 25, 7)
    assert drawn != sampled(commits, 25, 8)
    assert (len(drawn), list(drawn)) == (25, sorted(drawn))


def test_a_period_has_what_was_committed_in_it_and_no_problem_of_another(made: Audited) -> None:
    exported = made.exported(period=Period.of(date(2020, 1, 1), date(2020, 12, 31)))
    assert (exported.changes, exported.applies, exported.exceptions) == ((), (), ())
    assert exported.verification.problems


def test_the_assessment_results_are_oscal(written: Path) -> None:
    read = AssessmentResults.oscal_read(written / "oscal/assessment-results.json")
    assert read is not None
    states = {each.target.target_id: each.target.status.state.value for each in read.results[0].findings}
    assert states["cc8.1"] == "not-satisfied"
    assert states["cc7.3"] == "satisfied"


def test_every_criterion_has_evidence_that_is_in_the_export(written: Path) -> None:
    mapping = rows(written, "soc2.csv")
    criteria = {row["criterion"] for row in mapping}
    assert criteria >= {
        "CC6.1",
        "CC6.2",
        "CC6.3",
        "CC7.1",
        "CC7.2",
        "CC7.3",
        "CC7.4",
        "CC8.1",
        "A1.2",
        "PI1",
        "C1",
        "P4",
    }
    for row in mapping:
        assert (written / row["evidence"]).exists()
        assert all(row[key] for key in ("control", "owner", "source", "period", "query"))

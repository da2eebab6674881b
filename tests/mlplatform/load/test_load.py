import hashlib
from pathlib import Path

import pytest

from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Identity, Kind
from mlplatform.core.table import CsvTable
from mlplatform.load.load import load
from mlplatform.load.source import WorkingTree
from tests.support.scratch import Scratch

DATASET = "tenants/clinic/datasets/biopsies.yaml"


def loaded(repo: Scratch) -> LoadedSource:
    return load(WorkingTree(repo.root))


def told(found: LoadedSource) -> list[tuple[str, str, int, int]]:
    return [(finding.rule, finding.path, finding.line, finding.column) for finding in found.findings]


def test_every_document_is_there_with_what_its_path_says(repo: Scratch) -> None:
    found = loaded(repo)
    assert found.findings == ()
    assert len(found.raws) == 9
    raw = found.raws["environments/production/clinic/tumour.yaml"]
    assert raw.identity == Identity(Kind.DEPLOYMENT, "production/clinic/tumour")
    assert raw.data["version"] == "1.0.0"
    assert raw.position(("from", "data", "clinic/biopsies")) == (8, 10)
    assert raw.position(("from", "nothing")) == (5, 1)


@pytest.mark.parametrize(
    ("text", "place", "is_there"),
    [
        ("owner: ada\n", (1, 1), False),
        ("{}\n", (1, 1), False),
        ("owner: ada\nschema: tenant/v1\n", (2, 1), False),
        ("schema: model/v2\nowner: ada\n", (1, 1), False),
        ("schema:\n  - model/v1\n", (1, 1), False),
        ("# x\n schema: Model/v1\n", (2, 2), False),
        ("owner: ada\nschema: model/v1\n", (2, 1), True),
    ],
)
def test_the_first_key_must_say_what_the_path_says(
    repo: Scratch, text: str, place: tuple[int, int], is_there: bool
) -> None:
    path = "models/clinic/tumour.yaml"
    repo.write(path, text)
    found = loaded(repo)
    assert told(found) == [("schema-kind", path, *place)]
    assert found.findings[0].fix == "start the document with `schema: model/v1`"
    assert (path in found.raws) is is_there


def test_one_broken_document_hides_no_other_and_no_other_finding(repo: Scratch) -> None:
    repo.write("models/clinic/tumour.yaml", "schema: model/v1\nowner: 012\n")
    repo.write("tenants/clinic/tenant.yaml", "schema: tenant/v1\nowners: [a\n")
    repo.write("models/clinic/x.yaml", "schema: model/v1\n")
    found = loaded(repo)
    assert told(found) == [
        ("yaml-number", "models/clinic/tumour.yaml", 2, 8),
        ("path-unknown", "models/clinic/x.yaml", 1, 1),
        ("yaml-syntax", "tenants/clinic/tenant.yaml", 3, 1),
    ]
    assert len(found.raws) == 7


def test_a_document_that_is_too_large_is_not_read(repo: Scratch) -> None:
    repo.write("models/clinic/tumour.yaml", "schema: model/v1\n" + "#" * 256 * 1024)
    assert told(loaded(repo)) == [("yaml-size", "models/clinic/tumour.yaml", 1, 1)]


def test_a_document_that_may_not_be_read_is_a_finding(repo: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    source = WorkingTree(repo.root)
    listed = source.files(("",))
    (repo.root / "models/clinic/tumour.yaml").unlink()
    monkeypatch.setattr(source, "files", lambda under: listed)
    found = load(source)
    assert told(found) == [("path-unreadable", "models/clinic/tumour.yaml", 1, 1)]


def test_policies_come_as_texts_without_their_tests(repo: Scratch) -> None:
    repo.write("policies/rego/a.rego", "package a\n")
    repo.write("policies/rego/lib/b.rego", "package b # \u00e9\n")
    repo.write("policies/rego/a_test.rego", "package platform.a_test\n")
    repo.write("policies/rego/README.md", "about\n")
    found = loaded(repo)
    assert found.policies == {
        "policies/rego/a.rego": "package a\n",
        "policies/rego/lib/b.rego": "package b # \u00e9\n",
    }
    assert found.findings == ()


@pytest.mark.parametrize("path", ["policies/rego/a.rego", "policies/rego/lib", "policies/rego", "policies"])
def test_a_symlink_among_the_policies_is_a_finding(repo: Scratch, tmp_path: Path, path: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (repo.root / path).parent.mkdir(parents=True, exist_ok=True)
    (repo.root / path).symlink_to(tmp_path / "elsewhere")
    found = loaded(repo)
    assert ("path-symlink", path, 1, 1) in told(found)
    assert found.policies == {}


def test_a_policy_that_is_no_text_or_too_large_is_a_finding(repo: Scratch) -> None:
    repo.write("policies/rego/big.rego", "#" * (1024 * 1024 + 1))
    (repo.root / "policies/rego/latin.rego").write_bytes(b"package a # \xe9\n")
    found = loaded(repo)
    assert told(found) == [
        ("file-size", "policies/rego/big.rego", 1, 1),
        ("file-encoding", "policies/rego/latin.rego", 1, 1),
    ]
    assert found.policies == {}


def test_a_policy_whose_suffix_is_in_capitals_is_not_passed_over(repo: Scratch) -> None:
    repo.write("policies/rego/a.REGO", "package a\n")
    assert loaded(repo).policies == {"policies/rego/a.REGO": "package a\n"}


def test_the_organisations_schemas_are_those_that_name_a_kind(repo: Scratch) -> None:
    folder = "policies/schemas/organisation"
    repo.write(f"{folder}/tenant.json", "{}")
    repo.write(f"{folder}/dataset-acme.json", "{ }")
    repo.write(f"{folder}/tennant.json", "{}")
    repo.write(f"{folder}/tenant.yaml", "{}")
    repo.write(f"{folder}/deep/tenant.json", "{}")
    repo.write(f"{folder}/README.md", "about")
    repo.write("policies/schemas/tenant.schema.json", "{}")
    found = loaded(repo)
    assert found.schemas == {f"{folder}/tenant.json": "{}", f"{folder}/dataset-acme.json": "{ }"}
    assert told(found) == [
        ("path-unknown", f"{folder}/deep/tenant.json", 1, 1),
        ("path-unknown", f"{folder}/tenant.yaml", 1, 1),
        ("path-unknown", f"{folder}/tennant.json", 1, 1),
    ]


def test_a_policy_in_the_wrong_place_is_a_finding(repo: Scratch) -> None:
    repo.write("policies/other/c.rego", "package c\n")
    assert told(loaded(repo)) == [("path-unknown", "policies/other/c.rego", 1, 1)]


def test_training_scripts_are_listed_and_never_read(repo: Scratch, tmp_path: Path) -> None:
    repo.write("examples/training/clinic_tumour.py", "raise SystemExit")
    repo.write("examples/training/deep/x.py", "")
    repo.write("examples/train.py", "")
    (repo.root / "examples/training/link.py").symlink_to(tmp_path)
    assert loaded(repo).scripts == {"examples/training/clinic_tumour.py", "examples/training/deep/x.py"}


def test_the_data_that_data_sets_name_is_digested_and_no_other(repo: Scratch) -> None:
    repo.write(DATASET, "schema: dataset/v1\nlocation: examples/data/clinic/biopsies.csv\n")
    repo.write("tenants/clinic/datasets/remote.yaml", "schema: dataset/v1\nlocation: s3://bucket/x/\n")
    repo.write(
        "tenants/clinic/datasets/list.yaml", "schema: dataset/v1\nlocation: [examples/data/clinic/x.csv]\n"
    )
    repo.write("tenants/clinic/datasets/readme.yaml", "schema: dataset/v1\nlocation: README.md\n")
    repo.write("examples/data/clinic/biopsies.csv", "a\n1\n")
    repo.write("examples/data/clinic/x.csv", "b\n")
    found = loaded(repo)
    digest = "sha256:" + hashlib.sha256(b"a\n1\n").hexdigest()
    assert found.digests == {"examples/data/clinic/biopsies.csv": digest}
    assert found.tables == {"examples/data/clinic/biopsies.csv": CsvTable(("a",), 1, {})}
    assert [(one.path, one.rule) for one in found.findings] == [
        ("examples/data/clinic/x.csv", "path-unknown")
    ]


@pytest.mark.parametrize(
    "location",
    ["examples/data/../../../secret.csv", "/etc/passwd", "examples/data/clinic/gone.csv", "examples/data/"],
)
def test_data_that_is_not_in_the_repository_has_no_digest(
    repo: Scratch, tmp_path: Path, location: str
) -> None:
    (tmp_path / "secret.csv").write_text("secret")
    repo.write(DATASET, f"schema: dataset/v1\nlocation: {location}\n")
    assert loaded(repo).digests == {}


def test_data_behind_a_symlink_is_a_finding_and_not_read(repo: Scratch, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("secret")
    repo.write(DATASET, "schema: dataset/v1\nlocation: examples/data/clinic/b.csv\n")
    (repo.root / "examples/data/clinic").mkdir(parents=True)
    (repo.root / "examples/data/clinic/b.csv").symlink_to(tmp_path / "secret.csv")
    found = loaded(repo)
    assert told(found) == [("path-symlink", "examples/data/clinic/b.csv", 1, 1)]
    assert found.digests == {}

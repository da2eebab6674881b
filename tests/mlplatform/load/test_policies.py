"""A file that somebody could take for a policy judges, or is a finding."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from mlplatform.core.source import FileType, SourceFile
from mlplatform.load.policies import astray_tests, ignored_files
from mlplatform.load.source import WorkingTree

JUDGES = [
    *("policies/README.md", "policies/capabilities.json", "policies/rego/README.md", "policies/rego/x.rego"),
    *("policies/rego/lib/x.rego", "policies/rego/x_test.rego", "policies/schemas/tenant.schema.json"),
    *("policies/schemas/organisation/tenant-acme.json", "policies/schemas/organisation/README.md"),
    *("policies/checkov/configuration.yaml", "policies/checkov/README.md", "policies/waivers/x.yaml"),
    *("README.md", "tools/x.py", "infrastructure/main.tf", "tests/policies/x.rego", "policy.md"),
]
UNKNOWN = {
    "policies/rego/x.rego.txt": "name it policies/rego/x.rego, or remove it",
    "policies/rego/x.rego.bak": "name it policies/rego/x.rego, or remove it",
    "policies/rego/x.reg": "policies end in .rego",
    "policies/rego/data.json": "policies end in .rego",
    "policies/rego/lib/x.yaml": "policies end in .rego",
    "policies/x.rego": "move it to policies/rego/x.rego",
    "policies/other/x.rego": "move it to policies/rego/x.rego",
    "policies/Rego/x.rego": "move it to policies/rego/x.rego",
    "policies/waiver/x.yaml": "move it to policies/waivers/x.yaml",
    "policies/Waivers/x.yaml": "move it to policies/waivers/x.yaml",
    "policies/waivers.yaml": "policies are in",
    "policies/checkov/x.yml": "Checkov's policies are",
    "policies/checkov/x.py": "Checkov's policies are",
    "policies/checkov/deep/x.yaml": "Checkov's policies are",
    "policies/schemas/organisation/tennant.json": "name it <kind>.json",
    "policies/schemas/tenant.json": "policies are in",
    "policies/capabilities.yaml": "policies are in",
    "Policies/rego/x.rego": "move it to policies/rego/x.rego",
    "POLICIES/waivers/x.yaml": "move it to policies/waivers/x.yaml",
    "policy/rego/x.rego": "move it to policies/rego/x.rego",
    "rego/x.rego": "move it to policies/rego/x.rego",
    "polices/x.REGO": "move it to policies/rego/x.REGO",
}


@pytest.mark.parametrize("path", JUDGES)
def test_a_file_that_judges_or_is_nobodys_business_is_no_finding(path: str) -> None:
    assert list(ignored_files([SourceFile(path, FileType.FILE, 1)])) == []


@pytest.mark.parametrize(("path", "fix"), UNKNOWN.items())
def test_a_file_that_nothing_would_be_judged_by_is_told_its_place(path: str, fix: str) -> None:
    (finding,) = ignored_files([SourceFile(path, FileType.FILE, 1)])
    assert (finding.rule, finding.path, finding.is_error) == ("path-unknown", path, True)
    assert finding.fix.startswith(fix)


@pytest.mark.parametrize(
    "path", ["policies/checkov", "policies/checkov/x.yaml", "policies/capabilities.json"]
)
def test_what_stands_in_place_of_a_file_that_judges_is_a_finding(path: str) -> None:
    (finding,) = ignored_files([SourceFile(path, FileType.SYMLINK, -1)])
    assert (finding.rule, finding.path) == ("path-symlink", path)


ENCRYPTION = "package platform.encryption\n"
TESTS = {
    "policies/rego/odd_test.rego": (ENCRYPTION, "declare package platform.odd_test"),
    "policies/rego/encryption_test.rego": (
        f"# Tests\n{ENCRYPTION}",
        "declare package platform.encryption_test",
    ),
    "policies/rego/Encryption_TEST.rego": ("package platform.encryption_test\n", "is no place for a package"),
    "policies/rego/lib/odd_test.rego": ("package lib.sensitivity\n", "declare package lib.odd_test"),
}


@pytest.mark.parametrize(("path", "text", "says"), [(path, *said) for path, said in TESTS.items()], ids=TESTS)
def test_a_test_that_adds_to_a_package_that_judges_is_a_finding_at_the_package(
    tmp_path: Path, path: str, text: str, says: str
) -> None:
    source = written(tmp_path, {path: f'{text}\nsatisfied contains "encryption-at-rest"\n'})
    (finding,) = astray_tests(source, source.files(("",)))
    assert (finding.rule, finding.path, finding.line) == ("policy-metadata", path, text.count("\n"))
    assert says in finding.message


def test_a_test_in_its_own_package_is_no_finding_and_one_that_is_not_utf_8_is_one(tmp_path: Path) -> None:
    good = {"policies/rego/odd_test.rego": "package platform.odd_test\n"}
    source = written(tmp_path, {**good, "policies/rego/lib/odd_test.rego": "package lib.odd_test # ours\n"})
    assert astray_tests(source, source.files(("",))) == []
    (tmp_path / "policies/rego/odd_test.rego").write_bytes(b"package \xff\n")
    (finding,) = astray_tests(source, source.files(("",)))
    assert finding.rule == "file-encoding"


def written(root: Path, files: Mapping[str, str]) -> WorkingTree:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return WorkingTree(root)

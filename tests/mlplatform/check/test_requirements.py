"""Which locks of requirements are not locked, and which hashes may not change."""

from pathlib import Path

import pytest

from mlplatform.check.requirements import requirement_findings

PATH = "requirements/platform.txt"
A, B, C = ("a" * 64, "b" * 64, "c" * 64)
ROOT = Path(__file__).parents[3]


def lock(version: str, *hashes: str, name: str = "click") -> str:
    lines = " \\\n".join([f"{name}=={version}", *(f"    --hash=sha256:{digest}" for digest in hashes)])
    return f"{lines}\n    # via nothing\n"


def rules(text: str, before: str = "") -> list[str]:
    return [finding.rule for finding in requirement_findings({PATH: text}, {PATH: before})]


@pytest.mark.parametrize("hashes", [(A, C), (A, B, C), (C,)])
def test_another_hash_of_the_same_version_is_refused(hashes: tuple[str, ...]) -> None:
    assert rules(lock("8.1.7", *hashes), lock("8.1.7", A, B)) == ["file-requirement-rehashed"]


def test_a_name_in_another_spelling_is_the_same_package() -> None:
    before, after = lock("1.0", A, name="types-pyyaml"), lock("1.0", B, name="types_PyYAML")
    assert rules(after, before) == ["file-requirement-rehashed"]


def test_hashes_that_come_with_a_version_pass_and_so_do_fewer() -> None:
    assert rules(lock("8.1.8", C), lock("8.1.7", A, B)) == []
    assert rules(lock("8.1.7", A), lock("8.1.7", A, B)) == []
    assert rules(lock("8.1.7", A)) == []


@pytest.mark.parametrize(
    "line",
    [
        "click>=8",
        "click==8.1.7",
        "click @ git+https://example.com/click",
        "--extra-index-url https://packages.example/simple",
        "--trusted-host packages.example",
        "-e .",
        "./wheel.whl",
        f"click==8.1.7 --hash=md5:{A}",
        f"click==8.1.7 --hash=sha256:{A} --global-option=x",
    ],
)
def test_what_is_not_one_version_with_hashes_is_refused(line: str) -> None:
    assert rules(f"{line}\n") == ["file-requirement-unlocked"]


def test_the_locks_of_this_repository_are_locked() -> None:
    locks = {str(path.relative_to(ROOT)): path.read_text() for path in ROOT.glob("requirements/*.txt")}
    assert locks
    assert list(requirement_findings(locks, {})) == []

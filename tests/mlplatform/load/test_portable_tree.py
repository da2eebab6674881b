"""Which names, types and modes of files not every clone holds alike."""

import pytest

from mlplatform.core.source import FileType, SourceFile
from mlplatform.load.portable_tree import portable_tree_findings

SCRIPT = "examples/training/clinic_tumour.py"


def plain(path: str, mode: str = "100644") -> SourceFile:
    return SourceFile(path, FileType.FILE, 1, mode)


def rules(*files: SourceFile) -> list[tuple[str, str]]:
    return sorted((finding.path, finding.rule) for finding in portable_tree_findings(files))


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (f"docs/{'n' * 201}.md", "204 bytes"),
        (f"docs/{'é' * 110}.md", "223 bytes"),
        ("/".join(["folder"] * 40), "279 characters"),
        ("docs/aux.md", "name of a device"),
        ("docs/COM1", "name of a device"),
        ("con/a.md", "name of a device"),
        ("docs/10:30.md", "holds :"),
        ("docs/what?.md", "holds ?"),
        ("docs/a\\b.md", "Windows cannot hold"),
        ("docs/a\nb.md", "U+000A"),
        ("docs/a ", "ends with a space or a dot"),
        ("docs/a./b.md", "ends with a space or a dot"),
        ("docs/ a", "begins with a space"),
        ("docs/a\u200bb.md", "nobody sees"),
        ("docs/a\u202eb.md", "nobody sees"),
        ("docs/cafe\u0301.md", "composed of several characters"),
        ("docs/\udcff.md", "not UTF-8"),
        ("git~1/config", "git's own folder"),
        (".GIT/config", "git's own folder"),
    ],
)
def test_a_name_that_some_machine_cannot_hold_is_refused(path: str, says: str) -> None:
    (finding,) = portable_tree_findings([plain(path)])
    assert finding.rule == "path-portable"
    assert says in finding.message


@pytest.mark.parametrize(
    "path",
    [
        SCRIPT,
        "docs/café.md",
        "docs/console.md",
        "docs/null.md",
        "docs/auxiliary.md",
        "docs/com10.md",
        ".github/workflows/check.yml",
        ".gitignore",
        "docs/a b (2).md",
        "docs/设计.md",
        f"docs/{'n' * 190}.md",
    ],
)
def test_an_ordinary_name_passes(path: str) -> None:
    assert rules(plain(path)) == []


def test_paths_that_differ_only_in_case_clash_wherever_they_lie_and_by_their_folders_too() -> None:
    paths = ["Tools/a.py", "docs/Read.md", "docs/read.md", "tools/b.py"]
    assert rules(*map(plain, paths)) == [
        ("docs/read.md", "path-case-clash"),
        ("tools/b.py", "path-case-clash"),
    ]


def test_links_and_submodules_are_refused_but_links_for_readers() -> None:
    assert rules(
        SourceFile("docs/link.md", FileType.SYMLINK, -1, "120000"),
        SourceFile("tools/link.py", FileType.SYMLINK, -1, "120000"),
        SourceFile("tools/vendored", FileType.OTHER, -1, "160000"),
        plain(".gitmodules"),
    ) == [
        (".gitmodules", "path-special"),
        ("tools/link.py", "path-symlink"),
        ("tools/vendored", "path-special"),
    ]


def test_only_programs_are_executable_and_modes_are_gits_own() -> None:
    assert rules(
        plain("tenants/clinic/tenant.yaml", "100755"),
        plain("examples/data/clinic/biopsies.csv", "100755"),
        plain("docs/flow.md", "100664"),
        plain(".ci/run", "100755"),
        plain(SCRIPT, "100755"),
        plain("docs/policy.md", ""),
    ) == [
        ("docs/flow.md", "path-mode"),
        ("examples/data/clinic/biopsies.csv", "path-mode"),
        ("tenants/clinic/tenant.yaml", "path-mode"),
    ]

"""Every file that a person could take for a document is one, or is a finding."""

import os

import pytest

from mlplatform.core.source import FileType, SourceFile
from mlplatform.load.paths import documents, printable

GOOD = [
    "platform.yaml",
    "tenants/reading/tenant.yaml",
    "tenants/reading/datasets/events.yaml",
    "models/reading/recommender.yaml",
    "environments/production/environment.yaml",
    "environments/production/reading/recommender.yaml",
]
ELSEWHERE = [
    *(
        "README.md",
        "tests/models/x/y.yaml",
        "docs/tenants.yaml",
        "environment.yml",
        "examples/models/reading/x.yaml",
    ),
    *(
        "policies/rego/x.rego",
        ".github/workflows/models.yaml",
        "model/README.md",
        "tools/environments/x.yaml",
    ),
]
UNKNOWN = {
    "models/reading/recommender.yml": "rename it to models/reading/recommender.yaml",
    "models/reading/recommender.json": "rename it to models/reading/recommender.yaml",
    "models/reading/recommender": "rename it to models/reading/recommender.yaml",
    "models/reading/recommender.YAML": "rename it to models/reading/recommender.yaml",
    "models/Reading/recommender.yaml": "rename it to models/reading/recommender.yaml",
    "environments/production/reading/Recommender.yml": "rename it to environments/production/reading/recommender.yaml",
    "tenants/reading/Tenant.yaml": "rename it to tenants/reading/tenant.yaml",
    "models/reading/recommender.yaml.bak": "documents are models/",
    "models/reading/recommender.yaml ": "rename it to models/reading/recommender.yaml",
    "models/recommender.yaml": "documents are models/",
    "models/reading/deep/recommender.yaml": "documents are models/",
    "models/reading/notes.txt": "documents are models/",
    "models/recommender.md": "documents are models/",
    "models/reading/.recommender.yaml": "a name is 3 to 40",
    "models/reading/re.yaml": "a name is 3 to 40",
    "models/reading/recommender_2.yaml": "a name is 3 to 40",
    "models/reading/recommender-.yaml": "a name is 3 to 40",
    f"models/reading/{'x' * 41}.yaml": "a name is 3 to 40",
    "models/re\u0430ding/recommender.yaml": "a name is 3 to 40",
    "models/reading/recommender\u202e.yaml": "a name is 3 to 40",
    "models/reading/$(id).yaml": "a name is 3 to 40",
    "tenants/reading/datasets/9events.yaml": "a name is 3 to 40",
    "tenants/reading/dataset/events.yaml": "documents are tenants/",
    "tenants/reading/events.yaml": "documents are tenants/",
    "tenants/tenant.yaml": "documents are tenants/",
    "environments/production.yaml": "documents are environments/",
    "environments/production/reading.yaml": "documents are environments/",
    "environments/production/reading/../x.yaml": "documents are environments/",
    "Models/reading/recommender.yaml": "rename it to models/reading/recommender.yaml",
    "Platform.yaml": "rename it to platform.yaml",
    "platform.yml": "rename it to platform.yaml",
    "Platform.json": "rename it to platform.yaml",
    "model/reading/recommender.yaml": "move it to models/",
    "environment/production/environment.yml": "move it to environments/",
    "enviroments/production/environment.yaml": "move it to environments/",
    "ten\u0430nts/reading/tenant.yaml": "move it to tenants/",
}


def plain(path: str) -> SourceFile:
    return SourceFile(path, FileType.FILE, 10)


@pytest.mark.parametrize("path", GOOD)
def test_a_document_where_it_belongs_is_no_finding(path: str) -> None:
    found, findings = documents([plain(path)])
    assert list(found) == [path]
    assert findings == []


@pytest.mark.parametrize(
    "path",
    [
        "models/README.md",
        "models/reading/README.md",
        "tenants/reading/datasets/events.md",
        "environments/production/reading/notes.ipynb",
        "tenants/reading/CODEOWNERS",
    ],
)
def test_what_a_tenant_keeps_beside_its_documents_is_none(path: str) -> None:
    assert documents([plain(path)]) == ({}, [])


@pytest.mark.parametrize("path", ELSEWHERE)
def test_a_file_elsewhere_is_nobodys_business(path: str) -> None:
    assert documents([plain(path)]) == ({}, [])


@pytest.mark.parametrize(("path", "fix"), UNKNOWN.items())
def test_a_file_that_would_not_be_read_is_told_where_it_belongs(path: str, fix: str) -> None:
    found, (finding,) = documents([plain(path)])
    assert found == {}
    assert finding.rule == "path-unknown"
    assert finding.is_error
    assert finding.fix.startswith(fix)


@pytest.mark.parametrize(
    ("path", "kind", "rule"),
    [
        ("models/reading/recommender.yaml", FileType.SYMLINK, "path-symlink"),
        ("models/reading", FileType.SYMLINK, "path-symlink"),
        ("models", FileType.SYMLINK, "path-symlink"),
        ("platform.yaml", FileType.SYMLINK, "path-symlink"),
        ("tenants/reading", FileType.OTHER, "path-special"),
    ],
)
def test_what_is_no_plain_file_is_a_finding(path: str, kind: FileType, rule: str) -> None:
    found, (finding,) = documents([SourceFile(path, kind, -1)])
    assert found == {}
    assert (finding.rule, finding.path) == (rule, path)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("models/a\nb", "models/a\\nb"),
        ("models/\u202ex", "models/\\u202ex"),
        (os.fsdecode(b"models/\xff"), "models/\\xff"),
        ("models/\u00e9 b", "models/\u00e9 b"),
    ],
)
def test_a_path_is_shown_without_anything_that_a_terminal_would_act_on(path: str, said: str) -> None:
    assert printable(path) == said
    _, (finding,) = documents([plain(path)])
    assert finding.path == said
    finding.message.encode()

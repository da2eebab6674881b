"""Where pull requests are reviewed on GitHub, its CODEOWNERS is what the documents say."""

import pytest

from mlplatform.check.codeowners import codeowners_findings, follows_from_documents
from mlplatform.check.document_index import DocumentIndex, build_index
from mlplatform.check.schema import bodies
from mlplatform.core.codeowners import CODEOWNERS
from mlplatform.report.codeowners import codeowners_of
from tests.support.repository import good_repository, judged, loaded, said, with_change, without, write

ON_GITHUB = "gitHost: {provider: github, repository: acme/models, verdictApp: 7, ledgerApp: 8}\n"


@pytest.fixture
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A repository that is reviewed on GitHub, its CODEOWNERS as `make docs` writes it."""
    good = good_repository()
    good["platform.yaml"] += ON_GITHUB
    return {**good, CODEOWNERS: codeowners_of(write(good, tmp_path_factory.mktemp("repository")))}


def index_of(files: dict[str, str]) -> DocumentIndex:
    source = loaded(files)
    return build_index(source, bodies(source.raws)[0])


def test_what_make_docs_writes_has_no_finding(files: dict[str, str]) -> None:
    assert said(judged(files), "codeowners-stale") == []


def test_a_missing_file_has_a_finding(files: dict[str, str]) -> None:
    (finding,) = codeowners_findings(index_of(without(files, CODEOWNERS)), {})
    assert (finding.path, finding.line, finding.rule) == (CODEOWNERS, 1, "codeowners-stale")
    assert "is not there" in finding.message
    assert "make docs" in finding.fix


def test_a_finding_shows_the_first_line_that_differs(files: dict[str, str]) -> None:
    text = files[CODEOWNERS].replace("/tools/ @margaret", "/tools/ @mallory")
    (finding,) = codeowners_findings(index_of(files), {CODEOWNERS: text})
    assert text.splitlines()[finding.line - 1].startswith("/tools/ @mallory")


def test_without_github_nothing_is_asked(files: dict[str, str]) -> None:
    files["platform.yaml"] = files["platform.yaml"].removesuffix(ON_GITHUB)
    assert list(codeowners_findings(index_of(files), {CODEOWNERS: "* @mallory\n", "CODEOWNERS": ""})) == []


@pytest.mark.parametrize("path", ["CODEOWNERS", "docs/CODEOWNERS"])
def test_a_second_file_has_a_finding(files: dict[str, str], path: str) -> None:
    assert said(judged({**files, path: "* @mallory\n"}), "codeowners-elsewhere") == [
        f"{path}:1:1 codeowners-elsewhere GitHub is to read .github/CODEOWNERS alone"
    ]


def test_with_a_broken_tenant_it_is_not_known_what_the_file_should_say(files: dict[str, str]) -> None:
    broken = with_change(files, "tenants/reading/tenant.yaml", "clearance: ", "clarence: ")
    assert list(codeowners_findings(index_of(broken), {CODEOWNERS: ""})) == []
    assert not follows_from_documents(CODEOWNERS, index_of(broken), {CODEOWNERS: files[CODEOWNERS]})


def test_only_the_file_that_says_what_the_documents_say_follows_from_them(files: dict[str, str]) -> None:
    index = index_of(files)
    assert follows_from_documents(CODEOWNERS, index, {CODEOWNERS: files[CODEOWNERS]})
    assert not follows_from_documents(CODEOWNERS, index, {CODEOWNERS: files[CODEOWNERS] + "/x @eve\n"})
    assert not follows_from_documents(CODEOWNERS, index, {})
    assert not follows_from_documents("CODEOWNERS", index, {"CODEOWNERS": files[CODEOWNERS]})


def test_a_stale_file_stops_no_environment(files: dict[str, str]) -> None:
    checked = judged({**files, CODEOWNERS: ""})
    assert not checked.is_clean
    assert checked.repository.blocked_environments == {}
    assert checked.repository.blocked_tenants == {}

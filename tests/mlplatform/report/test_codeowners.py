"""`make docs` writes .github/CODEOWNERS from the documents of a working tree."""

from pathlib import Path

import pytest

from mlplatform.core.codeowners import CODEOWNERS
from mlplatform.report.codeowners import write_codeowners
from tests.support.repository import ROOT, good_repository, with_change, without, write


def test_the_file_of_this_repository_is_what_its_documents_give(tmp_path: Path) -> None:
    write_codeowners(tmp_path / CODEOWNERS, ROOT)
    assert (ROOT / CODEOWNERS).read_text() == (tmp_path / CODEOWNERS).read_text(), "run `make docs`"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("tenants/reading/tenant.yaml", "clearance: ", "clarence: "), "tenants/reading/tenant.yaml:"),
        (("platform.yaml", "team: ", "teams: "), "platform.yaml:"),
    ],
)
def test_a_broken_document_is_named_and_nothing_written(
    tmp_path: Path, change: tuple[str, str, str], says: str
) -> None:
    root = write(with_change(good_repository(), *change), tmp_path / "repository")
    with pytest.raises(ValueError, match=says):
        write_codeowners(tmp_path / CODEOWNERS, root)
    assert not (tmp_path / CODEOWNERS).exists()


def test_without_a_platform_there_is_nothing_to_write(tmp_path: Path) -> None:
    root = write(without(good_repository(), "platform.yaml"), tmp_path / "repository")
    with pytest.raises(ValueError, match=r"there is no platform\.yaml"):
        write_codeowners(tmp_path / CODEOWNERS, root)

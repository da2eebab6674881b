"""Which Python files take the place of a module that others import."""

import pytest

from mlplatform.core.source import FileType, SourceFile
from mlplatform.load.shadowed_modules import shadowed_modules

SCRIPT = "examples/training/clinic_tumour.py"


def found(*paths: str) -> list[str]:
    files = [SourceFile(path, FileType.FILE, 1) for path in sorted(paths)]
    return [finding.path for finding in shadowed_modules(files) if finding.rule == "path-shadows-module"]


@pytest.mark.parametrize(
    "path",
    [
        "examples/training/onnx/__init__.py",
        "examples/training/numpy.py",
        "examples/training/csv.py",
        "examples/training/sklearn/__init__.py",
        "random.py",
        "sitecustomize.py",
        "tools/usercustomize.py",
        "tests/yaml.py",
        "examples/training/__pycache__/csv_data.cpython-311.pyc",
        "examples/training/csv_data.cpython-311-x86_64-linux-gnu.so",
        "tools/paths.pth",
        "examples/training/csv_data/__init__.py",
    ],
)
def test_what_python_would_load_instead_is_refused(path: str) -> None:
    assert found(path, SCRIPT, "examples/training/csv_data.py") == [path]


def test_a_package_of_ones_own_and_what_is_inside_it_passes() -> None:
    paths = (
        "examples/training/harbor/train.py",
        "tools/mlplatform/__init__.py",
        "tools/mlplatform/platform.py",
    )
    assert found(SCRIPT, *paths) == []


def test_a_folder_without_an_init_hides_no_installed_package() -> None:
    assert found("examples/training/onnx/train.py") == []

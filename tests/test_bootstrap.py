"""Set-up on a fresh machine, by the real make, pip and uv in a scratch copy."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pythons import MINOR, PYTHON, bare_python, python_mirror, startable_pythons
from tests.support.repository import ROOT

UV = ROOT / ".venv-uv" / "bin" / "uv"
LOCKED = "requirements/bootstrap.txt"
SCRIPT = "tools/bootstrap.py"
FACTS = "tools/mlplatform/providers/serving/triton/python_facts.py"
NOWHERE = "file:///nowhere"
BLOCKED = ("MAKE", "PYTHON", "UV_", "VIRTUAL_ENV")
CACHES_OF_MLFLOW = """
import sys, mlflow
for module in list(sys.modules.values()):
    cached = getattr(module, "__cached__", None) or ""
    if "site-packages" in cached and cached.endswith(".pyc"):
        print(cached)
"""
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The files that set-up reads, in a folder of their own."""
    folder = tmp_path / "copy"
    for name in ("Makefile", LOCKED, SCRIPT, FACTS):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def copy_with_uv(copy: Path) -> Path:
    """The same after set-up's first step, with the uv of this repository."""
    (copy / ".venv-uv" / "bin").mkdir(parents=True)
    (copy / ".venv-uv" / "bin" / "uv").symlink_to(UV)
    (copy / ".venv-uv" / "uv.stamp").touch()
    return copy


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> str:
    return python_mirror(tmp_path_factory.mktemp("mirror"))


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    return bare_python(tmp_path / "bare")


def make(copy: Path, *arguments: str, path: str = os.environ["PATH"], mirror: str = "") -> Done:
    """Run make on a machine with this PATH, where no Python but the mirror's can be downloaded."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(BLOCKED)}
    source = {"UV_PYTHON_DOWNLOADS_JSON_URL": mirror} if mirror else {"UV_PYTHON_INSTALL_MIRROR": NOWHERE}
    return subprocess.run(
        ["/usr/bin/make", *arguments],
        cwd=copy,
        env={**kept, **source, "UV_PYTHON_INSTALL_DIR": str(copy.parent / "pythons"), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def edit(copy: Path, name: str, pattern: str, replacement: str) -> None:
    text, count = re.subn(pattern, replacement, (copy / name).read_text())
    assert count
    (copy / name).write_text(text)


def path_with(folder: Path, *programs: Path) -> str:
    """Return a PATH with these programs and what the recipes run, and so without any Python but theirs."""
    folder.mkdir()
    for program in (*programs, *(Path(str(shutil.which(name))) for name in ("dirname", "touch"))):
        (folder / program.name).symlink_to(program)
    return str(folder)


def output(*command: object) -> str:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout


def version_of_uv(copy: Path) -> str:
    return output(copy / ".venv-uv" / "bin" / "uv", "--version").split()[1]


def locked_version() -> str:
    return (ROOT / LOCKED).read_text().split()[0].removeprefix("uv==")


def version_of(python: Path) -> str:
    return output(python, "--version").split()[1].rpartition(".")[0]


def home_of(copy: Path) -> Path:
    """Return where the Python of the environment in the copy comes from."""
    return Path(output(copy / ".venv" / "bin" / "python", "-c", "import sys; print(sys.base_prefix)").strip())


@pytest.mark.exhaustive
def test_the_oldest_python_of_this_machine_installs_the_locked_uv(copy: Path) -> None:
    oldest = min(startable_pythons(), key=lambda path: int(path.name.rpartition(".")[2]))
    done = make(copy, ".venv-uv/uv.stamp", f"PYTHON={oldest}")
    assert done.returncode == 0, done.stderr
    assert version_of_uv(copy) == locked_version()


@pytest.mark.exhaustive
def test_any_python_of_this_machine_ends_up_with_one_that_triton_takes(copy_with_uv: Path) -> None:
    path = path_with(copy_with_uv / "bin", PYTHON)
    for python in startable_pythons():
        shutil.rmtree(copy_with_uv / ".venv", ignore_errors=True)
        done = make(copy_with_uv, ".venv/bootstrap.stamp", f"PYTHON={python}", path=path)
        assert done.returncode == 0, done.stderr
        assert version_of(copy_with_uv / ".venv/bin/python") in {"3.11", "3.12"}


@pytest.mark.exhaustive
def test_the_python_that_was_named_is_taken_where_triton_takes_it(copy_with_uv: Path, bare: Path) -> None:
    done = make(copy_with_uv, ".venv/bootstrap.stamp", f"PYTHON={bare}")
    assert done.returncode == 0, done.stderr
    assert home_of(copy_with_uv) == bare.parents[1]


@pytest.mark.exhaustive
def test_set_up_by_a_python_of_the_environment_itself_makes_it_anew(copy_with_uv: Path) -> None:
    assert make(copy_with_uv, ".venv/bootstrap.stamp", f"PYTHON={PYTHON}").returncode == 0
    python = copy_with_uv / ".venv" / "bin" / "python"
    done = make(
        copy_with_uv, "--always-make", ".venv/bootstrap.stamp", "-o", ".venv-uv/uv.stamp", f"PYTHON={python}"
    )
    assert done.returncode == 0, done.stderr
    assert home_of(copy_with_uv) == Path(sys.base_prefix)


@pytest.mark.exhaustive
def test_a_python_without_ensurepip_installs_the_locked_uv_with_its_pip(copy: Path, bare: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", copy / "with-pip"], check=True)
    (pip,) = (copy / "with-pip").glob("lib/*/site-packages/pip")
    packages = output(bare, "-c", "import site; print(site.getsitepackages()[0])").strip()
    shutil.copytree(pip, Path(packages) / "pip")
    done = make(copy, ".venv-uv/uv.stamp", f"PYTHON={bare}")
    assert done.returncode == 0, done.stderr
    assert version_of_uv(copy) == locked_version()


@pytest.mark.exhaustive
def test_a_python_that_can_install_nothing_takes_the_uv_on_path(copy: Path, bare: Path) -> None:
    done = make(copy, ".venv-uv/uv.stamp", path=path_with(copy / "bin", bare_link(bare), UV))
    assert done.returncode == 0, done.stderr
    assert (copy / ".venv-uv/bin/uv").resolve() == UV.resolve()


@pytest.mark.exhaustive
def test_without_a_uv_either_set_up_says_what_to_install(copy: Path, bare: Path) -> None:
    done = make(copy, ".venv-uv/uv.stamp", path=path_with(copy / "bin", bare_link(bare)))
    assert_refused(done, "has neither ensurepip nor pip", "python3-venv")
    assert not (copy / ".venv-uv").exists()


def test_without_any_python_set_up_says_what_it_needs(copy: Path) -> None:
    done = make(copy, ".venv-uv/uv.stamp", path=path_with(copy / "bin"))
    assert_refused(done, "set-up needs Python 3.9 or newer", "PYTHON=")


@pytest.mark.exhaustive
def test_a_uv_of_another_digest_than_the_locked_one_is_not_installed(copy: Path) -> None:
    edit(copy, LOCKED, "sha256:[0-9a-f]{64}", "sha256:" + "0" * 64)
    done = make(copy, ".venv-uv/uv.stamp", f"PYTHON={PYTHON}")
    assert_refused(done, "uv could not be installed into")
    assert not (copy / ".venv-uv").exists()


@pytest.mark.exhaustive
def test_where_no_python_suits_one_is_downloaded_for_the_environment(
    copy_with_uv: Path, bare: Path, mirror: str
) -> None:
    without_shared_library(copy_with_uv)
    edit(copy_with_uv, SCRIPT, 'DOWNLOADED = "3.11"', f'DOWNLOADED = "{MINOR}"')
    done = make(copy_with_uv, ".venv/bootstrap.stamp", mirror=mirror)
    assert done.returncode == 0, done.stderr
    assert home_of(copy_with_uv).parent == copy_with_uv.parent / "pythons"


@pytest.mark.exhaustive
def test_a_python_that_cannot_serve_is_taken_with_a_warning_where_none_can_be_downloaded(
    copy_with_uv: Path,
) -> None:
    without_shared_library(copy_with_uv)
    done = make(copy_with_uv, ".venv/bootstrap.stamp")
    assert done.returncode == 0, done.stderr
    assert "lacks its shared library" in done.stderr
    assert (copy_with_uv / ".venv/bin/python").exists()


@pytest.mark.exhaustive
def test_where_no_python_is_to_be_had_set_up_says_so_and_leaves_no_environment(copy_with_uv: Path) -> None:
    edit(copy_with_uv, SCRIPT, r"MINORS = \(.*?\)", 'MINORS = ("3.98", "3.99")')
    done = make(copy_with_uv, ".venv/bootstrap.stamp")
    assert_refused(done, "needs Python 3.98 or 3.99, this machine has neither", "UV_PYTHON_INSTALL_MIRROR")
    assert not (copy_with_uv / ".venv").exists()


@pytest.mark.exhaustive
def test_a_machine_that_has_uv_alone_gets_its_first_python_from_it_too(copy: Path, mirror: str) -> None:
    path = path_with(copy / "bin", UV)
    done = make(copy, ".venv/bootstrap.stamp", path=path, mirror=mirror)
    assert done.returncode == 0, done.stderr
    assert home_of(copy).parent == copy.parent / "pythons"


def test_nothing_that_is_installed_waits_to_be_compiled() -> None:
    paths = [Path(path) for path in output(sys.executable, "-c", CACHES_OF_MLFLOW).splitlines()]
    assert len(paths) > 1000
    assert [path for path in paths if not path.exists()] == []


def without_shared_library(copy: Path) -> None:
    """Have the Pythons of this machine look like those of one without their shared libraries."""
    downloaded = f"sys.base_prefix.startswith({str(copy.parent / 'pythons')!r})"
    edit(copy, FACTS, r'("linked": )(?=can)', rf"\1{downloaded} and ")


def bare_link(bare: Path) -> Path:
    """Return the bare Python as a machine has it, under the name python3."""
    bare.with_name("python3").symlink_to(bare)
    return bare.with_name("python3")


def assert_refused(done: Done, *words: str) -> None:
    assert done.returncode
    sentences = done.stderr.splitlines()
    assert any(all(word in sentence for word in words) for sentence in sentences), done.stderr
    assert "Traceback" not in done.stderr

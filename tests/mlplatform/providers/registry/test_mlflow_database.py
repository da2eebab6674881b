"""The SQLite file: made once and whole, opened only when it is what it should be, and never changed by a look."""

import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mlplatform.providers.registry.interface import RegistryError
from mlplatform.providers.registry.mlflow import MlflowRegistry, database
from mlplatform.providers.registry.mlflow.lock import exclusive
from tests.support.payloads import snapshot
from tests.support.registries import client_of, connect, mlflow_registry, start_python


def _write(file: Path, sql: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(sql)
        connection.commit()


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _garbage(file: Path) -> None:
    file.write_bytes(b"this is no database " * 500)


def _torn(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def _older(file: Path) -> None:
    _write(file, "UPDATE alembic_version SET version_num = '451aebb31d03'")


def _foreign(file: Path) -> None:
    file.unlink()
    _write(file, "CREATE TABLE mine (x)")


DAMAGE = {
    "empty": (_empty, "is not a registry that can be read"),
    "garbage": (_garbage, "is not a registry that can be read"),
    "torn": (_torn, "is not a registry that can be read"),
    "of another program": (_foreign, "is not a registry that can be read"),
    "of an older MLflow": (_older, "made by another MLflow version .schema 451aebb31d03.*mlflow db upgrade"),
}


@pytest.mark.parametrize(("damage", "says"), DAMAGE.values(), ids=DAMAGE)
def test_a_file_that_is_no_registry_is_refused_and_left_as_it_is(
    damage: Callable[[Path], None], says: str, tmp_path: Path
) -> None:
    registry = mlflow_registry(tmp_path / "development")
    damage(registry.database)
    before = snapshot(tmp_path)
    for attempt in (registry.read, registry.prepare, lambda: registry.training_environment("clinic/tumour")):
        with pytest.raises(RegistryError, match=says):
            attempt()
    assert snapshot(tmp_path) == before


def test_a_lost_default_experiment_is_not_put_back_by_reading_but_by_preparing(
    registry: MlflowRegistry,
) -> None:
    _write(registry.database, "DELETE FROM experiments")
    before = snapshot(registry.database.parent)
    with pytest.raises(RegistryError, match=r"default experiment.*make up"):
        registry.read()
    assert snapshot(registry.database.parent) == before
    registry.prepare()
    assert registry.read().versions == {}


def test_the_default_experiment_keeps_its_artifacts_with_the_registry(registry: MlflowRegistry) -> None:
    location = client_of(registry).get_experiment("0").artifact_location
    assert location.startswith(registry.artifacts.as_uri())


def test_a_database_that_another_program_holds_is_a_refusal(
    registry: MlflowRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(registry.database)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RegistryError, match="database is locked"):
            registry.read()


def test_what_a_dead_program_left_half_written_is_undone(registry: MlflowRegistry) -> None:
    program = """
        import os, sqlite3
        connection, insert = sqlite3.connect("mlflow.db"), "INSERT INTO registered_models (name) VALUES (?)"
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        for number in range(2000):
            connection.execute(insert, (f"clinic.m{number}" * 20,))
        os.kill(os.getpid(), 9)
    """
    died = start_python(program, registry.database.parent)
    died.communicate()
    assert died.returncode == -signal.SIGKILL
    assert registry.database.with_name("mlflow.db-journal").stat().st_size > 0
    assert registry.read().versions == {}
    assert client_of(registry).search_registered_models() == []


def test_preparing_finishes_what_a_dead_one_began(tmp_path: Path) -> None:
    whole = mlflow_registry(tmp_path / "whole").database
    draft = tmp_path / "development/registry/mlflow.db.new"
    draft.mkdir(parents=True)
    (draft / "mlflow.db").write_bytes(whole.read_bytes()[:5000])
    for of_another_draft in ("mlflow.db-journal", "whatever"):
        (draft / of_another_draft).write_bytes(b"old" * 1000)
    registry = mlflow_registry(tmp_path / "development")
    assert registry.read().versions == {}
    assert sorted(path.name for path in registry.database.parent.iterdir()) == [
        "artifacts",
        "lock",
        "mlflow.db",
    ]


def test_a_lock_that_is_never_released_is_a_refusal(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with exclusive(lock), pytest.raises(RegistryError, match="another process"), exclusive(lock, 0.05):
        pass
    with exclusive(lock, 0.05):
        pass


@pytest.mark.parametrize("name", ["ä b", "a#b", "a&b=c", "a'b", "a:b@c"])
def test_a_folder_may_have_an_unusual_name(name: str, tmp_path: Path) -> None:
    registry = mlflow_registry(tmp_path / name)
    assert registry.read().versions == {}
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["50%", "what?"])
def test_a_folder_name_that_mlflow_would_misread_is_refused(name: str, tmp_path: Path) -> None:
    registry = connect(tmp_path / name)
    with pytest.raises(RegistryError, match="holds % or"):
        registry.prepare()
    with pytest.raises(RegistryError, match="make up"):
        registry.read()


@pytest.mark.exhaustive
def test_mlflow_says_nothing_on_the_terminal_and_writes_nothing_where_it_runs(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    program = f"""
        import os, sys, warnings
        from pathlib import Path
        from tests.support.payloads import write_payload
        from tests.support.registries import MODEL, add, mlflow_registry
        assert "mlflow" not in sys.modules
        filters = list(warnings.filters)
        top = Path({str(tmp_path)!r})
        registry = mlflow_registry(top / "development", legacyStages=True)
        for version in ("1.0.0", "1.1.0"):
            add(registry, version, write_payload(top / version))
        registry.training_environment(MODEL)
        for champion, previous in [("1.0.0", None), ("1.1.0", "1.0.0"), (None, None)]:
            registry.set_aliases(MODEL, champion, previous)
        registry.read()
        assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == os.environ["DO_NOT_TRACK"] == "true"
        assert warnings.filters == filters
    """
    process = start_python(program, here, {"CI": "", "MLFLOW_DISABLE_TELEMETRY": "true"})
    assert process.communicate() == ("", "")
    assert process.returncode == 0
    assert list(here.iterdir()) == []


def test_a_registry_whose_database_is_gone_says_so(registry: MlflowRegistry) -> None:
    registry.read()
    shutil.rmtree(registry.database.parent)
    with pytest.raises(RegistryError, match="make up"):
        registry.read()
    assert not registry.database.parent.exists()

"""The SQLite file of a local registry: made once, by MLflow's own migrations, and never by a mere read.

MLflow brings whatever file it opens up to its schema, retries a broken one for minutes and makes the folder of an
absent one. So a look at the file with plain SQLite comes before every opening.
"""

import functools
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from mlplatform.providers.artifacts.durable import sync_folder, write_durably
from mlplatform.providers.registry.interface import RegistryError
from mlplatform.providers.registry.mlflow.calls import mlflow_calls

RUNS_FOLDER = "runs"
_BUSY_SECONDS = 5.0


def uri_of(database: Path) -> str:
    """The database as MLflow is given it."""
    if any(character in str(database) for character in "%?"):
        raise RegistryError(
            f"MLflow cannot open a database whose path holds % or ?: {database}",
            fix="move the repository to another folder",
        )
    return f"sqlite:///{database}"


def assert_usable(database: Path) -> None:
    """RegistryError unless the database is there and MLflow would open it without writing to it."""
    if not database.exists():
        raise RegistryError(f"there is no registry at {database}", fix="run `make up`")
    if _is_without_default_experiment(database):
        raise RegistryError(f"the registry {database} lacks MLflow's default experiment", fix="run `make up`")


def create(database: Path, artifacts: Path) -> None:
    """Make what is missing of a registry; the database appears at once and whole."""
    try:
        artifacts.mkdir(parents=True, exist_ok=True)
        if not database.exists():
            _create(database, artifacts)
        elif _is_without_default_experiment(database):
            _add_default_experiment(database, artifacts)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RegistryError(f"the registry cannot be made: {error.filename}: {reason}") from error


def _create(database: Path, artifacts: Path) -> None:
    drafts = database.with_name(
        f"{database.name}.new"
    )  # a folder: a dead draft's journal must not outlive it
    shutil.rmtree(drafts, ignore_errors=True)
    drafts.mkdir()
    draft = drafts / database.name
    write_durably(draft, _empty_database())
    _add_default_experiment(draft, artifacts)
    draft.replace(database)
    drafts.rmdir()
    sync_folder(database.parent)


@functools.cache
def _empty_database() -> bytes:
    """A migrated database without a row, made once: the migrations take 0.8 s, a copy nothing."""
    with tempfile.TemporaryDirectory() as folder, mlflow_calls("making the registry"):
        from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore

        file = Path(folder) / "empty.db"
        SqlAlchemyStore(uri_of(file)).engine.dispose()
        return file.read_bytes()


def _add_default_experiment(database: Path, artifacts: Path) -> None:
    """Has MLflow add its own default experiment, with artifacts here and not in the working directory."""
    with mlflow_calls("making the registry"):
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        SqlAlchemyStore(uri_of(database), (artifacts / RUNS_FOLDER).as_uri()).engine.dispose()


def _is_without_default_experiment(database: Path) -> bool:
    """Looks into the file; RegistryError when it is no database of this MLflow version."""
    try:
        with closing(_open(database)) as connection:
            revisions = {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")}
            _assert_current(database, revisions)
            default = "SELECT 1 FROM experiments WHERE experiment_id = 0"
            return connection.execute(default).fetchone() is None
    except sqlite3.Error as error:
        raise RegistryError(f"{database} is not a registry that can be read: {error}") from error


def _open(database: Path) -> sqlite3.Connection:
    """Without making it. Not read-only: after a crash SQLite must be able to put back what was half written."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _assert_current(database: Path, revisions: set[str]) -> None:
    if revisions != {_current_revision()}:
        schema = ", ".join(sorted(revisions)) or "none"
        raise RegistryError(
            f"the registry {database} was made by another MLflow version (schema {schema})",
            fix=f"back it up and run: mlflow db upgrade {uri_of(database)}",
        )


@functools.cache
def _current_revision() -> str:
    with mlflow_calls("reading MLflow's schema version"):
        from mlflow.store.db.utils import _get_latest_schema_revision

        return str(_get_latest_schema_revision())

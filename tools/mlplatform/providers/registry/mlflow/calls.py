"""Calls into MLflow: imported late, silent on the terminal, and failing in one sentence."""

import logging
import os
import sqlite3
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mlplatform.core.errors import Refusal
from mlplatform.core.garbage_collection import gc_paused
from mlplatform.providers.mlflow import ServerError
from mlplatform.providers.registry.interface import RegistryError

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

# MLflow reports its use to its makers unless told otherwise; read when it is imported.
NO_TELEMETRY = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}

_ONE_AT_A_TIME = threading.RLock()  # Python's warning filters belong to the process, not to a thread


@contextmanager
def mlflow_calls(doing: str) -> Iterator[None]:
    """Imports MLflow, and does as `registry_calls` does."""
    with registry_calls(doing):
        _import_silently()
        yield


@contextmanager
def registry_calls(doing: str) -> Iterator[None]:
    """Keeps MLflow's warnings from the terminal and turns its and its server's failures into a RegistryError."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except ServerError as error:
            raise RegistryError(f"{doing} failed: {error.message}", fix=error.fix) from error
        except Refusal:
            raise
        except _failures() as error:
            raise RegistryError(f"{doing} failed: {cause_of(error)}") from error


def open_client(uri: str) -> "MlflowClient":
    """A client whose runs and models lie in the same database."""
    with mlflow_calls("opening the registry"):
        from mlflow.tracking import MlflowClient

        return MlflowClient(tracking_uri=uri, registry_uri=uri)


def cause_of(error: BaseException) -> str:
    """The first line of an error, without the name of its class that SQLAlchemy puts before it."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].removeprefix("(sqlite3.OperationalError) ").removeprefix("(sqlite3.DatabaseError) ")


def _import_silently() -> None:
    for name, value in NO_TELEMETRY.items():
        os.environ.setdefault(name, value)
    with gc_paused():  # two thousand modules, all of which stay
        import mlflow  # noqa: F401

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _failures() -> tuple[type[Exception], ...]:
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    return MlflowException, SQLAlchemyError, sqlite3.Error, OSError

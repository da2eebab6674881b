"""A PostgreSQL of Debian's package in a folder that goes away again."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PACKAGES = Path("/usr/lib/postgresql")


def missing() -> str:
    """Why there can be no PostgreSQL here, or nothing."""
    if not _programs():
        return "there is no initdb (apt-get install postgresql)"
    if importlib.util.find_spec("psycopg2") is None:
        return "MLflow needs psycopg2 for it (pip install psycopg2-binary)"
    return ""


@contextmanager
def postgres(port: int) -> Iterator[str]:
    """Its address, as SQLAlchemy has it; it listens on the port of this machine."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        data.mkdir()
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            Path(name).chmod(0o755)
            owner = pwd.getpwnam("postgres")
            os.chown(data, owner.pw_uid, owner.pw_gid)
        _run("initdb", "--pgdata", str(data), "--auth", "trust", "--username", "mlflow", "--encoding", "UTF8")
        listen = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data}"
        _run(
            "pg_ctl",
            "--pgdata",
            str(data),
            "--wait",
            "--log",
            str(data / "log"),
            "--options",
            listen,
            "start",
        )
        try:
            yield f"postgresql+psycopg2://mlflow@127.0.0.1:{port}/postgres"
        finally:
            _run("pg_ctl", "--pgdata", str(data), "--wait", "--mode", "immediate", "stop")


def _run(program: str, *args: str) -> None:
    folder = _programs() or Path()
    as_owner = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    command = [*as_owner, str(folder / program), *args]
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _programs() -> Path | None:
    if found := shutil.which("initdb"):
        return Path(found).parent
    return next(iter(sorted(_PACKAGES.glob("*/bin"), reverse=True)), None)

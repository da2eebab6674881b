"""Where the traceback of a fault of ours goes."""

import tempfile
import traceback
from pathlib import Path


def write_fault(error: Exception) -> Path:
    """Write the traceback to .platform/logs of the repository, or to the temporary folder outside of one."""
    text = "".join(traceback.format_exception(error))
    folder = _logs()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", prefix="fault-", suffix=".log", dir=folder, delete=False) as file:
        file.write(text)
    return Path(file.name)


def _logs() -> Path:
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / ".platform").is_dir():
            return folder / ".platform" / "logs"
    return Path(tempfile.gettempdir())

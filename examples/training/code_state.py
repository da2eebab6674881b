"""Says whether the code that trains is the code of the commit that MLflow records with a run."""

import subprocess
from pathlib import Path

TAG = "code.uncommitted"
_NO_CACHE = ":(exclude)*__pycache__*"


def uncommitted() -> str:
    """The files beside this one that are not as committed, by commas; `none`, or `unknown` where git does not say."""
    command = ["git", "status", "--porcelain", "--untracked-files=all", "-z", "--", ".", _NO_CACHE]
    try:
        done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    names = [record[3:] for record in done.stdout.decode(errors="replace").split("\0") if record]
    return ", ".join(names)[:4000] or "none"

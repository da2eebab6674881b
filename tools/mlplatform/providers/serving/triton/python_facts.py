"""Print facts about the Python that runs this script, 3.9 or newer, for set-up and for Triton."""

import ctypes
import json
import sys
import sysconfig
from pathlib import Path


def library_folder(library: str) -> Path:
    """Return where the shared library lies: base_lib a Python that was moved, or where it says that it was built."""
    base_lib = Path(sys.base_prefix, "lib")
    return base_lib if (base_lib / library).exists() else Path(sysconfig.get_config_var("LIBDIR") or base_lib)


def can_be_linked(library: Path) -> bool:
    try:
        ctypes.CDLL(str(library) if library.exists() else library.name)
    except OSError:
        return False
    return True


def facts() -> dict[str, object]:
    minor = f"{sys.version_info[0]}.{sys.version_info[1]}"
    library = f"libpython{minor}.so.1.0"  # what Triton's stub for this Python is linked to
    folder = library_folder(library)
    return {
        "implementation": sys.implementation.name,
        "minor": minor,
        "executable": getattr(
            sys, "_base_executable", sys.executable
        ),  # of a virtual environment, its origin
        "packages": sysconfig.get_path("purelib"),
        "home": sys.base_prefix,
        "libraries": str(folder),
        "library": library,
        "linked": can_be_linked(folder / library),
    }


if __name__ == "__main__":
    json.dump(facts(), sys.stdout)

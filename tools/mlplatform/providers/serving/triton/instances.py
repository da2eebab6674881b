"""The processes that the instances of loaded models are: Triton calls a model ready even when all of its have ended."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from mlplatform.core.target import EnvironmentPaths

_STUB = b"triton_python_backend_stub"


def alive(paths: EnvironmentPaths) -> Mapping[str, int]:
    """How many instance processes each Triton model of the environment has now."""
    within = f"{paths.model_repository}/".encode()
    counts: Counter[str] = Counter()
    for arguments in _command_lines():
        if arguments[0].endswith(_STUB) and arguments[1:] and arguments[1].startswith(within):
            counts[arguments[1].removeprefix(within).split(b"/")[0].decode()] += 1
    return counts


def _command_lines() -> Iterator[list[bytes]]:
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield process.read_bytes().split(b"\0")
        except OSError:  # it has ended
            continue

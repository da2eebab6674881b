"""Python files that Python loads in the place of what a script means to import."""

import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import packages_distributions

from mlplatform.core.finding import Finding
from mlplatform.core.naming import printable
from mlplatform.core.rule import declare_rule
from mlplatform.core.source import SourceFile

PATH_SHADOWS = declare_rule(
    __name__,
    "path-shadows-module",
    "No file takes the place of a module that others import",
    "Python looks beside the script first, so a file or a folder with the name of a module of Python's own, of an "
    "installed package or of a file beside it is run by every script there that imports that name. Compiled files, "
    ".pth and sitecustomize are run without a review of what they hold.",
    fix="rename it; commit the source, and no compiled file",
    passes="examples/training/clinic_tumour.py",
    fails="examples/training/numpy.py, examples/training/onnx/__init__.py",
    soc2=("CC6.8", "CC8.1"),
)
_OURS = "mlplatform"
_COMPILED = re.compile(r"\.(?:py[cod]|pth|so|egg|egg-link)$|(?:^|/)__pycache__/", re.IGNORECASE)
_PYTHON = (".py", ".pyi", ".pyc", ".pyo", ".pyd", ".pth", ".so", ".egg", ".egg-link")
_AT_START = ("sitecustomize", "usercustomize")
_INIT = ("__init__.py", "__init__.pyi")


def shadowed_modules(files: Sequence[SourceFile]) -> Iterator[Finding]:
    """Yield the files that Python would load in the place of another module, or unseen."""
    paths = [
        file.path for file in files if file.path.lower().endswith(_PYTHON) or "__pycache__/" in file.path
    ]
    packages = {path.rpartition("/")[0] for path in paths if path.rpartition("/")[2] in _INIT}
    modules = {path.removesuffix(".py") for path in paths if path.endswith(".py")}
    for path in paths:
        if _COMPILED.search(path):
            message = "this is code that nobody can read, and Python loads it"
            yield PATH_SHADOWS.error(printable(path), message, fix="delete it, and commit the source")
        elif module := _module(path, packages):
            yield from _shadowed(path, module, modules)


def _module(path: str, packages: set[str]) -> str:
    """Return the path of the module that a file is to scripts beside it; empty inside a package and for others."""
    folder, _, name = path.rpartition("/")
    if name in _INIT:
        return "" if folder.rpartition("/")[0] in packages or not folder else folder
    return path.removesuffix(".py") if name.endswith(".py") and folder not in packages else ""


def _shadowed(path: str, module: str, modules: set[str]) -> Iterator[Finding]:
    name = module.rpartition("/")[2]
    if name in _AT_START:
        message = f"Python runs {name} whenever it starts"
    elif name in sys.stdlib_module_names:
        message = f"{name} is a module of Python's own, and scripts beside this file would import it instead"
    elif name in _installed():
        message = f"{name} is an installed package, and scripts beside this file would import it instead"
    elif not path.endswith(f"{name}.py") and module in modules:
        message = f"{module}.py has the same name, and scripts would import this folder instead"
    else:
        return
    yield PATH_SHADOWS.error(printable(path), printable(message), fix="rename it")


@cache
def _installed() -> frozenset[str]:
    """Return the names that installed packages are imported by, without our own."""
    return frozenset(name for name, owners in packages_distributions().items() if set(owners) != {_OURS})

"""Which package a Rego file declares: the one that its path names, so that no two files share or nest one."""

import re
from collections.abc import Iterator, Mapping

from mlplatform.core.naming import printable
from mlplatform.providers.policy.annotations import first_code, package_of
from mlplatform.providers.policy.interface import Flaw

FOLDER = "policies/rego/"
_PLACE = re.compile(r"policies/rego/(?P<library>lib/)?(?P<name>[a-z][a-z0-9_]*)\.rego")
_PLACES = "policies/rego/<concern>.rego or policies/rego/lib/<name>.rego, in small letters, digits and _"


def package_for(path: str) -> str:
    """The package that a file at this path holds, or nothing where no Rego file has a place."""
    match = _PLACE.fullmatch(path)
    return f"{'lib' if match['library'] else 'platform'}.{match['name']}" if match else ""


def misplaced(policies: Mapping[str, str]) -> Iterator[Flaw]:
    """A flaw at the `package` of each Rego text (by path, tests too) that declares another than its path names.

    Engines would mix its rules into that package, and not all alike: no engine is given such a text.
    """
    for path, text in sorted(policies.items()):
        expected = package_for(path)
        if not expected or package_of(text) != expected:
            line, column, code = first_code(text)
            yield Flaw(path, line, column, _complaint(path, expected, package_of(text), code))


def _complaint(path: str, expected: str, declared: str, code: str) -> str:
    if not expected:
        return f"{printable(path)} is no place for a package: name the file {_PLACES}"
    if declared:
        return f"package {declared} does not belong into {path}: declare package {expected}, or move the file"
    if code.startswith("package"):
        return f"the package has to stand on a line of its own, written as package {expected}"
    return f"no package is declared: begin the file with package {expected}"

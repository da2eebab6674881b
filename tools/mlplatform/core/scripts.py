"""What the text of a script names: other scripts, and data sets. It is read as text and never executed."""

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from mlplatform.core.naming import NAME, tenant_of

SCRIPT_FOLDERS = ("examples/training/", "notebooks/")
_IMPORT = re.compile(r"(?:^|\\n|[\"';])[ \t>]*(?:from|import)[ \t]+([^\n#\\]+)", re.MULTILINE)
_WORD = re.compile(r"\w+")
_QUOTED_FILE = re.compile(r"""["'/\\]([\w-]+(?:\.\w+)?)\\?["']""")
_DATASET = re.compile(rf"(?<![\w-])({NAME}/{NAME})(?:\.csv\b|(?=\\?[\"']))")
_FOLDER = re.compile(rf"data/({NAME})/(?!{NAME}\.csv\b)")


@dataclass(frozen=True, slots=True)
class Mentions:
    """The data sets and files that a script names (`clinic/biopsies`), and the tenants whose folders of data."""

    data: frozenset[str]
    folders: frozenset[str]


def is_script(path: str) -> bool:
    """True for a file in a folder of scripts and notebooks, be it one or what they read."""
    return path.startswith(SCRIPT_FOLDERS) and not path.endswith("/README.md")


def mentions(text: str) -> Mentions:
    """Return the data that a script names."""
    return Mentions(frozenset(_DATASET.findall(text)), frozenset(_FOLDER.findall(text)))


def names_in(text: str) -> frozenset[str]:
    """Return the modules that a script imports and the files that it names, without their folders."""
    imported = {word for line in _IMPORT.findall(text) for word in _WORD.findall(line)}
    return frozenset(imported | set(_QUOTED_FILE.findall(text)))


def is_named(path: str, names: Set[str]) -> bool:
    """True when a file is among the names of a script, as a module or as a file."""
    name = path.rpartition("/")[2]
    return name in names or name.partition(".")[0] in names


def can_use(user: str, used: str) -> bool:
    """True when a script can import a file by its name alone: what lies beside all scripts, and its tenant's own."""
    return used.count("/") == 2 or tenant_of(user) == tenant_of(used)


def users_of(paths: Iterable[str], texts: Mapping[str, str]) -> set[str]:
    """Return the scripts that use one of these files, directly or by others, and the files themselves."""
    names = {path: names_in(text) for path, text in texts.items()}
    users, new = set(paths), set(paths)
    while new:
        found = {
            path
            for path in names.keys() - users
            if any(is_named(used, names[path]) and can_use(path, used) for used in new)
        }
        users |= found
        new = found
    return users

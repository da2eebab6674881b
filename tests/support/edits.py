"""What a case of the corpus does to the files of a repository, as its file names it."""

import base64
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.git_objects import EXECUTABLE, SUBMODULE, SYMLINK, Entry

Edit = Mapping[str, Any]
Tree = dict[str, Entry]
_PLACEHOLDER = re.compile(r"\{\{(today|now|digest)([^{}]*)\}\}")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def edited(files: Mapping[str, Entry], edits: Iterable[Edit]) -> Tree:
    """The files after these edits, one after the other; every edit has to change something."""
    made = dict(files)
    for edit in edits:
        before = dict(made)
        _EDITS[kind_of(edit)](made, edit)
        assert made != before, f"the edit changes nothing: {edit}"
    return made


def kind_of(edit: Edit) -> str:
    """Return the key that says what an edit does; each of its other keys has to be one that this kind reads."""
    kinds = edit.keys() & _EDITS.keys()
    assert len(kinds) == 1, f"an edit is one of {sorted(_EDITS)}: {edit}"
    (kind,) = kinds
    unknown = edit.keys() - kinds - _MORE_KEYS.get(kind, frozenset())
    assert not unknown, f"{kind} does not read {sorted(unknown)}: {edit}"
    return kind


def filled(text: str, files: Mapping[str, Entry]) -> str:
    """A text with its placeholders: {{today+30}}, {{now-2h}} (d, h, m) and {{digest path}} of a file there."""
    return _PLACEHOLDER.sub(lambda found: _value(found[1], found[2].strip(), files), text)


def _value(name: str, argument: str, files: Mapping[str, Entry]) -> str:
    if name == "digest":
        return "sha256:" + hashlib.sha256(files[argument].data).hexdigest()
    if name == "today":
        return (datetime.now(UTC) + timedelta(days=int(argument or 0))).date().isoformat()
    span = timedelta(**{_UNITS[argument[-1]]: int(argument[:-1])}) if argument else timedelta()
    return (datetime.now(UTC) + span).strftime("%Y-%m-%dT%H:%M:%SZ")


def _replace(files: Tree, edit: Edit) -> None:
    """replace: PATH, old, new; `old` has to be there exactly once, or `times` times."""
    path = edit["replace"]
    text = files[path].data.decode()
    old, new = (filled(edit[name], files) for name in ("old", "new"))
    assert text.count(old) == edit.get("times", 1), f"{old!r} is {text.count(old)} times in {path}"
    files[path] = Entry(text.replace(old, new).encode(errors="surrogatepass"), files[path].mode)


def _write(files: Tree, edit: Edit) -> None:
    """write: PATH, with its `text`, `base64`, `escapes` (bytes as in Python), or `text` repeated `times` times."""
    files[edit["write"]] = Entry(_content(files, edit))


def _append(files: Tree, edit: Edit) -> None:
    """append: PATH, with more of it, given as for write."""
    path = edit["append"]
    files[path] = Entry(files[path].data + _content(files, edit), files[path].mode)


def _prepend(files: Tree, edit: Edit) -> None:
    """prepend: PATH, with what comes before it, given as for write."""
    path = edit["prepend"]
    files[path] = Entry(_content(files, edit) + files[path].data, files[path].mode)


def _content(files: Tree, edit: Edit) -> bytes:
    if "base64" in edit:
        return base64.b64decode(edit["base64"])
    if "escapes" in edit:
        return str(edit["escapes"]).encode().decode("unicode_escape").encode("latin-1")
    text = edit["text"] * edit.get("times", 1) + edit.get("after", "")
    return filled(text, files).encode(errors="surrogatepass")


def _delete(files: Tree, edit: Edit) -> None:
    """delete: PATH, or every file below PATH/."""
    path = edit["delete"]
    for gone in [name for name in files if name == path or (path.endswith("/") and name.startswith(path))]:
        del files[gone]


def _move(files: Tree, edit: Edit) -> None:
    """move: PATH, to: PATH."""
    files[edit["to"]] = files.pop(edit["move"])


def _copy(files: Tree, edit: Edit) -> None:
    """copy: PATH, to: PATH."""
    files[edit["to"]] = files[edit["copy"]]


def _link(files: Tree, edit: Edit) -> None:
    """link: PATH, to: where the symlink leads."""
    files[edit["link"]] = Entry(os.fsencode(edit["to"]), SYMLINK)


def _submodule(files: Tree, edit: Edit) -> None:
    """submodule: PATH."""
    files[edit["submodule"]] = Entry(b"5" * 40, SUBMODULE)


def _make_executable(files: Tree, edit: Edit) -> None:
    """executable: PATH."""
    files[edit["executable"]] = Entry(files[edit["executable"]].data, EXECUTABLE)


_EDITS: Mapping[str, Callable[[Tree, Edit], None]] = {
    "replace": _replace,
    "write": _write,
    "append": _append,
    "prepend": _prepend,
    "delete": _delete,
    "move": _move,
    "copy": _copy,
    "link": _link,
    "submodule": _submodule,
    "executable": _make_executable,
}
_CONTENT = frozenset({"text", "base64", "escapes", "times", "after"})
_MORE_KEYS: Mapping[str, frozenset[str]] = {
    "replace": frozenset({"old", "new", "times"}),
    "write": _CONTENT,
    "append": _CONTENT,
    "prepend": _CONTENT,
    "move": frozenset({"to"}),
    "copy": frozenset({"to"}),
    "link": frozenset({"to"}),
}

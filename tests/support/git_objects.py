"""Writes git objects by hand: quick, without a working tree, and able to say what git itself would refuse to."""

import hashlib
import os
import subprocess
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILE, EXECUTABLE, SYMLINK, SUBMODULE = "100644", "100755", "120000", "160000"
_FOLDER = "40000"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a tree holds under a path: a file's bytes, where a symlink leads, or a submodule's commit."""

    data: bytes
    mode: str = FILE


Files = Mapping[str, Entry]


@dataclass(slots=True)
class ObjectStore:
    """The loose objects of a git repository."""

    root: Path
    _written: set[str] = field(default_factory=set)

    @staticmethod
    def new(root: Path) -> "ObjectStore":
        """An empty repository, with nothing of this machine's configuration in it."""
        root.mkdir(parents=True)
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(root)], check=True)
        return ObjectStore(root)

    def commit(self, files: Files, parent: str | None, seconds: int, message: str = "a change") -> str:
        """The id of a commit of these files, made by Ada at a time in seconds since 1970."""
        who = f"Ada Lovelace <ada@example.com> {seconds} +0000"
        follows = f"parent {parent}\n" if parent else ""
        text = f"tree {self._tree(files)}\n{follows}author {who}\ncommitter {who}\n\n{message}\n"
        return self._put("commit", text.encode())

    def point(self, branch: str, commit: str) -> None:
        """Let a branch name a commit."""
        ref = self.root / ".git/refs/heads" / branch
        ref.parent.mkdir(parents=True, exist_ok=True)
        ref.write_text(f"{commit}\n")

    def _tree(self, files: Files) -> str:
        inside: dict[str, dict[str, Entry]] = {}
        entries: list[tuple[bytes, str, str]] = []
        for path, entry in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                inside.setdefault(name, {})[rest] = entry
            else:
                entries.append((os.fsencode(name), entry.mode, self._leaf(entry)))
        entries += [(os.fsencode(name), _FOLDER, self._tree(below)) for name, below in inside.items()]
        entries.sort(key=lambda entry: entry[0] + (b"/" if entry[1] == _FOLDER else b""))
        lines = (mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid) for name, mode, oid in entries)
        return self._put("tree", b"".join(lines))

    def _leaf(self, entry: Entry) -> str:
        return entry.data.decode() if entry.mode == SUBMODULE else self._put("blob", entry.data)

    def _put(self, kind: str, data: bytes) -> str:
        whole = f"{kind} {len(data)}\0".encode() + data
        oid = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        if oid not in self._written:
            file = self.root / ".git/objects" / oid[:2] / oid[2:]
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(zlib.compress(whole, 1))
            self._written.add(oid)
        return oid

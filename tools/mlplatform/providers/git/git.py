"""Reading git objects: each question is one process, whatever the size of the answer."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.partial_clone import fetch_missing, fetch_trees

# Kept from the caller's environment: who writes, how the remote is reached, and the user's own configuration (CI says
# there which repositories are safe, and with which token). Everything else named GIT_* could point git at another
# repository or index (a hook runs with GIT_DIR and GIT_INDEX_FILE set).
_KEPT = frozenset(
    f"GIT_{name}"
    for name in (
        *(f"{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL", "DATE")),
        *("CONFIG_GLOBAL", "CONFIG_SYSTEM", "CONFIG_NOSYSTEM"),
        *("SSH", "SSH_COMMAND", "SSH_VARIANT", "ASKPASS", "EXEC_PATH", "ALLOW_PROTOCOL"),
        *("CEILING_DIRECTORIES", "DISCOVERY_ACROSS_FILESYSTEM", "CONFIG_PARAMETERS"),
    )
)
_KEPT_FAMILIES = ("GIT_SSL_", "GIT_PROXY_", "GIT_HTTP_", "GIT_TRACE")
_ALWAYS = {
    "GIT_GRAFT_FILE": os.devnull,  # grafts and replace refs make history read as something it is not
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_CONFIG = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "log.showSignature=false",
    "log.diffMerges=separate",
    "log.follow=false",
)
_PLAIN = frozenset({"100644", "100755"})
_SUFFIX = re.compile(r"[~^:]|@\{")
_WHOLE_ID = re.compile(r"[0-9a-fA-F]{40}")
_PART_OF_ID = re.compile(r"[0-9a-fA-F]{4,39}")


class GitError(Refusal):
    """git said no; the message is git's own last line."""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One path of a commit; `mode` is git's: `120000` is a symlink and `160000` a submodule."""

    mode: str
    oid: str

    @property
    def bits(self) -> int:
        """The mode as the number that the functions of `stat` read."""
        return int(self.mode, 8)


@dataclass(frozen=True, slots=True)
class PathChange:
    """A path that a commit changed: `oid` is None when no plain file lies there any more.

    `time` is the committer's, in seconds since 1970: whoever makes a commit says it.
    """

    commit: str
    path: str
    oid: str | None
    time: int


@dataclass(frozen=True, slots=True)
class Git:
    """A repository by the top folder of its working tree; a command of `run` may take `seconds`, None for ever."""

    root: Path
    seconds: float | None = None

    @staticmethod
    def discover(start: Path) -> "Git":
        """The repository that a folder lies in; Refusal when there is none that git would open."""
        try:
            top = Git(start).run("rev-parse", "--show-toplevel")
        except GitError as error:
            raise Refusal(
                f"{start} is not in a git repository that can be read: {error}",
                fix="run this inside a clone of the platform's repository",
            ) from None
        return Git(Path(os.fsdecode(top.removesuffix(b"\n"))))

    def run(self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Return the output of a git command; GitError with git's own last line when it fails."""
        try:
            done = subprocess.run(
                self._command(args),
                input=stdin,
                env=_environment(env),
                capture_output=True,
                check=False,
                timeout=self.seconds,
            )
        except subprocess.TimeoutExpired:
            raise GitError(f"git {args[0]} did not end in {self.seconds:g} s") from None
        except FileNotFoundError:
            raise Refusal("the program git is not on PATH", fix="install git") from None
        if done.returncode != 0:
            raise GitError(_last_line(done.stderr) or f"git {args[0]} ended with status {done.returncode}")
        return done.stdout

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """A git command to talk to, line by line; whoever starts it ends it."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self._command(args), env=_environment(None), stdin=pipe, stdout=pipe, stderr=pipe
        )

    def _command(self, args: Sequence[str]) -> list[str]:
        settings = [word for setting in _CONFIG for word in ("-c", setting)]
        return ["git", "-C", str(self.root), "--no-pager", *settings, *args]

    def resolve(self, rev: str) -> str:
        """The 40 hex digits of the commit that a revision names; Refusal when there is none."""
        try:
            if "\0" in rev or rev.startswith("-"):
                raise GitError("not a revision")
            self._refuse_two_meanings(rev)
            output = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", rev + "^{commit}")
        except GitError:
            shallow = "; this clone is shallow: `git fetch --unshallow`" if self.is_shallow() else ""
            named = "" if self._is_missing(f"refs/remotes/origin/{rev}") else f": origin/{rev} is"
            raise Refusal(
                f"there is no commit {rev!r} in this clone",
                fix=f"fetch it, or name a branch, tag or commit that is there{named}{shallow}",
            ) from None
        return output.decode().strip()

    def _is_missing(self, ref: str) -> bool:
        try:
            return not self.run("for-each-ref", "--count=1", "--format=%(refname)", ref).strip()
        except (GitError, ValueError):
            return True

    def _refuse_two_meanings(self, rev: str) -> None:
        """Refusal when a tag, a branch or an id share this name: git would silently take one of them."""
        name = _SUFFIX.split(rev, maxsplit=1)[0]
        if not name or name == "HEAD" or name.startswith("refs/") or _WHOLE_ID.fullmatch(name):
            return
        places = [f"refs/{kind}{name}" for kind in ("", "tags/", "heads/", "remotes/")]
        existing = os.fsdecode(self.run("for-each-ref", "--format=%(refname)", *places)).splitlines()
        same = [ref for ref in existing if ref in places]
        if same and _PART_OF_ID.fullmatch(name):
            same += self.run("rev-parse", f"--disambiguate={name}").decode().split()
        if len(same) > 1:
            raise Refusal(
                f"{rev!r} can mean {' or '.join(same)}",
                fix="name one of them in full, as refs/heads/main, or delete the others",
            )

    def is_shallow(self) -> bool:
        """True when the clone lacks the older part of its history."""
        return self.run("rev-parse", "--is-shallow-repository").strip() == b"true"

    def tree(self, commit: str, under: Sequence[str]) -> Mapping[str, TreeEntry]:
        """The files of a commit at or below these paths; of all of it where none is given.

        Without their sizes: in a partial clone git would fetch every file for its size, one by one.
        """
        paths = [path.rstrip("/") for path in under]
        out = self.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
        entries = [_tree_entry(record) for record in out.split(b"\0") if record]
        if len(by_path := dict(entries)) != len(entries):
            raise GitError(f"the commit {commit} has a broken tree, with two entries for one path")
        return by_path

    def blobs(self, oids: Sequence[str]) -> Mapping[str, bytes]:
        """The contents of blobs by their id, in one process; GitError when one is not there."""
        if not oids:
            return {}
        fetch_missing(self, oids)
        return self._objects(oids, "blob")

    def trees(self, oids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """The entries of trees by their id, each with its object's id; GitError when one is not there."""
        return (
            {oid: dict(_entries(tree)) for oid, tree in self._objects(oids, "tree").items()} if oids else {}
        )

    def _objects(self, oids: Sequence[str], kind: str) -> Mapping[str, bytes]:
        request = "".join(f"{oid}\n" for oid in oids).encode()
        return dict(_batch(self.run("cat-file", "--batch", stdin=request), len(oids), kind))

    def changes(self, rev: str, under: Sequence[str], since: str | None = None) -> Iterator[PathChange]:
        """Yield the changes of each commit of the first-parent history at or below these paths, newest first.

        Only commits that are not in the history of `since`.
        """
        revs = [self.resolve(rev), *([f"^{self.resolve(since)}"] if since else [])]
        fetch_trees(self, *revs)
        out = self.run(
            *("log", "--first-parent", "-m", "--root", "--raw", "-z", "--no-abbrev"),
            *("--no-renames", "--no-ext-diff", "--no-textconv", "--no-notes", "--format=%H %ct"),
            *("--end-of-options", *revs, "--", *(path.rstrip("/") for path in under)),
        )
        return _changes(iter(out.split(b"\0")))


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT or name.startswith(_KEPT_FAMILIES)
    }
    return {**kept, **_configuration(), **_ALWAYS, **(extra or {})}


def _configuration() -> dict[str, str]:
    """GIT_CONFIG_COUNT with its keys and values; nothing where they are not what git takes."""
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    if not count.isdecimal() or len(count) > 4:
        return {}
    names = [f"GIT_CONFIG_{part}_{number}" for number in range(int(count)) for part in ("KEY", "VALUE")]
    if not all(name in os.environ for name in names):
        return {}
    return {name: os.environ[name] for name in ("GIT_CONFIG_COUNT", *names)}


def _last_line(stderr: bytes) -> str:
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    return (causes or lines or [""])[-1].removeprefix("fatal: ").removeprefix("error: ")


def _tree_entry(record: bytes) -> tuple[str, TreeEntry]:
    about, path = record.split(b"\t", 1)
    mode, _, oid = about.decode().split()
    return os.fsdecode(path), TreeEntry(mode, oid)


def _entries(tree: bytes) -> Iterator[tuple[str, str]]:
    """Yield the names and ids of a tree object: `mode name\\0` and 20 bytes each."""
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        yield os.fsdecode(tree[at:end].split(b" ", 1)[1]), tree[end + 1 : end + 21].hex()
        at = end + 21


def _batch(out: bytes, count: int, kind: str) -> Iterator[tuple[str, bytes]]:
    at = 0
    for _ in range(count):
        end = out.index(b"\n", at)
        oid, *header = out[at:end].decode().split()
        if len(header) != 2 or header[0] != kind:
            what = "file" if kind == "blob" else kind
            raise GitError(f"the object {oid} is not a {what} in this clone: {' '.join(header)}")
        at = end + 1 + int(header[1]) + 1
        yield oid, out[end + 1 : at - 1]


def _changes(tokens: Iterator[bytes]) -> Iterator[PathChange]:
    commit, time = "", "0"
    for token in tokens:
        word = token.lstrip(b"\n").decode()
        if word and not word.startswith(":"):
            commit, time = word.split(" ")
        elif word:
            _, mode, _, oid, _ = word.split(" ")
            path = os.fsdecode(next(tokens))
            yield PathChange(commit, path, oid if mode in _PLAIN and oid.strip("0") else None, int(time))

"""The diffs of sampled changes: of text that people review, and never the values in a file of data."""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from mlplatform.core.naming import Kind
from mlplatform.load.pii import CARD, EMAIL, HEALTH, IBAN, PHONE, SSN, ScanBudget, detect, prefilter
from mlplatform.providers.git import Git
from mlplatform.providers.git.main_history import MainCommit
from mlplatform.providers.git.past import At, files_at
from mlplatform.record.export.contents import FileDiff

MAX_BYTES = 256 * 1024
_TEXT = frozenset({".yaml", ".yml", ".rego", ".py", ".md", ".toml", ".tf", ".sh", ".cfg", ".ini"})
_NAMES = frozenset({"CODEOWNERS", "Makefile", ".gitattributes", ".gitignore"})
_DATA_FOLDERS = frozenset({"data", "notebooks"})
_PERSONAL = frozenset({CARD, EMAIL, HEALTH, IBAN, PHONE, SSN})
_TOP_LEVEL = re.compile(r"[^\s#]")
_PROBE = re.compile(r"[\"']?probe\b")
_FLOW = re.compile(r"\A(\s*(#[^\n]*)?\n)*\s*[{?]|^---", re.MULTILINE)
_VALUES = re.compile(r"[:,#\[\]{}\"'<>()|]")
WITHHELD_LINE = "[a line is withheld here: it may hold personal data]"
WITHHELD_PROBE = "  [the values of a request are withheld here]"


def sample_diffs(git: Git, commits: list[MainCommit]) -> dict[str, tuple[FileDiff, ...]]:
    """Return the diff of each commit against its first parent, by commit."""
    shown = {commit.commit: [path for path in commit.paths if not _withheld(path)] for commit in commits}
    places = {(at, path) for commit in commits for path in shown[commit.commit] for at in _sides(commit)}
    files = files_at(git, places)
    oids = _object_ids(git, commits)
    return {
        commit.commit: tuple(_file_diff(commit, path, files, oids) for path in sorted(commit.paths))
        for commit in commits
    }


def _sides(commit: MainCommit) -> tuple[str, ...]:
    return (commit.commit, *commit.parents[:1])


def _withheld(path: str) -> str:
    """Return why a file's contents are not shown; empty for text that people review."""
    if "\n" in path:
        return "its name has more than one line"
    pure = PurePosixPath(path)
    if pure.suffix == ".py" and pure.parts[:1] != ("notebooks",):
        return ""
    if _DATA_FOLDERS & set(pure.parts[:-1]):
        return "it may be data: only that it changed is shown"
    if pure.suffix in _TEXT or pure.name in _NAMES:
        return ""
    return "it is no text that is reviewed line by line: only that it changed is shown"


def _object_ids(git: Git, commits: list[MainCommit]) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Return the ids of the blobs before and after, by commit and path."""
    stdin = "".join(" ".join(_sides(commit)) + "\n" for commit in commits).encode()
    options = ("-r", "-z", "--root", "--raw", "--no-renames", "--no-abbrev", "--stdin")
    ids: dict[tuple[str, str], tuple[str, str]] = {}
    at = ""
    tokens = iter(git.run("diff-tree", *options, stdin=stdin).split(b"\0")) if commits else iter(())
    for token in tokens:
        word = token.lstrip(b"\n")
        if word.startswith(b":"):
            _, _, old, new, _ = word.decode().split(" ")
            ids[at, next(tokens).decode(errors="surrogateescape")] = (old, new)
        elif word:
            at = word.decode().split(" ")[0]
    return ids


def _file_diff(
    commit: MainCommit,
    path: str,
    files: Mapping[At, bytes],
    ids: Mapping[tuple[str, str], tuple[str, str]],
) -> FileDiff:
    before, after = ids.get((commit.commit, path), ("", ""))
    data = [files.get((at, path), b"") for at in _sides(commit)]
    new, old = data[0], data[1] if len(data) > 1 else b""
    why = _withheld(path)
    if (
        not why
        and _is_model(path)
        and any(_FLOW.search(side.decode(errors="replace")) for side in (old, new))
    ):
        why = "it is no model as people write it, and may hold the values of a request"
    if not why and any(len(side) > MAX_BYTES or b"\0" in side for side in (old, new)):
        why = "it is binary, or too long to be read"
    patch = "" if why else "\n".join(_patch(path, old, new))
    return FileDiff(
        path, commit.paths[path], before.strip("0") and before, after.strip("0") and after, patch, why
    )


def _patch(path: str, old: bytes, new: bytes) -> Iterator[str]:
    before, after = (_shown_lines(path, side.decode(errors="replace")) for side in (old, new))
    yield from difflib.unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="")


def _shown_lines(path: str, text: str) -> list[str]:
    """Return the lines of a text without the values of requests, and without what looks like personal data."""
    is_model = _is_model(path)
    lines: list[str] = []
    in_probe = False
    for line in text.split("\n"):
        if is_model and _TOP_LEVEL.match(line):
            in_probe = _PROBE.match(line) is not None
            lines.append("probe:" if in_probe else _without_personal(line))
            lines += [WITHHELD_PROBE] if in_probe else []
        elif not in_probe:
            lines.append(_without_personal(line))
    return lines


def _is_model(path: str) -> bool:
    return path.startswith(Kind.MODEL.entry.root)


def _without_personal(line: str) -> str:
    suspects = prefilter(line.encode(errors="replace")) & _PERSONAL
    parts = [part.strip() for part in _VALUES.split(line)] if suspects else []
    is_personal = suspects and any(True for _ in detect([line, *parts], suspects, ScanBudget()))
    return WITHHELD_LINE if is_personal else line

"""The cases of the corpus, read from tests/acceptance: a file of attacks and one of harmless changes for each line."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.edits import Edit, kind_of
from tests.support.fragments import Fragments, fill_in, read_fragments, read_yaml, uses_in
from tests.support.tiers import cell

ACCEPTANCE = Path(__file__).parents[1] / "acceptance"
FOLDERS = ("attacks", "harmless")
_CASE_KEYS = (
    {"name", "about", "edits"},
    {"base", "approvals", "expect", "also", "warns", "waives", "refuses", "checkov"},
)


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that stops an attack; `line` and `says` (a part of the message) where the case names them."""

    rule: str
    path: str
    line: int | None = None
    says: str = ""

    def is_in(self, findings: Iterable[Mapping[str, Any]]) -> bool:
        return any(
            (found["rule"], found["path"]) == (self.rule, self.path)
            and self.line in (None, found["line"])
            and self.says in found["message"]
            for found in findings
        )


@dataclass(frozen=True, slots=True)
class Case:
    """One pull request: `base` is merged before it, in commits some days old; `edits` is what it changes.

    `expect` is what stops it, nothing when it is harmless; `also` names rules that may deny it besides; `warns`
    and `waives` the rules of its warnings and of what its waivers suspend, exactly; `refuses` a part of the refusal
    that it gets in place of findings.
    """

    name: str
    about: str
    line: str
    base: tuple[tuple[int, tuple[Edit, ...]], ...]
    edits: tuple[Edit, ...]
    approvals: Mapping[str, Any] | None
    expect: tuple[Expected, ...]
    also: frozenset[str]
    warns: frozenset[str]
    waives: frozenset[str]
    refuses: str
    needs_checkov: bool

    @property
    def is_attack(self) -> bool:
        return self.name.startswith("attacks/")

    @property
    def rules(self) -> frozenset[str]:
        """The rules that this case is about."""
        return frozenset(expected.rule for expected in self.expect) | self.warns | self.waives

    @property
    def never_ends(self) -> bool:
        """Whether what it brings of its own is stopped by the limits of the process that judges it."""
        return "check-unfinished" in self.rules


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The attacks, or the harmless changes, of one line; `uses` names the fragments in them, once for each use."""

    path: Path
    line: str
    cases: tuple[Case, ...]
    uses: tuple[str, ...]


@cache
def cases() -> tuple[Case, ...]:
    """Return every case of tests/acceptance, sorted by name."""
    return tuple(sorted((case for file in case_files() for case in file.cases), key=lambda case: case.name))


def in_tiers(listed: Sequence[Case]) -> list[Any]:
    """Return a parameter for each case; the quick tier runs one in eight of each line, the first among them."""
    of_line: Counter[str] = Counter()
    parameters = []
    for case in listed:
        parameters.append(cell(case, quick=of_line[case.line] % 8 == 0, id=case.name))
        of_line[case.line] += 1
    return parameters


@cache
def case_files() -> tuple[CaseFile, ...]:
    """Read every file of attacks and of harmless changes."""
    fragments = read_fragments(ACCEPTANCE / "fragments.yaml")
    paths = sorted(path for folder in FOLDERS for path in (ACCEPTANCE / folder).glob("*.yaml"))
    return tuple(read_case_file(path, fragments) for path in paths)


def read_case_file(path: Path, fragments: Fragments) -> CaseFile:
    """Read one file, its fragments filled in; every key has to be a known one."""
    name = f"{path.parent.name}/{path.name}"
    document = read_yaml(path)
    _require_keys(document, name, {"line", "cases"})
    line, listed = document["line"], document["cases"]
    filled = tuple(_case(path.parent.name, line, fields) for fields in fill_in(listed, fragments))
    return CaseFile(path, line, filled, tuple(uses_in(listed)))


def _case(folder: str, line: str, fields: Mapping[str, Any]) -> Case:
    name = f"{folder}/{fields.get('name')}"
    _require_keys(fields, name, *_CASE_KEYS)
    for step in fields.get("base", ()):
        _require_keys(step, f"{name}, base", {"edits"}, {"days"})
    case = Case(
        name=name,
        about=fields["about"],
        line=line,
        base=tuple((step.get("days", 3), tuple(step["edits"])) for step in fields.get("base", ())),
        edits=tuple(fields["edits"]),
        approvals=fields.get("approvals"),
        expect=tuple(Expected(**expected) for expected in fields.get("expect", ())),
        also=frozenset(fields.get("also", ())),
        warns=frozenset(fields.get("warns", ())),
        waives=frozenset(fields.get("waives", ())),
        refuses=fields.get("refuses", ""),
        needs_checkov=fields.get("checkov", False),
    )
    for edit in [*case.edits, *(edit for _, edits in case.base for edit in edits)]:
        kind_of(edit)
    return case


def _require_keys(
    fields: Mapping[str, Any], where: str, required: set[str], optional: Iterable[str] = ()
) -> None:
    unknown, missing = fields.keys() - required - {*optional}, required - fields.keys()
    assert not unknown, f"{where}: nothing reads {sorted(unknown)}"
    assert not missing, f"{where}: {sorted(missing)} is missing"

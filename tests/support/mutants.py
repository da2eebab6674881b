"""Ways to weaken what judges a pull request, and whether a case of the corpus notices."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mlplatform.flow.check import sandboxed_check
from mlplatform.providers.policy import compile, embedded, metadata
from mlplatform.providers.policy.metadata import read_packages
from mlplatform.providers.scan import process
from mlplatform.providers.scan.process import ScanAnswer as Scanned
from tests.support import corpus as corpora
from tests.support.cases import Case, cases
from tests.support.corpus import Answer, Corpus, complaints
from tests.support.forked_checkov import forked_checkov
from tests.support.remembered import remembered_git
from tests.support.repository import real_policies
from tests.support.sites import LEFT_OUT, REFUSAL, Switch, sites, switched

_CODE = Path(__file__).parents[2] / "tools/mlplatform"
# Where findings are made, and refusals of `check`; a server's and Checkov's own process are left to their tests.
_FILES = (
    "strict_yaml/builder.py",
    "strict_yaml/characters.py",
    "strict_yaml/parser.py",
    "strict_yaml/scalars.py",
    "load/*.py",
    "check/*.py",
    "core/kinds/*.py",
    "flow/check/sandboxed_check.py",
    "flow/check/changeset.py",
    "providers/git/compare.py",
    "providers/git/git.py",
    "providers/policy/annotations.py",
    "providers/policy/builtin_allowlist.py",
    "providers/policy/decision.py",
    "providers/policy/metadata.py",
    "providers/policy/package_paths.py",
    "providers/scan/*.py",
    "providers/scan/checks/*.py",
)
# In Checkov's process; turned off as a whole, as checkov:CKV_MLP_7 and the like.
_IN_THE_WORKER = ("terraform", "terraform_network", "terraform_scope")
MODULES = tuple(
    ".".join(file.relative_to(_CODE).with_suffix("").parts)
    for pattern in _FILES
    for file in sorted(_CODE.glob(pattern))
    if file.stem not in ("__init__", *_IN_THE_WORKER)
)
_JUDGED = "judged"
_HOLDS_ALWAYS = '\nsatisfied contains "{rule}"\n'
Folders = Mapping[str, Mapping[str, str]]
Scan = Callable[[Folders], Scanned]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One thing turned off: a rule in Rego, a place in our code, or a check of Checkov's. `rules`: who may notice."""

    name: str
    rules: frozenset[str]
    policy: tuple[str, str] | None = (
        None  # the path and the text of the package in which the rule always holds
    )
    check: str = ""


@dataclass(frozen=True, slots=True)
class Noticed:
    """The case that failed, and whether it did because we crashed."""

    case: str
    by_a_crash: bool


@cache
def mutants() -> tuple[Mutant, ...]:
    """Every rule in Rego, every place that makes a finding or refuses, every check of Checkov's that a case names."""
    places = (Mutant(site.key, site.rules) for site in sites(MODULES))
    named = {rule for case in cases() for rule in case.rules if rule.startswith(("CKV", "zizmor-"))}
    checks = (Mutant(f"checkov:{rule}", frozenset({rule}), check=rule) for rule in sorted(named - _ours()))
    return (*_rules_that_hold(), *places, *checks)


def _ours() -> set[str]:
    """The checks that are places in our code."""
    return {rule for site in sites(MODULES) if not site.key.endswith("any") for rule in site.rules}


def _rules_that_hold() -> Iterator[Mutant]:
    policies = real_policies()
    packages, flaws = read_packages({path: text for path, text in policies.items() if "_test." not in path})
    assert not flaws
    for package in packages:
        for rule in package.rules:
            text = policies[package.path] + _HOLDS_ALWAYS.format(rule=rule)
            yield Mutant(f"rego:{rule}", frozenset({rule}), policy=(package.path, text))


@contextmanager
def hunt(folder: Path) -> Iterator["Hunt"]:
    """A hunt in a new folder, for which our code can be turned off place by place, all of it in this process."""
    with (
        switched(MODULES) as switch,
        remembered_git(),
        forked_checkov(),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(sandboxed_check, "run_limited", lambda judge, limits: judge())
        yield Hunt(folder, Corpus.new(folder / "main"), switch)


@dataclass(slots=True)
class Hunt:
    """Judges cases with one thing turned off; what it learns of a case while all is on, it keeps."""

    folder: Path
    corpus: Corpus
    switch: Switch
    _scans: dict[str, Scanned] = field(default_factory=dict)
    _by_checkov: set[str] = field(default_factory=set)
    _reached: dict[str, frozenset[str]] = field(default_factory=dict)

    def who_notices(self, mutant: Mutant) -> Noticed | None:
        """The first case that fails with it; None when all that could do not."""
        corpus = self._weakened(*mutant.policy) if mutant.policy else self.corpus
        for case in self._could_notice(mutant):
            reached = self._reached_by(case)
            if not reached or not (mutant.policy or mutant.check or mutant.name in reached):
                continue
            self.switch.off = mutant.name
            with _forgotten() if mutant.name.startswith("providers.policy") else nullcontext():
                answer = self._judge(corpus, case, mutant.check)
            self.switch.off = ""
            if complaints(case, answer):
                return Noticed(case.name, _has_crashed(answer))
        return None

    def _could_notice(self, mutant: Mutant) -> list[Case]:
        wanted = [
            case
            for case in cases()
            if case.rules & mutant.rules or (case.refuses and REFUSAL in mutant.rules)
            if not case.never_ends  # but in a process with limits, which nobody is here
        ]
        return sorted(wanted, key=lambda case: (case.needs_checkov, case.name not in self._reached))

    def _reached_by(self, case: Case) -> frozenset[str]:
        """The places that a case comes to; none when it fails with everything on, as it then notices nothing."""
        if case.name not in self._reached:
            self.switch.reached = set()
            with _forgotten() if any(rule.startswith("policy") for rule in case.rules) else nullcontext():
                if case.needs_checkov and complaints(case, self._judge(self.corpus, case)):
                    self._by_checkov.add(case.name)  # nobody else can judge it
                is_fit = not complaints(case, self._judge(self.corpus, case))
            self._reached[case.name] = frozenset({_JUDGED, *self.switch.reached} if is_fit else ())
        return self._reached[case.name]

    def _weakened(self, path: str, text: str) -> Corpus:
        return Corpus.new(self.folder / str(len(list(self.folder.iterdir()))), {path: text.encode()})

    def _judge(self, corpus: Corpus, case: Case, left_out: str = "") -> Answer:
        scan = self._scan if left_out or case.name in self._by_checkov else _found_nothing
        with _scanned_by(scan, left_out):
            answer = corpus.judge(case)
        said = {name: _without(value) for name, value in answer.said.items()}
        return Answer(answer.code, said, answer.stderr)

    def _scan(self, folders: Folders) -> Scanned:
        """What Checkov says of these files, which it is asked once."""
        key = json.dumps(folders, sort_keys=True)
        if key not in self._scans:
            self._scans[key] = _checkov(folders)
        return self._scans[key]


NOTHING: Mapping[str, Any] = {"findings": [], "broken": {}}
_checkov = process.run


@contextmanager
def _scanned_by(scan: Scan, left_out: str) -> Iterator[None]:
    """Checkov's answers come from here, without those of one of its checks."""

    def run(folders: Folders, *, seconds: float = 0) -> Scanned:
        answer = scan(folders)
        audits = [one for one in answer.zizmor["findings"] if f"zizmor-{one['audit']}" != left_out]
        failed = [one for one in answer.failed if one["check"] != left_out]
        broken = {} if left_out == "zizmor-failed" else answer.zizmor["broken"]
        return replace(answer, failed=failed, zizmor={"findings": audits, "broken": broken})

    process.run = run
    try:
        yield
    finally:
        process.run = _checkov


def _found_nothing(folders: Folders) -> Scanned:
    """The answer of a Checkov that sees every file and finds nothing: our own checks come on top of it."""
    seen = {folder: dict.fromkeys(texts, 1) for folder, texts in folders.items()}
    return Scanned(
        failed=[], skipped=[], broken={}, seen=seen, unjudged=[], refused=[], complaints=[], zizmor=NOTHING
    )


def _without(said: Any) -> Any:
    """A list of findings without those that stand for what was left out."""
    return [one for one in said if one.get("rule") != LEFT_OUT.rule] if _are_findings(said) else said


def _are_findings(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(one, dict) for one in said)


def _has_crashed(answer: Answer) -> bool:
    return answer.code == 3 or any(one["rule"] == "check-crashed" for one in answer.of("error"))


@contextmanager
def _forgotten() -> Iterator[None]:
    """Engines and decisions are made anew here, and again behind it: what makes them is looked at or turned off."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    embedded._read.cache_clear()
    metadata._read.cache_clear()
    compile._forbidden_calls.cache_clear()
    corpora._engine.cache_clear()

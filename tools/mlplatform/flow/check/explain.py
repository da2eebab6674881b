"""What a rule wants: from the checkers' own catalogue, the policies of a source, and Checkov when it is asked for."""

from collections.abc import Mapping
from difflib import get_close_matches

from mlplatform.check.rules import rules_of
from mlplatform.core.errors import Refusal
from mlplatform.core.rule import Rule
from mlplatform.core.source import Source
from mlplatform.load.infrastructure import scanner_policies
from mlplatform.load.policies import read_policies
from mlplatform.load.source import Commit, WorkingTree
from mlplatform.providers.git import Git
from mlplatform.providers.policy.interface import Flaw
from mlplatform.providers.scan import connect_scanner
from mlplatform.providers.scan.interface import ScanError

_CHECKOVS = "CKV"
_MOST_NEAR = 5


def rules(git: Git, rev: str | None = None) -> Mapping[str, Rule]:
    """Every rule by id, with the policies of a revision (None: the working tree), without Checkov's own."""
    return rules_and_flaws(git, rev)[0]


def rules_and_flaws(git: Git, rev: str | None = None) -> tuple[Mapping[str, Rule], tuple[Flaw, ...]]:
    """The same with what is wrong with packages whose rules are therefore not among them."""
    return rules_of(read_policies(_source(git, rev)))


def rule(git: Git, name: str, rev: str | None = None) -> Rule:
    """One rule; Refusal with the ids that may have been meant when there is none. Checkov's own take some seconds."""
    known, flaws = rules_and_flaws(git, rev)
    if name not in known and name.upper().startswith(_CHECKOVS):
        known = {**known, **_of_scanner(_source(git, rev))}
    if name in known:
        return known[name]
    broken = ", ".join(sorted({flaw.path for flaw in flaws}))
    reason = f"; what {broken} declares cannot be read" if broken else ""
    raise Refusal(f"there is no rule {name}{reason}", fix=_meant(name, known))


def _of_scanner(source: Source) -> dict[str, Rule]:
    policies, _ = scanner_policies(source)
    try:
        return {rule.id: rule for rule in connect_scanner().rules(policies)}
    except ScanError as why:
        raise Refusal(f"Checkov cannot be asked for its rules: {why}", fix=why.fix) from None


def _source(git: Git, rev: str | None) -> Source:
    return WorkingTree(git.root) if rev is None else Commit(git, git.resolve(rev))


def _meant(name: str, known: Mapping[str, Rule]) -> str:
    wanted = name.casefold()
    by_folded = {rule.casefold(): rule for rule in known}
    near = [by_folded[found] for found in get_close_matches(wanted, by_folded, _MOST_NEAR)]
    holding = [rule for folded, rule in by_folded.items() if len(wanted) > 2 and wanted in folded]
    if found := list(dict.fromkeys([*near, *holding]))[:_MOST_NEAR]:
        return f"did you mean {', '.join(found[:-1])}{' or ' if len(found) > 1 else ''}{found[-1]}?"
    return "`platform explain` lists them all"

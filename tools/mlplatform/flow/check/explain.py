"""Looks up rules: those of the checkers, of the policies of a source, and Checkov's when they are asked for."""

from collections.abc import Mapping
from difflib import get_close_matches

from mlplatform.catalogue import rules_of
from mlplatform.core.errors import Refusal
from mlplatform.core.rule import Rule
from mlplatform.core.source import Source
from mlplatform.load.infrastructure import scanner_policies
from mlplatform.load.policies import read_policies
from mlplatform.load.source import Commit
from mlplatform.load.subset_source import working_tree
from mlplatform.providers.git import Git
from mlplatform.providers.policy.interface import Flaw
from mlplatform.providers.scan import connect_scanner
from mlplatform.providers.scan.interface import ScanError

_CHECKOVS = "CKV"
_MOST_NEAR = 5


def rules(git: Git, rev: str | None = None) -> Mapping[str, Rule]:
    """Return every rule by id, with the policies of a revision (None: the working tree), without Checkov's own."""
    return rules_and_flaws(git, rev)[0]


def rules_and_flaws(git: Git, rev: str | None = None) -> tuple[Mapping[str, Rule], tuple[Flaw, ...]]:
    """Return the same, and the flaws of policy packages whose rules are therefore missing."""
    return rules_of(read_policies(_source(git, rev)))


def rule(git: Git, name: str, rev: str | None = None) -> Rule:
    """Return one rule; Refusal with similar ids when there is none. Checkov's own take some seconds."""
    catalogue, flaws = rules_and_flaws(git, rev)
    if name not in catalogue and name.upper().startswith(_CHECKOVS):
        catalogue = {**catalogue, **_of_scanner(_source(git, rev))}
    if name in catalogue:
        return catalogue[name]
    broken = ", ".join(sorted({flaw.path for flaw in flaws}))
    reason = f"; what {broken} declares cannot be read" if broken else ""
    raise Refusal(f"there is no rule {name}{reason}", fix=_suggestion(name, catalogue))


def _of_scanner(source: Source) -> dict[str, Rule]:
    policies, _ = scanner_policies(source)
    try:
        return {rule.id: rule for rule in connect_scanner().rules(policies)}
    except ScanError as why:
        raise Refusal(f"Checkov's rules cannot be listed: {why}", fix=why.fix) from None


def _source(git: Git, rev: str | None) -> Source:
    return working_tree(git) if rev is None else Commit(git, git.resolve(rev))


def _suggestion(name: str, catalogue: Mapping[str, Rule]) -> str:
    folded_name = name.casefold()
    by_folded = {rule.casefold(): rule for rule in catalogue}
    close = [by_folded[name] for name in get_close_matches(folded_name, by_folded, _MOST_NEAR)]
    containing = [
        rule for folded, rule in by_folded.items() if len(folded_name) > 2 and folded_name in folded
    ]
    if similar := list(dict.fromkeys([*close, *containing]))[:_MOST_NEAR]:
        return f"did you mean {', '.join(similar[:-1])}{' or ' if len(similar) > 1 else ''}{similar[-1]}?"
    return "`platform explain` lists them all"

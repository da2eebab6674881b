"""The second step: every judge looks at every document, and what they find stops what it touches."""

import logging
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ParamSpec

from mlplatform.check import capabilities, links, organisation, policies, schema
from mlplatform.check.blocked import blocked
from mlplatform.check.known import assemble
from mlplatform.core.base import Base
from mlplatform.core.checked import Checked
from mlplatform.core.finding import Finding, error
from mlplatform.core.kinds import Body
from mlplatform.core.loaded import Loaded
from mlplatform.providers.policy.interface import PolicyEngine
from mlplatform.providers.policy.metadata import Package

P = ParamSpec("P")
RULES = (*schema.RULES, *organisation.RULES, *links.RULES, *capabilities.RULES, *policies.RULES)
_log = logging.getLogger(__name__)


def check(loaded: Loaded, engine: PolicyEngine, *, base: Base | None = None) -> Checked:
    """Judge what was loaded: its state, and with a base the change from there as well.

    Every finding is collected and none stops the others. A judge that crashes is an error finding itself.
    """
    bodies: dict[str, Body] = {}
    asked = policies.Asked((), (), ())

    def judge_schema() -> list[Finding]:
        found, refused = schema.bodies(loaded.raws)
        bodies.update(found)
        return refused

    def choose_packages() -> Iterable[Finding]:
        nonlocal asked
        asked = policies.packages_to_ask(engine, with_change=base is not None)
        return asked.findings

    findings = [*loaded.findings, *_run("schema", judge_schema), *_run("policies", choose_packages)]
    known = assemble(loaded, bodies)
    findings += _run("organisation", organisation.organisation, loaded.raws, loaded.schemas)
    findings += _run("links", links.links, known, loaded.digests)
    findings += _run("capabilities", capabilities.capabilities, known)
    findings += _run("policies", policies.denials, asked.packages, known, loaded, engine, base)
    tenants, environments = blocked(known, findings)
    return Checked(
        repository=replace(known.repository, blocked_tenants=tenants, blocked_environments=environments),
        findings=tuple(sorted(findings)),
        documents=len(loaded.raws),
        rules=(*RULES, *_ids(asked.packages)),
        not_applicable=_ids(asked.not_applicable),
    )


def _ids(packages: Iterable[Package]) -> tuple[str, ...]:
    return tuple(rule for package in packages for rule in package.rules)


def _run(
    name: str, judge: Callable[P, Iterable[Finding]], *args: P.args, **kwargs: P.kwargs
) -> list[Finding]:
    """What a judge finds, or the finding that it crashed, which stops every environment."""
    found: list[Finding] = []
    try:
        found.extend(judge(*args, **kwargs))
    except Exception as crash:
        _log.debug("the judge of %s crashed", name, exc_info=True)
        place = traceback.extract_tb(crash.__traceback__)[-1]
        said = f"the judge of {name} crashed: {type(crash).__name__}: {crash} ({place.name}, line {place.lineno})"
        path = f"tools/mlplatform/check/{name}.py"
        fix = "this is a fault of ours: report it; until it is repaired no environment is changed"
        found.append(error("check-crashed", path, said, fix=fix))
    return found

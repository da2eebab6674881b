"""What the packages of policies/rego deny. A package that does not answer is a denial itself."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mlplatform.check.changes import document_changes, facts
from mlplatform.check.joined import PARTS, Joiner, write_change
from mlplatform.check.known import Known
from mlplatform.core.base import Base
from mlplatform.core.document import Raw
from mlplatform.core.finding import Finding, error
from mlplatform.core.loaded import Loaded
from mlplatform.core.naming import Kind, path_of
from mlplatform.providers.policy.interface import Decision, PolicyEngine, PolicyError
from mlplatform.providers.policy.metadata import FOLDER, Package, read_packages

RULES = ("policy-missing", "policy-broken", "policy-metadata", "policy-unanswered")


@dataclass(frozen=True, slots=True)
class Question:
    """A document that packages are asked about: its JSON input is made when its package is known."""

    raw: Raw
    change: str | None = None
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The packages that are asked, those that are not (of change, without a base), and why others cannot be."""

    packages: tuple[Package, ...]
    not_applicable: tuple[Package, ...]
    findings: tuple[Finding, ...]


def packages_to_ask(engine: PolicyEngine, *, with_change: bool) -> Asked:
    """Which packages the engine is asked; nothing of what is left out for a fault goes without a finding."""
    packages, flaws = read_packages(engine.policies)
    broken = {flaw.path for flaw in engine.broken}
    findings = [
        error("policy-broken", flaw.path, flaw.message, fix=_REPAIR, at=(flaw.line, flaw.column))
        for flaw in engine.broken
    ]
    findings += [
        error("policy-metadata", flaw.path, flaw.message, fix=_REPAIR, at=(flaw.line, flaw.column))
        for flaw in flaws
        if flaw.path not in broken
    ]
    findings += [finding for package in packages if package.path not in broken for finding in _reads(package)]
    if not packages and not findings:
        fix = "restore them: without policies nothing is judged"
        findings.append(error("policy-missing", FOLDER, "there is no policy", fix=fix))
    unusable = {finding.path for finding in findings}
    if any(path.startswith(f"{FOLDER}lib/") for path in broken):
        unusable = {package.path for package in packages}  # any of them may call into the library
    usable = [package for package in packages if package.path not in unusable]
    asked = [package for package in usable if with_change or package.asks == "state"]
    return Asked(tuple(asked), tuple(p for p in usable if p not in asked), tuple(findings))


_REPAIR = "repair the policy: until then no environment is changed"


def _reads(package: Package) -> Iterator[Finding]:
    """Whether the parts that a package reads are there for every kind it judges."""
    for kind in package.kinds:
        there = PARTS[kind] - ({"change"} if package.asks == "state" else set())
        for part in (part for part in package.reads if part not in there):
            said = f"METADATA: a {package.asks} package about {kind.value} documents cannot read {part}"
            fix = f"it may read {', '.join(sorted(there))}"
            yield error("policy-metadata", package.path, said, fix=fix)


def denials(
    asked: Iterable[Package], known: Known, loaded: Loaded, engine: PolicyEngine, base: Base | None
) -> Iterator[Finding]:
    """What the packages deny of the documents whose schema holds."""
    of_state = {
        kind: [Question(document.raw) for document in known.documents[kind].values()] for kind in Kind
    }
    of_change = _changes(known, loaded, base) if base else {}
    joiner = Joiner(lambda kind, name: document.raw if (document := known.find(kind, name)) else None)
    before = Joiner(lambda kind, name: _at_head_or_base(kind, name, known, base))
    for package in asked:
        by_kind = of_state if package.asks == "state" else of_change
        questions, inputs = [], []
        for question in (q for kind in package.kinds for q in by_kind.get(kind, ())):
            using = before if question.is_removed else joiner
            reads = [part for part in package.reads if not (question.is_removed and part == "document")]
            identity, partly = question.raw.identity, question.is_removed
            # What refers to a broken document is blocked by that document's own findings.
            if (text := using.join(identity, reads, question.change, partly=partly)) is not None:
                questions.append(question)
                inputs.append(text)
        answers = engine.decide(package.name, inputs)
        for question, answer in zip(questions, answers, strict=True):
            yield from _findings(package, question, answer)


def _changes(known: Known, head: Loaded, base: Base) -> Mapping[Kind, list[Question]]:
    found: dict[Kind, list[Question]] = {}
    for change in document_changes(head, base):
        raw = change.after or change.before
        if raw is None or (change.after and known.find(raw.identity.kind, raw.identity.name) is None):
            continue
        question = Question(raw, write_change(facts(change, head, base)), change.after is None)
        found.setdefault(raw.identity.kind, []).append(question)
    return found


def _at_head_or_base(kind: Kind, name: str, known: Known, base: Base | None) -> Raw | None:
    if document := known.find(kind, name):
        return document.raw
    return base.loaded.raws.get(path_of(kind, name)) if base and name else None


def _findings(package: Package, question: Question, answer: Decision | PolicyError) -> Iterator[Finding]:
    raw = question.raw
    if isinstance(answer, PolicyError):
        rules = ", ".join(package.rules)
        yield _unanswered(raw, f"package {package.name} did not answer for {rules}: {answer}")
        return
    for rule in package.rules.keys() - answer.evaluated:
        yield _unanswered(
            raw, f"package {package.name} did not evaluate {rule}: a value that it needs is undefined"
        )
    denied = {denial.rule for denial in answer.denials}
    for rule in (answer.evaluated | denied) - package.rules.keys():
        yield _unanswered(
            raw, f"package {package.name} answers for {rule}, which its METADATA does not declare"
        )
    for denial in answer.denials:
        if rule_of := package.rules.get(denial.rule):
            line, column = raw.place(denial.at)
            yield Finding(raw.path, line, column, rule_of.id, rule_of.severity, denial.message, rule_of.fix)


def _unanswered(raw: Raw, said: str) -> Finding:
    fix = "have the platform team repair the package; until then the document counts as denied"
    return error("policy-unanswered", raw.path, said, fix=fix)

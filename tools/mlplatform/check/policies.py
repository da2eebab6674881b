"""Evaluate the packages of policies/rego. A package that does not answer is a denial itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from zlib import crc32

from mlplatform.check.policy_input import readable
from mlplatform.check.policy_queries import PolicyQuery, QueryBuilder
from mlplatform.core.document import KeyPath
from mlplatform.core.finding import Finding
from mlplatform.core.naming import printable
from mlplatform.core.rule import RuleScope, declare_rule
from mlplatform.providers.parallel import share, split
from mlplatform.providers.policy.interface import Decision, PolicyEngine, PolicyError
from mlplatform.providers.policy.metadata import POLICY_METADATA, Package, read_packages
from mlplatform.providers.policy.package_paths import FOLDER

_rule = partial(declare_rule, __name__, soc2=("CC4.1", "CC8.1"))
POLICY_MISSING = _rule(
    "policy-missing",
    "The repository has policies",
    "Without policies nothing would be denied.",
    fix="restore policies/rego/",
    passes="policies/rego/encryption.rego",
    fails="an empty policies/rego/",
)
POLICY_BROKEN = _rule(
    "policy-broken",
    "Every policy compiles, and declares the package that its path names",
    "A policy that is not valid Rego denies nothing. One that declares another file's package would change what "
    "that file decides, differently in each engine.",
    fix="repair the policy; until then no environment is changed",
    passes="package platform.names",
    fails="pakage platform.names",
)
POLICY_UNANSWERED = _rule(
    "policy-unanswered",
    "Every package answers for each of its rules",
    "A rule that is undefined, raises an error, or was not evaluated would let everything pass.",
    fix="have the platform team repair the package; until then the document counts as denied",
    passes='satisfied contains "short-description" if count(input.document.description) <= 80',
    fails='satisfied contains "short-description" if count(input.document.descripton) <= 80, and no deny',
)


@dataclass(frozen=True, slots=True)
class AskablePackages:
    """The packages that can be asked, by what they ask, and why others cannot be."""

    packages: tuple[Package, ...]
    findings: tuple[Finding, ...]

    def of(self, *asks: RuleScope) -> tuple[Package, ...]:
        return tuple(package for package in self.packages if package.asks in asks)


def packages_to_ask(engine: PolicyEngine) -> AskablePackages:
    """Which packages the engine can be asked; nothing of what is left out for a fault goes without a finding."""
    packages, flaws = read_packages(engine.policies)
    broken = {flaw.path for flaw in engine.broken}
    findings = [
        POLICY_BROKEN.error(flaw.path, flaw.message, fix=_REPAIR, at=(flaw.line, flaw.column))
        for flaw in engine.broken
    ]
    findings += [
        POLICY_METADATA.error(flaw.path, flaw.message, fix=_REPAIR, at=(flaw.line, flaw.column))
        for flaw in flaws
        if flaw.path not in broken
    ]
    findings += [finding for package in packages if package.path not in broken for finding in _reads(package)]
    if not packages and not findings:
        fix = "restore them: without policies nothing is judged"
        findings.append(POLICY_MISSING.error(FOLDER, "there is no policy", fix=fix))
    unusable = {finding.path for finding in findings}
    if any(path.startswith(f"{FOLDER}lib/") for path in broken):
        unusable = {package.path for package in packages}  # any of them may call into the library
    return AskablePackages(
        tuple(package for package in packages if package.path not in unusable),
        tuple(findings),
    )


_REPAIR = "repair the policy: until then no environment is changed"


def _reads(package: Package) -> Iterator[Finding]:
    """Yield a finding for each part that a package reads and that something it judges does not have."""
    for subject in package.kinds:
        parts = readable(subject, package.asks)
        for part in (part for part in package.reads if part not in parts):
            message = f"METADATA: a {package.asks} package about {subject} cannot read {part}"
            fix = f"it may read {', '.join(sorted(parts))}"
            yield POLICY_METADATA.error(package.path, message, fix=fix)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a package says of one path: what it denies, and of a review whose approval counted (logins, lower case).

    `required` is how many approvals the review takes.
    """

    path: str
    findings: tuple[Finding, ...]
    approved_by: frozenset[str] = frozenset()
    required: int = 0


def evaluate(packages: Iterable[Package], builder: QueryBuilder, engine: PolicyEngine) -> Iterator[Finding]:
    """Yield the denials of the packages, for documents whose schema holds and files that change."""
    for answer in answers(packages, builder, engine):
        yield from answer.findings


def answers(packages: Iterable[Package], builder: QueryBuilder, engine: PolicyEngine) -> Iterator[Answer]:
    """Yield what the packages say of documents whose schema holds and files that change: all but plain assent.

    All cores look for plain assent; what they leave is asked again here, be it that one was lost.
    """
    questions = [
        (package, question)
        for package in packages
        for question in builder.queries(package.asks, package.kinds)
    ]

    def assented(part: Sequence[int]) -> list[int]:
        judged = _answers([questions[number] for number in part], builder, engine)
        return [number for number, answer in zip(part, judged, strict=True) if _is_assent(answer)]

    done: set[int] = set()
    if engine.name == "embedded":  # a server has its own cores, and a connection is not to be shared
        parts = split(range(len(questions)), lambda number: _same_texts(questions[number][1]))
        done = {number for numbers in share(assented, parts) for number in numbers or ()}
    yield from _answers([item for n, item in enumerate(questions) if n not in done], builder, engine)


def _is_assent(answer: Answer) -> bool:
    return not answer.findings and not answer.approved_by and not answer.required


def _same_texts(question: PolicyQuery) -> int:
    """A number for the questions about a model and its deployments: their inputs are made of the same texts."""
    return crc32((question.identity.model or question.name).encode(errors="surrogatepass"))


def _answers(
    questions: Iterable[tuple[Package, PolicyQuery]], builder: QueryBuilder, engine: PolicyEngine
) -> Iterator[Answer]:
    """The answer to each question, in order."""
    for _, group in groupby(questions, key=lambda item: item[0].name):
        of_package = list(group)
        package = of_package[0][0]
        texts = [builder.input(question, package.reads) for _, question in of_package]
        judged = [Answer(question.path, ()) for _, question in of_package]
        # What refers to a broken document is blocked by that document's own findings.
        joined = [number for number, text in enumerate(texts) if text is not None]
        decisions = engine.decide(package.name, [text for text in texts if text is not None])
        for number, decision in zip(joined, decisions, strict=True):
            question = of_package[number][1]
            findings = tuple(_findings(package, question, decision))
            if isinstance(decision, Decision):
                judged[number] = Answer(question.path, findings, decision.approved_by, decision.required)
            else:
                judged[number] = Answer(question.path, findings)
        yield from judged


def _findings(package: Package, question: PolicyQuery, answer: Decision | PolicyError) -> Iterator[Finding]:
    if isinstance(answer, PolicyError):
        rules = ", ".join(package.rules)
        message = f"package {package.name} did not answer for {rules}: {answer}"
        yield _unanswered(question, message, fix=answer.fix)
        return
    for rule in package.rules.keys() - answer.evaluated:
        yield _unanswered(
            question, f"package {package.name} did not evaluate {rule}: a value that it needs is undefined"
        )
    if (answer.approved_by or answer.required) and package.asks != "review":
        yield _unanswered(question, f"package {package.name} judges no review, and says who approved")
    denied = {denial.rule for denial in answer.denials}
    for rule in (answer.evaluated | denied) - package.rules.keys():
        yield _unanswered(
            question, f"package {package.name} answers for {rule}, which its METADATA does not declare"
        )
    for denial in answer.denials:
        if rule_of := package.rules.get(denial.rule):
            line, column = question.place(denial.at)
            yield Finding(
                printable(question.path),
                line,
                column,
                rule_of.id,
                rule_of.severity,
                denial.message,
                denial.fix or rule_of.fix,
                _column(denial.at),
            )


def _column(at: KeyPath) -> str:
    """Return the column that a denial is about, or nothing."""
    return str(at[1]) if at[:1] == ("columns",) and len(at) > 1 else ""


def _unanswered(question: PolicyQuery, message: str, *, fix: str = PolicyError.fix) -> Finding:
    return POLICY_UNANSWERED.error(printable(question.path), message, fix=fix)

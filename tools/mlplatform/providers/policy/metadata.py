"""The METADATA of packages: which kinds they judge, what they read, and their rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StrictBool,
    StringConstraints,
    ValidationError,
)

from mlplatform.core.finding import Severity
from mlplatform.core.naming import Kind
from mlplatform.core.rule import Rule, RuleScope, declare_rule
from mlplatform.providers.policy.annotations import Annotation, AnnotationError, annotations
from mlplatform.providers.policy.input_reads import unnamed_parts
from mlplatform.providers.policy.interface import Flaw
from mlplatform.providers.policy.package_paths import misplaced, package_for

POLICY_METADATA = declare_rule(
    __name__,
    "policy-metadata",
    "Every package and rule has complete METADATA",
    "METADATA says which documents a package checks, what it reads and which rules it answers for. Without it a "
    "missing answer would not be noticed.",
    fix="complete the METADATA as policies/README.md shows",
    passes="# METADATA\n# title: Names are short\n# custom: {kinds: [model], asks: state, reads: [document]}",
    fails="# METADATA\n# title: Names are short",
    soc2=("CC4.1", "CC8.1"),
)

# The rules of the checkers in Python, and Checkov's own, begin with these.
RESERVED = (
    "schema-",
    "link-",
    "capability-",
    "policy-",
    "check-",
    "document-",
    "yaml-",
    "path-",
    "file-",
    "waiver-",
    "checkov-",
    "CKV",
    "codeowners-",
    "zizmor-",
    "secret-",
    "data-columns",
)

# What a package is asked about: documents of a kind, or `path`, any changed file, document or not.
Subject = Kind | Literal["path"]

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


@dataclass(frozen=True, slots=True)
class Package:
    """One concern: what it judges, the parts of the joined input it reads, its rules by id."""

    name: str
    path: str
    title: str
    kinds: tuple[Subject, ...]
    asks: RuleScope
    reads: tuple[str, ...]
    rules: Mapping[str, Rule]


def read_packages(policies: Mapping[str, str]) -> tuple[tuple[Package, ...], tuple[Flaw, ...]]:
    """The packages in Rego texts by path, and what is wrong with the METADATA of those that cannot be asked."""
    packages: list[Package] = []
    flaws = list(misplaced(policies))
    astray = {flaw.path for flaw in flaws}
    for path, text in sorted(policies.items()):
        if path in astray:
            continue
        try:
            if package := _read(path, text):
                packages.append(package)
        except AnnotationError as error:
            flaws.append(Flaw(path, error.line, 1, str(error)))
    return tuple(packages), (*flaws, *_repeated(packages))


@lru_cache(maxsize=256)
def _read(path: str, text: str) -> Package | None:
    """The package of one file, or None for a library; nearly all files are alike on both sides of a change."""
    name = package_for(path)
    about_package, about_rules = _split(annotations(text))
    if name.startswith("lib."):
        _refuse_rules_of_library([*([about_package] if about_package else []), *about_rules])
        return None
    if about_package is None:
        raise AnnotationError(1, f"package {name} has no METADATA")
    note = _note(_PackageNote, about_package)
    custom = note.custom
    if custom.asks == "state" and "path" in custom.kinds:
        raise AnnotationError(about_package.line, "a state package cannot be about path: a path has changed")
    for line, part in unnamed_parts(text, custom.reads):
        raise AnnotationError(
            line, f"input.{part} is read and not sent: add {part} to `reads` in the METADATA"
        )
    rules: dict[str, Rule] = {}
    for annotation in about_rules:
        rule = _rule(path, annotation, custom.asks)
        if rule.id in rules:
            raise AnnotationError(annotation.line, f"the rule {rule.id} is declared twice")
        rules[rule.id] = rule
    if not rules:
        raise AnnotationError(1, f"package {name} declares no rule")
    return Package(name, path, note.title, tuple(custom.kinds), custom.asks, tuple(custom.reads), rules)


def _split(blocks: Iterator[Annotation]) -> tuple[Annotation | None, list[Annotation]]:
    package: Annotation | None = None
    rules: list[Annotation] = []
    for annotation in blocks:
        if not annotation.is_about_package:
            rules.append(annotation)
        elif package is None:
            package = annotation
        else:
            raise AnnotationError(annotation.line, "the package has METADATA twice")
    return package, rules


def _refuse_rules_of_library(blocks: list[Annotation]) -> None:
    for annotation in blocks:
        if isinstance(annotation.values, dict) and "custom" in annotation.values:
            raise AnnotationError(
                annotation.line, "a rule of a library is never asked: move it to a package platform.<concern>"
            )


def _repeated(packages: list[Package]) -> Iterator[Flaw]:
    """Rules whose id another package has too: findings would not say which."""
    seen: dict[str, Rule] = {}
    for rule in (rule for package in packages for rule in package.rules.values()):
        if first := seen.get(rule.id):
            path, _, line = rule.where.rpartition(":")
            yield Flaw(path, int(line), 1, f"the rule {rule.id} is declared at {first.where} already")
        seen.setdefault(rule.id, rule)


class _Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Text
    authors: Any = None
    organizations: Any = None
    related_resources: Any = None


N = TypeVar("N", bound=_Note)


def _subject(value: object) -> Subject:
    if value == "path":
        return "path"
    if not isinstance(value, str) or value not in list(Kind):
        raise ValueError(f"has to be one of {', '.join(Kind)}, path")
    return Kind(value)


class _PackageCustom(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kinds: list[Annotated[Subject, PlainValidator(_subject)]] = Field(min_length=1)
    asks: RuleScope
    reads: list[Text] = Field(min_length=1)


class _PackageNote(_Note):
    scope: Literal["package"] = "package"
    description: Text | None = None
    custom: _PackageCustom


class _RuleCustom(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    severity: Severity
    soc2: list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}[0-9]\.[0-9]{1,2}$")]] = Field(
        min_length=1
    )
    fix: Text
    passes: Text
    fails: Text
    waivable: StrictBool = False
    loosens: StrictBool = False


class _RuleNote(_Note):
    scope: Literal["rule", "document"] = "rule"
    description: Text
    custom: _RuleCustom


def _rule(path: str, annotation: Annotation, asks: RuleScope) -> Rule:
    note = _note(_RuleNote, annotation)
    custom = note.custom
    if custom.id.startswith(RESERVED):
        raise AnnotationError(
            annotation.line, f"the rule {custom.id} begins like the rules of a checker in Python"
        )
    return Rule(
        id=custom.id,
        title=note.title,
        description=" ".join(note.description.split()),
        severity=custom.severity,
        soc2=tuple(custom.soc2),
        fix=custom.fix,
        passes=custom.passes,
        fails=custom.fails,
        asks=asks,
        is_waivable=custom.waivable,
        where=f"{path}:{annotation.line}",
        is_loosening=custom.loosens,
    )


def _note(model: type[N], annotation: Annotation) -> N:
    try:
        return model.model_validate(annotation.values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "METADATA"
        raise AnnotationError(
            annotation.line, f"METADATA: {place}: {first['msg'].removeprefix('Value error, ')}"
        ) from None

"""A small, good repository as texts by path, ways to break it, and what load and check make of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from mlplatform.check.check import CheckContext, check
from mlplatform.core.change_base import ChangeBase, FileChange
from mlplatform.core.check_result import CheckResult
from mlplatform.core.history import History, Pin
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.source import FileType, SourceFile
from mlplatform.load.load import load
from mlplatform.providers.policy import connect_engine
from mlplatform.providers.policy.interface import PolicyEngine

ROOT = Path(__file__).parents[2]
OLD, NEW = "sha256:" + "1" * 64, "sha256:" + "2" * 64
DATA = "sha256:" + "d" * 64
BASE_COMMIT = "b" * 40
WORDS = "word,level\napple,1\n"

TENANT = """\
schema: tenant/v1
description: Reading recommendations
owners: [ada, grace, mary]
members: [linus]
contact: {email: reading@example.com, oncall: reading-oncall}
costCenter: K8-READ
clearance: pii
quotas:
  development: {gpu: 0, cpu: 4, memoryGiB: 8, endpoints: 2}
  integration: {gpu: 0, cpu: 4, memoryGiB: 8, endpoints: 2}
  production: {gpu: 2, cpu: 16, memoryGiB: 64, endpoints: 5}
budget: {monthlyUSD: 2000}
"""

EVENTS = f"""\
schema: dataset/v1
owner: ada
location: s3://reading-events/v3/
region: us-east-1
format: parquet
digest: {DATA}
classification: pii
columns:
  student_email: {{type: string, classification: pii}}
  score: {{type: float, classification: internal}}
encryption: {{atRest: aws:kms, key: alias/reading, inTransit: tls}}
retention: {{days: 365, deletion: anonymise}}
consent: {{basis: contract, record: DPA-17}}
sharedWith: []
"""

LEXICON = f"""\
schema: dataset/v1
owner: linus
location: examples/data/reading/words.csv
region: us-east-1
format: csv
digest: {digest_of_bytes(WORDS.encode())}
classification: public
columns: {{word: {{type: string, classification: public}}, level: {{type: integer, classification: public}}}}
"""

MODEL = """\
schema: model/v1
owner: ada
description: What to read next
type: real-time
format: onnx
signature:
  inputs: [{name: X, type: FP32, shape: [-1, 30]}]
  outputs: [{name: probabilities, type: FP32, shape: [-1, 2]}]
data: {datasets: [reading/events, reading/lexicon]}
gates:
  integration: {auc: {min: 0.80}}
  production: {auc: {min: 0.85, maxDropFromCurrent: 0.01}}
"""


def environment(order: int, source: str | None = None) -> str:
    """An environment's text."""
    promotes = f"promotesFrom: {source}\n" if source else ""
    return (
        f"schema: environment/v1\norder: {order}\n{promotes}"
        "approvals: {required: 2, from: [owners]}\n"
        "registry: {provider: mlflow, uri: local}\n"
        "serving: {provider: triton}\n"
        "blastRadius: {maxChangedPercent: 30, minResources: 10}\n"
    )


def deployment(version: str, digest: str, source: str | None = None, auc: float = 0.93) -> str:
    """A deployment's text."""
    origin = f"environment: {source}, " if source else ""
    return (
        f"schema: deployment/v1\nversion: {version}\ndigest: {digest}\n"
        f'from: {{{origin}data: {{reading/events: "{DATA}", reading/lexicon: "{DATA}"}}}}\n'
        f"metrics: {{auc: {auc}}}\n"
        "serving: {instances: 1, cpu: 1, memoryGiB: 1, gpu: {count: 0}}\n"
        "rollout: {strategy: all}\n"
    )


def good_repository() -> dict[str, str]:
    """One tenant, two data sets, one model, three environments: 1.1.0 in the first two, 1.0.0 in production."""
    model = "reading/recommender.yaml"
    return {
        "platform.yaml": "schema: platform/v1\nteam: [margaret, dennis]\n"
        "ownedPaths: [policies/, tools/, environments/*/environment.yaml]\n",
        "tenants/reading/tenant.yaml": TENANT,
        "tenants/reading/datasets/events.yaml": EVENTS,
        "tenants/reading/datasets/lexicon.yaml": LEXICON,
        "examples/data/reading/words.csv": WORDS,
        "models/reading/recommender.yaml": MODEL,
        "environments/development/environment.yaml": environment(1),
        "environments/integration/environment.yaml": environment(2, "development"),
        "environments/production/environment.yaml": environment(3, "integration"),
        f"environments/development/{model}": deployment("1.1.0", NEW),
        f"environments/integration/{model}": deployment("1.1.0", NEW, "development"),
        f"environments/production/{model}": deployment("1.0.0", OLD, "integration"),
        **real_policies(),
    }


def second_tenant() -> dict[str, str]:
    """What a second tenant, school, adds to the good repository: a shared data set, a model, a deployment."""
    grades = EVENTS.replace("reading", "school").replace("sharedWith: []", "sharedWith: [reading]")
    model = MODEL.replace("reading/events, reading/lexicon", "school/grades")
    pinned = deployment("1.0.0", OLD, "integration").replace("reading/events", "school/grades")
    return {
        "tenants/school/tenant.yaml": TENANT.replace("K8-READ", "K8-SCHOOL"),
        "tenants/school/datasets/grades.yaml": grades,
        "models/school/predictor.yaml": model,
        "environments/production/school/predictor.yaml": pinned.replace(f', reading/lexicon: "{DATA}"', ""),
    }


@cache
def _policies() -> tuple[tuple[str, str], ...]:
    folder = ROOT / "policies/rego"
    return tuple(
        (path.relative_to(ROOT).as_posix(), path.read_text()) for path in sorted(folder.rglob("*.rego"))
    )


def real_policies() -> dict[str, str]:
    """The texts of policies/rego by path, with their tests."""
    return dict(_policies())


def with_change(files: Mapping[str, str], path: str, old: str, new: str) -> dict[str, str]:
    """The files with one text in one of them replaced, which has to be there exactly once."""
    assert files[path].count(old) == 1, f"{old!r} is {files[path].count(old)} times in {path}"
    return {**files, path: files[path].replace(old, new)}


def without(files: Mapping[str, str], *paths: str) -> dict[str, str]:
    """The files without some of them."""
    return {path: text for path, text in files.items() if path not in paths}


@dataclass(frozen=True, slots=True)
class Texts:
    """A source that lies in memory."""

    by_path: Mapping[str, str]
    commit: str | None = None

    def files(self, under: Sequence[str]) -> Sequence[SourceFile]:
        found = (path for path in sorted(self.by_path) if path.startswith(tuple(under)))
        return [SourceFile(path, FileType.FILE, len(self.by_path[path].encode())) for path in found]

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        return {path: self.by_path[path].encode() for path in paths}


def loaded(files: Mapping[str, str], commit: str | None = None) -> LoadedSource:
    """What the real loader makes of the files."""
    return load(Texts(files, commit))


def differing(base: LoadedSource, head: LoadedSource) -> tuple[FileChange, ...]:
    """The documents that differ, as git would list them; one that cannot be read is there nevertheless."""
    unreadable = {finding.path for finding in head.findings} & base.raws.keys()
    there = head.raws.keys() | unreadable
    return tuple(
        FileChange(path, "added" if path not in base.raws else "changed" if path in there else "removed")
        for path in sorted({*base.raws, *head.raws})
        if path not in base.raws or path not in head.raws or base.raws[path].data != head.raws[path].data
    )


def judged(
    files: Mapping[str, str], *, base: ChangeBase | None = None, held_to: CheckContext | None = None
) -> CheckResult:
    """What check finds in the files, with the policies among them."""
    found = loaded(files)
    base = replace(base, files=differing(base.loaded, found)) if base else None
    checked = check(found, _engine(tuple(found.policies.items())), held_to, base=base)
    own = {finding.rule for finding in checked.findings} - {finding.rule for finding in found.findings}
    assert own <= {*checked.rules, "check-crashed"}, "a finding of a rule that was not asked"
    return checked


@cache
def _engine(policies: tuple[tuple[str, str], ...]) -> PolicyEngine:
    return connect_engine(dict(policies))


def base_of(files: Mapping[str, str], *pins: Pin, complete: bool = True) -> ChangeBase:
    """A base that holds the files, whose history pinned these, newest first, before what the files pin."""
    found = loaded(files, BASE_COMMIT)
    by_model: dict[tuple[str, str], list[Pin]] = {}
    for pin in (*_pinned_in(found), *pins):
        by_model.setdefault((pin.environment, pin.model), []).append(pin)
    history = History(BASE_COMMIT, {key: tuple(some) for key, some in by_model.items()}, complete)
    counted = Counter(raw.identity.environment for raw in found.raws.values() if raw.identity.model)
    deployments = {name: count for name, count in counted.items() if name}
    signatures = {
        (str(one.environment), str(one.model)): found.raws[f"models/{one.model}.yaml"].data["signature"]
        for raw in found.raws.values()
        if (one := raw.identity).environment and one.model and f"models/{one.model}.yaml" in found.raws
    }
    return ChangeBase(found, history, (), deployments, {}, signatures)


def _pinned_in(found: LoadedSource) -> list[Pin]:
    return [
        Pin(
            raw.identity.environment, raw.identity.model, raw.data["version"], raw.data["digest"], BASE_COMMIT
        )
        for raw in found.raws.values()
        if raw.identity.environment and raw.identity.model
    ]


def write(files: Mapping[str, str], folder: Path) -> Path:
    """The files below a folder."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def said(checked: CheckResult, rule: str | None = None) -> list[str]:
    """`path:line:column rule message` of each finding, or of those of one rule."""
    return [
        f"{finding.where} {finding.rule} {finding.message}"
        for finding in checked.findings
        if rule is None or finding.rule == rule
    ]

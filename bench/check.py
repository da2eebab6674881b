"""How long `platform check` takes, beside `check-jsonschema` on the same documents in the same run.

    python bench/check.py [DOCUMENTS ...]        (default: 1000 10000)

`platform check` loads, validates, follows links and asks the policies; `check-jsonschema` validates only.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
SIZES = (1_000, 10_000)
DIGEST = "sha256:" + "7" * 64
ENVIRONMENTS = ("development", "integration", "production")
DATASETS, MODELS = 6, 6  # of each tenant: with it, and with each model deployed thrice, 31 documents
LIMIT = 0.25

TENANT = """\
schema: tenant/v1
description: Recommendations for the readers of school {name}, kindergarten to the eighth grade
owners: [ada, grace, mary] # three, so that two can approve the third's change
members: [linus, edsger, barbara, donald]
contact: {{email: {name}@example.com, oncall: {name}-oncall}}
costCenter: K8-READ
clearance: pii
repositories: [acme/{name}-models]
accounts: {{training: "111111111111", inference: "222222222222"}}
quotas:
  development: {{gpu: 0, cpu: 8, memoryGiB: 16, endpoints: 5}}
  integration: {{gpu: 0, cpu: 8, memoryGiB: 16, endpoints: 5}}
  production: {{gpu: 1, cpu: 16, memoryGiB: 64, endpoints: 5}}
budget: {{monthlyUSD: 2000}}
freeze: []
"""
DATASET = """\
schema: dataset/v1
description: What readers opened, finished and liked
owner: ada
location: s3://{tenant}-data/{name}/
region: us-east-1
format: parquet
digest: {digest}
classification: pii
columns:
  student_email: {{type: string, classification: pii}}
  school: {{type: string, classification: confidential}}
  book: {{type: string, classification: public}}
  opened_at: {{type: timestamp, classification: internal}}
  finished: {{type: boolean, classification: internal}}
  score: {{type: float, classification: internal}}
encryption: {{atRest: aws:kms, key: alias/{tenant}, inTransit: tls}}
retention: {{days: 365, deletion: anonymise}}
consent: {{basis: contract, record: DPA-17}}
sharedWith: []
"""
MODEL = """\
schema: model/v1
owner: ada
description: What a reader may want to read next, from what was opened, finished and liked
type: real-time
format: onnx
signature:
  inputs: [{{name: X, type: FP32, shape: [-1, 30]}}]
  outputs:
    - {{name: label, type: INT64, shape: [-1]}}
    - {{name: probabilities, type: FP32, shape: [-1, 2]}}
data: {{datasets: [{tenant}/{dataset}], features: []}}
gates:
  integration: {{auc: {{min: 0.80}}, accuracy: {{min: 0.7}}}}
  production: {{auc: {{min: 0.85, maxDropFromCurrent: 0.01}}, accuracy: {{min: 0.75}}}}
slo: {{availability: 99.9, latencyP99Ms: 200, windowDays: 30}}
monitoring: {{sampleRate: 0.1, drift: {{method: psi, threshold: 0.2}}}}
"""
DEPLOYMENT = """\
# promoted by `platform promote`; what is written here is what runs
schema: deployment/v1
version: 1.4.0
digest: {digest}
from:
{source}  run: 0123456789abcdef0123456789abcdef
  commit: 0123456789abcdef0123456789abcdef01234567
  data: {{{tenant}/{dataset}: "{digest}"}}
metrics: {{auc: 0.93, accuracy: 0.88, precision: 0.87, recall: 0.91}} # re-checked against the registry
serving: {{instances: 2, cpu: 1, memoryGiB: 1, gpu: {{count: 0}}}}
rollout: {{strategy: all}}
"""
ENVIRONMENT = """\
schema: environment/v1
order: {order}
{source}approvals: {{required: 2, from: [owners], selfApproval: false}}
registry: {{provider: mlflow, uri: local, prefix: ""}}
serving: {{provider: triton, uri: local}}
blastRadius: {{maxChangedPercent: 30, minResources: 10}}
"""
PLATFORM = "schema: platform/v1\nteam: [margaret, dennis]\nownedPaths: [platform.yaml, policies/, tools/]\n"


def documents(count: int) -> dict[str, str]:
    """About `count` documents of a good repository, by path."""
    texts = {"platform.yaml": PLATFORM}
    for order, name in enumerate(ENVIRONMENTS, start=1):
        source = f"promotesFrom: {ENVIRONMENTS[order - 2]}\n" if order > 1 else ""
        texts[f"environments/{name}/environment.yaml"] = ENVIRONMENT.format(order=order, source=source)
    while len(texts) < count:
        texts |= _tenant(f"school-{len(texts):05d}")
    return texts


def _tenant(tenant: str) -> dict[str, str]:
    texts = {f"tenants/{tenant}/tenant.yaml": TENANT.format(name=tenant)}
    for number in range(DATASETS):
        path = f"tenants/{tenant}/datasets/events-{number}.yaml"
        texts[path] = DATASET.format(tenant=tenant, name=f"events-{number}", digest=DIGEST)
    for number in range(MODELS):
        texts[f"models/{tenant}/model-{number}.yaml"] = MODEL.format(
            tenant=tenant, dataset=f"events-{number}"
        )
        for environment, before in zip(ENVIRONMENTS, ("", *ENVIRONMENTS), strict=False):
            source = f"  environment: {before}\n" if before else ""
            texts[f"environments/{environment}/{tenant}/model-{number}.yaml"] = DEPLOYMENT.format(
                tenant=tenant, dataset=f"events-{number}", digest=DIGEST, source=source
            )
    return texts


def _write(folder: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    shutil.copytree(ROOT / "policies", folder / "policies")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)


def _seconds(commands: Sequence[Sequence[str]], folder: Path) -> float:
    """How long the commands take, one after the other; each has to find nothing wrong."""
    started = time.perf_counter()
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{command[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[:2000]}")
    return time.perf_counter() - started


def _yardstick(texts: dict[str, str]) -> list[list[str]]:
    """One check-jsonschema for each kind, with the schema that the kind's document names."""
    by_kind: dict[str, list[str]] = {}
    for path, text in texts.items():
        kind = text[text.index("schema: ") + 8 :].split("/", 1)[0]
        by_kind.setdefault(kind, []).append(path)
    program = str(BIN / "check-jsonschema")
    return [
        [program, "--schemafile", f"policies/schemas/{kind}.schema.json", *paths]
        for kind, paths in by_kind.items()
    ]


def measure(count: int, rounds: int) -> tuple[int, float, float]:
    """The number of documents, and the median seconds of our whole check and of check-jsonschema's."""
    texts = documents(count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, texts)
        ours = [[str(BIN / "platform"), "check", "--json"]]
        times = [(_seconds(ours, folder), _seconds(_yardstick(texts), folder)) for _ in range(rounds)]
    own, theirs = zip(*times, strict=True)
    return len(texts), statistics.median(own), statistics.median(theirs)


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    print(f"{'documents':>10} {'rounds':>7} {'platform check':>15} {'check-jsonschema':>17} {'ratio':>7}")
    for size in sizes:
        rounds = 5 if size <= 2_000 else 3
        count, ours, theirs = measure(size, rounds)
        verdict = "" if ours <= LIMIT * theirs else f"  over {LIMIT}"
        print(
            f"{count:>10} {rounds:>7} {ours:>13.2f} s {theirs:>15.2f} s {ours / theirs:>7.2f}{verdict}",
            flush=True,
        )


if __name__ == "__main__":
    main()

"""Good repositories of any size, of documents of about 700 bytes."""

import hashlib
from zlib import crc32

DIGEST = "sha256:" + "7" * 64
METRICS = {"auc": 0.93, "accuracy": 0.88, "precision": 0.87, "recall": 0.91}
RUN, COMMIT = "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef01234567"
ENVIRONMENTS = ("development", "integration", "production")
DATASETS, MODELS = 6, 6  # of each tenant: with it, and with each model deployed thrice, 31 documents

TENANT = """\
schema: tenant/v1
description: Recommendations for the readers of school {name}, kindergarten to the eighth grade
owners: [ada, grace, mary] # three, so that two can approve the third's change
members: [linus, edsger, barbara, donald]
contact: {{email: {name}@example.com, oncall: {name}-oncall}}
costCenter: {name}
clearance: pii
repositories: [acme/{name}-models]
accounts: {{training: "1{account}", inference: "2{account}"}}
quotas:
  development: {{gpu: 0, cpu: 12, memoryGiB: 16, endpoints: 6}}
  integration: {{gpu: 0, cpu: 12, memoryGiB: 16, endpoints: 6}}
  production: {{gpu: 1, cpu: 16, memoryGiB: 64, endpoints: 6}}
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
type: batch
format: onnx
signature:
  inputs: [{{name: X, type: FP32, shape: [-1, 30]}}]
  outputs:
    - {{name: label, type: INT64, shape: [-1]}}
    - {{name: probabilities, type: FP32, shape: [-1, 2]}}
data: {{datasets: [{tenant}/{dataset}]}}
gates:
  integration: {{auc: {{min: 0.80}}, accuracy: {{min: 0.7}}}}
  production: {{auc: {{min: 0.85, maxDropFromCurrent: 0.01}}, accuracy: {{min: 0.75}}}}
slo: {{latencyP99Ms: 200}}
"""
DEPLOYMENT = """\
# promoted by `platform promote`; what is written here is what runs
schema: deployment/v1
version: 1.4.0
digest: {digest}
from:
{source}  run: 0123456789abcdef0123456789abcdef
  commit: 0123456789abcdef0123456789abcdef01234567
  data: {{{tenant}/{dataset}: "{data}"}}
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
PLATFORM = """\
schema: platform/v1
team: [margaret, dennis]
ownedPaths: [platform.yaml, policies/, tools/]
approvals: {tenant: 1, pii: 2, platform: 1}
prices: {gpuHourUSD: 1.2, cpuHourUSD: 0.04, memoryGiBHourUSD: 0.005}
"""


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
    texts = {
        f"tenants/{tenant}/tenant.yaml": TENANT.format(name=tenant, account=f"{crc32(tenant.encode()):011d}")
    }
    for number in range(DATASETS):
        name = f"events-{number}"
        texts[f"tenants/{tenant}/datasets/{name}.yaml"] = DATASET.format(
            tenant=tenant, name=name, digest=_digest(tenant, name)
        )
    for number in range(MODELS):
        texts[f"models/{tenant}/model-{number}.yaml"] = MODEL.format(
            tenant=tenant, dataset=f"events-{number}"
        )
        for environment, before in zip(ENVIRONMENTS, ("", *ENVIRONMENTS), strict=False):
            source = f"  environment: {before}\n" if before else ""
            texts[f"environments/{environment}/{tenant}/model-{number}.yaml"] = DEPLOYMENT.format(
                tenant=tenant,
                dataset=f"events-{number}",
                digest=DIGEST,
                data=_digest(tenant, f"events-{number}"),
                source=source,
            )
    return texts


def _digest(*of: str) -> str:
    """A digest of its own for each data set: those with the same one would be the same data."""
    return f"sha256:{hashlib.sha256('/'.join(of).encode()).hexdigest()}"

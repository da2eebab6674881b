"""The documents that `platform new` starts: the schema holds, and each value to think about is marked CHANGE."""

from mlplatform.core import placeholders as left

PLACEHOLDERS = {
    "change_me": left.CHANGE_ME,
    "owner": left.OWNERS[0],
    "owners": ", ".join(left.OWNERS),
    "no_digest": left.NO_DIGEST,
    "no_column": left.NO_COLUMN,
}

TENANT = """\
$hint
schema: tenant/v1
description: $change_me   # CHANGE: what the team does, in a line
owners: [$owners]   # CHANGE: Git host logins; three, so that two can approve the third's change
members: []
contact: {email: $name@example.com, oncall: $name-oncall}   # CHANGE
costCenter: $change_me   # CHANGE
clearance: internal   # CHANGE: the most sensitive data that the team's models may read
quotas:   # CHANGE: the most that all deployments of an environment may use together
$quotas
budget: {monthlyUSD: $budget}   # CHANGE: $cost
"""

DATASET = """\
$hint
schema: dataset/v1
owner: $owner   # CHANGE: a Git host login
location: s3://$tenant-$name/v1/   # CHANGE: a bucket path, or a file as in examples/data/$tenant/$name.csv
region: us-east-1   # CHANGE
format: csv   # csv, parquet or jsonl
digest: $no_digest   # CHANGE: sha256 of the data
classification: internal   # CHANGE: public < internal < confidential < pii
columns:
  $no_column: {type: float, classification: internal}   # CHANGE: a line a column
encryption: {atRest: "aws:kms", key: alias/$tenant, inTransit: tls}
retention: {days: 365, deletion: delete}   # CHANGE
consent: {basis: contract, record: $change_me}   # CHANGE: why we may process it, and where that is written
sharedWith: []
"""

MODEL = """\
$hint
schema: model/v1
owner: $owner   # CHANGE: a Git host login
description: $change_me   # CHANGE: what it predicts, in a line
type: real-time   # or batch
format: onnx
signature:   # CHANGE: what goes in and what comes out; -1 is the batch
  inputs: [{name: X, type: FP32, shape: [-1, 1]}]
  outputs: [{name: probabilities, type: FP32, shape: [-1, 2]}]
data: {datasets: [$dataset]}   # CHANGE: what it is trained on
# training: {script: examples/training/${tenant}_$name.py}   # what `make up` trains a pinned version with
gates: {}   # CHANGE: what a metric must reach, as in {production: {auc: {min: 0.85}}}
slo: {latencyP99Ms: 200}
# validation:   # what `platform validate` sends through a candidate: rows that no training has seen
#   dataset: $dataset-held-out
#   task: classification   # or regression
#   target: $no_column   # the column with the right answer
#   inputs: [$no_column]   # the columns in the order in which the signature's inputs take them
"""

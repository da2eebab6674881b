"""Rules about capabilities: what an environment's providers cannot do is refused, never ignored."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(
    Rule,
    severity=Severity.ERROR,
    soc2=("CC8.1", "A1.1"),
    where="tools/mlplatform/check/capabilities.py",
)

RULES = (
    _rule(
        "capability-provider",
        "The serving provider is implemented",
        "An environment with an unknown provider would stay empty after every merge.",
        fix="use a provider that the finding names",
        passes="serving: {provider: triton}",
        fails="serving: {provider: kserve}",
    ),
    _rule(
        "capability-uri",
        "The registry and the servers can be reached",
        "A service that cannot be reached would fail only after the merge. Connections to a shared registry are "
        "encrypted, and an environment with a shared registry promotes from one whose registry is shared too.",
        fix="do as the finding says",
        passes='registry: {provider: mlflow, uri: "https://mlflow.example.com"}',
        fails='registry: {provider: mlflow, uri: "http://mlflow.example.com"}',
    ),
    _rule(
        "capability-format",
        "The environment serves the model's format",
        "Otherwise the apply would fail half-way, when it loads the version.",
        fix="export the model in a format that the finding names",
        passes="format: onnx",
        fails="format: pyfunc, deployed where Triton serves",
    ),
    _rule(
        "capability-rollout",
        "The environment can roll out as the deployment says",
        "A canary that moves all requests at once protects nobody.",
        fix="use a strategy that the finding names, with its keys only",
        passes="rollout: {strategy: all}",
        fails="rollout: {strategy: all, steps: [5, 50]}",
    ),
    _rule(
        "capability-experiment",
        "The environment can run experiments",
        "An A/B test without a traffic split has no meaningful result.",
        fix="remove experiment",
        passes="a deployment without experiment",
        fails="experiment: {id: exp-7, challenger: {…}, percent: 10}",
    ),
    _rule(
        "capability-shadow",
        "The environment can run shadows",
        "A shadow that gets no requests shows nothing about the version.",
        fix="remove shadow",
        passes="a deployment without shadow",
        fails='shadow: {version: 1.5.0, digest: "sha256:…", percent: 100}',
    ),
    _rule(
        "capability-gpu",
        "The environment has GPUs",
        "A deployment that waits for a missing GPU never becomes ready.",
        fix="write gpu: {count: 0}",
        passes="serving: {instances: 1, cpu: 1, memoryGiB: 1, gpu: {count: 0}}",
        fails="serving: {instances: 1, cpu: 1, memoryGiB: 1, gpu: {count: 1}}",
    ),
    _rule(
        "capability-features",
        "The model has no feature views: they are not supported yet",
        "The data that a model reads must be declared, and the content of feature views cannot be checked yet.",
        fix="remove it, and name the data sets that the model reads",
        passes="data: {datasets: [clinic/biopsies]}",
        fails="data: {datasets: [clinic/biopsies], features: [clinic/history]}",
    ),
    _rule(
        "capability-streaming",
        "The model is not streaming: that is not supported yet",
        "Nothing would send the model the stream that it waits for.",
        fix="write real-time or batch",
        passes="type: real-time",
        fails="type: streaming",
    ),
    _rule(
        "capability-availability",
        "The SLO has no availability: it is not measured yet",
        "Readers would believe that the availability is measured.",
        fix="remove it",
        passes="slo: {latencyP99Ms: 200}",
        fails="slo: {availability: 99.9, latencyP99Ms: 200}",
    ),
    _rule(
        "capability-window",
        "The SLO has no window: there is no error budget yet",
        "Readers would believe that an error budget is counted over this window.",
        fix="remove it",
        passes="slo: {latencyP99Ms: 200}",
        fails="slo: {latencyP99Ms: 200, windowDays: 30}",
    ),
    _rule(
        "capability-sample-rate",
        "The model has no sample rate: requests are not sampled yet",
        "Readers would believe that a share of the requests is examined.",
        fix="remove it",
        passes="monitoring: {requestLog: masked}",
        fails="monitoring: {sampleRate: 0.1}",
    ),
    _rule(
        "capability-data-drift",
        "The model has no data drift monitoring: data drift is not measured yet",
        "Readers would believe that somebody is alerted when the inputs change.",
        fix="remove it",
        passes="monitoring: {requestLog: masked}",
        fails="monitoring: {drift: {method: psi, threshold: 0.2}}",
    ),
)

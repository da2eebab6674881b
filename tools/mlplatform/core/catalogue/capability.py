"""What an environment's providers cannot do is refused in the pull request, and never ignored."""

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
        "There is an implementation of the serving provider",
        "An environment that nothing can serve would stay empty after every merge.",
        fix="use a provider that the finding names",
        passes="serving: {provider: triton}",
        fails="serving: {provider: kserve}",
    ),
    _rule(
        "capability-uri",
        "The registry and the serving can be reached from here",
        "What cannot be reached would fail after the merge, when nobody looks. A shared registry is reached encrypted, "
        "and an environment whose registry is shared promotes from one whose registry is shared too.",
        fix="do as the finding says",
        passes='registry: {provider: mlflow, uri: "https://mlflow.example.com"}',
        fails='registry: {provider: mlflow, uri: "http://mlflow.example.com"}',
    ),
    _rule(
        "capability-format",
        "The environment serves the model's format",
        "A version that cannot be loaded would be found out in the middle of an apply.",
        fix="export the model in a format that the finding names",
        passes="format: onnx",
        fails="format: pyfunc, deployed where Triton serves",
    ),
    _rule(
        "capability-rollout",
        "The environment rolls out as the deployment says",
        "A canary that moves all requests at once protects nobody.",
        fix="use a strategy that the finding names, and only the keys it heeds",
        passes="rollout: {strategy: all}",
        fails="rollout: {strategy: all, steps: [5, 50]}",
    ),
    _rule(
        "capability-experiment",
        "The environment runs experiments",
        "An A/B test that nothing splits has a result that means nothing.",
        fix="remove experiment",
        passes="a deployment without experiment",
        fails="experiment: {id: exp-7, challenger: {…}, percent: 10}",
    ),
    _rule(
        "capability-shadow",
        "The environment runs shadows",
        "A shadow that gets no requests says nothing about the version.",
        fix="remove shadow",
        passes="a deployment without shadow",
        fails='shadow: {version: 1.5.0, digest: "sha256:…", percent: 100}',
    ),
    _rule(
        "capability-gpu",
        "The environment has GPUs",
        "A deployment that waits for a GPU that is not there never becomes ready.",
        fix="write gpu: {count: 0}",
        passes="serving: {instances: 1, cpu: 1, memoryGiB: 1, gpu: {count: 0}}",
        fails="serving: {instances: 1, cpu: 1, memoryGiB: 1, gpu: {count: 1}}",
    ),
    _rule(
        "capability-features",
        "The model reads data sets only, as there are no feature views yet",
        "What a model reads has to be declared, and nothing would look into a feature view.",
        fix="remove it, and name the data sets that the model reads",
        passes="data: {datasets: [clinic/biopsies]}",
        fails="data: {datasets: [clinic/biopsies], features: [clinic/history]}",
    ),
    _rule(
        "capability-streaming",
        "The model is not a streaming one, as nothing serves those yet",
        "A model that waits for a stream would answer nobody.",
        fix="write real-time or batch",
        passes="type: real-time",
        fails="type: streaming",
    ),
    _rule(
        "capability-availability",
        "The model promises no availability, as nothing measures it yet",
        "A promise that nobody measures is kept by nobody.",
        fix="remove it",
        passes="slo: {latencyP99Ms: 200}",
        fails="slo: {availability: 99.9, latencyP99Ms: 200}",
    ),
    _rule(
        "capability-window",
        "The model's SLO has no window, as nothing counts an error budget yet",
        "A budget that nobody counts is never used up.",
        fix="remove it",
        passes="slo: {latencyP99Ms: 200}",
        fails="slo: {latencyP99Ms: 200, windowDays: 30}",
    ),
    _rule(
        "capability-sample-rate",
        "The model asks for no sample of its requests, as nothing samples them yet",
        "Who reads it would believe that requests are looked at.",
        fix="remove it",
        passes="monitoring: {requestLog: masked}",
        fails="monitoring: {sampleRate: 0.1}",
    ),
    _rule(
        "capability-data-drift",
        "The model asks for no watch on drift of its inputs, as nothing measures that yet",
        "Who reads it would believe that somebody is told when the inputs change.",
        fix="remove it",
        passes="monitoring: {requestLog: masked}",
        fails="monitoring: {drift: {method: psi, threshold: 0.2}}",
    ),
)

"""The keys that nothing heeds yet, each with the rule that refuses it."""

from functools import partial

from mlplatform.core.kinds.document_kind import NotYet
from mlplatform.core.rule import declare_rule

_rule = partial(declare_rule, __name__, soc2=("CC8.1", "A1.1"))
MODEL = (
    NotYet(
        "data.features[]",
        _rule(
            "capability-features",
            "The model has no feature views: they are not supported yet",
            "The data that a model reads must be declared, and the content of feature views cannot be checked yet.",
            fix="remove it, and name the data sets that the model reads",
            passes="data: {datasets: [clinic/biopsies]}",
            fails="data: {datasets: [clinic/biopsies], features: [clinic/history]}",
        ),
        "there are no feature views yet",
        fix="remove it, and name the data sets that the model reads",
    ),
    NotYet(
        "type",
        _rule(
            "capability-streaming",
            "The model is not streaming: that is not supported yet",
            "Nothing would send the model the stream that it waits for.",
            fix="write real-time or batch",
            passes="type: real-time",
            fails="type: streaming",
        ),
        "nothing serves a streaming model yet",
        fix="write real-time or batch",
        value="streaming",
    ),
    NotYet(
        "slo.availability",
        _rule(
            "capability-availability",
            "The SLO has no availability: it is not measured yet",
            "Readers would believe that the availability is measured.",
            fix="remove it",
            passes="slo: {latencyP99Ms: 200}",
            fails="slo: {availability: 99.9, latencyP99Ms: 200}",
        ),
        "nothing measures availability yet",
    ),
    NotYet(
        "slo.windowDays",
        _rule(
            "capability-window",
            "The SLO has no window: there is no error budget yet",
            "Readers would believe that an error budget is counted over this window.",
            fix="remove it",
            passes="slo: {latencyP99Ms: 200}",
            fails="slo: {latencyP99Ms: 200, windowDays: 30}",
        ),
        "nothing counts an error budget over days yet",
    ),
    NotYet(
        "monitoring.sampleRate",
        _rule(
            "capability-sample-rate",
            "The model has no sample rate: requests are not sampled yet",
            "Readers would believe that a share of the requests is examined.",
            fix="remove it",
            passes="monitoring: {requestLog: masked}",
            fails="monitoring: {sampleRate: 0.1}",
        ),
        "nothing samples requests yet",
    ),
    NotYet(
        "monitoring.drift",
        _rule(
            "capability-data-drift",
            "The model has no data drift monitoring: data drift is not measured yet",
            "Readers would believe that somebody is alerted when the inputs change.",
            fix="remove it",
            passes="monitoring: {requestLog: masked}",
            fails="monitoring: {drift: {method: psi, threshold: 0.2}}",
        ),
        "nothing measures drift of the inputs yet",
    ),
)

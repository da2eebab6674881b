# METADATA
# title: Recorded metrics of a version
# description: |
#   `change.before` is the deployment at the base, and `change.first` is the deployment with which any environment
#   pinned this version first.
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, change]
package platform.recorded_metrics

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A version keeps its metrics
# description: |
#   Gates and reviewers go by the metrics that a deployment records. They are measured once, so one version has the same
#   metrics in every environment, and they stay what they were when it was pinned first. Better ones would pass a gate
#   that the version misses; worse ones would let a worse version follow it.
# custom:
#   id: metrics-kept
#   severity: error
#   soc2: [CC7.1, CC8.1]
#   fix: Restore the metrics. If they were wrong, register what was measured anew as a new version.
#   passes: "metrics: {auc: 0.93} in production, as in development, where 1.3.0 was pinned first"
#   fails: "metrics: {auc: 0.96} in production, and metrics: {auc: 0.93} in development, where 1.3.0 was pinned first"
satisfied contains "metrics-kept" if input.change.action == "removed"

satisfied contains "metrics-kept" if {
	input.change.action in {"added", "changed"}
	is_unchanged
}

satisfied contains "metrics-kept" if {
	input.change.action in {"added", "changed"}
	metrics_of(input.document) == metrics_of(first)
}

satisfied contains "metrics-kept" if {
	input.change.action in {"added", "changed"}
	is_new
}

# What was pinned before this rule is recorded as it ran.
satisfied contains "metrics-kept" if data.lib.rollback.is_plain(input)

deny contains {
	"rule": "metrics-kept",
	"message": sprintf("%s is %s and was %s when %s was pinned first: a version keeps its metrics", [
		metric,
		in_words(metrics_of(input.document), metric),
		in_words(metrics_of(first), metric),
		input.document.version,
	]),
	"at": ["metrics", metric],
} if {
	not "metrics-kept" in satisfied
	some metric in object.keys(object.union(metrics_of(first), metrics_of(input.document)))
	object.get(metrics_of(first), metric, null) != object.get(metrics_of(input.document), metric, null)
}

deny contains {
	"rule": "metrics-kept",
	"message": unknown,
	"at": ["metrics"],
} if {
	not "metrics-kept" in satisfied
	not is_object(object.get(input.change, "first", null))
}

unknown := sprintf("the metrics are not those that %s recorded of the same bytes", [concat(" and ", sort(others))]) if {
	others := {same.model |
		some same in input.change.sameArtifact
		same.model != input.change.model
		not is_another(same)
	}
	count(others) > 0
} else := "this clone lacks part of the git history (run `git fetch --unshallow`), so the metrics that this version was pinned with first are unknown" if {
	input.change.historyComplete == false
} else := "the metrics that this version was pinned with first cannot be read"

first := document if {
	document := input.change.first
	is_object(document)
}

metrics_of(document) := value if {
	is_object(document)
	value := object.get(document, "metrics", {})
	is_object(value)
} else := {}

is_unchanged if {
	input.change.base == pin_of(input.document)
	metrics_of(input.change.before) == metrics_of(input.document)
}

# True when no environment has pinned this version before; a clone without the whole history cannot tell of an
# environment that versions are promoted to.
is_new if {
	object.get(input.change, "first", null) == null
	input.change.base != pin_of(input.document)
	input.change.historyComplete == true
	every same in input.change.sameArtifact {
		is_another(same)
	}
}

is_new if {
	object.get(input.change, "first", null) == null
	input.change.base != pin_of(input.document)
	input.change.historyComplete == false
	input.change.promotesFrom == null
}

is_another(same) if {
	same.model == input.change.model
	same.version != input.document.version
}

# Another name of the model: what it recorded counts on.
is_another(same) if {
	same.model != input.change.model
	some recorded in same.metrics
	recorded == metrics_of(input.document)
}

pin_of(document) := {"version": document.version, "digest": document.digest}

in_words(metrics, metric) := data.lib.number.text(metrics[metric]) if {
	is_number(object.get(metrics, metric, null))
} else := "not recorded"

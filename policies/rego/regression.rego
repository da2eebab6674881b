# METADATA
# title: Regression of metrics
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, model, environment, change]
package platform.regression

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: No gated metric falls by more than its gate allows
# description: |
#   A version can meet every gate and still be worse than the one that people rely on today. Where a gate has `max` and
#   no `min`, less is better, and the metric must not rise. A rollback that changes nothing else is always allowed. When
#   a removed deployment is added again, it is compared with the version that ran last.
# custom:
#   id: gates-regression
#   severity: error
#   soc2: [CC7.1, CC8.1]
#   fix: Deploy a version that is as good as the one that runs, or have maxDropFromCurrent changed in the model first.
#   passes: "auc: 0.93 becomes auc: 0.92, and the gate says maxDropFromCurrent: 0.01"
#   fails: "auc: 0.93 becomes auc: 0.91, and the gate says maxDropFromCurrent: 0.01"
satisfied contains "gates-regression" if exempt

satisfied contains "gates-regression" if {
	every metric, gate in gates {
		data.lib.gates.is_no_worse(before, after, metric, gate)
	}
}

deny contains {
	"rule": "gates-regression",
	"message": data.lib.gates.regression(before, after, metric, gate),
	"at": ["metrics", metric],
} if {
	not "gates-regression" in satisfied
	some metric, gate in gates
	not data.lib.gates.is_no_worse(before, after, metric, gate)
}

exempt if input.change.action == "removed"

exempt if data.lib.rollback.is_first(input)

exempt if data.lib.rollback.is_plain(input)

gates := data.lib.gates.of(input.model, input.environment.name)

# The metrics of the version that runs now or, where nothing runs, of the one that ran last.
before := object.get(input.change, ["before", "metrics"], object.get(input.change, ["last", "metrics"], {}))

after := object.get(input.document, "metrics", {})

# METADATA
# title: Gates of the base
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, model, environment, base, change]
package platform.base_gates

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A version meets the gates of the base too
# description: |
#   A pull request that deploys a version cannot lower its gates for it: the version meets the gates of the base for the
#   environment, maxDropFromCurrent included, as well as those of the head. This does not apply to a model that is new
#   in the change, nor to a rollback that changes nothing else.
# custom:
#   id: gates-agreed
#   severity: error
#   soc2: [CC7.1, CC8.1]
#   fix: Deploy a version that meets the gates of the base, or have them changed in a pull request of their own first.
#   passes: "metrics: {auc: 0.91} where the base has {auc: {min: 0.85}}, whatever the pull request makes of that gate"
#   fails: "metrics: {auc: 0.84} where the base has {auc: {min: 0.85}} and the pull request makes it {auc: {min: 0.8}}"
satisfied contains "gates-agreed" if input.change.action == "removed"

satisfied contains "gates-agreed" if data.lib.rollback.is_plain(input)

satisfied contains "gates-agreed" if {
	is_object(input.base)
	not "model" in object.keys(input.base)
}

# gates-met and gates-regression judge gates that the change does not touch.
satisfied contains "gates-agreed" if gates == data.lib.gates.of(input.model, input.environment.name)

satisfied contains "gates-agreed" if {
	every metric, gate in gates {
		is_met(metric, gate)
		is_no_worse(metric, gate)
	}
}

deny contains {
	"rule": "gates-agreed",
	"message": sprintf("%s, as agreed before this change", [data.lib.gates.violation(after, metric, gate)]),
	"at": ["metrics", metric],
} if {
	not "gates-agreed" in satisfied
	some metric, gate in gates
	not is_met(metric, gate)
}

deny contains {
	"rule": "gates-agreed",
	"message": sprintf("%s, as agreed before this change", [data.lib.gates.regression(before, after, metric, gate)]),
	"at": ["metrics", metric],
} if {
	not "gates-agreed" in satisfied
	some metric, gate in gates
	is_met(metric, gate)
	not is_no_worse(metric, gate)
}

is_met(metric, gate) if data.lib.gates.is_met(after, metric, gate)

# A first version replaces no other.
is_no_worse(_, _) if data.lib.rollback.is_first(input)

is_no_worse(metric, gate) if data.lib.gates.is_no_worse(before, after, metric, gate)

gates := data.lib.gates.of(input.base.model, input.environment.name)

before := object.get(input.change, ["before", "metrics"], object.get(input.change, ["last", "metrics"], {}))

after := object.get(input.document, "metrics", {})

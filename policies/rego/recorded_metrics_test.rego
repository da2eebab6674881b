package platform.recorded_metrics_test

import data.platform.recorded_metrics

pin := {"version": "1.3.0", "digest": "sha256:aa"}

with_metrics(metrics) := object.union(pin, {"metrics": metrics})

measured := {"accuracy": 0.91, "auc": 0.935}

# A promotion of what another environment pinned first.
usual := {
	"action": "changed",
	"model": "clinic/tumour",
	"promotesFrom": "integration",
	"historyComplete": true,
	"base": {"version": "1.2.0", "digest": "sha256:a9"},
	"before": {"version": "1.2.0", "digest": "sha256:a9", "metrics": {"auc": 0.99}},
	"first": with_metrics(measured),
	"sameArtifact": [{"model": "clinic/tumour", "version": "1.3.0"}],
}

asked(document, facts) := {
	"document": document,
	"change": object.union(object.remove(usual, object.keys(facts)), facts),
}

denials_in(question) := denials if {
	decision := recorded_metrics.decision with input as question
	denials := decision.deny
}

denied_in(question) := {denial.rule | some denial in denials_in(question)}

messages_in(question) := {denial.message | some denial in denials_in(question)}

denied := {"metrics-kept"}

test_an_honest_promotion_is_allowed if denied_in(asked(with_metrics(measured), {})) == set()

test_metrics_that_differ_from_the_first_are_denied if {
	denied_in(asked(with_metrics({"accuracy": 0.91, "auc": 0.965}), {})) == denied
	denied_in(asked(with_metrics({"accuracy": 0.91}), {})) == denied
	denied_in(asked(pin, {})) == denied
	denied_in(asked(with_metrics({"accuracy": 0.91, "auc": 0.935, "f1": 1}), {})) == denied
	denied_in(asked(with_metrics(measured), {"first": pin})) == denied
	messages_in(asked(with_metrics({"accuracy": 0.91, "auc": 0.965}), {})) == {"auc is 0.965 and was 0.935 when 1.3.0 was pinned first: a version keeps its metrics"}
	messages_in(asked(with_metrics({"accuracy": 0.91}), {})) == {"auc is not recorded and was 0.935 when 1.3.0 was pinned first: a version keeps its metrics"}
}

corrected(after) := asked(with_metrics(after), {"base": pin, "before": with_metrics(measured), "sameArtifact": []})

test_what_runs_is_not_corrected if {
	denied_in(corrected({"accuracy": 0.9, "auc": 0.935})) == denied
	denied_in(corrected({"accuracy": 0.92, "auc": 0.935})) == denied
	denied_in(corrected(measured)) == set()
}

test_what_was_corrected_before_may_stay if {
	other := {"accuracy": 0.9, "auc": 0.9}
	facts := {"base": pin, "before": with_metrics(other), "sameArtifact": []}
	denied_in(asked(with_metrics(other), facts)) == set()
	denied_in(asked(with_metrics(measured), facts)) == set()
	denied_in(asked(with_metrics({"accuracy": 0.89, "auc": 0.9}), facts)) == denied
}

new := {"sameArtifact": [
	{"model": "clinic/tumour", "version": "1.2.0"},
	{"model": "clinic/lesion", "version": "1.3.0", "metrics": [{"auc": 1}, measured]},
]}

test_another_name_of_the_model_keeps_its_metrics if {
	renamed := {"sameArtifact": [{"model": "clinic/lesion", "version": "1.3.0", "metrics": [{"auc": 0.9}]}]}
	denied_in(without_first(renamed)) == denied
	messages_in(without_first(renamed)) == {"the metrics are not those that clinic/lesion recorded of the same bytes"}
}

without_first(facts) := json.remove(asked(with_metrics(measured), facts), ["change/first"])

test_a_new_version_has_the_metrics_that_it_says if {
	denied_in(without_first(new)) == set()
	denied_in(without_first(object.union(new, {"historyComplete": false, "promotesFrom": null}))) == set()
}

test_metrics_of_a_version_whose_history_is_not_known_are_denied if {
	denied_in(without_first({})) == denied
	denied_in(without_first(object.union(new, {"historyComplete": false}))) == denied
	denied_in(without_first(object.union(new, {"base": pin}))) == denied
	denied_in(json.remove(without_first({}), ["change/sameArtifact"])) == denied
	messages_in(without_first({})) == {"the metrics that this version was pinned with first cannot be read"}
}

test_a_rollback_records_what_ran if {
	now := 1000000000000000000
	facts := {
		"isRollback": true,
		"now": now,
		"ranUntil": now,
		"revoked": [],
		"changedKeys": ["digest", "metrics", "version"],
		"pinnedBefore": with_metrics({"auc": 0.9}),
	}
	denied_in(asked(with_metrics({"auc": 0.9}), facts)) == set()
	denied_in(asked(with_metrics({"auc": 0.8}), facts)) == denied
}

test_removal_is_always_open if {
	denied_in({"change": {"action": "removed", "base": pin, "before": with_metrics(measured)}}) == set()
}

test_an_action_nobody_knows_is_denied if {
	denied_in(asked(with_metrics({"auc": 0.9}), {"action": "moved"})) == denied
}

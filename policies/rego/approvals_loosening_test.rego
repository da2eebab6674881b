package platform.approvals_loosening_test

import data.platform.approvals_loosening

before := {"slo": {"latencyP99Ms": 50}}

approval(user) := {"user": user, "state": "approved", "isHead": true}

asked := {
	"document": {},
	"base": {
		"document": before,
		"platform": {"team": ["margaret"], "bots": []},
		"tenant": {"name": "postal", "owners": ["katherine", "dorothy", "joan"], "members": ["mary"]},
	},
	"change": {
		"kind": "model",
		"tenant": "postal",
		"action": "changed",
		"before": before,
		"approvalsIn": {
			"integration": {"required": 1, "from": ["owners", "members"]},
			"production": {"required": 2, "from": ["owners"]},
		},
	},
	"review": {"requester": "joan", "contributors": ["joan"], "pushers": ["joan"], "reviews": [approval("katherine")]},
}

changed(part, facts) := object.union(asked, {part: object.union(asked[part], facts)})

where(approvals) := object.union(
	object.remove(asked, ["change"]),
	{"change": object.union(object.remove(asked.change, ["approvalsIn"]), {"approvalsIn": approvals})},
)

reviewed(users) := changed("review", {"reviews": [approval(user) | some user in users]})

denials_in(question) := denials if {
	decision := approvals_loosening.decision with input as question
	denials := decision.deny
}

messages_in(question) := {denial.message | some denial in denials_in(question)}

denied_in(question) := {denial.rule | some denial in denials_in(question)}

denied := {"approvals-loosening"}

test_one_approval_is_not_what_production_asks_for if {
	messages_in(asked) == {"what this loosens holds in production, which asks for the same as for a deployment: 1 more approval by postal's owners is needed (dorothy)"}
}

test_as_many_as_production_asks_for_are_enough if {
	denied_in(reviewed(["katherine", "dorothy"])) == set()
	decision := approvals_loosening.decision with input as reviewed(["katherine", "dorothy"])
	decision.approvedBy == {"katherine", "dorothy"}
}

test_the_platform_team_approves_nothing_of_a_tenant if denied_in(reviewed(["katherine", "margaret"])) == denied

test_the_authors_approve_only_where_the_environment_says_so if {
	denied_in(reviewed(["katherine", "joan"])) == denied
	alone := {"production": {"required": 2, "from": ["owners"], "selfApproval": true}}
	denied_in(object.union(where(alone), {"review": reviewed(["katherine", "joan"]).review})) == set()
}

test_a_model_that_runs_nowhere_needs_nobody_more if {
	nowhere := where({})
	denied_in(nowhere) == set()
}

test_what_loosens_nothing_is_allowed if denied_in(object.union(asked, {"document": before})) == set()

test_only_a_changed_model_is_asked_about if {
	denied_in(changed("change", {"kind": "deployment"})) == set()
	denied_in(changed("change", {"action": "removed"})) == set()
	denied_in(json.remove(asked, ["document"])) == set()
}

test_what_is_not_known_is_denied if {
	denied_in(json.remove(reviewed(["katherine", "dorothy"]), ["change/approvalsIn"])) == denied
	denied_in(where({"production": null})) == denied
	denied_in(json.remove(asked, ["base/tenant"])) == denied
	denied_in(json.remove(asked, ["review/reviews"])) == denied
}

package platform.platform_weakening_test

import data.platform.platform_weakening

august := {"from": "2026-08-15T00:00:00Z", "to": "2026-09-05T00:00:00Z", "reason": "Back to School"}

now := 1788000000000000000 # 29 August 2026

company := {
	"team": ["margaret", "dennis"],
	"bots": ["platform-bot"],
	"ownedPaths": ["policies/", "tools/mlplatform/", "*"],
	"approvals": {"tenant": 1, "pii": 2, "platform": 1},
	"freeze": [august],
	"revoked": [{"digest": "sha256:aa", "reason": "trained on leaked data"}],
	"gitHost": {"provider": "signed"},
}

asked(after) := {"name": "platform", "document": after, "change": {"action": "changed", "before": company, "now": now}}

but(differences) := asked(object.union(company, differences))

found(question) := denials if {
	decision := platform_weakening.decision with input as question
	"platform-weakened" in decision.evaluated
	denials := {[denial.at, denial.message] | some denial in decision.deny}
}

test_a_platform_that_stays_as_it_is_is_no_weaker if found(asked(company)) == set()

test_stricter_is_no_weaker if {
	found(but({"approvals": {"pii": 3}, "team": ["margaret"], "bots": [], "ownedPaths": ["policies/", "tools/", "*"]})) == set()
	found(but({"freeze": [august, object.union(august, {"to": "2026-10-01T00:00:00Z"})]})) == set()
}

test_fewer_approvals_are_seen if {
	found(but({"approvals": {"pii": 1}})) == {[["approvals", "pii"], "approvals.pii goes from 2 to 1"]}
}

test_approvals_that_go_to_the_default_are_compared_with_it if {
	found(asked(json.remove(company, ["approvals"]))) == set()
	stricter := object.union(company, {"approvals": {"tenant": 3}})
	question := object.union(asked(json.remove(company, ["approvals"])), {"change": {"before": stricter}})
	found(question) == {[["approvals", "tenant"], "approvals.tenant goes from 3 to 1"]}
}

test_a_path_that_is_owned_no_more_is_seen if {
	found(but({"ownedPaths": ["tools/", "*"]})) == {[["ownedPaths"], "the platform team no longer owns policies/"]}
	found(but({"ownedPaths": ["policies/", "tools/mlplatform/"]})) == {[["ownedPaths"], "the platform team no longer owns *"]}
}

test_a_freeze_that_is_lifted_is_seen if {
	{place | some [place, _] in found(but({"freeze": []}))} == {["freeze"]}
}

test_bots_that_come_are_seen_and_people_are_not if {
	found(but({"bots": ["platform-bot", "other-bot"]})) == {[["bots", 1], "other-bot may ask for any change, as a bot"]}
	found(but({"team": ["margaret", "dennis", "eve"]})) == set()
}

test_a_version_that_is_revoked_no_more_is_seen if {
	found(but({"revoked": []})) == {[["revoked"], "sha256:aa is revoked no more"]}
	found(but({"revoked": [{"digest": "sha256:aa", "reason": "in other words"}]})) == set()
}

test_a_git_host_that_goes_is_seen if {
	{place | some [place, _] in found(asked(json.remove(company, ["gitHost"])))} == {["gitHost"]}
	found(but({"gitHost": {"provider": "github"}})) == set()
}

test_a_platform_that_comes_or_goes_is_not_asked if {
	found({"document": company, "change": {"action": "added", "before": null, "now": now}}) == set()
	found({"change": {"action": "removed", "before": company, "now": now}}) == set()
}

emergencies := {"authorisers": ["margaret"], "hours": 4, "gates": ["approvals-quorum"]}

with_emergencies(settings) := {"document": object.union(company, {"emergency": settings}), "change": {
	"action": "changed",
	"before": object.union(company, {"emergency": emergencies}),
	"now": now,
}}

test_what_an_emergency_may_let_go_from_now_on_is_seen if {
	found(but({"emergency": emergencies})) == {
		[["emergency", "authorisers"], "emergency.authorisers gets margaret"],
		[["emergency", "gates"], "emergency.gates gets approvals-quorum"],
	}
	found(with_emergencies(object.union(emergencies, {"hours": 8}))) == {[["emergency", "hours"], "an emergency may last 8 h in place of 4"]}
	found(with_emergencies(object.union(emergencies, {"hours": 2, "gates": []}))) == set()
}

test_a_timestamp_server_that_goes_is_seen if {
	changed := {"action": "changed", "before": object.union(company, {"timestampServer": "https://tsa.example.com"}), "now": now}
	{place | some [place, _] in found({"document": company, "change": changed})} == {["timestampServer"]}
}

package lib.rollback_test

trial := {"version": "2.0.0", "percent": 10}

back(before, after) := {"document": after, "change": {
	"isRollback": true,
	"revoked": [],
	"now": 100 * day,
	"ranUntil": 80 * day,
	"before": before,
	"changedKeys": [key | some key in object.keys(object.union(known(before), after)); is_other(known(before), after, key)],
}}

known(before) := before if before != null

known(before) := {} if before == null

is_other(before, after, key) if object.get(before, key, null) != object.get(after, key, null)

test_going_back_is_a_rollback if data.lib.rollback.is_plain(back({"version": "1.1.0"}, {"version": "1.0.0"}))

test_what_is_tried_already_may_go_on_or_end if {
	data.lib.rollback.is_plain(back({"shadow": trial}, {"shadow": trial}))
	data.lib.rollback.is_plain(back({"experiment": trial}, {}))
}

test_a_rollback_that_begins_something_is_none if {
	not data.lib.rollback.is_plain(back({}, {"shadow": trial}))
	not data.lib.rollback.is_plain(back({}, {"experiment": trial}))
	not data.lib.rollback.is_plain(back({"shadow": trial}, {"shadow": object.union(trial, {"percent": 100})}))
	not data.lib.rollback.is_plain(back(null, {"shadow": trial}))
}

was(facts, document) := {"document": document, "change": object.union(lately, facts)}

lately := {"isRollback": true, "revoked": [], "now": 100 * day, "ranUntil": 80 * day}

day := ((24 * 60) * 60) * 1000000000

test_origin_and_metrics_may_be_what_they_were if {
	facts := {"changedKeys": ["metrics", "version"], "pinnedBefore": {"metrics": {"auc": 0.8}}}
	data.lib.rollback.is_plain(was(facts, {"metrics": {"auc": 0.8}}))
	not data.lib.rollback.is_plain(was(facts, {"metrics": {"auc": 0.9}}))
	not data.lib.rollback.is_plain(was(object.remove(facts, ["pinnedBefore"]), {"metrics": {"auc": 0.8}}))
}

test_what_changes_the_scale_as_well_is_no_plain_rollback if {
	not data.lib.rollback.is_plain(was({"changedKeys": ["serving", "version"], "pinnedBefore": {"serving": {}}}, {"serving": {}}))
	not data.lib.rollback.is_plain(was({"changedKeys": ["rollout"]}, {}))
	not data.lib.rollback.is_plain(was({}, {}))
}

test_nothing_ran_only_where_history_says_so if {
	data.lib.rollback.is_first({"change": {"base": null, "ownPins": []}})
	not data.lib.rollback.is_first({"change": {"base": null, "ownPins": [{"version": "1.0.0"}]}})
	not data.lib.rollback.is_first({"change": {"base": null}})
	not data.lib.rollback.is_first({"change": {"base": {"version": "1.0.0"}, "ownPins": []}})
}

test_what_is_removed_or_unknown_is_no_rollback if {
	not data.lib.rollback.is_plain({"change": {"isRollback": true, "before": {}}})
	not data.lib.rollback.is_plain({"document": {}, "change": {"before": {}}})
	not data.lib.rollback.is_plain({"document": {}, "change": {"isRollback": false, "before": {}}})
}

test_what_ran_more_than_thirty_days_ago_is_a_promotion_like_any_other if {
	facts := {"changedKeys": ["version"], "ranUntil": 70 * day}
	data.lib.rollback.is_plain(was(facts, {}))
	not data.lib.rollback.is_plain(was(object.union(facts, {"ranUntil": (70 * day) - 1}), {}))
	not data.lib.rollback.is_plain(was(object.union(facts, {"ranUntil": 102 * day}), {}))
	not data.lib.rollback.is_plain(was(object.union(facts, {"ranUntil": null}), {}))
}

test_nobody_goes_back_to_what_was_revoked if {
	facts := {"changedKeys": ["version"]}
	data.lib.rollback.is_plain(was(facts, {}))
	not data.lib.rollback.is_plain(was(object.union(facts, {"revoked": [{"at": ["version"]}]}), {}))
	not data.lib.rollback.is_plain(was(object.union(facts, {"revoked": null}), {}))
}

package lib.rollback_test

trial := {"version": "2.0.0", "percent": 10}

back(before, after) := {"document": after, "change": {"isRollback": true, "before": before}}

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

test_what_is_removed_or_unknown_is_no_rollback if {
	not data.lib.rollback.is_plain({"change": {"isRollback": true, "before": {}}})
	not data.lib.rollback.is_plain({"document": {}, "change": {"before": {}}})
	not data.lib.rollback.is_plain({"document": {}, "change": {"isRollback": false, "before": {}}})
}

package lib.freezes_test

august := {"from": "2026-08-15T00:00:00Z", "to": "2026-09-05T00:00:00Z", "reason": "Back to School"}

now := 1788000000000000000 # 29 August 2026

lifted_by(windows) := data.lib.freezes.lifted({"freeze": [august]}, {"freeze": windows}, now)

test_a_window_that_goes_or_ends_earlier_is_lifted if {
	lifted_by([]) == {august}
	lifted_by([object.union(august, {"to": "2026-09-04T00:00:00Z"})]) == {august}
	data.lib.freezes.lifted({"freeze": [august]}, {}, now) == {august}
}

test_a_window_that_stays_or_is_covered_is_not if {
	lifted_by([august]) == set()
	lifted_by([object.union(august, {"from": "2026-08-20T00:00:00Z", "to": "2026-09-06T00:00:00Z"})]) == set()
}

test_a_window_that_is_over_is_not_missed if {
	data.lib.freezes.lifted({"freeze": [august]}, {}, 1788600000000000000) == set()
}

test_the_message_says_which_window_it_was if {
	data.lib.freezes.message(august) == "the freeze from 2026-08-15T00:00:00Z to 2026-09-05T00:00:00Z is lifted before it is over: Back to School"
}

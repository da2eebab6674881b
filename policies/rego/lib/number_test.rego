package lib.number_test

test_a_number_is_at_most_itself if {
	data.lib.number.at_most(0.3, 0.3)
	data.lib.number.at_most(0.1 + 0.2, 0.3)
	data.lib.number.at_most(0.93 - 0.92, 0.01)
	data.lib.number.at_most(-1, 0)
}

test_more_is_not_at_most if {
	not data.lib.number.at_most(0.3001, 0.3)
	not data.lib.number.at_most(1, 0)
}

test_what_is_beyond_reason_is_cut if {
	data.lib.number.within_reason(64) == 64
	data.lib.number.within_reason(1e308) == 1000000000
}

test_a_number_is_written_as_people_do if {
	data.lib.number.text(0) == "0"
	data.lib.number.text(12) == "12"
	data.lib.number.text(0.93) == "0.93"
	data.lib.number.text(0.1 + 0.2) == "0.3"
	data.lib.number.text(-0.25) == "-0.25"
	data.lib.number.text(0.00001) == "0.00001"
	data.lib.number.text(1234567.891) == "1234567.891"
	data.lib.number.text(0.9999999) == "1"
	data.lib.number.text(10.05) == "10.05"
}

test_a_large_number_is_written_without_decimals if {
	data.lib.number.text(15000000.0) == "15000000"
	data.lib.number.text(1234567890123.5) == "1234567890124"
	data.lib.number.text(1e300) == "1000000000000000 and more"
	data.lib.number.text(-1e300) == "-1000000000000000 and more"
}

test_what_is_no_number_is_written_too if data.lib.number.text("many") == "many"

package lib.sensitivity_test

test_data_is_what_it_declares if data.lib.sensitivity.of({"classification": "internal", "columns": {}}) == "internal"

test_the_most_sensitive_column_counts if {
	columns := {"word": {"classification": "public"}, "email": {"classification": "pii"}}
	data.lib.sensitivity.of({"classification": "internal", "columns": columns}) == "pii"
	data.lib.sensitivity.of_columns({"columns": columns}) == "pii"
}

test_what_is_not_declared_counts_as_pii if {
	data.lib.sensitivity.of({"columns": {}}) == "pii"
	data.lib.sensitivity.of({"classification": "harmless"}) == "pii"
	data.lib.sensitivity.of({"classification": "public", "columns": {"word": {}}}) == "pii"
}

test_a_clearance_covers_what_is_no_more_sensitive if {
	data.lib.sensitivity.covers("confidential", "internal")
	data.lib.sensitivity.covers("pii", "pii")
	not data.lib.sensitivity.covers("internal", "confidential")
}

test_a_clearance_nobody_knows_covers_nothing if not data.lib.sensitivity.covers("all", "public")

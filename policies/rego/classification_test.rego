package platform.classification_test

import data.platform.classification

holding(declared, columns) := {"classification": declared, "columns": columns}

denied_beside(document, twins) := ids if {
	decision := classification.decision with input as {"document": document, "duplicates": twins}
	ids := {denial.rule | some denial in decision.deny}
}

denied_in(document) := denied_beside(document, {})

email := {"email": {"type": "string", "classification": "pii"}}

score := {"score": {"type": "float", "classification": "internal"}}

test_pii_that_says_so_is_allowed if denied_in(holding("pii", object.union(email, score))) == set()

test_data_may_be_more_sensitive_than_its_columns if denied_in(holding("confidential", score)) == set()

test_data_without_columns_is_what_it_says if denied_in(holding("public", {})) == set()

test_one_column_more_sensitive_than_the_data_is_denied if {
	denied_in(holding("public", object.union(email, score))) == {"classification-covers-columns"}
	denied_in(holding("confidential", email)) == {"classification-covers-columns"}
}

test_a_column_without_classification_counts_as_pii if {
	denied_in(holding("internal", {"free_text": {"type": "string"}})) == {"classification-covers-columns"}
}

test_a_classification_in_capitals_is_none if {
	denied_in(holding("PII", email)) == {"classification-covers-columns"}
	denied_in(holding("internal", {"word": {"type": "string", "classification": "Public"}})) == {"classification-covers-columns"}
}

test_data_without_classification_is_denied if {
	denied_in({"columns": score}) == {"classification-covers-columns"}
}

test_the_denial_says_what_the_columns_are if {
	decision := classification.decision with input as {"document": holding("public", email), "duplicates": {}}
	some denial in decision.deny
	denial.message == "the data set is classified public and holds pii columns"
	denial.at == ["classification"]
}

test_twins_of_the_same_classification_are_allowed if {
	denied_beside(holding("pii", {}), {"clinic/events": holding("pii", {}), "postal/words": holding("public", {})}) == set()
}

test_a_less_sensitive_twin_is_denied if {
	denied_beside(holding("public", {}), {"clinic/events": holding("internal", {})}) == {"classification-twins"}
}

test_one_more_sensitive_twin_among_many_is_enough if {
	twins := {"clinic/events": holding("public", {}), "postal/words": holding("confidential", {})}
	denied_beside(holding("internal", {}), twins) == {"classification-twins"}
}

test_a_column_makes_a_twin_sensitive if {
	denied_beside(holding("internal", {}), {"clinic/events": holding("public", email)}) == {"classification-twins"}
}

test_a_twin_without_classification_counts_as_pii if {
	denied_beside(holding("confidential", {}), {"clinic/events": {"columns": {}}}) == {"classification-twins"}
	denied_beside(holding("pii", {}), {"clinic/events": {"columns": {}}}) == set()
}

test_data_without_classification_covers_no_twin if {
	denied_beside({"columns": {}}, {"clinic/events": holding("public", {})}) == {"classification-covers-columns", "classification-twins"}
}

test_the_denial_names_the_twin if {
	decision := classification.decision with input as {
		"document": holding("public", {}),
		"duplicates": {"clinic/events": holding("pii", {})},
	}
	some denial in decision.deny
	denial.message == "clinic/events is the same data and is classified pii, and here it is classified public"
}

test_the_denial_says_how_many_rows_are_the_same if {
	decision := classification.decision with input as {
		"document": holding("public", {}),
		"duplicates": {"clinic/events": object.union(holding("pii", {}), {"sharedRows": 98})},
	}
	some denial in decision.deny
	denial.message == "clinic/events has the same rows (98 percent of the smaller of the two) and is classified pii, and here it is classified public"
}

test_without_twins_the_question_is_not_answered if {
	decision := classification.decision with input as {"document": holding("public", {})}
	decision.evaluated == {"classification-covers-columns"}
}

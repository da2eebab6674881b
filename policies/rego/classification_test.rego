package platform.classification_test

import data.platform.classification

holding(declared, columns) := {"classification": declared, "columns": columns}

denied_in(document) := ids if {
	decision := classification.decision with input as {"document": document}
	ids := {denial.rule | some denial in decision.deny}
}

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

test_data_without_classification_is_denied if {
	denied_in({"columns": score}) == {"classification-covers-columns"}
}

test_the_denial_says_what_the_columns_are if {
	decision := classification.decision with input as {"document": holding("public", email)}
	some denial in decision.deny
	denial.message == "the data set is classified public and holds pii columns"
	denial.at == ["classification"]
}

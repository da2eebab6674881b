package platform.reclassification_test

import data.platform.reclassification

column(classification) := {"type": "string", "classification": classification}

before := {
	"classification": "pii",
	"digest": "sha256:aa",
	"location": "s3://events/",
	"columns": {"email": column("pii"), "score": column("internal"), "word": column("public")},
}

but(document, differences) := object.union(object.remove(document, object.keys(differences)), differences)

changed_to(document) := {
	"document": document,
	"base": {"document": before, "duplicates": {}},
	"change": {"action": "changed", "past": [], "before": before},
}

denials_in(question) := denials if {
	decision := reclassification.decision with input as question
	denials := decision.deny
}

evaluated_in(question) := evaluated if {
	decision := reclassification.decision with input as question
	evaluated := decision.evaluated
}

denied_in(question) := {denial.rule | some denial in denials_in(question)}

messages_in(question) := {denial.message | some denial in denials_in(question)}

lowered := {"classification-lowered"}

new_bytes(columns) := but(before, {"digest": "sha256:bb", "columns": columns})

test_what_stays_or_rises_is_allowed if {
	denied_in(changed_to(but(before, {"digest": "sha256:bb"}))) == set()
	raised := object.union(before.columns, {"score": column("confidential")})
	denied_in(changed_to(but(before, {"columns": raised}))) == set()
}

test_a_data_set_that_is_lowered_is_denied if {
	question := changed_to(but(before, {"classification": "confidential"}))
	denied_in(question) == lowered
	messages_in(question) == {"the classification goes from pii to confidential"}
}

test_a_data_set_that_loses_its_classification_is_denied if {
	denied_in(changed_to(object.remove(before, ["classification"]))) == lowered
	denied_in(changed_to(but(before, {"classification": "PII"}))) == lowered
}

test_new_bytes_are_no_excuse if {
	denied_in(changed_to(but(before, {"classification": "public", "digest": "sha256:bb"}))) == lowered
}

test_a_column_that_is_lowered_is_denied_at_its_place if {
	columns := object.union(before.columns, {"email": column("internal")})
	denials := denials_in(changed_to(new_bytes(columns)))
	{denial.at | some denial in denials} == {["columns", "email", "classification"]}
	{denial.message | some denial in denials} == {"column email goes from pii to internal"}
}

test_a_column_that_loses_its_classification_is_denied if {
	columns := object.union(object.remove(before.columns, ["email"]), {"email": {"type": "string"}})
	denied_in(changed_to(new_bytes(columns))) == lowered
}

test_a_pii_column_that_is_dropped_with_new_bytes_is_allowed if {
	denied_in(changed_to(new_bytes(object.remove(before.columns, ["email"])))) == set()
}

test_a_pii_column_that_is_dropped_from_the_same_bytes_is_denied if {
	question := changed_to(but(before, {"columns": object.remove(before.columns, ["email"])}))
	denied_in(question) == lowered
	"fewer columns than before are pii or above, although the data is the same" in messages_in(question)
}

test_a_pii_column_under_another_name_is_denied if {
	columns := object.union(object.remove(before.columns, ["email"]), {"contact": column("internal")})
	question := changed_to(new_bytes(columns))
	denied_in(question) == lowered
	some message in messages_in(question)
	endswith(message, "is it the same column under another name?")
}

test_a_pii_column_under_a_name_in_another_case_is_denied if {
	columns := object.union(object.remove(before.columns, ["email"]), {"Email": column("public")})
	denied_in(changed_to(new_bytes(columns))) == lowered
}

test_all_columns_under_other_names_are_denied if {
	denied_in(changed_to(new_bytes({"a": column("public"), "b": column("public")}))) == lowered
}

test_a_column_that_is_renamed_keeps_its_class if {
	columns := object.union(object.remove(before.columns, ["email"]), {"contact": column("pii")})
	denied_in(changed_to(but(before, {"columns": columns}))) == set()
}

test_columns_may_be_added if {
	denied_in(changed_to(but(before, {"columns": object.union(before.columns, {"level": column("public")})}))) == set()
}

test_columns_that_are_all_taken_out_of_the_same_bytes_are_denied if {
	denied_in(changed_to(but(before, {"columns": {}}))) == lowered
}

test_what_had_no_classification_counts_as_pii if {
	question := changed_to(but(before, {"classification": "confidential"}))
	unlabelled := but(question, {"change": {"action": "changed", "past": [], "before": object.remove(before, ["classification"])}})
	denied_in(unlabelled) == lowered
}

test_a_new_data_set_is_what_it_says if {
	denied_in({"document": before, "base": {"duplicates": {}}, "change": {"action": "added", "past": [], "before": null}}) == set()
}

test_data_that_comes_back_in_another_file_is_denied if {
	question := {
		"document": but(before, {"classification": "public", "columns": {}}),
		"base": {"duplicates": {"reading/events": before}},
		"change": {"action": "added", "past": [], "before": null},
	}
	denied_in(question) == lowered
	messages_in(question) == {"at the base, reading/events is the same data and is classified pii, and here it is public"}
}

test_data_that_moves_and_stays_what_it_was_is_allowed if {
	question := {
		"document": before,
		"base": {"duplicates": {"reading/events": before}},
		"change": {"action": "added", "past": [], "before": null},
	}
	denied_in(question) == set()
}

test_a_data_set_that_takes_over_other_data_is_denied if {
	words := but(before, {"classification": "public", "columns": {}})
	question := {
		"document": words,
		"base": {"document": words, "duplicates": {"reading/events": before}},
		"change": {"action": "changed", "past": [], "before": words},
	}
	denied_in(question) == lowered
}

test_removal_is_always_open if {
	denied_in({"base": {"document": before, "duplicates": {}}, "change": {"action": "removed", "before": before}}) == set()
}

test_an_action_nobody_knows_is_not_answered if {
	decision := reclassification.decision with input as {
		"document": before,
		"base": {"duplicates": {}},
		"change": {"action": "moved", "before": before},
	}
	decision.evaluated == set()
}

test_what_cannot_be_compared_counts_as_pii if {
	unreadable := {"action": "changed", "past": [], "before": null}
	denied_in({"document": but(before, {"classification": "internal"}), "base": {"duplicates": {}}, "change": unreadable}) == lowered
	denied_in({"document": before, "base": {"duplicates": {}}, "change": unreadable}) == set()
}

test_without_the_twins_of_the_base_nothing_is_answered if {
	every action in ["added", "changed"] {
		question := {"document": before, "base": {}, "change": {"action": action, "past": [], "before": before}}
		evaluated_in(question) == set()
	}
}

come_again(document, past) := {
	"document": document,
	"base": {"duplicates": {}},
	"change": {"action": "added", "before": null, "past": past},
}

public := but(before, {"classification": "public", "columns": {}})

deleted := object.union(before, {"name": "reading/events"})

test_data_that_was_deleted_and_comes_again_is_what_it_was if {
	denied_in(come_again(public, [deleted])) == lowered
	messages_in(come_again(public, [deleted])) == {"in an earlier commit, reading/events classified the same data as pii, and here it is public"}
	denied_in(come_again(before, [deleted])) == set()
	denied_in(come_again(public, [object.union(public, {"name": "reading/words"})])) == set()
}

test_what_a_deleted_data_set_held_in_a_column_counts if {
	denied_in(come_again(public, [object.union(deleted, {"classification": "public"})])) == lowered
	denied_in(come_again(public, [object.remove(deleted, ["classification"])])) == lowered
}

test_without_history_only_what_is_pii_may_come if {
	unknown := json.remove(come_again(public, []), ["change/past"])
	denied_in(unknown) == lowered
	messages_in(unknown) == {"this clone lacks part of the git history (run `git fetch --unshallow`), so how this data was classified before is unknown"}
	denied_in(object.union(unknown, {"document": before})) == set()
}

test_without_history_other_data_is_denied_and_the_same_is_not if {
	unknown := json.remove(changed_to(but(before, {"sharedWith": []})), ["change/past"])
	denied_in(unknown) == set()
	moved := {
		"document": but(public, {"location": "s3://elsewhere/"}),
		"base": {"duplicates": {}},
		"change": {"action": "changed", "before": public},
	}
	denied_in(moved) == lowered
}

test_data_that_a_document_takes_from_a_deleted_one_is_what_it_was if {
	question := {
		"document": but(public, {"digest": "sha256:bb"}),
		"base": {"duplicates": {}},
		"change": {"action": "changed", "before": public, "past": [deleted]},
	}
	denied_in(question) == lowered
}

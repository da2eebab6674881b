package platform.access_review_test

import data.platform.access_review

document := {"commit": "4f", "digest": "sha256:1", "reviewer": "Margaret"}

facts := {"action": "added", "before": null, "listing": "sha256:1", "isOfMain": true, "signedBy": "margaret"}

denied_in(changes, document_changes) := {denial.rule | some denial in denials(changes, document_changes)}

denials(changes, document_changes) := deny if {
	deny := access_review.decision.deny with input as {
		"document": object.union(document, document_changes),
		"base": {"platform": {"team": ["margaret", "dennis"]}},
		"change": object.union(facts, changes),
	}
}

test_what_was_listed_and_signed_by_its_reviewer_is_allowed if denied_in({}, {}) == set()

test_another_digest_is_denied if {
	denials({}, {"digest": "sha256:2"}) == {{"rule": "access-review-digest", "message": "the commit lists sha256:1", "at": ["digest"]}}
	denied_in({"listing": ""}, {}) == {"access-review-digest"}
	denied_in({"listing": ""}, {"digest": ""}) == {"access-review-digest"}
}

test_a_commit_that_main_does_not_have_is_denied if {
	[denial.at | some denial in denials({"isOfMain": false}, {})] == [["commit"]]
}

test_who_did_not_sign_did_not_review if {
	denied_in({"signedBy": ""}, {}) == {"access-review-signed"}
	denied_in({"signedBy": "dennis"}, {}) == {"access-review-signed"}
	denied_in({"signedBy": "ada"}, {"reviewer": "ada"}) == {"access-review-signed"}
}

test_a_sign_off_is_kept if {
	denied_in({"action": "changed"}, {}) == {"access-review-kept"}
	denied := access_review.decision.deny with input as {"change": object.union(facts, {"action": "removed"})}
	{denial.rule | some denial in denied} == {"access-review-kept"}
}

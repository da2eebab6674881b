package platform.artifact_identity_test

import data.platform.artifact_identity

asked := {
	"document": {"version": "1.2.0", "digest": "sha256:aa"},
	"change": {"action": "added", "base": null, "model": "clinic/tumour", "sameArtifact": []},
}

but(question, differences) := object.union(question, differences)

same_as(uses) := but(asked, {"change": {"sameArtifact": uses}})

use(model, version, is_declared) := {"model": model, "version": version, "isDeclared": is_declared}

decided(question) := decision if {
	decision := artifact_identity.decision with input as question
}

denied_in(question) := {denial.rule | some denial in decided(question).deny}

test_bytes_that_nobody_pinned_are_new if {
	denied_in(asked) == set()
	decided(asked).evaluated == {"artifact-one-version", "artifact-one-model"}
}

test_the_same_version_is_promoted if denied_in(same_as([use("clinic/tumour", "1.2.0", true)])) == set()

test_another_number_for_the_same_bytes_is_denied if {
	denied_in(same_as([use("clinic/tumour", "1.1.0", true)])) == {"artifact-one-version"}
}

test_the_bytes_of_another_model_are_denied if {
	denied_in(same_as([use("clinic/lesion", "1.2.0", true)])) == {"artifact-one-model"}
	denied_in(same_as([use("postal/digits", "3.0.0", false)])) == {"artifact-one-model"}
}

test_a_model_may_take_a_new_name if denied_in(same_as([use("clinic/lesion", "1.2.0", false)])) == set()

test_what_is_pinned_already_may_stay if {
	uses := same_as([use("clinic/lesion", "1.1.0", true), use("clinic/tumour", "1.1.0", true)])
	denied_in(but(uses, {"change": {"base": {"version": "1.2.0", "digest": "sha256:aa"}}})) == set()
	denied_in(but(uses, {"change": {"action": "removed"}})) == set()
}

test_nothing_is_allowed_where_it_is_unknown_who_pinned_the_bytes if {
	decision := artifact_identity.decision with input as json.remove(asked, ["change/sameArtifact"])
	decision.evaluated == set()
}

package platform.retention_test

import data.platform.retention

pii := {
	"classification": "pii",
	"columns": {},
	"retention": {"days": 365, "deletion": "anonymise"},
	"consent": {"basis": "contract", "record": "DPA-17"},
}

denied_in(document) := ids if {
	decision := retention.decision with input as {"document": document}
	ids := {denial.rule | some denial in decision.deny}
}

but(document, changes) := object.union(object.remove(document, object.keys(changes)), changes)

test_pii_with_retention_and_consent_is_allowed if denied_in(pii) == set()

test_confidential_data_needs_neither if denied_in({"classification": "confidential", "columns": {}}) == set()

test_pii_without_retention_is_denied if denied_in(object.remove(pii, ["retention"])) == {"pii-retention"}

test_pii_without_consent_is_denied if denied_in(object.remove(pii, ["consent"])) == {"pii-consent"}

test_a_pii_column_is_enough if {
	document := {"classification": "public", "columns": {"email": {"type": "string", "classification": "pii"}}}
	denied_in(document) == {"pii-retention", "pii-consent"}
}

test_retention_without_end_is_denied if {
	denied_in(but(pii, {"retention": {"deletion": "delete"}})) == {"pii-retention"}
	denied_in(but(pii, {"retention": {"days": 0, "deletion": "delete"}})) == {"pii-retention"}
	denied_in(but(pii, {"retention": {"days": 30}})) == {"pii-retention"}
}

test_consent_without_record_is_denied if {
	denied_in(but(pii, {"consent": {"basis": "contract"}})) == {"pii-consent"}
	denied_in(but(pii, {"consent": {"basis": "contract", "record": ""}})) == {"pii-consent"}
	denied_in(but(pii, {"consent": {"basis": "contract", "record": " None "}})) == {"pii-consent"}
	denied_in(but(pii, {"consent": {"basis": "contract", "record": "n/a"}})) == {"pii-consent"}
	denied_in(but(pii, {"consent": null})) == {"pii-consent"}
}

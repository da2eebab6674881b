package platform.encryption_test

import data.platform.encryption

pii := {
	"classification": "pii",
	"columns": {"email": {"type": "string", "classification": "pii"}},
	"encryption": {"atRest": "aws:kms", "key": "alias/reading", "inTransit": "tls"},
}

public := {"classification": "public", "columns": {"word": {"type": "string", "classification": "public"}}}

encrypted(encryption) := object.union(object.remove(pii, ["encryption"]), {"encryption": encryption})

denied_in(document) := ids if {
	decision := encryption.decision with input as {"document": document}
	ids := {denial.rule | some denial in decision.deny}
}

test_pii_that_is_encrypted_is_allowed if denied_in(pii) == set()

test_public_data_needs_no_encryption if denied_in(public) == set()

test_internal_data_needs_no_encryption if denied_in({"classification": "internal", "columns": {}}) == set()

test_confidential_data_needs_encryption if {
	denied_in({"classification": "confidential", "columns": {}}) == {"encryption-at-rest", "encryption-in-transit"}
}

test_pii_without_encryption_is_denied if {
	denied_in(object.remove(pii, ["encryption"])) == {"encryption-at-rest", "encryption-in-transit"}
}

test_one_pii_column_in_public_data_asks_for_encryption if {
	document := {"classification": "public", "columns": {"email": {"type": "string", "classification": "pii"}}}
	denied_in(document) == {"encryption-at-rest", "encryption-in-transit"}
}

test_a_classification_nobody_knows_asks_for_encryption if {
	denied_in({"classification": "harmless", "columns": {}}) == {"encryption-at-rest", "encryption-in-transit"}
}

test_kms_without_a_key_is_denied if {
	denied_in(encrypted({"atRest": "aws:kms", "inTransit": "tls"})) == {"encryption-at-rest"}
	denied_in(encrypted({"atRest": "aws:kms", "key": "", "inTransit": "tls"})) == {"encryption-at-rest"}
	denied_in(encrypted({"atRest": "aws:kms", "key": null, "inTransit": "tls"})) == {"encryption-at-rest"}
}

test_a_key_of_the_bucket_is_not_managed if {
	denied_in(encrypted({"atRest": "AES256", "key": "alias/reading", "inTransit": "tls"})) == {"encryption-at-rest"}
}

test_a_key_of_the_cloud_is_not_managed_by_us if {
	denied_in(encrypted({"atRest": "aws:kms", "key": "alias/aws/s3", "inTransit": "tls"})) == {"encryption-at-rest"}
	denied_in(encrypted({"atRest": "aws:kms", "key": "Alias/AWS/s3", "inTransit": "tls"})) == {"encryption-at-rest"}
	arn := "arn:aws:kms:us-east-1:111111111111:alias/aws/s3"
	denied_in(encrypted({"atRest": "aws:kms", "key": arn, "inTransit": "tls"})) == {"encryption-at-rest"}
}

test_pii_in_clear_on_the_wire_is_denied if {
	document := encrypted({"atRest": "aws:kms", "key": "alias/reading", "inTransit": "none"})
	denied_in(document) == {"encryption-in-transit"}
}

test_the_denial_names_the_place if {
	decision := encryption.decision with input as {"document": encrypted({"atRest": "none", "inTransit": "tls"})}
	decision.deny == {{
		"rule": "encryption-at-rest",
		"message": "pii data is not encrypted at rest with a managed key",
		"at": ["encryption", "atRest"],
	}}
}

test_both_rules_are_evaluated if {
	decision := encryption.decision with input as {"document": pii}
	decision.evaluated == {"encryption-at-rest", "encryption-in-transit"}
}

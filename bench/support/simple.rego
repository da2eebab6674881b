# Three of our simplest rules as a conftest user writes them: of one document, and of nothing that it refers to.
package main

sensitive if input.classification in {"confidential", "pii"}

is_dataset if startswith(input.schema, "dataset/")

deny contains "sensitive data is not encrypted at rest with a managed key" if {
	is_dataset
	sensitive
	not managed_key
}

deny contains "sensitive data is not encrypted in transit" if {
	is_dataset
	sensitive
	not input.encryption.inTransit == "tls"
}

deny contains "pii data does not say how long it is kept" if {
	is_dataset
	input.classification == "pii"
	not input.retention.days > 0
}

managed_key if {
	input.encryption.atRest == "aws:kms"
	not startswith(input.encryption.key, "alias/aws/")
}

# METADATA
# title: Encryption of sensitive data
# custom:
#   kinds: [dataset]
#   asks: state
#   reads: [document]
package platform.encryption

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: Sensitive data is encrypted at rest with a managed key
# description: |
#   Whoever gets hold of a disk or a bucket must not get hold of the data. A key that we manage can be revoked; the
#   cloud's own (alias/aws/…) cannot. Public and internal data needs no encryption.
# custom:
#   id: encryption-at-rest
#   severity: error
#   soc2: [CC6.1, CC6.7]
#   fix: Set encryption.atRest to aws:kms and encryption.key to the alias of the tenant's key.
#   passes: "encryption: {atRest: aws:kms, key: alias/clinic, inTransit: tls}"
#   fails: "classification: pii with encryption: {atRest: AES256, inTransit: tls}"
satisfied contains "encryption-at-rest" if needs_no_encryption

satisfied contains "encryption-at-rest" if {
	input.document.encryption.atRest == "aws:kms"
	is_managed(input.document.encryption.key)
}

deny contains {
	"rule": "encryption-at-rest",
	"message": sprintf("%s data is not encrypted at rest with a managed key", [sensitivity]),
	"at": ["encryption", "atRest"],
} if {
	not "encryption-at-rest" in satisfied
}

# METADATA
# title: Sensitive data is encrypted in transit
# description: Data must not be readable on its way between buckets, training and serving.
# custom:
#   id: encryption-in-transit
#   severity: error
#   soc2: [CC6.1, CC6.7]
#   fix: Set encryption.inTransit to tls.
#   passes: "encryption: {atRest: aws:kms, key: alias/clinic, inTransit: tls}"
#   fails: "classification: pii with encryption: {atRest: aws:kms, key: alias/clinic, inTransit: none}"
satisfied contains "encryption-in-transit" if needs_no_encryption

satisfied contains "encryption-in-transit" if input.document.encryption.inTransit == "tls"

deny contains {
	"rule": "encryption-in-transit",
	"message": sprintf("%s data is not encrypted in transit", [sensitivity]),
	"at": ["encryption", "inTransit"],
} if {
	not "encryption-in-transit" in satisfied
}

is_managed(key) if {
	data.lib.text.is_given(key)
	not contains(lower(key), "alias/aws/")
}

needs_no_encryption if sensitivity in {"public", "internal"}

sensitivity := data.lib.sensitivity.of(input.document)

# METADATA
# title: Retention of personal data, and consent
# custom:
#   kinds: [dataset]
#   asks: state
#   reads: [document]
package platform.retention

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: Personal data says how long it is kept
# description: Deleted data cannot leak. Personal data that is kept without an end breaks what people were promised.
# custom:
#   id: pii-retention
#   severity: error
#   soc2: [C1.2, P4.2, P4.3]
#   fix: Add retention with days and deletion.
#   passes: "retention: {days: 365, deletion: anonymise}"
#   fails: "classification: pii and no retention"
satisfied contains "pii-retention" if is_not_personal

satisfied contains "pii-retention" if {
	input.document.retention.days > 0
	data.lib.text.is_given(input.document.retention.deletion)
}

deny contains {
	"rule": "pii-retention",
	"message": "pii data does not say how long it is kept and how it is deleted",
	"at": ["retention"],
} if {
	not "pii-retention" in satisfied
}

# METADATA
# title: Personal data names the legal basis of its processing
# description: Personal data may be used for training only with consent, a contract or a legal duty, on record.
# custom:
#   id: pii-consent
#   severity: error
#   soc2: [P2.1, P3.2]
#   fix: Add consent with its basis and the record that proves it.
#   passes: "consent: {basis: contract, record: DPA-17}"
#   fails: "classification: pii and no consent"
satisfied contains "pii-consent" if is_not_personal

satisfied contains "pii-consent" if {
	data.lib.text.is_given(input.document.consent.basis)
	data.lib.text.is_given(input.document.consent.record)
	not lower(trim_space(input.document.consent.record)) in no_records
}

deny contains {
	"rule": "pii-consent",
	"message": "pii data does not name the basis on which it is processed and the record of it",
	"at": ["consent"],
} if {
	not "pii-consent" in satisfied
}

# What people write who have no record.
no_records := {"none", "no", "n/a", "na", "nil", "null", "-", "?", "x", "tbd", "todo", "unknown", "pending", "missing"}

is_not_personal if data.lib.sensitivity.of(input.document) in {"public", "internal", "confidential"}

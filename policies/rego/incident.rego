# METADATA
# title: Incidents
# custom:
#   kinds: [incident]
#   asks: state
#   reads: [document]
package platform.incident

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: The times of an incident are in order
# description: |
#   How long users were harmed is computed from these times and compared with the objectives. An incident is detected,
#   declared, mitigated and resolved, in this order; two may be at the same moment.
# custom:
#   id: incident-times
#   severity: error
#   soc2: [CC7.3, CC7.4]
#   fix: Write the times as it happened. What is resolved was mitigated first, or at the same moment.
#   passes: "detected: 2026-11-30T10:00:00Z, declared: 2026-11-30T10:04:00Z, mitigated: 2026-11-30T10:40:00Z"
#   fails: "detected: 2026-11-30T10:00:00Z, declared: 2026-11-30T09:50:00Z; or resolved without mitigated"
satisfied contains "incident-times" if {
	is_number(moment("detected"))
	not_before("declared", "detected")
	not_before("mitigated", "declared")
	not_before("resolved", "mitigated")
}

deny contains {
	"rule": "incident-times",
	"message": sprintf("it is %v before it is %v", [later, earlier]),
	"at": [later],
} if {
	not "incident-times" in satisfied
	some pair in [["declared", "detected"], ["mitigated", "declared"], ["resolved", "mitigated"]]
	later := pair[0]
	earlier := pair[1]
	is_written(later)
	is_written(earlier)
	moment(later) < moment(earlier)
}

deny contains {
	"rule": "incident-times",
	"message": "it is resolved, and does not say when it was mitigated",
	"at": ["resolved"],
} if {
	is_written("resolved")
	not is_written("mitigated")
}

# METADATA
# title: A resolved incident says its cause
# description: What is not understood happens again. Until its cause is known, an incident is mitigated and not resolved.
# custom:
#   id: incident-cause
#   severity: error
#   soc2: [CC7.4, CC7.5]
#   fix: Write the cause, in words that say no name and no value of anybody.
#   passes: "resolved: 2026-12-01T09:00:00Z, cause: The new version took night shifts for missing values"
#   fails: "resolved: 2026-12-01T09:00:00Z and no cause"
satisfied contains "incident-cause" if not is_written("resolved")

satisfied contains "incident-cause" if data.lib.text.is_given(input.document.cause)

deny contains {
	"rule": "incident-cause",
	"message": "it is resolved, and does not say what the cause was",
	"at": ["resolved"],
} if {
	not "incident-cause" in satisfied
}

is_written(key) if object.get(input.document, key, null) != null

# Unread where it is not written: one engine would stop at it.
moment(key) := time.parse_rfc3339_ns(value) if {
	value := object.get(input.document, key, null)
	is_string(value)
}

not_before(later, _) if not is_written(later)

not_before(later, earlier) if {
	is_written(later)
	is_written(earlier)
	moment(later) >= moment(earlier)
}

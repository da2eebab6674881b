# METADATA
# title: Changes of incidents
# description: |
#   `change.unknown` are the names and people that the change writes into an incident and that nothing knows, and
#   `change.unlanded` the commits that it links and that main does not have.
# custom:
#   kinds: [incident]
#   asks: change
#   reads: [document, change]
package platform.incident_change

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: An incident stays on record
# description: |
#   Incidents are evidence of how failures were handled. What was opened by mistake is resolved, and its cause says so.
# custom:
#   id: incident-removed
#   severity: error
#   soc2: [CC7.4]
#   fix: Restore it; if it was none, resolve it with a cause that says so.
#   passes: "resolved: 2026-12-01T09:00:00Z, cause: A false alarm of the probe"
#   fails: incidents/2026-11-30-wrong-scores.yaml is deleted or renamed
satisfied contains "incident-removed" if input.change.action in {"added", "changed"}

deny contains {"rule": "incident-removed", "message": "an incident stays on record", "at": []} if {
	not "incident-removed" in satisfied
}

# METADATA
# title: What an incident says has happened
# description: A time in the future is a plan or a slip. It would count as met what may never be.
# custom:
#   id: incident-future
#   severity: error
#   soc2: [CC7.3, CC7.4]
#   fix: Write when it was, or leave it out until it is.
#   passes: "mitigated: 2026-11-30T10:40:00Z, proposed at 10:45"
#   fails: "mitigated: 2026-11-30T12:00:00Z, proposed at 10:45"
satisfied contains "incident-future" if input.change.action == "removed"

satisfied contains "incident-future" if {
	is_number(input.change.now)
	is_object(input.document)
	every key in times {
		is_past(key)
	}
}

deny contains {
	"rule": "incident-future",
	"message": sprintf("it was not %v yet", [key]),
	"at": [key],
} if {
	not "incident-future" in satisfied
	some key in times
	not is_past(key)
}

# METADATA
# title: An incident links changes of main
# description: |
#   Lineage goes from a change to the incidents that it caused or ended. A commit that is not in main's own history, one
#   after the other, is no change that was merged.
# custom:
#   id: incident-changes
#   severity: error
#   soc2: [CC7.4, CC8.1]
#   fix: Name the commits by which the changes came to main; `git log --first-parent main` lists them.
#   passes: "changes: [the merge of a promotion, with all its 40 digits]"
#   fails: "changes: [the commit of a branch that was merged]"
satisfied contains "incident-changes" if {
	is_array(input.change.unlanded)
	count(input.change.unlanded) == 0
}

deny contains {
	"rule": "incident-changes",
	"message": sprintf("main has no change %v%v", [link.commit, in_shallow_clone]),
	"at": link.at,
} if {
	not "incident-changes" in satisfied
	some link in input.change.unlanded
}

# METADATA
# title: An incident names what is there
# description: |
#   Tenants, models and environments are those of this repository, and the commander and who is to do something are of
#   the platform team or of a tenant. Only what a change writes is asked: an old incident may name what is gone.
# custom:
#   id: incident-names
#   severity: error
#   soc2: [CC7.3, CC7.4]
#   fix: Correct the name.
#   passes: "tenants: [clinic], models: [clinic/tumour], commander: ada"
#   fails: "tenants: [clinc], commander: mallory"
satisfied contains "incident-names" if {
	is_array(input.change.unknown)
	count(input.change.unknown) == 0
}

deny contains {
	"rule": "incident-names",
	"message": sprintf("there is not %v", [name.what]),
	"at": name.at,
} if {
	not "incident-names" in satisfied
	some name in input.change.unknown
}

# METADATA
# title: A resolved incident stays as it was resolved
# description: |
#   The severity and the times of a resolved incident say whether its objectives were met, and are not changed any more.
#   Its cause, its changes and what is to be done may still be completed. What happens again is a new incident.
# custom:
#   id: incident-reopened
#   severity: error
#   soc2: [CC7.4]
#   fix: Restore these, and open another incident that names this one.
#   passes: "done: 2026-12-04 for an action of an incident that was resolved on the first"
#   fails: "resolved removed, or severity: P2 in place of P1, once it was resolved"
satisfied contains "incident-reopened" if object.get(input.change, ["before", "resolved"], null) == null

satisfied contains "incident-reopened" if input.change.action == "removed"

satisfied contains "incident-reopened" if {
	is_object(input.document)
	count(altered) == 0
}

deny contains {
	"rule": "incident-reopened",
	"message": sprintf("it was resolved, and %v is another now", [key]),
	"at": [key],
} if {
	not "incident-reopened" in satisfied
	some key in altered
}

times := ["detected", "declared", "mitigated", "resolved"]

is_past(key) if object.get(input.document, key, null) == null

is_past(key) if moment(key) <= input.change.now

# Unread where it is not written: one engine would stop at it.
moment(key) := time.parse_rfc3339_ns(value) if {
	value := object.get(input.document, key, null)
	is_string(value)
}

altered := [key |
	some key in ["severity", "detected", "declared", "mitigated", "resolved"]
	object.get(input.document, key, null) != object.get(input.change, ["before", key], null)
]

in_shallow_clone := "" if {
	input.change.historyComplete == true
} else := ", as far as this clone reaches back: run git fetch --unshallow"

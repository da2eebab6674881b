# METADATA
# title: Revoked versions
# description: |
#   `change.revoked` holds the revocations that apply to what a deployment pins: from platform.yaml (by digest) and from
#   its model (by version), at the base and at the head, so that a change cannot lift a revocation for itself.
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, change]
package platform.revoked

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A revoked version is not pinned
# description: |
#   A version is revoked when nobody may run it any more: its data was withdrawn, or it does harm. It is not promoted,
#   not a challenger or shadow, and not rolled back to. Where it runs, it runs until another version is pinned.
# custom:
#   id: version-revoked
#   severity: error
#   soc2: [CC7.4, CC8.1]
#   fix: Pin a version that is not revoked.
#   passes: "version: 1.5.0, with revoked: [{version: 1.4.0, reason: trained on withdrawn data}] in its model"
#   fails: "version: 1.4.0, with revoked: [{version: 1.4.0, reason: trained on withdrawn data}] in its model"
satisfied contains "version-revoked" if input.change.action == "removed"

satisfied contains "version-revoked" if {
	is_array(input.change.revoked)
	every revocation in input.change.revoked {
		is_unchanged(revocation.at)
	}
}

deny contains {
	"rule": "version-revoked",
	"message": sprintf("this version was revoked by the %s: %s", [revocation.by, revocation.reason]),
	"at": revocation.at,
} if {
	not "version-revoked" in satisfied
	some revocation in input.change.revoked
	not is_unchanged(revocation.at)
}

# A version that is pinned already may stay, so that its resources can still be changed.
is_unchanged(["version"]) if pin_of(input.document) == input.change.base

is_unchanged(["experiment", "challenger", "version"]) if {
	pin_of(input.document.experiment.challenger) == pin_of(input.change.before.experiment.challenger)
}

is_unchanged(["shadow", "version"]) if pin_of(input.document.shadow) == pin_of(input.change.before.shadow)

pin_of(thing) := {"version": thing.version, "digest": thing.digest}

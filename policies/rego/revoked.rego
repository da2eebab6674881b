# METADATA
# title: What was revoked is not pinned again
# description: |
#   `change.revoked` holds the revocations of what a deployment pins, by platform.yaml (`revoked`, by digest) and by its
#   model (`revoked`, by version), of the base and of the head together, so that a change cannot lift its own.
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, change]
package platform.revoked

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: Nobody pins a version that was revoked
# description: |
#   A version is revoked when nobody may run it any more: its data was withdrawn, or it does harm. It is not promoted,
#   not tried beside another and not gone back to. Where it runs, it runs until another version is pinned.
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
	every one in input.change.revoked {
		stays(one.at)
	}
}

deny contains {
	"rule": "version-revoked",
	"message": sprintf("this version was revoked by the %s: %s", [one.by, one.reason]),
	"at": one.at,
} if {
	not "version-revoked" in satisfied
	some one in input.change.revoked
	not stays(one.at)
}

# What is pinned there already may run on: a change of its scale is not held up.
stays(["version"]) if pin_of(input.document) == input.change.base

stays(["experiment", "challenger", "version"]) if {
	pin_of(input.document.experiment.challenger) == pin_of(input.change.before.experiment.challenger)
}

stays(["shadow", "version"]) if pin_of(input.document.shadow) == pin_of(input.change.before.shadow)

pin_of(thing) := {"version": thing.version, "digest": thing.digest}

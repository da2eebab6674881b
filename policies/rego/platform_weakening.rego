# METADATA
# title: Weaker safeguards of the platform
# custom:
#   kinds: [platform]
#   asks: change
#   reads: [document, change]
package platform.platform_weakening

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: The platform keeps its safeguards
# description: |
#   Fewer approvals, a path that the platform team owns no more, a freeze that is lifted early, a bot more, a
#   version that is no longer revoked, no Git host, no timestamps, or more that an emergency may let go: each may be
#   right, and reviewers should notice it. Until the change is merged, the safeguards of the base apply.
# custom:
#   id: platform-weakened
#   severity: warning
#   loosens: true
#   soc2: [CC5.3, CC6.3, CC8.1]
#   fix: Say in the pull request why the safeguard is no longer needed.
#   passes: "approvals: {tenant: 2, pii: 2, platform: 1} in place of {tenant: 1, pii: 2, platform: 1}"
#   fails: "approvals: {tenant: 1, pii: 1, platform: 1} in place of {tenant: 1, pii: 2, platform: 1}, or bots: [some-bot] in place of []"
satisfied contains "platform-weakened" if input.change.action in {"added", "removed"}

satisfied contains "platform-weakened" if {
	input.change.action == "changed"
	weakened == set()
}

deny contains {"rule": "platform-weakened", "message": entry.message, "at": entry.at} if {
	input.change.action == "changed"
	not "platform-weakened" in satisfied
	some entry in weakened
}

before := input.change.before if is_object(input.change.before)

after := input.document

weakened := (((fewer_approvals | disowned) | (lifted | admitted)) | (unrevoked | unhosted)) | (eased | unstamped)

fewer_approvals := {entry |
	some name, _ in data.lib.quorum.default_required
	number := approvals_of(before, name)
	less := approvals_of(after, name)
	less < number
	entry := {"at": ["approvals", name], "message": sprintf("approvals.%s goes from %v to %v", [name, number, less])}
}

disowned := {entry |
	some path in before.ownedPaths
	not is_owned(path)
	entry := {"at": ["ownedPaths"], "message": sprintf("the platform team no longer owns %s", [path])}
}

lifted := {entry |
	some window in data.lib.freezes.lifted(before, after, input.change.now)
	entry := {"at": ["freeze"], "message": data.lib.freezes.message(window)}
}

admitted := {entry |
	some index, login in object.get(after, "bots", [])
	not login in object.get(before, "bots", [])
	entry := {"at": ["bots", index], "message": sprintf("%s may ask for any change, as a bot", [login])}
}

unrevoked := {entry |
	some revocation in object.get(before, "revoked", [])
	every other in object.get(after, "revoked", []) {
		other.digest != revocation.digest
	}
	entry := {"at": ["revoked"], "message": sprintf("%s is revoked no more", [revocation.digest])}
}

unhosted := {{"at": ["gitHost"], "message": "gitHost is removed: nobody asks a Git host who reviewed a change"} |
	object.get(before, "gitHost", null) != null
	object.get(after, "gitHost", null) == null
}

# What an emergency may let go from now on.
eased := {entry |
	some key in ["authorisers", "gates"]
	some added in object.get(emergency(after), key, [])
	not added in object.get(emergency(before), key, [])
	entry := {"at": ["emergency", key], "message": sprintf("emergency.%s gets %s", [key, added])}
} | {entry |
	hours := object.get(emergency(after), "hours", 0)
	earlier := object.get(emergency(before), "hours", 0)
	earlier > 0
	hours > earlier
	entry := {"at": ["emergency", "hours"], "message": sprintf("an emergency may last %v h in place of %v", [hours, earlier])}
}

unstamped := {{"at": ["timestampServer"], "message": "timestampServer is removed: no authority says when a record was made"} |
	object.get(before, "timestampServer", null) != null
	object.get(after, "timestampServer", null) == null
}

emergency(document) := data.lib.quorum.or_empty(object.get(document, "emergency", null))

approvals_of(document, name) := number if {
	approvals := data.lib.quorum.or_empty(object.get(document, "approvals", null))
	number := object.get(approvals, name, data.lib.quorum.default_required[name])
	is_number(number)
}

is_owned(path) if path in after.ownedPaths

is_owned(path) if {
	some other in after.ownedPaths
	endswith(other, "/")
	startswith(path, other)
}

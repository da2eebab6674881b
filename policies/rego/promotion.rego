# METADATA
# title: Promotion from one environment to the next
# description: |
#   `change` is verified from the ledger and from the base branch's history: `base` is what the environment pins now
#   (null: nothing), `sourceRan` what ran in the environment before it, `sourceLeft` and `sourceOnHold` those of them that
#   were rolled back, taken out or put on hold there, and `ownRan` what ran in this environment before. A clone without
#   the whole history has only `base`.
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, environment, change]
package platform.promotion

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A version ran in the environment before, with the same digest
# description: |
#   Versions are tried where mistakes are cheap before they run where mistakes are expensive. To be pinned is not enough:
#   the ledger has to have it as applied. A version that was rolled back, taken out or put on hold there does not go
#   further. A rollback to what ran here is always allowed.
# custom:
#   id: promotion-order
#   severity: error
#   soc2: [CC8.1]
#   fix: Promote the version to the environment before this one first (platform promote).
#   passes: "version: 1.1.0 in production, with the digest that integration ran"
#   fails: "version: 1.1.0 in production, which only development ran, or which was rolled back in integration, or with another digest"
satisfied contains "promotion-order" if exempt

satisfied contains "promotion-order" if pinned == input.change.base

satisfied contains "promotion-order" if ran_before(pinned)

satisfied contains "promotion-order" if input.change.isRollback == true

deny contains {
	"rule": "promotion-order",
	"message": sprintf("%s (%s) %s", [input.document.version, short(input.document.digest), reason(pinned)]),
	"at": ["version"],
} if {
	not "promotion-order" in satisfied
}

# METADATA
# title: Challengers and shadows ran in the environment before
# description: A version that answers or sees a share of the requests is as dangerous as one that answers all of them.
# custom:
#   id: promotion-challengers
#   severity: error
#   soc2: [CC8.1]
#   fix: Promote the version to the environment before this one first (platform promote).
#   passes: "shadow: {version: 1.2.0, digest: …, percent: 100} in production, which integration ran"
#   fails: "shadow: {version: 1.2.0, digest: …, percent: 100} in production, which only development ran"
satisfied contains "promotion-challengers" if exempt

satisfied contains "promotion-challengers" if {
	pinned
	every other in others {
		is_allowed(other.pin)
	}
}

deny contains {
	"rule": "promotion-challengers",
	"message": sprintf("%s (%s) %s", [other.pin.version, short(other.pin.digest), reason(other.pin)]),
	"at": other.at,
} if {
	not "promotion-challengers" in satisfied
	some other in others
	not is_allowed(other.pin)
}

exempt if input.change.action == "removed"

# In the first environment versions come from training.
exempt if input.change.promotesFrom == null

pinned := pin_of(input.document)

others contains {"pin": pin_of(input.document.experiment.challenger), "at": ["experiment", "challenger"]}

others contains {"pin": pin_of(input.document.shadow), "at": ["shadow"]}

pin_of(thing) := {"version": thing.version, "digest": thing.digest}

is_allowed(pin) if ran_before(pin)

is_allowed(pin) if pin in input.change.ownRan

ran_before(pin) if {
	pin in input.change.sourceRan
	every abandoned in array.concat(input.change.sourceLeft, input.change.sourceOnHold) {
		abandoned != pin
	}
}

reason(pin) := "cannot be traced: this clone lacks part of the git history (run `git fetch --unshallow`), so what ran before is unknown" if {
	input.change.historyComplete == false
} else := sprintf("was rolled back in %s, or taken out there", [input.change.promotesFrom]) if {
	pin in input.change.sourceLeft
} else := sprintf("is on hold in %s", [input.change.promotesFrom]) if {
	pin in input.change.sourceOnHold
} else := sprintf("is pinned in %s, and its ledger here does not say that it ran: apply %s first, or fetch its ledger", [
	input.change.promotesFrom,
	input.change.promotesFrom,
]) if {
	pin in input.change.sourcePins
} else := sprintf("is not what %s pins or pinned: it has another digest there", [input.change.promotesFrom]) if {
	some other in input.change.sourcePins
	other.version == pin.version
} else := sprintf("was never pinned in %s", [input.change.promotesFrom])

short(digest) := substring(digest, 0, 19)

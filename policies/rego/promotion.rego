# METADATA
# title: A version reaches an environment through the one before it
# description: |
#   `change` holds facts of first-parent history: `base` is what the environment pins now (null: nothing),
#   `sourcePins` what the environment before it pins or pinned, `sourceLeft` those of them that it went back from,
#   `ownPins` what this one pinned before. A clone without its whole history knows only the first.
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, environment, change]
package platform.promotion

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A version and its digest ran in the environment before
# description: |
#   What was not tried where mistakes are cheap is not run where they are dear, nor what was taken back there. A rollback
#   is always open.
# custom:
#   id: promotion-order
#   severity: error
#   soc2: [CC8.1]
#   fix: Promote the version to the environment before this one first (platform promote).
#   passes: "version: 1.1.0 in production, with the digest that integration pins or pinned"
#   fails: "version: 1.1.0 in production, which only development ran, or integration went back from, or with another digest"
satisfied contains "promotion-order" if exempt

satisfied contains "promotion-order" if pinned == input.change.base

satisfied contains "promotion-order" if proved(pinned)

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
# description: A version that answers a share of the requests, or sees them, is as dangerous as one that answers all.
# custom:
#   id: promotion-challengers
#   severity: error
#   soc2: [CC8.1]
#   fix: Promote the version to the environment before this one first (platform promote).
#   passes: "shadow: {version: 1.2.0, digest: …, percent: 100} in production, which integration pins or pinned"
#   fails: "shadow: {version: 1.2.0, digest: …, percent: 100} in production, which only development ran"
satisfied contains "promotion-challengers" if exempt

satisfied contains "promotion-challengers" if {
	pinned
	every other in others {
		is_known(other.pin)
	}
}

deny contains {
	"rule": "promotion-challengers",
	"message": sprintf("%s (%s) %s", [other.pin.version, short(other.pin.digest), reason(other.pin)]),
	"at": other.at,
} if {
	not "promotion-challengers" in satisfied
	some other in others
	not is_known(other.pin)
}

exempt if input.change.action == "removed"

# The first environment: versions come here from training.
exempt if input.change.promotesFrom == null

pinned := pin_of(input.document)

others contains {"pin": pin_of(input.document.experiment.challenger), "at": ["experiment", "challenger"]}

others contains {"pin": pin_of(input.document.shadow), "at": ["shadow"]}

pin_of(thing) := {"version": thing.version, "digest": thing.digest}

is_known(pin) if proved(pin)

is_known(pin) if pin in input.change.ownPins

proved(pin) if {
	pin in input.change.sourcePins
	every left in input.change.sourceLeft {
		left != pin
	}
}

reason(pin) := "cannot be traced: git history is cut short here, so what ran before is unknown" if {
	input.change.historyComplete == false
} else := sprintf("is what %s went back from", [input.change.promotesFrom]) if {
	pin in input.change.sourceLeft
} else := sprintf("is not what %s pins or pinned: there it has another digest", [input.change.promotesFrom]) if {
	some known in input.change.sourcePins
	known.version == pin.version
} else := sprintf("was never pinned in %s", [input.change.promotesFrom])

short(digest) := substring(digest, 0, 19)

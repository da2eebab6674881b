# METADATA
# title: Change freezes
# description: |
#   `change.freezes` holds the windows of the base and of the head, so that a change cannot lift the freeze that stops
#   it. Times are in nanoseconds, and `to` is not part of the window.
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, change]
package platform.freeze

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: No deployment changes during a freeze
# description: |
#   When a failure would cost most, or nobody is at work to repair it, deployments stay as they are. A freeze of the
#   platform or of a tenant stops every environment but the first, where versions are only tried. A freeze of an
#   environment stops that environment. A rollback that changes nothing else is always allowed.
# custom:
#   id: freeze-window
#   severity: error
#   soc2: [CC7.5, CC8.1, A1.2]
#   fix: Wait until the freeze is over, or ask for a waiver.
#   passes: "a new version for production on 5 September, after freeze: [{from: 2026-08-15T00:00:00Z, to: 2026-09-05T00:00:00Z, reason: Back to School}]"
#   fails: "a new version for production on 1 September, in freeze: [{from: 2026-08-15T00:00:00Z, to: 2026-09-05T00:00:00Z, reason: Back to School}]"
#   waivable: true
satisfied contains "freeze-window" if data.lib.rollback.is_plain(input)

satisfied contains "freeze-window" if {
	is_array(input.change.freezes)
	every window in input.change.freezes {
		is_open(window)
	}
}

deny contains {
	"rule": "freeze-window",
	"message": sprintf("%s is frozen until %s: %s", [window.by, moment(window.to), window.reason]),
	"at": ["version"],
} if {
	not "freeze-window" in satisfied
	some window in input.change.freezes
	not is_open(window)
}

is_open(window) if {
	is_number(input.change.now)
	is_number(window.from)
	input.change.now < window.from
}

is_open(window) if {
	is_number(input.change.now)
	is_number(window.to)
	window.to <= input.change.now
}

# Only an environment's own freeze stops the first environment, where versions come from training.
is_open(window) if {
	input.change.promotesFrom == null
	is_string(window.by)
	not startswith(window.by, "environment ")
}

# 2^62 nanoseconds stand for an end that cannot be read.
moment(nanoseconds) := time.format(nanoseconds) if {
	nanoseconds < 4611686018427387904
} else := "further notice"

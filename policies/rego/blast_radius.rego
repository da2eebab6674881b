# METADATA
# title: Blast radius of a change
# description: |
#   The limits are those of the base, so that a change cannot raise its own. `change.deployments` counts the deployments
#   of the environment at the base (`total`), and those that the change adds, changes and removes.
# custom:
#   kinds: [environment]
#   asks: change
#   reads: [change]
package platform.blast_radius

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A change touches no more of an environment than blastRadius allows
# description: |
#   A mistake that reaches few deployments can be seen and undone before it reaches all. A change is denied when it
#   touches more deployments than maxChanged (where that is set), or when it touches more than minResources and at the
#   same time more than maxChangedPercent per cent of them.
# custom:
#   id: blast-radius
#   severity: error
#   soc2: [CC7.5, CC8.1, A1.2]
#   fix: Split the change into several, or ask for a waiver.
#   passes: "12 of 100 deployments change, under blastRadius: {maxChangedPercent: 30, minResources: 10}"
#   fails: "40 of 100 deployments change, under blastRadius: {maxChangedPercent: 30, minResources: 10}"
#   waivable: true
satisfied contains "blast-radius" if is_within(touched, 1)

deny contains {
	"rule": "blast-radius",
	"message": message("changes", touched, 1),
	"at": ["blastRadius"],
} if {
	not "blast-radius" in satisfied
}

# METADATA
# title: A change removes no more than half of what blastRadius allows
# description: |
#   A canary does not show a removal: all requests to a removed model fail at once. A change is denied when it removes
#   more deployments than maxChanged (where that is set), or when it removes more than minResources and at the same time
#   more than half of maxChangedPercent per cent of them.
# custom:
#   id: blast-removals
#   severity: error
#   soc2: [CC7.5, CC8.1, A1.2]
#   fix: Split the change into several, or ask for a waiver.
#   passes: "12 of 100 deployments are removed, under blastRadius: {maxChangedPercent: 30, minResources: 10}"
#   fails: "20 of 100 deployments are removed, under blastRadius: {maxChangedPercent: 30, minResources: 10}"
#   waivable: true
satisfied contains "blast-removals" if is_within(counted.removed, 2)

deny contains {
	"rule": "blast-removals",
	"message": message("removes", counted.removed, 2),
	"at": ["blastRadius"],
} if {
	not "blast-removals" in satisfied
}

counted := input.change.deployments

touched := (counted.added + counted.changed) + counted.removed

limits := input.change.before.blastRadius

# Where nothing runs there is nothing to break: a new environment, or one that is still empty.
is_within(_, _) if {
	counted.total == 0
	counted.changed == 0
	counted.removed == 0
}

is_within(number, part) if {
	is_number(number)
	is_few_enough(number)
	is_small_enough(number, part)
}

is_few_enough(_) if object.get(limits, "maxChanged", null) == null

is_few_enough(number) if {
	is_number(limits.maxChanged)
	number <= limits.maxChanged
}

is_small_enough(number, _) if {
	is_number(limits.minResources)
	number <= limits.minResources
}

is_small_enough(number, part) if {
	is_number(limits.maxChangedPercent)
	(number * 100) * part <= limits.maxChangedPercent * counted.total
}

message(does, number, part) := sprintf("the change %s %v of %v deployments in %s, and at most %v are allowed", [
	does,
	number,
	counted.total,
	environment,
	limits.maxChanged,
]) if {
	environment := input.name
	is_number(limits.maxChanged)
	number > limits.maxChanged
} else := sprintf("the change %s %v of %v deployments in %s, and at most %v are allowed, or %v %%", [
	does,
	number,
	counted.total,
	environment,
	limits.minResources,
	percent,
]) if {
	environment := input.name
	is_number(limits.minResources)
	percent := limits.maxChangedPercent / part
} else := "the base has no blastRadius for this environment, so how much of it may change is not known"

# METADATA
# title: One change touches only so much of an environment
# description: |
#   The limits are those of the base, so that a change cannot raise its own. `change.deployments` counts what was
#   deployed in the environment and what becomes of it.
# custom:
#   kinds: [environment]
#   asks: change
#   reads: [change]
package platform.blast_radius

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: One change touches no larger part of an environment than it allows
# description: |
#   A mistake that reaches few deployments can be seen and undone before it reaches all. A change is refused when it
#   touches more deployments than maxChanged, where that is said, or both more than minResources and more per cent
#   of them than maxChangedPercent.
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
	"message": complaint("changes", touched, 1),
	"at": ["blastRadius"],
} if {
	not "blast-radius" in satisfied
}

# METADATA
# title: One change removes no larger part of an environment than half of what it may change
# description: |
#   A removal cannot be seen in a canary: the requests of a model that is gone just fail. A change is refused when
#   it removes more deployments than maxChanged, where that is said, or both more than minResources and more per
#   cent of them than half of maxChangedPercent.
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
	"message": complaint("removes", counted.removed, 2),
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

complaint(does, number, part) := sprintf("the change %s %v of %v deployments in %s, where %v at once are allowed", [
	does,
	number,
	counted.total,
	environment,
	limits.maxChanged,
]) if {
	environment := input.name
	is_number(limits.maxChanged)
	number > limits.maxChanged
} else := sprintf("the change %s %v of %v deployments in %s, where %v are allowed, or %v %%", [
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
} else := "how much of the environment may change at once cannot be told: the base has no blastRadius for it"

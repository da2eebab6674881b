# METADATA
# title: Semantic versions
# description: |
#   `change` says how the version compares with the one that the base pins: `relation` is new (nothing is pinned), up,
#   same or down; `step` is the part of the version that a step up changes. `ownPins` is everything that the environment
#   pins or pinned; it is absent in a clone without the whole history. `signatureBefore` is the model's signature when
#   the version that is pinned now, or was pinned last, was first pinned. `signatureThen` is the signature when the
#   version that the change pins was first pinned.
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, model, base, change]
package platform.semver

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: Versions go up, and one version is one digest
# description: |
#   Whoever reads 1.4.0 in a log must know which artifact that was, for ever: a version that an environment pinned keeps
#   its digest, challengers and shadows included. A lower version is only a rollback to one that ran there before, also
#   when the deployment was removed in between. A rollback that changes nothing else is always allowed.
# custom:
#   id: semver-order
#   severity: error
#   soc2: [CC8.1]
#   fix: Give the new artifact a new and higher version, or use platform rollback.
#   passes: "version: 1.4.0 becomes version: 1.5.0, or goes back to 1.3.0 with the digest it had there"
#   fails: "version: 1.4.0 becomes version: 1.3.9, or stays 1.4.0 with another digest"
satisfied contains "semver-order" if input.change.action == "removed"

satisfied contains "semver-order" if data.lib.rollback.is_plain(input)

satisfied contains "semver-order" if {
	goes_forward
	count(pins) == count(expected_pins)
	every pin in pins {
		has_one_digest(pin)
	}
}

deny contains {"rule": "semver-order", "message": message, "at": ["version"], "fix": direction_fix} if {
	not "semver-order" in satisfied
	not goes_forward
	message := direction
}

deny contains {
	"rule": "semver-order",
	"message": sprintf("version %s was pinned here with another digest before: a version keeps its digest", [pin.version]),
	"at": at,
	"fix": sprintf("If the digest is a slip, write %s; give a new artifact a new and higher version.", [digest]),
} if {
	not "semver-order" in satisfied
	goes_forward
	some at, pin in pins
	digests := sort({other.digest | some other in pins_on_record; not is_consistent(pin, other)})
	digest := concat(" or ", digests)
	digest != ""
}

# The version stays the same, which no history is needed for.
goes_forward if pin_of(input.document) == input.change.base

goes_forward if input.change.isRollback == true

goes_forward if {
	input.change.relation == "up"
	is_array(input.change.ownPins)
}

goes_forward if {
	input.change.relation == "new"
	every own in input.change.ownPins {
		semver.compare(input.document.version, own.version) >= 0
	}
}

# The same version with another digest is denied below, with a message of its own.
goes_forward if {
	input.change.relation == "same"
	is_array(input.change.ownPins)
	input.change.base.version == input.document.version
}

direction := "this clone lacks part of the git history (run `git fetch --unshallow`), so whether this version goes up is unknown" if {
	input.change.historyComplete == false
} else := sprintf("version %s is lower than %s and never ran here, so this is not a rollback", [
	input.document.version,
	input.change.base.version,
]) if {
	input.change.relation == "down"
} else := sprintf("version %s is lower than one that ran here, and never ran here itself", [input.document.version]) if {
	input.change.relation == "new"
} else := sprintf("how version %s compares with the one that runs is unknown", [input.document.version])

direction_fix := "Run `git fetch --unshallow` and check again." if {
	input.change.historyComplete == false
} else := "Write a higher version; to go back to one that ran here, use platform rollback."

pins[["version"]] := pin_of(input.document)

pins[["experiment", "challenger", "version"]] := pin_of(input.document.experiment.challenger)

pins[["shadow", "version"]] := pin_of(input.document.shadow)

expected_pins contains "document"

expected_pins contains "challenger" if object.get(input.document, "experiment", null) != null

expected_pins contains "shadow" if object.get(input.document, "shadow", null) != null

pin_of(thing) := {"version": thing.version, "digest": thing.digest}

has_one_digest(pin) if {
	every other in pins_on_record {
		is_consistent(pin, other)
	}
}

is_consistent(pin, other) if pin.version != other.version

is_consistent(pin, other) if pin.digest == other.digest

pins_on_record contains pin if some pin in pins

pins_on_record contains pin if some pin in input.change.ownPins

pins_on_record contains input.change.base if input.change.base != null

# METADATA
# title: A signature change that breaks callers takes a major version
# description: |
#   Callers rely on the inputs and outputs. An input that is added, removed or changed breaks them, and so does an
#   output that is removed or changed; a new output does not. Challengers and shadows get the same requests, so a new
#   one needs the same major version. A rollback is allowed when the signature stays as it is, or becomes what it was
#   when the version was first pinned.
# custom:
#   id: semver-signature
#   severity: error
#   soc2: [CC8.1]
#   fix: Give the version the next major number, or keep the signature.
#   passes: "version: 1.4.0 becomes version: 2.0.0 with an input of another shape, or 1.5.0 with one more output"
#   fails: "version: 1.4.0 becomes version: 1.5.0 with an input of another shape"
satisfied contains "semver-signature" if input.change.action == "removed"

satisfied contains "semver-signature" if {
	data.lib.rollback.is_plain(input)
	keeps_signature
}

satisfied contains "semver-signature" if data.lib.rollback.is_first(input)

satisfied contains "semver-signature" if is_compatible

satisfied contains "semver-signature" if {
	count(pins) == count(expected_pins)
	every place, pin in pins {
		is_compatible_pin(place, pin)
	}
}

deny contains {"rule": "semver-signature", "message": reason, "at": place} if {
	not "semver-signature" in satisfied
	some place, pin in pins
	not is_compatible_pin(place, pin)
}

is_compatible_pin(["version"], pin) if pin == input.change.base

is_compatible_pin(["version"], _) if is_major_step

is_compatible_pin(["version"], _) if {
	input.change.isRollback == true
	keeps_signature
}

is_compatible_pin(["experiment", "challenger", "version"], pin) if pin == pin_of(input.change.before.experiment.challenger)

is_compatible_pin(["shadow", "version"], pin) if pin == pin_of(input.change.before.shadow)

is_compatible_pin(place, pin) if {
	place != ["version"]
	is_of_same_major(pin)
	pin in input.change.ownPins
}

is_compatible_pin(place, pin) if {
	place != ["version"]
	is_of_same_major(pin)
	is_major_step
}

is_major_step if {
	input.change.relation in {"up", "new"}
	input.change.step == "major"
}

# A rollback leaves the signature as it is, or restores the one that its version had when it was first pinned.
keeps_signature if input.model.signature == input.base.model.signature

keeps_signature if input.model.signature == input.change.signatureThen

is_of_same_major(pin) if split(pin.version, ".")[0] == split(input.document.version, ".")[0]

is_compatible if {
	before := input.change.signatureBefore
	named(before.inputs) == named(after.inputs)
	outputs := named(after.outputs)
	every name, tensor in named(before.outputs) {
		outputs[name] == tensor
	}
}

# The signature of the version: as it was when the version was first pinned, since the model may have changed since. A
# change that touches the model's signature is judged by the new one.
after := input.change.signatureThen if {
	input.model.signature == input.base.model.signature
} else := input.model.signature

# Tensors by name; undefined when two have the same name.
named(tensors) := by_name if {
	count({tensor.name | some tensor in tensors}) == count(tensors)
	by_name := {tensor.name: tensor | some tensor in tensors}
}

reason := "the signature of the version that is pinned now is unknown, so only a major version may follow it" if {
	input.change.hasSignatureBefore != true
} else := sprintf("the signature breaks its callers: %s", [concat(", ", sort(differences))]) if {
	count(differences) > 0
} else := "the signature breaks its callers"

differences contains sprintf("%s %s %s", [direction_of, name, what]) if {
	some key, direction_of in {"inputs": "input", "outputs": "output"}
	before := named(input.change.signatureBefore[key])
	now := named(after[key])
	some name, tensor in before
	what := difference(tensor, object.get(now, name, null))
}

differences contains sprintf("input %s is new", [name]) if {
	before := named(input.change.signatureBefore.inputs)
	some name, _ in named(after.inputs)
	not name in object.keys(before)
}

difference(_, after) := "is gone" if after == null

difference(before, after) := "has changed" if {
	after != null
	before != after
}

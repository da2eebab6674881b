# METADATA
# title: Version numbers mean what they say
# description: |
#   `change` says how the version compares with the one that the base pins: `relation` is new (nothing is pinned), up,
#   same or down, `step` the part of the version that a step up changes. `ownPins` is everything that the environment
#   pins or pinned, and not there in a clone without its whole history. `signatureBefore` is the model's signature
#   when the present version, or where nothing runs the last one, was pinned first, and `signatureThen` when the version
#   that the change pins was.
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, model, base, change]
package platform.semver

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: Versions go up, and one version is one digest
# description: |
#   Who reads 1.4.0 in a log must know which bytes it was, for ever: a version that an environment pinned keeps its
#   digest, challengers and shadows included. Going back is a rollback to what ran there before, also
#   by way of removing the deployment first. A rollback that changes nothing else is always open.
# custom:
#   id: semver-order
#   severity: error
#   soc2: [CC8.1]
#   fix: Give the new bytes a new and higher version, or use platform rollback to go back.
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

deny contains {"rule": "semver-order", "message": message, "at": ["version"]} if {
	not "semver-order" in satisfied
	not goes_forward
	message := direction
}

deny contains {
	"rule": "semver-order",
	"message": sprintf("version %s has another digest here already: one version is one digest", [pin.version]),
	"at": at,
} if {
	not "semver-order" in satisfied
	goes_forward
	some at, pin in pins
	not has_one_digest(pin)
}

# Nothing changes about the version: no history is needed to say so.
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

# The same version with another digest is no step: it is stopped below, with its own message.
goes_forward if {
	input.change.relation == "same"
	is_array(input.change.ownPins)
	input.change.base.version == input.document.version
}

direction := "git history is cut short here, so whether this version goes up is unknown" if {
	input.change.historyComplete == false
} else := sprintf("version %s is below %s and never ran here, so it is no rollback", [
	input.document.version,
	input.change.base.version,
]) if {
	input.change.relation == "down"
} else := sprintf("version %s is below one that ran here and never ran here itself", [input.document.version]) if {
	input.change.relation == "new"
} else := sprintf("how version %s compares with the one that runs is unknown", [input.document.version])

pins[["version"]] := pin_of(input.document)

pins[["experiment", "challenger", "version"]] := pin_of(input.document.experiment.challenger)

pins[["shadow", "version"]] := pin_of(input.document.shadow)

expected_pins contains "document"

expected_pins contains "challenger" if object.get(input.document, "experiment", null) != null

expected_pins contains "shadow" if object.get(input.document, "shadow", null) != null

pin_of(thing) := {"version": thing.version, "digest": thing.digest}

has_one_digest(pin) if {
	every other in known {
		is_no_rival(pin, other)
	}
}

is_no_rival(pin, other) if pin.version != other.version

is_no_rival(pin, other) if pin.digest == other.digest

known contains pin if some pin in pins

known contains pin if some pin in input.change.ownPins

known contains input.change.base if input.change.base != null

# METADATA
# title: A signature that breaks its callers takes a major version
# description: |
#   Callers rely on what goes in and what comes out. An input that comes, goes or changes breaks them, and so does an
#   output that goes or changes; one that comes does not. Challengers and shadows get the same requests, so a new one
#   needs the same, or to come with a version of its own major step. A rollback is open
#   while the signature stays, or becomes what it was when its version was pinned first.
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
	is_left_alone
}

satisfied contains "semver-signature" if data.lib.rollback.is_first(input)

satisfied contains "semver-signature" if is_compatible

satisfied contains "semver-signature" if {
	count(pins) == count(expected_pins)
	every place, pin in pins {
		is_fitting(place, pin)
	}
}

deny contains {"rule": "semver-signature", "message": reason, "at": place} if {
	not "semver-signature" in satisfied
	some place, pin in pins
	not is_fitting(place, pin)
}

is_fitting(["version"], pin) if pin == input.change.base

is_fitting(["version"], _) if is_major_step

is_fitting(["version"], _) if {
	input.change.isRollback == true
	is_left_alone
}

is_fitting(["experiment", "challenger", "version"], pin) if pin == pin_of(input.change.before.experiment.challenger)

is_fitting(["shadow", "version"], pin) if pin == pin_of(input.change.before.shadow)

is_fitting(place, pin) if {
	place != ["version"]
	is_of_same_major(pin)
	pin in input.change.ownPins
}

is_fitting(place, pin) if {
	place != ["version"]
	is_of_same_major(pin)
	is_major_step
}

is_major_step if {
	input.change.relation in {"up", "new"}
	input.change.step == "major"
}

# A rollback leaves the signature as it is, or brings back the one that its version had when it was pinned first.
is_left_alone if input.model.signature == input.base.model.signature

is_left_alone if input.model.signature == input.change.signatureThen

is_of_same_major(pin) if split(pin.version, ".")[0] == split(input.document.version, ".")[0]

is_compatible if {
	before := input.change.signatureBefore
	named(before.inputs) == named(after.inputs)
	outputs := named(after.outputs)
	every name, tensor in named(before.outputs) {
		outputs[name] == tensor
	}
}

# The signature of the version: what the model says, or said when the version was pinned first, as the model may have
# gone on since then. A change that touches the model's signature is held to what it makes of it.
after := input.change.signatureThen if {
	input.model.signature == input.base.model.signature
} else := input.model.signature

# Tensors by name; two of one name are no signature.
named(tensors) := found if {
	count({tensor.name | some tensor in tensors}) == count(tensors)
	found := {tensor.name: tensor | some tensor in tensors}
}

reason := "what the signature was when the present version was pinned is unknown, so only a major version may follow" if {
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

difference(before, after) := "is another" if {
	after != null
	before != after
}

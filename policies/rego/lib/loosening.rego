# METADATA
# title: What becomes looser about a model
# description: |
#   A promise, a gate or a look at the model that goes or asks for less. What cannot be compared has the right type in no
#   document, and is left to the schema.
package lib.loosening

# {"at": path, "message": sentence} for each key of a model's document that is looser than before.
of_model(before, after) := (removed(before, after) | changed(before, after)) | gates(before, after)

# Where less is looser; what a document does not say has a default.
less := {["slo", "availability"], ["monitoring", "sampleRate"], ["validation", "rows"]}

# Where more is looser.
more := {["slo", "latencyP99Ms"], ["monitoring", "drift", "threshold"]}

default_of := {["critical"]: false, ["validation", "rows"]: 1000}

# A part that goes takes what is in it along, and is named once.
parts := [["slo"], ["slo", "availability"], ["monitoring"], ["monitoring", "drift"], ["monitoring", "sampleRate"], ["validation"]]

removed(before, after) := {entry |
	some part in parts
	value(before, part) != null
	value(after, part) == null
	value(after, array.slice(part, 0, count(part) - 1)) != null
	entry := {"at": part, "message": sprintf("%s is removed", [concat(".", part)])}
}

changed(before, after) := {entry |
	some path, words in changes(before, after)
	entry := {
		"at": path,
		"message": sprintf("%s goes from %s to %s", [concat(".", path), words[0], words[1]]),
	}
}

changes(before, after) := object.union(numbers(before, after), choices(before, after))

numbers(before, after) := {path: words |
	some path in (less | more)
	old := value(before, path)
	new := value(after, path)
	is_number(old)
	is_number(new)
	is_looser(path, old, new)
	words := [data.lib.number.text(old), data.lib.number.text(new)]
}

is_looser(path, old, new) if {
	path in less
	new < old
}

is_looser(path, old, new) if {
	path in more
	new > old
}

# Switched off, or measured on another sample.
choices(before, after) := {path: words |
	some path, loose in {
		["critical"]: [false],
		["monitoring", "requestLog"]: ["off"],
		["validation", "dataset"]: [],
	}
	old := value(before, path)
	new := value(after, path)
	old != null
	old != new
	is_loose(new, loose)
	words := [sprintf("%v", [old]), sprintf("%v", [new])]
}

is_loose(new, loose) if new in loose

is_loose(new, loose) if {
	loose == []
	new != null
}

gates(before, after) := {entry |
	some gate in data.lib.gates.weakened(object.get(before, "gates", {}), object.get(after, "gates", {}))
	entry := {"at": gate.at, "message": gate.message}
}

value(document, path) := found if {
	found := object.get(document, path, object.get(default_of, [path], null))
	is_inside(document, path)
} else := null

# A default stands only where the part that it belongs to is there.
is_inside(_, path) if count(path) < 2

is_inside(document, path) if is_object(object.get(document, path[0], null))

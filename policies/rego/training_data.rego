# METADATA
# title: What a version was trained on is never rewritten
# description: |
#   `change.before` is the deployment at the base, and `change.first` what it was when any environment pinned this
#   version first. Everything that protects data goes by what the model says it reads, and that covers from.data.
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, model, datasets, base, change]
package platform.training_data

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A version keeps the data that it was trained on
# description: |
#   A version that was trained on personal data stays so: while version and digest stay, from.data names all the data
#   sets that it named, with their digests, or a data set of the same bytes under its new name. A version that is pinned for the
#   first time says what it was trained on, and wherever it goes from there it was the same.
# custom:
#   id: origin-kept
#   severity: error
#   soc2: [CC6.1, CC8.1, P4.1]
#   fix: Leave from.data as it was; a version that was trained on other data is another version.
#   passes: "from: {data: {clinic/biopsies: sha256:…}} with version: 1.1.0, before and after"
#   fails: "from: {} in place of from: {data: {clinic/biopsies: sha256:…}} while version: 1.1.0 stays"
satisfied contains "origin-kept" if input.change.action == "removed"

satisfied contains "origin-kept" if {
	input.change.action in {"added", "changed"}
	is_as_before
	is_as_at_first
}

deny contains {
	"rule": "origin-kept",
	"message": "this version was trained on other data than from.data says now",
	"at": ["from"],
} if {
	not "origin-kept" in satisfied
	known
}

deny contains {
	"rule": "origin-kept",
	"message": "from.data does not say what this version was trained on",
	"at": ["from"],
} if {
	not "origin-kept" in satisfied
	not known
}

said := data_of(input.document)

data_of(document) := value if {
	is_object(document)
	value := object.get(document, ["from", "data"], {})
	is_object(value)
} else := {}

# What was said of this version before, if anything was.
known if first != {}

known if {
	stays
	data_of(input.change.before) != {}
}

stays if pin_of(input.document) == input.change.base

pin_of(thing) := {"version": thing.version, "digest": thing.digest}

is_as_before if not stays

is_as_before if {
	every name, digest in data_of(input.change.before) {
		is_said(name, digest)
	}
}

is_said(name, digest) if said[name] == digest

# A data set under a new name.
is_said(name, digest) if {
	some other, same in said
	same == digest
	input.base.datasets[name].digest == input.datasets[other].digest
}

# Names may have changed since then.
is_as_at_first if {
	first != {}
	{digest | some digest in first} - {digest | some digest in said} == set()
}

is_as_at_first if {
	first == {}
	is_told
}

first := data_of(object.get(input.change, "first", {}))

is_told if said != {}

# What runs and never said it may run on.
is_told if stays

is_told if input.model.data.datasets == []

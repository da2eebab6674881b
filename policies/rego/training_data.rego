# METADATA
# title: Training data of a version
# description: |
#   `change.before` is the deployment at the base, and `change.first` is the deployment with which any environment
#   pinned this version first. The rules that protect data go by the data sets of the model, and those cover from.data.
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, model, datasets, base, change]
package platform.training_data

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A version keeps the data that it was trained on
# description: |
#   A version that was trained on personal data always was: while version and digest stay the same, from.data keeps
#   naming the same data sets with the same digests. A data set may be named anew when the file is the same. A version
#   that is pinned for the first time says what it was trained on, and says the same in every later environment.
# custom:
#   id: origin-kept
#   severity: error
#   soc2: [CC6.1, CC8.1, P4.1]
#   fix: Restore from.data; a version that was trained on other data is a different version.
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
	is_on_record
}

deny contains {
	"rule": "origin-kept",
	"message": "from.data does not say what this version was trained on",
	"at": ["from"],
} if {
	not "origin-kept" in satisfied
	not is_on_record
}

declared := data_of(input.document)

data_of(document) := value if {
	is_object(document)
	value := object.get(document, ["from", "data"], {})
	is_object(value)
} else := {}

# True when an earlier commit says what this version was trained on.
is_on_record if first != {}

is_on_record if {
	stays
	data_of(input.change.before) != {}
}

stays if pin_of(input.document) == input.change.base

pin_of(thing) := {"version": thing.version, "digest": thing.digest}

is_as_before if not stays

is_as_before if {
	every name, digest in data_of(input.change.before) {
		is_declared(name, digest)
	}
}

is_declared(name, digest) if declared[name] == digest

# A data set under a new name.
is_declared(name, digest) if {
	some other, same in declared
	same == digest
	input.base.datasets[name].digest == input.datasets[other].digest
}

# Names may have changed since then, so only digests are compared.
is_as_at_first if {
	first != {}
	{digest | some digest in first} - {digest | some digest in declared} == set()
}

is_as_at_first if {
	first == {}
	has_training_data
}

first := data_of(object.get(input.change, "first", {}))

has_training_data if declared != {}

# A version that is pinned already may stay without from.data.
has_training_data if stays

has_training_data if input.model.data.datasets == []

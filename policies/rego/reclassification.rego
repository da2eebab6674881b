# METADATA
# title: Reclassification of data
# description: |
#   `base.duplicates` holds the other data sets of the base with the same digest or location as this one. `change.past`
#   holds what documents in all of history last said about data that is new to this one: data that is declared again
#   after its document was deleted keeps its classification.
# custom:
#   kinds: [dataset]
#   asks: change
#   reads: [document, base, change]
package platform.reclassification

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: No classification is lowered
# description: |
#   Encryption, clearance, approvals and logging all depend on the classification, so lowering it switches them off.
#   That takes a waiver, which is reviewed separately. The same holds for columns: none is lowered, and none is removed
#   while a less sensitive one is added, which may be the same column under another name. While the digest stays the
#   same, no sensitive column is removed. A deleted document still counts when its path, digest or location is used
#   again.
# custom:
#   id: classification-lowered
#   severity: error
#   soc2: [CC6.1, C1.1]
#   fix: Keep the classification; where the data did change, add a waiver, or drop a column in one pull request and add the other in the next.
#   passes: "classification: internal becomes classification: pii, or a pii column is dropped and the digest is new"
#   fails: "classification: pii becomes classification: internal, or column email (pii) becomes contact (internal)"
#   waivable: true
satisfied contains "classification-lowered" if input.change.action == "removed"

satisfied contains "classification-lowered" if {
	input.change.action == "added"
	is_as_sensitive_as_twins
	is_as_sensitive_as_ever
}

satisfied contains "classification-lowered" if {
	input.change.action == "changed"
	is_as_sensitive_as_before
	is_as_sensitive_as_twins
	is_as_sensitive_as_ever
	columns_keep_their_classification
}

deny contains {
	"rule": "classification-lowered",
	"message": sprintf("the classification goes from %s to %s", [
		data.lib.sensitivity.declared(before),
		data.lib.sensitivity.declared(input.document),
	]),
	"at": ["classification"],
} if {
	is_lowered
	not is_as_sensitive_as_before
}

deny contains {
	"rule": "classification-lowered",
	"message": sprintf("at the base, %s %s and is classified %s, and here it is %s", [
		name,
		data.lib.sensitivity.likeness(twin),
		data.lib.sensitivity.declared(twin),
		data.lib.sensitivity.declared(input.document),
	]),
	"at": ["classification"],
} if {
	not "classification-lowered" in satisfied
	some name, twin in twins_before
	not is_as_sensitive_as(twin)
}

deny contains {
	"rule": "classification-lowered",
	"message": sprintf("in an earlier commit, %s classified the same data as %s, and here it is %s", [
		object.get(earlier, "name", "a data set"),
		data.lib.sensitivity.of(earlier),
		data.lib.sensitivity.declared(input.document),
	]),
	"at": ["classification"],
} if {
	not "classification-lowered" in satisfied
	some earlier in past
	not is_as_sensitive_as_earlier(earlier)
}

deny contains {
	"rule": "classification-lowered",
	"message": "this clone lacks part of the git history (run `git fetch --unshallow`), so how this data was classified before is unknown",
	"at": ["classification"],
} if {
	not "classification-lowered" in satisfied
	not is_as_sensitive_as_ever
	not past
}

deny contains {
	"rule": "classification-lowered",
	"message": sprintf("column %s goes from %s to %s", [
		name,
		data.lib.sensitivity.declared(columns_before[name]),
		data.lib.sensitivity.declared(columns[name]),
	]),
	"at": ["columns", name, "classification"],
} if {
	is_lowered
	some name, _ in columns_before
	not keeps_its_classification(name)
}

deny contains {
	"rule": "classification-lowered",
	"message": sprintf("fewer columns than before are %s or above, %s", [class, why]),
	"at": ["columns"],
} if {
	is_lowered
	some class in classes
	not keeps_its_number(class)
}

is_lowered if {
	input.change.action == "changed"
	not "classification-lowered" in satisfied
}

is_as_sensitive_as_before if is_as_sensitive_as(before)

is_as_sensitive_as_twins if {
	every twin in twins_before {
		is_as_sensitive_as(twin)
	}
}

# Data that was deleted keeps its classification when it is declared again.
is_as_sensitive_as_ever if input.document.classification == "pii"

is_as_sensitive_as_ever if {
	every earlier in past {
		is_as_sensitive_as_earlier(earlier)
	}
}

is_as_sensitive_as_ever if {
	input.change.action == "changed"
	every key in ["digest", "location"] {
		input.document[key] == before[key]
	}
}

is_as_sensitive_as_earlier(earlier) if {
	data.lib.sensitivity.covers(input.document.classification, data.lib.sensitivity.of(earlier))
}

# Undefined where the clone lacks part of the history.
past := input.change.past

is_as_sensitive_as(other) if {
	data.lib.sensitivity.covers(input.document.classification, data.lib.sensitivity.declared(other))
}

twins_before := input.base.duplicates

columns := object.get(input.document, "columns", {})

columns_before := value if {
	value := object.get(before, "columns", {})
	is_object(value)
} else := {}

# What cannot be read at the base counts as the most sensitive.
before := input.change.before if {
	is_object(input.change.before)
} else := {}

columns_keep_their_classification if {
	columns == columns_before
} else if {
	every name, _ in columns_before {
		keeps_its_classification(name)
	}
	every class in classes {
		keeps_its_number(class)
	}
}

keeps_its_classification(name) if not name in object.keys(columns)

keeps_its_classification(name) if {
	classification := data.lib.sensitivity.declared(columns_before[name])
	data.lib.sensitivity.covers(columns[name].classification, classification)
}

classes := ["internal", "confidential", "pii"]

# There may be fewer columns of a class when the data is new and no less sensitive column is added.
keeps_its_number(class) if number_of(columns, class) >= number_of(columns_before, class)

keeps_its_number(class) if {
	input.document.digest != before.digest
	every name in object.keys(columns) - object.keys(columns_before) {
		data.lib.sensitivity.covers(columns[name].classification, class)
	}
}

# How many columns are of a class or above; a column with an unknown classification counts.
number_of(some_columns, class) := count(some_columns) - count([1 |
	some column in some_columns
	column.classification in below[class]
])

below := {
	"internal": {"public"},
	"confidential": {"public", "internal"},
	"pii": {"public", "internal", "confidential"},
}

why := "although the data is the same" if {
	input.document.digest == before.digest
} else := "and a less sensitive one is new: is it the same column under another name?"

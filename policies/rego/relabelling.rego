# METADATA
# title: Data does not become harmless by a change of labels
# description: |
#   `base.duplicates` holds the other data sets that the base had with the same digest or place as this one, `change.past`
#   what documents said last, in all of history, of data that is new to this one: data that goes in one file, be it
#   long ago, and comes back in another is judged by what it was.
# custom:
#   kinds: [dataset]
#   asks: change
#   reads: [document, base, change]
package platform.relabelling

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: No classification is lowered
# description: |
#   Encryption, clearance, approvals and logging all go by the classification, so lowering it switches them off. It
#   takes a waiver, which is reviewed by itself. Columns count too: none is lowered, and none goes while a less
#   sensitive one comes, which may be the same under another name. Bytes that are the same keep all they held, and a
#   document that was deleted counts when its path, its bytes or its place come again.
# custom:
#   id: classification-lowered
#   severity: error
#   soc2: [CC6.1, C1.1]
#   fix: Keep the classification; where the data did change, say so in a waiver, or drop a column in one pull request and add the other in the next.
#   passes: "classification: internal becomes classification: pii, or a pii column is dropped with new bytes"
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
	columns_keep_their_class
}

deny contains {
	"rule": "classification-lowered",
	"message": sprintf("the data set goes from %s to %s", [
		data.lib.sensitivity.declared(before),
		data.lib.sensitivity.declared(input.document),
	]),
	"at": ["classification"],
} if {
	is_in_doubt
	not is_as_sensitive_as_before
}

deny contains {
	"rule": "classification-lowered",
	"message": sprintf("%s held the same data as %s, and here it is %s", [
		name,
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
	"message": sprintf("%s of an earlier commit held the same data as %s, and here it is %s", [
		object.get(earlier, "name", "a data set"),
		data.lib.sensitivity.of(earlier),
		data.lib.sensitivity.declared(input.document),
	]),
	"at": ["classification"],
} if {
	not "classification-lowered" in satisfied
	some earlier in past
	not is_as_sensitive_as_was(earlier)
}

deny contains {
	"rule": "classification-lowered",
	"message": "git history is cut short here, so how this data was classified before is unknown",
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
	is_in_doubt
	some name, _ in columns_before
	not keeps_its_class(name)
}

deny contains {
	"rule": "classification-lowered",
	"message": sprintf("fewer columns than before are %s or above, %s", [class, why]),
	"at": ["columns"],
} if {
	is_in_doubt
	some class in classes
	not keeps_its_number(class)
}

is_in_doubt if {
	input.change.action == "changed"
	not "classification-lowered" in satisfied
}

is_as_sensitive_as_before if is_as_sensitive_as(before)

is_as_sensitive_as_twins if {
	every twin in twins_before {
		is_as_sensitive_as(twin)
	}
}

# Data that was deleted, and comes again, is what it was.
is_as_sensitive_as_ever if input.document.classification == "pii"

is_as_sensitive_as_ever if {
	every earlier in past {
		is_as_sensitive_as_was(earlier)
	}
}

is_as_sensitive_as_ever if {
	input.change.action == "changed"
	every key in ["digest", "location"] {
		input.document[key] == before[key]
	}
}

is_as_sensitive_as_was(earlier) if {
	data.lib.sensitivity.covers(input.document.classification, data.lib.sensitivity.of(earlier))
}

# Not there where history is cut short.
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

columns_keep_their_class if {
	columns == columns_before
} else if {
	every name, _ in columns_before {
		keeps_its_class(name)
	}
	every class in classes {
		keeps_its_number(class)
	}
}

keeps_its_class(name) if not name in object.keys(columns)

keeps_its_class(name) if {
	was := data.lib.sensitivity.declared(columns_before[name])
	data.lib.sensitivity.covers(columns[name].classification, was)
}

classes := ["internal", "confidential", "pii"]

# Fewer columns of a class are no trick where the bytes are new and nothing less sensitive comes in their place.
keeps_its_number(class) if number_of(columns, class) >= number_of(columns_before, class)

keeps_its_number(class) if {
	input.document.digest != before.digest
	every name in object.keys(columns) - object.keys(columns_before) {
		data.lib.sensitivity.covers(columns[name].classification, class)
	}
}

# How many columns are of a class or above; one that says nothing we know is.
number_of(some_columns, class) := count(some_columns) - count([1 |
	some column in some_columns
	column.classification in below[class]
])

below := {
	"internal": {"public"},
	"confidential": {"public", "internal"},
	"pii": {"public", "internal", "confidential"},
}

why := "and the bytes are the same" if {
	input.document.digest == before.digest
} else := "and a less sensitive one comes: is it the same under another name?"

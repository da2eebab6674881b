# METADATA
# title: How sensitive data is
# description: |
#   A missing or unknown classification counts as the most sensitive, so that a gap in a document never lowers the bar.
#   Functions are called by their full name, `data.lib.sensitivity.of(…)`: the embedded engine calls none through an
#   import.
package lib.sensitivity

# The classifications from the least to the most sensitive, with their rank.
ranks := {"public": 0, "internal": 1, "confidential": 2, "pii": 3}

classifications := {"public", "internal", "confidential", "pii"}

# How sensitive a data set is: as its own classification, or as its most sensitive column when that is higher.
of(dataset) := "pii" if {
	dataset.classification == "pii"
} else := highest(columns | {declared(dataset)}) if {
	columns := declared_by_columns(dataset)
}

# The most sensitive classification among the columns of a data set.
of_columns(dataset) := highest(declared_by_columns(dataset))

# How a data set is the same data as another one, in words: `sharedRows` is there where only the rows say so.
likeness(twin) := sprintf("has the same rows (%v percent of the smaller of the two)", [twin.sharedRows]) if {
	is_number(twin.sharedRows)
} else := "is the same data"

# The classification that a data set or a column declares for itself.
declared(thing) := object.get(thing, "classification", "undeclared")

# True when a clearance, or the classification of something else, is at least as high as a classification.
covers(clearance, classification) if rank(classification) <= ranks[clearance]

# How sensitive a classification is, from 0.
rank(classification) := number if {
	number := ranks[classification]
} else := 3

# Calls no function for each column: data sets have many columns, and each call costs.
declared_by_columns(dataset) := declared_classes if {
	columns := object.get(dataset, "columns", {})
	is_object(columns)
	declared_classes := {object.get(column, "classification", "undeclared") | some column in columns}
}

highest(classes) := "pii" if {
	"pii" in classes
} else := "pii" if {
	count(classes - classifications) > 0
} else := "confidential" if {
	"confidential" in classes
} else := "internal" if {
	"internal" in classes
} else := "public"

# METADATA
# title: How sensitive data is
# description: |
#   What carries no classification that we know counts as the most sensitive, so that a gap in a document
#   never lowers the bar. Functions are called by their full name, `data.lib.sensitivity.of(…)`: the
#   embedded engine calls none through an import.
package lib.sensitivity

# From the least to the most sensitive, and the place of each in this order.
ranks := {"public": 0, "internal": 1, "confidential": 2, "pii": 3}

known := {"public", "internal", "confidential", "pii"}

# What a data set amounts to: its own classification, or that of its most sensitive column when that is higher.
of(dataset) := "pii" if {
	dataset.classification == "pii"
} else := highest(said | {declared(dataset)}) if {
	said := said_of_columns(dataset)
}

# The most sensitive classification among the columns of a data set.
of_columns(dataset) := highest(said_of_columns(dataset))

# The classification that a data set or a column declares for itself.
declared(thing) := object.get(thing, "classification", "undeclared")

# Whether a clearance, or the classification of one thing, reaches up to a classification.
covers(clearance, classification) if rank(classification) <= ranks[clearance]

# How sensitive a classification is, from 0.
rank(classification) := place if {
	place := ranks[classification]
} else := 3

# Written without a call in it: data sets have many columns, and each call costs.
said_of_columns(dataset) := said if {
	columns := object.get(dataset, "columns", {})
	is_object(columns)
	said := {object.get(column, "classification", "undeclared") | some column in columns}
}

highest(said) := "pii" if {
	"pii" in said
} else := "pii" if {
	count(said - known) > 0
} else := "confidential" if {
	"confidential" in said
} else := "internal" if {
	"internal" in said
} else := "public"

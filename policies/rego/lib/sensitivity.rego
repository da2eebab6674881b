# METADATA
# title: How sensitive data is
# description: |
#   What carries no classification that we know counts as the most sensitive, so that a gap in a document
#   never lowers the bar. Functions are called by their full name, `data.lib.sensitivity.of(…)`: the
#   embedded engine calls none through an import.
package lib.sensitivity

# From the least to the most sensitive: a place in this list is a rank.
classifications := ["public", "internal", "confidential", "pii"]

# What a data set amounts to: its own classification, or that of its most sensitive column when that is higher.
of(dataset) := classifications[max({rank(declared(dataset)), rank(of_columns(dataset))})]

# The most sensitive classification among the columns of a data set.
of_columns(dataset) := classifications[max({0} | {rank(declared(column)) | some column in object.get(dataset, "columns", {})})]

# The classification that a data set or a column declares for itself.
declared(thing) := object.get(thing, "classification", "undeclared")

# Whether a clearance reaches up to a classification.
covers(clearance, classification) if {
	clearance in classifications
	rank(classification) <= rank(clearance)
}

# How sensitive a classification is, from 0.
rank(classification) := place if {
	some place, name in classifications
	name == classification
} else := count(classifications) - 1

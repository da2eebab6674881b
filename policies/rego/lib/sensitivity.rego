# METADATA
# title: How sensitive data is
# description: |
#   Ranks data sets by their classification. What carries no classification that we know counts as the most
#   sensitive, so that a gap in a document never lowers the bar.
package lib.sensitivity

ranks := {"public": 0, "internal": 1, "confidential": 2, "pii": 3}

# The rank of a data set: its own, or that of its most sensitive column when that is higher.
rank(dataset) := max({declared_rank(dataset)} | column_ranks(dataset))

# The rank that a data set or a column declares for itself.
declared_rank(thing) := object.get(ranks, object.get(thing, "classification", "pii"), ranks.pii)

column_ranks(dataset) := {declared_rank(column) | some column in object.get(dataset, "columns", {})}

# The classification that a data set amounts to, as a word.
classification(dataset) := name if {
	some name, value in ranks
	value == rank(dataset)
}

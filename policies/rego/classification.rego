# METADATA
# title: Classification of data sets
# description: |
#   `duplicates` are the other data sets, by name, that are the same data: with the same digest, or at, around or within
#   the same location; or with many of the same rows, where `sharedRows` is their share in percent.
# custom:
#   kinds: [dataset]
#   asks: state
#   reads: [document, duplicates]
package platform.classification

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A data set is at least as sensitive as its most sensitive column
# description: All protection depends on the classification of the data set, so no column may be more sensitive.
# custom:
#   id: classification-covers-columns
#   severity: error
#   soc2: [CC6.1, C1.1]
#   fix: Raise the classification of the data set, or drop the column.
#   passes: "classification: pii with columns: {email: {type: string, classification: pii}}"
#   fails: "classification: public with columns: {email: {type: string, classification: pii}}"
satisfied contains "classification-covers-columns" if {
	data.lib.sensitivity.of(input.document) == input.document.classification
}

deny contains {
	"rule": "classification-covers-columns",
	"message": sprintf("the data set is classified %s and holds %s columns", [
		data.lib.sensitivity.declared(input.document),
		data.lib.sensitivity.of_columns(input.document),
	]),
	"at": ["classification"],
} if {
	not "classification-covers-columns" in satisfied
}

# METADATA
# title: The same data is classified the same
# description: |
#   Declaring data a second time does not make it less sensitive: a data set is at least as sensitive as every other
#   one, of any tenant, with the same digest, or at, around or within the same location, or with the same rows: whatever
#   their order, the order of the columns, the delimiter and the line ends. Where two owners disagree, the higher
#   classification applies.
# custom:
#   id: classification-twins
#   severity: error
#   soc2: [CC6.1, C1.1]
#   fix: Raise the classification to that of the other data set, or agree with its owner that both are lowered.
#   passes: "clinic/biopsies and clinic/biopsies-copy, with one digest, are both classification: pii"
#   fails: "clinic/biopsies is classification: pii, and clinic/biopsies-copy with the same digest is public"
satisfied contains "classification-twins" if {
	every twin in input.duplicates {
		data.lib.sensitivity.covers(input.document.classification, data.lib.sensitivity.of(twin))
	}
}

deny contains {
	"rule": "classification-twins",
	"message": sprintf("%s %s and is classified %s, and here it is classified %s", [
		name,
		data.lib.sensitivity.likeness(twin),
		data.lib.sensitivity.of(twin),
		data.lib.sensitivity.declared(input.document),
	]),
	"at": ["classification"],
} if {
	not "classification-twins" in satisfied
	some name, twin in input.duplicates
	classification := data.lib.sensitivity.declared(input.document)
	not data.lib.sensitivity.covers(classification, data.lib.sensitivity.of(twin))
}

# METADATA
# title: A data set is classified as what it holds
# custom:
#   kinds: [dataset]
#   asks: state
#   reads: [document]
package platform.classification

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A data set is at least as sensitive as its most sensitive column
# description: Everything that protects a data set goes by its classification, so one column must not hide in it.
# custom:
#   id: classification-covers-columns
#   severity: error
#   soc2: [CC6.1, C1.1]
#   fix: Raise the classification of the data set, or drop the column.
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

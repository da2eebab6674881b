# METADATA
# title: Logging of requests
# custom:
#   kinds: [model]
#   asks: state
#   reads: [document, datasets]
package platform.request_logging

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: Requests to a model that reads sensitive data are not logged in full
# description: |
#   Requests look like training data, so they are as sensitive as the most sensitive data that the model reads. Logs are
#   stored elsewhere, live longer and are read by more people. Without monitoring.requestLog requests are masked.
# custom:
#   id: pii-request-log
#   severity: error
#   soc2: [CC6.1, C1.1, P4.1]
#   fix: Set monitoring.requestLog to masked or off.
#   passes: "monitoring: {requestLog: masked, …} in a model that reads pii data"
#   fails: "monitoring: {requestLog: full, …} in a model that reads pii or confidential data"
satisfied contains "pii-request-log" if request_log in {"off", "masked"}

# Nothing is known yet about the content of feature views, so a model with one is treated as sensitive.
satisfied contains "pii-request-log" if {
	request_log == "full"
	object.get(input.document, ["data", "features"], []) == []
	count(input.document.data.datasets) > 0
	every name in input.document.data.datasets {
		data.lib.sensitivity.of(input.datasets[name]) in {"public", "internal"}
	}
}

deny contains {
	"rule": "pii-request-log",
	"message": sprintf("requests are logged in full, and the model reads %s", [what]),
	"at": ["monitoring", "requestLog"],
} if {
	not "pii-request-log" in satisfied
}

monitoring := value if {
	value := object.get(input.document, "monitoring", {})
	is_object(value)
} else := {}

request_log := object.get(monitoring, "requestLog", "masked")

what := concat(", ", sort(sensitive)) if {
	count(sensitive) > 0
} else := "data without a classification"

sensitive contains sprintf("%s (%s)", [name, data.lib.sensitivity.of(dataset)]) if {
	some name, dataset in input.datasets
	data.lib.sensitivity.of(dataset) in {"confidential", "pii"}
}

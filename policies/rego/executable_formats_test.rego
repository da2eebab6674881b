package platform.executable_formats_test

import data.platform.executable_formats

asked(format, environment) := {"model": {"name": "reading/recommender", "format": format}, "environment": environment}

first := {"name": "development", "order": 1}

production := {"name": "production", "order": 3, "promotesFrom": "integration"}

denied_in(question) := ids if {
	decision := executable_formats.decision with input as question
	ids := {denial.rule | some denial in decision.deny}
}

test_a_graph_runs_everywhere if {
	denied_in(asked("onnx", production)) == set()
	denied_in(asked("tensorrt", production)) == set()
}

test_code_runs_in_the_first_environment if {
	denied_in(asked("pyfunc", first)) == set()
	denied_in(asked("pyfunc", object.union(first, {"promotesFrom": null}))) == set()
}

test_code_does_not_run_beyond_it if {
	denied_in(asked("pyfunc", production)) == {"format-executable"}
	denied_in(asked("pyfunc", object.union(production, {"order": 1}))) == {"format-executable"}
}

test_a_format_nobody_knows_counts_as_code if {
	denied_in(asked("ONNX", production)) == {"format-executable"}
	denied_in(asked("pickle", production)) == {"format-executable"}
	denied_in(asked("", production)) == {"format-executable"}
}

test_the_denial_names_the_model_and_its_format if {
	decision := executable_formats.decision with input as asked("pyfunc", production)
	some denial in decision.deny
	denial.message == "reading/recommender has the format pyfunc, which runs code of its own, and may not leave the first environment"
	denial.at == ["version"]
}

test_without_an_environment_it_is_none_of_the_first if {
	denied_in({"model": {"name": "reading/recommender", "format": "pyfunc"}}) == {"format-executable"}
}

test_without_a_model_nothing_is_answered if {
	decision := executable_formats.decision with input as {"environment": production}
	decision.evaluated == set()
}

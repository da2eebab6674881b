# METADATA
# title: How many must approve the change of a path, and who
# description: |
#   Each function takes the whole input of a package that judges a `path`. What applies is what the base says; only
#   an environment that is new is taken at its word, as its own document has to be approved with it. What is not
#   there makes a function undefined, and data that is not known to be anything less counts as personal.
package lib.quorum

# {"required": how many, "from": which groups, "own": whether the people who made the change count}.
terms(asked) := {"required": number(asked, "platform"), "from": ["platform"], "own": false} if {
	data.lib.people.keeper(asked) == "platform"
}

terms(asked) := {"required": of_deployment(asked, said), "from": said.from, "own": own} if {
	data.lib.people.keeper(asked) == "tenant"
	asked.change.kind == "deployment"
	said := of_environment(asked)
	is_array(said.from)
	own := object.get(said, "selfApproval", false)
	is_boolean(own)
}

terms(asked) := {"required": of_document(asked), "from": ["owners"], "own": false} if {
	data.lib.people.keeper(asked) == "tenant"
	asked.change.kind != "deployment"
}

# What an environment asks for, as at the base; one that is not there yet, as it would be.
of_environment(asked) := asked.base.environment.approvals

of_environment(asked) := asked.environment.approvals if object.get(asked, ["base", "environment"], null) == null

# A rollback is urgent: one other pair of eyes is enough, and none where none is asked for.
of_deployment(asked, said) := min({1, said.required}) if {
	is_number(said.required)
	data.lib.rollback.is_plain(asked)
} else := said.required if is_number(said.required)

# What a tenant's own documents and files ask for: more where personal data is involved.
of_document(asked) := number(asked, "tenant") if {
	is_impersonal(asked)
} else := max({number(asked, "tenant"), number(asked, "pii")})

number(asked, name) := required if {
	said := object.get(asked.base.platform, "approvals", null)
	required := object.get(or_nothing(said), name, usual[name])
	is_number(required)
}

# What applies when platform.yaml says nothing.
usual := {"tenant": 1, "pii": 2, "platform": 1}

or_nothing(said) := said if said != null

or_nothing(said) := {} if said == null

# Whether no personal data is involved, neither before the change nor after it.
is_impersonal(asked) if asked.change.kind == "tenant"

is_impersonal(asked) if {
	asked.change.kind == ""
	every_known_is_impersonal(asked)
}

is_impersonal(asked) if {
	asked.change.kind in {"dataset", "model"}
	is_known_after(asked)
	is_known_before(asked)
	every_known_is_impersonal(asked)
}

every_known_is_impersonal(asked) if {
	every dataset in known(asked) {
		data.lib.sensitivity.of(dataset) in {"public", "internal", "confidential"}
	}
}

known(asked) := array.concat(array.concat(joined(asked), joined(asked.base)), array.concat(array.concat(after, was), trained)) if {
	after := [asked.document | asked.change.kind == "dataset"]
	was := [before(asked) | asked.change.kind == "dataset"]
	trained := object.get(asked.change, "trainedOn", [])
}

joined(asked) := [dataset | some dataset in object.get(asked, "datasets", {})]

is_known_after(asked) if asked.change.action == "removed"

is_known_after(asked) if reads_what_is_known(asked.change.kind, asked.document, object.get(asked, "datasets", {}))

is_known_before(asked) if asked.change.action == "added"

is_known_before(asked) if {
	reads_what_is_known(asked.change.kind, before(asked), object.get(asked.base, "datasets", {}))
}

reads_what_is_known(kind, document, _) if {
	kind == "dataset"
	is_object(document)
}

reads_what_is_known(kind, document, datasets) if {
	kind == "model"
	every name in document.data.datasets {
		name in object.keys(datasets)
	}
}

# The document as it was: of one that is gone only the change still knows it.
before(asked) := asked.base.document if {
	is_object(asked.base.document)
} else := asked.change.before if is_object(asked.change.before)

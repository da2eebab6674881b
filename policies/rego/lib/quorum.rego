# METADATA
# title: How many people must approve a change of a path, and who
# description: |
#   Each function takes the whole input of a package that judges a `path`, here called `facts`. The base applies; only a
#   new environment is read from the change, as its document has to be approved with it. A missing part makes a function
#   undefined, and data of unknown classification counts as personal, except where an error denies the change anyway: then
#   what the right document would ask for is the most that is asked for.
package lib.quorum

# {"required": how many, "from": which groups, "own": true when the authors of the change count}.
terms(facts) := {"required": number(facts, "platform"), "from": ["platform"], "own": false} if {
	data.lib.people.owner_of(facts) == "platform"
	facts.change.kind != "incident"
}

# An incident is on record as soon as somebody else has read it, who may be of the tenant that it harmed.
terms(facts) := {"required": number(facts, "tenant"), "from": ["concernedOwners", "platform"], "own": false} if {
	data.lib.people.owner_of(facts) == "platform"
	facts.change.kind == "incident"
}

terms(facts) := {"required": of_deployment(facts, approvals), "from": approvals.from, "own": own} if {
	data.lib.people.owner_of(facts) == "tenant"
	facts.change.kind == "deployment"
	approvals := of_environment(facts)
	is_array(approvals.from)
	own := object.get(approvals, "selfApproval", false)
	is_boolean(own)
}

terms(facts) := {"required": of_document(facts), "from": ["owners"], "own": false} if {
	data.lib.people.owner_of(facts) == "tenant"
	facts.change.kind != "deployment"
}

# The approvals that an environment requires, as at the base; a new environment as in the change.
of_environment(facts) := facts.base.environment.approvals

of_environment(facts) := facts.environment.approvals if object.get(facts, ["base", "environment"], null) == null

# A rollback is urgent: one approval is enough, or none where the environment requires none.
of_deployment(facts, approvals) := min({1, approvals.required}) if {
	is_number(approvals.required)
	is_rollback(facts)
} else := approvals.required if is_number(approvals.required)

is_rollback(facts) if data.lib.rollback.is_plain(facts)

is_rollback(facts) if {
	facts.change.hasErrors == true
	facts.change.isRollback == true
}

# The approvals that a tenant's documents and files require: more where personal data is involved, or where the change
# lets somebody approve what takes more.
of_document(facts) := max({number(facts, "tenant")} | opened(facts)) if facts.change.kind == "tenant"

of_document(facts) := of_data(facts) if facts.change.kind != "tenant"

of_data(facts) := number(facts, "tenant") if {
	is_impersonal(facts)
} else := max({number(facts, "tenant"), number(facts, "pii")})

# The numbers of approvals that a change of a tenant's document opens to people or data: a new owner may approve
# whatever owners approve, a new member what members do, and a higher clearance lets the tenant read more.
opened(facts) := by_newcomers | by_data if {
	facts.change.action == "changed"
	every group in ["owners", "members"] {
		is_number(facts.change.quorums[group])
	}
	by_newcomers := {facts.change.quorums[group] |
		some group in ["owners", "members"]
		count(newcomers(facts, group)) > 0
	}
	by_data := {number(facts, "pii") |
		opens_data(facts)
	}
} else := set() if facts.change.action != "changed"

newcomers(facts, group) := logins_in(object.get(facts, "document", {}), group) - logins_in(known_before(facts), group)

known_before(facts) := document if {
	document := before(facts)
} else := {}

logins_in(document, group) := {lower(login) |
	some login in object.get(document, group, [])
	is_string(login)
}

opens_data(facts) if count(newcomers(facts, "owners")) > 0

opens_data(facts) if {
	now := data.lib.sensitivity.rank(object.get(facts, ["document", "clearance"], "public"))
	now > data.lib.sensitivity.rank(object.get(known_before(facts), "clearance", "public"))
}

number(facts, name) := required if {
	approvals := object.get(facts.base.platform, "approvals", null)
	required := object.get(or_empty(approvals), name, default_required[name])
	is_number(required)
}

# The default when platform.yaml does not say.
default_required := {"tenant": 1, "pii": 2, "platform": 1}

or_empty(value) := value if value != null

or_empty(value) := {} if value == null

# True when no personal data is involved, neither before the change nor after it.
is_impersonal(facts) if {
	facts.change.kind == ""
	every_dataset_is_impersonal(facts)
}

is_impersonal(facts) if {
	facts.change.kind in {"dataset", "model"}
	is_known_after(facts)
	is_known_before(facts)
	every_dataset_is_impersonal(facts)
}

# An error in a document, or in data that it names, denies the change: what cannot be read asks for no approval.
is_impersonal(facts) if {
	facts.change.hasErrors == true
	every_dataset_is_impersonal(facts)
}

every_dataset_is_impersonal(facts) if {
	every dataset in datasets_of(facts) {
		data.lib.sensitivity.of(dataset) in {"public", "internal", "confidential"}
	}
}

datasets_of(facts) := array.concat(array.concat(joined(facts), joined(facts.base)), array.concat(array.concat(after, earlier), trained)) if {
	after := [facts.document | facts.change.kind == "dataset"]
	earlier := [before(facts) | facts.change.kind == "dataset"]
	trained := object.get(facts.change, "trainedOn", [])
}

joined(facts) := [dataset | some dataset in object.get(facts, "datasets", {})]

is_known_after(facts) if facts.change.action == "removed"

is_known_after(facts) if has_known_data(facts.change.kind, facts.document, object.get(facts, "datasets", {}))

is_known_before(facts) if facts.change.action == "added"

is_known_before(facts) if {
	has_known_data(facts.change.kind, before(facts), object.get(facts.base, "datasets", {}))
}

has_known_data(kind, document, _) if {
	kind == "dataset"
	is_object(document)
}

has_known_data(kind, document, datasets) if {
	kind == "model"
	every name in document.data.datasets {
		name in object.keys(datasets)
	}
}

# The document before the change; for a removed one only `change` still has it.
before(facts) := facts.base.document if {
	is_object(facts.base.document)
} else := facts.change.before if is_object(facts.change.before)

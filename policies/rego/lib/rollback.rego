# METADATA
# title: Whether a change is a rollback and nothing else
package lib.rollback

# True when a deployment is rolled back to a version that ran there before, and nothing else changes: other resources or
# an experiment in the same change get no exemption from a freeze, and need as many approvals as in any other change.
is_plain(facts) if {
	facts.change.isRollback == true
	ran_lately(facts)
	facts.change.revoked == []
	is_object(facts.document)
	every key in facts.change.changedKeys {
		belongs(facts, key)
	}
}

# A version that ran within the last 30 days still fits its callers. A clock that is ahead proves nothing.
ran_lately(facts) if {
	is_number(facts.change.now)
	is_number(facts.change.ranUntil)
	age := facts.change.now - facts.change.ranUntil
	age <= 30 * day
	age >= 0 - day
}

day := ((24 * 60) * 60) * 1000000000

belongs(_, key) if key in {"version", "digest"}

# They must be as in the commit that pinned the version when it last ran.
belongs(facts, key) if {
	key in {"from", "metrics"}
	facts.document[key] == facts.change.pinnedBefore[key]
}

# A rollback may also end an experiment or a shadow.
belongs(facts, key) if {
	key in {"experiment", "shadow"}
	object.get(facts.document, key, null) == null
}

# True when the environment never pinned a version of the model: a deployment that is removed and added again is not new.
is_first(facts) if {
	facts.change.base == null
	facts.change.ownPins == []
}

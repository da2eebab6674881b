# METADATA
# title: What is nothing but a rollback
package lib.rollback

# Whether a deployment goes back to what ran there before, and does nothing else: another scale or an experiment that
# comes with it has no more business in a freeze, or with fewer approvals, than any other.
is_plain(asked) if {
	asked.change.isRollback == true
	ran_lately(asked)
	ran_here(asked)
	asked.change.revoked == []
	is_object(asked.document)
	every key in asked.change.changedKeys {
		belongs(asked, key)
	}
}

# For 30 days what ran is known to be good for what calls it now. A clock that is ahead proves nothing.
ran_lately(asked) if {
	is_number(asked.change.now)
	is_number(asked.change.ranUntil)
	age := asked.change.now - asked.change.ranUntil
	age <= 30 * day
	age >= 0 - day
}

# What was pinned and failed never ran. Where the ledger is not known, history has to do.
ran_here(asked) if object.get(asked.change, "ranHere", true) == true

day := ((24 * 60) * 60) * 1000000000

belongs(_, key) if key in {"version", "digest"}

# As they are in the commit that pinned the version when it ran last.
belongs(asked, key) if {
	key in {"from", "metrics"}
	asked.document[key] == asked.change.pinnedBefore[key]
}

# What is tried may end with it.
belongs(asked, key) if {
	key in {"experiment", "shadow"}
	object.get(asked.document, key, null) == null
}

# Whether nothing ran in the environment, be it long ago: who removes a deployment and adds it again begins nothing new.
is_first(asked) if {
	asked.change.base == null
	asked.change.ownPins == []
}

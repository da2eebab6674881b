# METADATA
# title: What is nothing but a rollback
package lib.rollback

# Whether a deployment goes back to what ran there before, and tries nothing new on the way: an experiment or a
# shadow that is begun with it has no more business in a freeze, or with fewer approvals, than any other.
is_plain(asked) if {
	asked.change.isRollback == true
	begins_nothing(asked, "experiment")
	begins_nothing(asked, "shadow")
}

begins_nothing(asked, key) if object.get(asked.document, key, null) == null

begins_nothing(asked, key) if asked.document[key] == asked.change.before[key]

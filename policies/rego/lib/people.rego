# METADATA
# title: Who owns a path, who may approve its change, and who did
# description: |
#   Each function takes the whole input of a package that judges a `path`, here called `facts`. The base says who owns
#   what, so that a change cannot choose its own approvers; only a new tenant is read from the change. A missing part
#   makes a function undefined, or leaves somebody out; it never adds anybody. Logins are compared in lower case.
package lib.people

# Who owns a path: "platform" or "tenant". Undefined when nobody does, or the base has no platform.yaml.
owner_of(facts) := "platform" if {
	facts.change.ownedByPlatform == true
	is_object(facts.base.platform)
}

owner_of(facts) := "tenant" if {
	facts.change.ownedByPlatform == false
	is_object(facts.base.platform)
	is_object(tenant(facts))
}

# The tenant that a path belongs to, as at the base; a new tenant as in the change.
tenant(facts) := facts.base.tenant if {
	data.lib.text.is_given(facts.change.tenant)
	facts.base.tenant.name == facts.change.tenant
}

tenant(facts) := facts.tenant if {
	facts.change.tenantIsNew == true
	object.get(facts, ["base", "tenant"], null) == null
	data.lib.text.is_given(facts.change.tenant)
	facts.tenant.name == facts.change.tenant
}

# The people of a group: the owners or the members of the tenant, or the platform team; of an incident the owners of the
# tenants that it harmed, or all their people.
group(facts, name) := logins(tenant(facts).owners) if name == "owners"

group(facts, name) := logins(object.get(tenant(facts), "members", [])) if name == "members"

group(facts, name) := logins(facts.base.platform.team) if name == "platform"

group(facts, name) := logins(facts.change.concerned.owners) if name == "concernedOwners"

group(facts, name) := logins(facts.change.concerned.people) if name == "concernedPeople"

# The people of several groups; undefined when one of the groups is not known.
members_of(facts, groups) := people if {
	every name in groups {
		is_set(group(facts, name))
	}
	people := {login |
		some name in groups
		some login in group(facts, name)
	}
}

# The people who may approve; bots may not.
eligible(facts, groups) := people if {
	members := members_of(facts, groups)
	bots := logins(object.get(facts.base.platform, "bots", []))
	people := {login |
		some login in (members - bots)
		not endswith(login, "[bot]")
	}
}

# Those whose approval counts: with `own`, also the authors of the change.
panel(facts, groups, own) := eligible(facts, groups) if own == true

panel(facts, groups, own) := eligible(facts, groups) - authors(facts) if own == false

# The authors of the change: who requested, wrote and pushed it.
authors(facts) := ({lower(facts.review.requester)} | logins(facts.review.contributors)) | logins(facts.review.pushers)

# Who approved the commit that is checked, as their last review.
approving(facts) := users if {
	last := last_reviews(facts)
	users := {user |
		some user, review in last
		review.state == "approved"
		review.isHead == true
	}
}

# Who requested changes, on whatever commit, as their last review.
objecting(facts) := users if {
	last := last_reviews(facts)
	users := {user |
		some user, review in last
		review.state == "changes-requested"
	}
}

# The last review of each user, comments left out. Undefined when a review has a state that we do not know.
last_reviews(facts) := reviews if {
	is_array(facts.review.reviews)
	every review in facts.review.reviews {
		data.lib.text.is_given(review.user)
		review.state in {"approved", "changes-requested", "commented", "dismissed"}
	}
	reviews := {user: last |
		some review in facts.review.reviews
		user := lower(review.user)
		own := [other |
			some other in facts.review.reviews
			lower(other.user) == user
			other.state != "commented"
		]
		count(own) > 0
		last := own[count(own) - 1]
	}
}

# Say how many approvals are missing, and who could give them.
missing_approvals(missing, facts, groups, people) := sprintf("1 more approval by %s is needed%s", [
	named(facts, groups),
	in_brackets(people),
]) if {
	missing == 1
} else := sprintf("%v more approvals by %s are needed%s", [missing, named(facts, groups), in_brackets(people)])

in_brackets(people) := sprintf(" (%s)", [concat(", ", sort(people))]) if {
	count(people) > 0
} else := ", and nobody may give it"

# Groups in words, as "clinic's owners or the platform team".
named(facts, groups) := concat(" or ", [words |
	some name in groups
	words := in_words(facts, name)
])

in_words(facts, name) := "the platform team" if {
	name == "platform"
} else := "the owners of the tenants that it harmed" if {
	name == "concernedOwners"
} else := "the people of the tenants that it harmed" if {
	name == "concernedPeople"
} else := sprintf("%s's %s", [facts.change.tenant, name])

# What to do when it is not known who may do what.
remedy(facts) := sprintf("repair tenants/%s/tenant.yaml first", [facts.change.tenant]) if {
	facts.change.tenantIsBroken == true
} else := "make sure that main has the platform.yaml and the tenant.yaml that name them, and that the approvals are complete"

logins(list) := lower_case if {
	is_array(list)
	lower_case := {lower(login) | some login in list}
}

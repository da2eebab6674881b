# METADATA
# title: Whose a path is, who may approve it, and who did
# description: |
#   Each function takes the whole input of a package that judges a `path`. Who owns what is as the base says: a
#   change cannot choose its own judges; only a tenant that is new is taken at its word. What is not there makes
#   a function undefined, or leaves somebody out: it never lets anybody in. Logins are compared in lower case.
package lib.people

# Who keeps a path: "platform" or "tenant". Undefined: nobody, or the base has no platform.yaml to tell.
keeper(asked) := "platform" if {
	asked.change.ownedByPlatform == true
	is_object(asked.base.platform)
}

keeper(asked) := "tenant" if {
	asked.change.ownedByPlatform == false
	is_object(asked.base.platform)
	is_object(tenant(asked))
}

# The tenant that a path belongs to, as at the base; one that is not there yet, as it would be.
tenant(asked) := asked.base.tenant if {
	data.lib.text.is_given(asked.change.tenant)
	asked.base.tenant.name == asked.change.tenant
}

tenant(asked) := asked.tenant if {
	asked.change.tenantIsNew == true
	object.get(asked, ["base", "tenant"], null) == null
	data.lib.text.is_given(asked.change.tenant)
	asked.tenant.name == asked.change.tenant
}

# The people of a group: the owners or the members of the tenant, or the platform team.
group(asked, name) := logins(tenant(asked).owners) if name == "owners"

group(asked, name) := logins(object.get(tenant(asked), "members", [])) if name == "members"

group(asked, name) := logins(asked.base.platform.team) if name == "platform"

# The people of several groups, each of which has to be known.
belonging(asked, groups) := people if {
	every name in groups {
		is_set(group(asked, name))
	}
	people := {login |
		some name in groups
		some login in group(asked, name)
	}
}

# Those who may approve: no program does.
eligible(asked, groups) := people if {
	everybody := belonging(asked, groups)
	bots := logins(object.get(asked.base.platform, "bots", []))
	people := {login |
		some login in (everybody - bots)
		not endswith(login, "[bot]")
	}
}

# Of these, whose approval counts; `own` says whether that of the people who made the change does, too.
panel(asked, groups, own) := eligible(asked, groups) if own == true

panel(asked, groups, own) := eligible(asked, groups) - authors(asked) if own == false

# Who made the change.
authors(asked) := ({lower(asked.review.requester)} | logins(asked.review.contributors)) | logins(asked.review.pushers)

# Who approved the judged commit and did not say anything else since.
approving(asked) := users if {
	last := verdicts(asked)
	users := {user |
		some user, review in last
		review.state == "approved"
		review.isHead == true
	}
}

# Who asked for changes, of whatever commit, and did not say anything else since.
objecting(asked) := users if {
	last := verdicts(asked)
	users := {user |
		some user, review in last
		review.state == "changes-requested"
	}
}

# The last review of each user that decides something: only a comment does not. Each has to be one we understand.
verdicts(asked) := found if {
	is_array(asked.review.reviews)
	every one in asked.review.reviews {
		data.lib.text.is_given(one.user)
		one.state in {"approved", "changes-requested", "commented", "dismissed"}
	}
	found := {user: last |
		some one in asked.review.reviews
		user := lower(one.user)
		own := [other |
			some other in asked.review.reviews
			lower(other.user) == user
			other.state != "commented"
		]
		count(own) > 0
		last := own[count(own) - 1]
	}
}

# What to say of approvals that are missing, and of the people who could give them.
call_for(missing, asked, groups, people) := sprintf("1 more approval of %s is needed%s", [
	named(asked, groups),
	those(people),
]) if {
	missing == 1
} else := sprintf("%v more approvals of %s are needed%s", [missing, named(asked, groups), those(people)])

those(people) := sprintf(" (%s)", [concat(", ", sort(people))]) if {
	count(people) > 0
} else := ", and nobody is there who may give it"

# Groups in words, as "clinic's owners or the platform team".
named(asked, groups) := concat(" or ", [words |
	some name in groups
	words := in_words(asked, name)
])

in_words(asked, name) := "the platform team" if {
	name == "platform"
} else := sprintf("%s's %s", [asked.change.tenant, name])

# What to do where it cannot be told who may do what.
way_out(asked) := sprintf("repair tenants/%s/tenant.yaml first", [asked.change.tenant]) if {
	asked.change.tenantIsBroken == true
} else := "see that main has the platform.yaml and the tenant.yaml that name them, and that the approvals are complete"

logins(list) := found if {
	is_array(list)
	found := {lower(login) | some login in list}
}

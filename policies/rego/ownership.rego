# METADATA
# title: Every path belongs to somebody
# custom:
#   kinds: [path]
#   asks: change
#   reads: [platform, tenant, base, change]
package platform.ownership

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A file that changes belongs to the platform team or to a tenant
# description: |
#   What belongs to nobody is approved by nobody. A file is the platform team's when platform.yaml names it under
#   ownedPaths at the base, or a tenant's by its place, when that tenant is there.
# custom:
#   id: ownership-unmatched
#   severity: error
#   soc2: [CC6.1, CC6.3, CC8.1]
#   fix: Move the file to where its tenant's files lie, or have the platform team add it to ownedPaths first.
#   passes: models/clinic/tumour.yaml, where tenants/clinic/tenant.yaml is there
#   fails: scripts/deploy.sh, which no line of ownedPaths names
satisfied contains "ownership-unmatched" if data.lib.people.keeper(input) in {"platform", "tenant"}

# What is wrong with a new tenant's document is an error of its own, which no waiver suspends: that stops the change.
satisfied contains "ownership-unmatched" if {
	is_object(input.base.platform)
	input.change.ownedByPlatform == false
	input.change.tenantIsNew == true
	input.change.tenantIsBroken == true
}

deny contains {
	"rule": "ownership-unmatched",
	"message": sprintf("%s belongs to nobody: %s", [input.change.path, reason]),
	"at": [],
} if {
	not "ownership-unmatched" in satisfied
}

reason := "ownedPaths does not name it, and it lies where no tenant's files do" if {
	is_object(input.base.platform)
	not data.lib.text.is_given(input.change.tenant)
} else := sprintf("ownedPaths does not name it, and there is no tenant %s that it could be of", [input.change.tenant]) if {
	is_object(input.base.platform)
} else := "the base has no platform.yaml that says what is whose"

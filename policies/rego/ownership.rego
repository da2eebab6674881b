# METADATA
# title: Ownership of files
# custom:
#   kinds: [path]
#   asks: change
#   reads: [platform, tenant, base, change]
package platform.ownership

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A file that changes belongs to the platform team or to a tenant
# description: |
#   Nobody would approve a file without an owner. A file belongs to the platform team when platform.yaml at the base
#   names it under ownedPaths. Otherwise it belongs to the tenant in whose folder it is, when that tenant exists.
# custom:
#   id: ownership-unmatched
#   severity: error
#   soc2: [CC6.1, CC6.3, CC8.1]
#   fix: Move the file to a folder of its tenant, or have the platform team add it to ownedPaths first.
#   passes: models/clinic/tumour.yaml, where tenants/clinic/tenant.yaml exists
#   fails: scripts/deploy.sh, which ownedPaths does not name
satisfied contains "ownership-unmatched" if data.lib.people.owner_of(input) in {"platform", "tenant"}

# A broken document of a new tenant is an error of its own, which stops the change and which no waiver suspends.
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

reason := "it is not under ownedPaths in platform.yaml, nor in a folder of a tenant" if {
	is_object(input.base.platform)
	not data.lib.text.is_given(input.change.tenant)
} else := sprintf("it is not under ownedPaths in platform.yaml, and there is no tenant %s", [input.change.tenant]) if {
	is_object(input.base.platform)
} else := "the base has no platform.yaml with ownedPaths"

# METADATA
# title: Sign-off of access reviews
# description: |
#   `change.listing` is the digest of what the reviewed commit lists, `change.isOfMain` says that main has that commit, and
#   `change.signedBy` whose key signed every commit of the change that brings the review.
# custom:
#   kinds: [access-review]
#   asks: change
#   reads: [document, base, platform, change]
package platform.access_review

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: An access review signs off what was listed
# description: |
#   The digest ties the review to everybody's rights at one commit of main. With another one, nobody knows what was
#   looked at.
# custom:
#   id: access-review-digest
#   severity: error
#   soc2: [CC6.2, CC6.3]
#   fix: "Have it written: platform access review --quarter QUARTER --sign-off"
#   passes: the digest that `platform access review` prints for the commit
#   fails: a digest of another commit, or a commit that main does not have
satisfied contains "access-review-digest" if input.change.action == "removed"

satisfied contains "access-review-digest" if {
	input.change.isOfMain == true
	data.lib.text.is_given(input.change.listing)
	input.document.digest == input.change.listing
}

deny contains {"rule": "access-review-digest", "message": digest_message, "at": digest_at} if {
	not "access-review-digest" in satisfied
}

# METADATA
# title: An access review is signed by who reviewed
# description: |
#   The commit that brings it has the SSH signature of the reviewer, one of the platform team, by the file of signers on
#   main. A name in a document can be anybody's.
# custom:
#   id: access-review-signed
#   severity: error
#   soc2: [CC6.2, CC6.3]
#   fix: "Have the reviewer sign it off: platform access review --quarter QUARTER --sign-off --key FILE"
#   passes: "reviewer: margaret, in a commit that margaret's key signed"
#   fails: "reviewer: margaret, in a commit that nobody signed, or dennis did"
satisfied contains "access-review-signed" if input.change.action == "removed"

satisfied contains "access-review-signed" if {
	reviewer := lower(input.document.reviewer)
	input.change.signedBy == reviewer
	reviewer in data.lib.people.logins(input.base.platform.team)
}

deny contains {"rule": "access-review-signed", "message": signed_message, "at": ["reviewer"]} if {
	not "access-review-signed" in satisfied
}

# METADATA
# title: A sign-off stays as it was signed
# description: It says what somebody looked at then. What is noticed later goes into the review of the next quarter.
# custom:
#   id: access-review-kept
#   severity: error
#   soc2: [CC6.2, CC6.3]
#   fix: Restore it.
#   passes: access-reviews/2026Q4.yaml is added
#   fails: access-reviews/2026Q3.yaml is changed or deleted
satisfied contains "access-review-kept" if input.change.action == "added"

deny contains {"rule": "access-review-kept", "message": "a sign-off is not changed once it is merged", "at": []} if {
	not "access-review-kept" in satisfied
}

digest_at := ["commit"] if {
	input.change.isOfMain != true
} else := ["digest"]

digest_message := "main has no such commit" if {
	input.change.isOfMain != true
} else := sprintf("the commit lists %v", [input.change.listing]) if {
	data.lib.text.is_given(input.change.listing)
} else := "what the commit lists cannot be read"

signed_message := sprintf("it is signed by %v, and %v is its reviewer", [input.change.signedBy, input.document.reviewer]) if {
	data.lib.text.is_given(input.change.signedBy)
	input.change.signedBy != lower(input.document.reviewer)
} else := sprintf("%v is not of the platform team", [input.document.reviewer]) if {
	data.lib.text.is_given(input.change.signedBy)
} else := "its commit has no signature of anybody whose key is known"

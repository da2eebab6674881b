# METADATA
# title: One artifact, one version of one model
# description: |
#   `change.sameArtifact` holds the versions that were pinned with the same digest before, in any environment: each with
#   its `model`, `version` and `isDeclared`, whether that model still has a document.
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, change]
package platform.artifact_identity

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: An artifact keeps its version
# description: |
#   A new number for the same bytes would give them other metrics, another origin and no revocation.
# custom:
#   id: artifact-one-version
#   severity: error
#   soc2: [CC8.1]
#   fix: Pin the version that these bytes have, or train what differs.
#   passes: "version: 1.2.1, with a digest that no other version of the model has"
#   fails: "version: 1.2.1, with the digest of 1.2.0"
satisfied contains "artifact-one-version" if exempt

satisfied contains "artifact-one-version" if {
	every same in input.change.sameArtifact {
		is_own_number(same)
	}
}

deny contains {
	"rule": "artifact-one-version",
	"message": sprintf("these bytes are %s %s", [same.model, same.version]),
	"at": ["digest"],
} if {
	not "artifact-one-version" in satisfied
	some same in input.change.sameArtifact
	not is_own_number(same)
}

# METADATA
# title: An artifact belongs to one model
# description: |
#   The bytes of another model carry what that model was trained on, whatever the documents of this one say. A model may
#   take over the versions of one of the same tenant that is declared no more: that is a new name.
# custom:
#   id: artifact-one-model
#   severity: error
#   soc2: [CC6.1, CC8.1]
#   fix: Pin a version that was trained for this model. If this is the other one's new name, remove its document too.
#   passes: "digest: that of clinic/tumour 1.2.0 in a deployment of clinic/lesion, and models/clinic/tumour.yaml is gone"
#   fails: "digest: that of clinic/tumour 1.2.0 in a deployment of postal/tumour"
satisfied contains "artifact-one-model" if exempt

satisfied contains "artifact-one-model" if {
	every same in input.change.sameArtifact {
		is_own(same)
	}
}

deny contains {
	"rule": "artifact-one-model",
	"message": sprintf("these bytes are %s %s, and another model may not pin them", [same.model, same.version]),
	"at": ["digest"],
} if {
	not "artifact-one-model" in satisfied
	some same in input.change.sameArtifact
	not is_own(same)
}

exempt if input.change.action == "removed"

# What is pinned already may stay, so that its resources can still be changed.
exempt if {
	input.document.version == input.change.base.version
	input.document.digest == input.change.base.digest
}

is_own_number(same) if same.model != input.change.model

is_own_number(same) if same.version == input.document.version

is_own(same) if same.model == input.change.model

is_own(same) if {
	same.isDeclared == false
	split(same.model, "/")[0] == split(input.change.model, "/")[0]
}

